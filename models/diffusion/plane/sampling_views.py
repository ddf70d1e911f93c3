"""Samples, and the paths to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from models.diffusion.plane.in_data_units import shown, square
from models.diffusion.process import Moment
from models.frames import Film, Paths, Plane
from models.frames import Points as Dots
from models.protocol import DataBatch, Noise, Points, param, view
from models.views.pause import paused
from models.views.planar import square_of
from models.views.words import as_array, counted, decimal, plural

__all__ = ["dragged", "film", "positions", "samplers", "samples"]

_FOLLOWED, _FRAMES = 40, 40
_DRAGGED = 50  # passes, while a finger waits
_ROLES = {"ddim": "model", "ancestral": "prior", "euler": "alt", "heun": "total"}


@view(
    "Samples", record=True, lead=True, splits=("valid", "train"), batch=1000, samples="n",
    help="Samples over data. The noise stays the same, so that samples can be followed.",
)  # fmt: skip
def samples(
    model: Any,
    batch: DataBatch,
    noise: Noise,
    n: int = param(1000, "Samples", 10, 5000, log=True, more=True),
    **settings: Any,
) -> Iterator[Plane | None]:
    """Samples of the model over data."""
    rng = noise.rng(model.device)
    *_, last = yield from paused(model.way(model.draw_noise(n, rng), rng=rng, **settings))
    yield Plane(
        (
            Dots(as_array(batch.x), role="data", name="data", size=2.0),
            Dots(
                as_array(model.units.from_units(last.x)), role="model", name="samples", size=3.0,
                trail=f"noise {noise.seed}",
            ),
        ),
        x_label="x₁", y_label="x₂", extent=square_of(batch.x),
        subtitle=f"{plural(n, 'sample')}, {counted(len(batch), batch.split, model.spec.kind)}",
    )  # fmt: skip


def positions(model: Any, moments: Sequence[Moment]) -> np.ndarray:
    """Places at all moments as pictures show them, (n, moments, 2)."""
    return np.stack([as_array(shown(model, each.x, each.level)) for each in moments], axis=1)


@view(
    "Noise to data",
    help="x_t on its way from noise to data, at the scale of the data; lines: the paths of 40 samples.",
)  # fmt: skip
def film(
    model: Any, noise: Noise, n: int = param(1000, "Samples", 10, 2000, log=True, more=True), **settings: Any
) -> Iterator[Film | None]:
    """All samples at some moments of the way."""
    rng = noise.rng(model.device)
    moments = yield from paused(model.way(model.draw_noise(n, rng), rng=rng, **settings))
    chosen = np.unique(np.linspace(0, len(moments) - 1, min(_FRAMES, len(moments))).round().astype(int))
    places = positions(model, [moments[k] for k in chosen])
    frames = tuple(
        Plane(
            (
                Paths(places[:_FOLLOWED, : k + 1], role="prior", name="paths"),
                Dots(places[:, k], role="model", name="x_t", size=3.0),
            ),
            x_label="x₁", y_label="x₂", extent=square(model.units), subtitle=f"t = {moments[moment].t:.3f}",
        )
        for k, moment in enumerate(chosen)
    )  # fmt: skip
    name = model.samplers[settings.get("sampler", next(iter(model.samplers)))]
    yield Film(frames, chosen.astype(float), "step", subtitle=f"{plural(n, 'sample')}, {name}")


@view(
    "The same noise through each sampler",
    help="Ways of the same noise. Where no noise is drawn, all samplers should end at the same place.",
)  # fmt: skip
def samplers(
    model: Any,
    noise: Noise,
    passes: int = param(50, "Passes", 2, 1000, log=True),
    n: int = param(6, "Ways", 1, 30, more=True),
) -> Iterator[Plane | None]:
    """Paths of a few draws of noise with each sampler, one sampler after the other."""
    start = model.draw_noise(n, noise.rng(model.device))
    *_, reference = yield from paused(model.way(start, "heun", 100))
    layers: list[Any] = []
    apart: list[str] = []
    for name, title in model.samplers.items():
        moments = yield from paused(model.way(start, name, passes, rng=noise.rng(model.device)))
        places = positions(model, moments)
        layers += [
            Paths(places, role=_ROLES[name], name=title, width=1.5),
            Dots(places[:, -1], role=_ROLES[name], size=6.0),
        ]
        distance = (moments[-1].x - reference.x).norm(dim=1).median() * model.units.spread
        apart.append(f"{title} {decimal(float(distance))}")
        yield Plane(
            tuple(layers), x_label="x₁", y_label="x₂", extent=square(model.units), subtitle=f"{passes} passes each",
            note=f"Median distance from where 50 steps of Heun end: {', '.join(apart)}.",
        )  # fmt: skip


@view(
    "Drag the noise",
    help="Each handle is noise ε, in the units of the data. Lines lead to the samples that are made of it.",
)  # fmt: skip
def dragged(model: Any, points: Points) -> Plane:
    """The paths of the dragged points of noise."""
    start = model.units.to_units(torch.from_numpy(np.array(points.xy, dtype=float)).to(model.device, model.dtype))
    places = positions(model, list(model.way(start, passes=_DRAGGED)))
    exact = model.exact
    marks = (
        Dots(places[:, 0], role="prior", size=3.0)
        if exact is None
        else Dots(as_array(model.units.from_units(exact.centers)), role="data", name="modes of the data", size=8.0)
    )
    sampler = next(iter(model.samplers.values()))
    return Plane(
        (
            marks,
            Paths(places, role="model", name="paths", width=1.8),
            Dots(places[:, -1], role="model", name="samples", size=9.0),
        ),
        x_label="x₁", y_label="x₂", extent=square(model.units), subtitle=f"{sampler}, {_DRAGGED} passes",
    )  # fmt: skip
