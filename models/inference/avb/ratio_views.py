"""r_ψ(x, z) beside the log ratio that a histogram of many draws of q gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from models.exact.normal import LOG_2PI
from models.frames import Curves, Lines, Plane, Points, Series
from models.inference.avb.evaluation import ratio_errors
from models.inference.avb.interface import AdversarialModel, moments_for
from models.inference.avb.posterior_views import comparing
from models.protocol import DataPoint, Noise, param, view
from models.views.words import as_array, decimal, named

__all__ = ["ratio", "ratio_line"]

_DRAWS = {20_000: "20,000", 100_000: "100,000"}
_FULL = 20  # draws in a cell from which its share is precise enough to read log q from it
_DOTS = 500
_REACH = 3.5
_FAR = 8.0  # nats below the least r* at which the curve of r_ψ ends
_HELP = "r* = log q(z|x) − log p(z) from a histogram of draws of q, and the classifier's r_ψ at the picked datum."


def _note(kl: float, exact: float, error: float, drawn: bool) -> str:
    source = "histogram" if drawn else "closed form"
    return (
        f"KL(q ‖ p(z)): E r_ψ = {decimal(kl)}, by {source} {decimal(exact)} nats. "
        f"Median |r_ψ − r*| under q: {decimal(error)} nats."
    )


@view("r_ψ and r*", name="ratio_line", latent=lambda dim: dim == 1, help=_HELP)
def ratio_line(
    model: AdversarialModel,
    point: DataPoint,
    noise: Noise,
    draws: int = param(20_000, "Draws of q", choices=_DRAWS, more=True),
) -> Iterator[Curves | None]:
    """Both ratios along z; r* only where enough draws fall."""
    rng = noise.rng(model.device)
    z, exact, _ = yield from comparing(model, point, draws, rng, gaussian=False)
    cells, counts = exact.cells, exact.comparison.counts
    side = torch.linspace(-_REACH, _REACH, 281, device=model.device)[:, None, None]  # (281, 1, 1)
    moments = moments_for(model, point.x, rng=rng)
    estimate = model.log_ratio(point.x, side, moments)[:, 0]
    yield None
    mean_ratio = float(model.log_ratio(point.x, z[:4_000, None], moments).mean())
    error = float(ratio_errors(model, point.x, z, exact, rng).abs().median())
    low, high = float(cells.low[0]), float(cells.high[0])
    at = low + (high - low) * (np.arange(cells.side) + 0.5) / cells.side
    share = as_array(counts) / len(z)
    with np.errstate(divide="ignore"):
        ratio = np.log(share) - cells.log_volume + 0.5 * at**2 + 0.5 * LOG_2PI
    kl = float((share * np.where(share > 0, ratio, 0.0)).sum())
    ratio = np.where(as_array(counts) >= _FULL, ratio, np.nan)
    density = share / np.exp(cells.log_volume)
    curve = as_array(estimate)
    floor = (float(np.nanmin(ratio)) if np.isfinite(ratio).any() else 0.0) - _FAR
    curve = np.where(curve >= floor, curve, np.nan)
    yield Curves(
        (
            Series("estimate", "r_ψ(x, z)", as_array(side[:, 0, 0]), curve, role="model", pane="nats"),
            Series("exact", "r*(x, z), from draws", at, ratio, role="data", pane="nats", dashed=True),
            Series("q", "q(z|x)", at, density, role="model", pane="density"),
        ),
        x_label="z", subtitle=f"{named(point, model.spec.kind)}; {draws:,} draws of q",
        note=_note(mean_ratio, kl, error, True),
    )  # fmt: skip


@view("r_ψ against r*", name="ratio", latent=lambda dim: dim == 2, help=_HELP)
def ratio(
    model: AdversarialModel,
    point: DataPoint,
    noise: Noise,
    draws: int = param(20_000, "Draws of q", choices=_DRAWS, more=True),
) -> Iterator[Plane | None]:
    """r_ψ against r* at draws of q: on the diagonal they agree."""
    rng = noise.rng(model.device)
    z, exact, _ = yield from comparing(model, point, draws, rng, gaussian=False)
    moments = moments_for(model, point.x, rng=rng)
    few = z[:_DOTS]
    estimate = model.log_ratio(point.x, few[:, None], moments)[:, 0]
    truth, counts = _from_draws(z, few, exact.cells.place, exact.comparison.counts, exact.cells.log_volume)
    full = counts >= _FULL
    error = float((estimate - truth)[full].abs().median()) if bool(full.any()) else float("nan")
    xy = as_array(torch.stack([truth[full], estimate[full].to(truth)], dim=1))
    ends = _ends(xy)
    yield Plane(
        (
            Lines(np.array([[ends[0]] * 2, [ends[1]] * 2]), np.zeros(1, int), dashed=True, name="equal"),
            Points(xy, role="model", name="draws of q", size=3.0),
        ),
        x_label="r*(x, z), from draws, nats", y_label="r_ψ(x, z), nats", extent=(*ends, *ends),
        subtitle=f"{named(point, model.spec.kind)}; r* from {draws:,} draws in {exact.cells.side}² cells",
        note=_note(float(estimate.mean()), float(truth.mean()), error, True),
    )  # fmt: skip


def _from_draws(
    z: Tensor, few: Tensor, place: Callable[[Tensor], Tensor], all_counts: Tensor, log_volume: float
) -> tuple[Tensor, Tensor]:
    counts = all_counts[place(few.double())]
    prior = -0.5 * few.double().square().sum(dim=1) - 0.5 * few.shape[1] * LOG_2PI
    return (counts / len(z)).log() - log_volume - prior, counts


def _ends(xy: np.ndarray) -> tuple[float, float]:
    if not len(xy):
        return -1.0, 1.0
    low, high = float(xy.min()), float(xy.max())
    margin = 0.05 * (high - low) + 0.1
    return low - margin, high + margin
