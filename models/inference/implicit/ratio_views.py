"""r_ψ of the picked observation along each unknown, beside the exact ratio."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from models.exact.normal import LOG_2PI
from models.frames import Curves, Series
from models.inference.implicit.exact import centers_of, exact_once
from models.inference.implicit.interface import Implicit, has_density
from models.inference.implicit.learned import learned_in_parts
from models.protocol import Data, DataPoint, DataSpec, Noise, view
from models.views.latent_space import axis_label
from models.views.words import as_array, decimal, named

__all__ = ["ratio"]

_DRAWS = 100_000
_DEPTH = 8.0  # nats below the peak of the posterior to which the curves go


def _known(config: object, spec: DataSpec | None) -> bool:
    learned = getattr(config, "theta", "") == "learned" and getattr(config, "estimator", "") == "adversarial"
    return has_density(spec) and not learned  # while θ moves, the ratio is not that of the true posterior


@view(
    "r_ψ and r*", when=_known,
    help="The classifier's log ratio through the peak of the exact posterior, and the exact one.",
)  # fmt: skip
def ratio(model: Implicit, point: DataPoint, data: Data, noise: Noise) -> Iterator[Curves | None]:
    """The exact ratio is log p(z|x) − log p(z), or log p(z|x) − log q(z|x) with log q from a histogram of draws.

    In the second case, p(x) and q(x) cancel: the data and the model's p(x) are the same where θ is the truth.
    """
    exact = yield from exact_once(data, model.simulator, point.x)
    cells = exact.cells
    centers = centers_of(cells)
    if model.posterior is None:
        log_other = -0.5 * (centers.square().sum(dim=1) + cells.dim * LOG_2PI) + cells.log_volume
        words = "r* = log p(z|x) − log p(z)"
    else:
        learned = yield from learned_in_parts(model, point.x, cells, _DRAWS, noise.rng(model.device))
        log_other = learned.log_mass
        words = f"r* = log p(z|x) − log q(z|x) where {_DRAWS:,} draws of q show it"
    shape = (cells.side,) * cells.dim
    peak = np.unravel_index(int(cells.log_mass.argmax()), shape)
    truth = (cells.log_mass - log_other).reshape(shape)
    mass = cells.log_mass.reshape(shape)
    series, distances = [], []
    for axis in range(cells.dim):
        line = tuple(slice(None) if k == axis else int(peak[k]) for k in range(cells.dim))
        z = centers.reshape(*shape, cells.dim)[line]
        near = mass[line] > mass.max() - _DEPTH
        with torch.no_grad():
            estimate = model.log_ratio(point.x, z.to(point.x)[:, None])[:, 0]
        yield None
        along, exactly = as_array(z[near, axis]), as_array(truth[line][near])
        pane = f"along {axis_label(axis)}"
        series.append(Series(f"r{axis}", "r_ψ", along, as_array(estimate[near]), role="model", pane=pane))
        if np.isfinite(exactly).any():
            series.append(Series(f"exact{axis}", "r*", along, exactly, role="data", pane=pane, dashed=True))
            distances.append(np.abs(as_array(estimate[near]) - exactly))
    error = float(np.nanmedian(np.concatenate(distances))) if distances else float("nan")
    yield Curves(
        tuple(series), x_label="z", y_label="nats", subtitle=f"{named(point, model.spec.kind)}; {words}",
        note=f"Median |r_ψ − r*| here: {decimal(error)} nats." if distances else "No draws of q fall here yet.",
    )  # fmt: skip
