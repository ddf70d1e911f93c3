"""How straight the paths of the flow are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from models.diffusion.plane.in_data_units import square
from models.frames import Curves, Paths, Plane, Series
from models.frames import Points as Dots
from models.protocol import Noise, param, view
from models.views.pause import paused
from models.views.words import as_array, decimal, plural

__all__ = ["bends", "ways"]

_DIVERGED = "The paths are not finite: the velocity of the network is too large, or not finite either."

_PASSES = 50


@view(
    "Ways of the flow",
    help="From noise to samples, each at the true scale of x_t; where a way bends, one step of Euler misses its end.",
)  # fmt: skip
def ways(
    model: Any, noise: Noise, n: int = param(120, "Ways", 5, 500, log=True, more=True)
) -> Iterator[Plane | None]:  # fmt: skip
    """The paths, and where a single step from the noise would end."""
    start = model.draw_noise(n, noise.rng(model.device))
    *_, single = model.way(start, "euler", 1)
    moments = yield from paused(model.way(start, "euler", _PASSES))
    places = np.stack([as_array(model.units.from_units(each.x)) for each in moments], axis=1)
    missed = (single.x - moments[-1].x).norm(dim=1) * model.units.spread
    yield Plane(
        (
            Paths(places, role="prior", name="paths"),
            Dots(places[:, 0], role="prior", name="noise", size=3.0),
            Dots(places[:, -1], role="model", name=f"after {_PASSES} passes", size=5.0),
            Dots(as_array(model.units.from_units(single.x)), role="alt", name="after one pass", size=5.0),
        ),
        x_label="x₁", y_label="x₂", extent=square(model.units), subtitle=plural(n, "path"),
        note=_DIVERGED if not bool(missed.isfinite().all()) else
        f"One pass ends {decimal(float(missed.median()))} from where {_PASSES} passes do (median).",
    )  # fmt: skip


@view(
    "Bend by t",
    help="E‖u(x_t, t) − (x₁ − x₀)‖², x₀ being where the path of the noise x₁ ends: 0 at all times for straight paths.",
)  # fmt: skip
def bends(
    model: Any, noise: Noise, n: int = param(500, "Paths", 50, 2000, log=True, more=True)
) -> Iterator[Curves | None]:  # fmt: skip
    """The square difference of the velocity from the mean velocity of its path, by t (Liu et al., 2023)."""
    start = model.draw_noise(n, noise.rng(model.device))
    moments = yield from paused(model.way(start, "euler", _PASSES))
    whole = start - moments[-1].x
    bend = torch.stack([(model.compared(each.estimate) - whole).square().sum(dim=1).mean() for each in moments[:-1]])
    length = float(whole.square().sum(dim=1).mean())
    curve = Series(
        "bend", "E‖u − (x₁ − x₀)‖²", np.array([each.t for each in moments[:-1]])[::-1], as_array(bend)[::-1],
        role="model",
    )  # fmt: skip
    yield Curves(
        (curve,), x_label="t", y_label="square difference", subtitle=f"{plural(n, 'path')}, standard units",
        note=_DIVERGED if not bool(bend.isfinite().all()) else
        f"Mean over t {decimal(float(bend.mean()))}; E‖x₁ − x₀‖² {decimal(length)}. Both fall when the flow is "
        "rectified.",
    )  # fmt: skip
