"""The density of x_t with its score, and the posterior of x₀ at a place."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.diffusion.forward_process.known import distribution, in_the_plane, level_at, time_of
from models.diffusion.process import CLEAN, NoisedMixture
from models.frames import Density, Field, Lines, Plane
from models.frames import Points as Dots
from models.protocol import Data, Points, TimeStep, view
from models.views.words import as_array, decimal

__all__ = ["marginal", "posterior_at"]

_REACH = 3.0  # standard deviations of x_t that the picture shows
_SIDE, _ARROWS = 80, 15
_NARROW = 0.04  # width with which a posterior on single points is drawn


def _cells(side: int) -> Tensor:
    """Middles of square cells, (side², 2)."""
    at = _REACH * ((2 * torch.arange(side, dtype=torch.float64) + 1) / side - 1)
    y, x = torch.meshgrid(at, at, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], dim=1)


def _map(values: Tensor, role: str, name: str) -> Density:
    return Density(
        as_array(values).reshape(_SIDE, _SIDE), (-_REACH, _REACH, -_REACH, _REACH), role=role, low=0.0, name=name
    )


@view(
    "Marginal and score", when=in_the_plane,
    help="p_t in closed form and its score ∇ log p_t as arrows, in units of the standard deviation of x_t.",
)  # fmt: skip
def marginal(lab: Any, data: Data, time: TimeStep) -> Plane:
    """The density of x_t and its score."""
    mixture, words = distribution(data, lab.config.n)
    level = level_at(lab, time)
    scale = level.scale
    density = mixture.log_prob(scale * _cells(_SIDE), level).exp() * scale.square()
    places = _cells(_ARROWS)
    score = scale * mixture.score(scale * places, level)
    # Arrows show directions; their lengths grow with the logarithm of the score's.
    length = score.norm(dim=1, keepdim=True)
    arrows = score / length.clamp_min(1e-12) * torch.log1p(length)
    return Plane(
        (
            _map(density, "data", "p_t"),
            Field(as_array(places), as_array(arrows), role="total", longest=0.32, name="score, length on a log scale"),
        ),
        x_label="x₁", y_label="x₂", extent=(-_REACH, _REACH, -_REACH, _REACH),
        subtitle=f"t = {time_of(time):.3g}; {words}",
        note=f"The largest score is {decimal(float(length.max()), 1)}.",
    )  # fmt: skip


@view(
    "Posterior of x₀", when=in_the_plane,
    help="q(x₀ | x_t) at the place of the handle, in closed form; a line leads to its mean E[x₀ | x_t].",
)  # fmt: skip
def posterior_at(lab: Any, data: Data, time: TimeStep, points: Points) -> Plane:
    """q(x₀ | x_t) at the first point."""
    mixture, words = distribution(data, lab.config.n)
    level = level_at(lab, time)
    x = level.scale * torch.from_numpy(np.array(points.xy[:1], dtype=float))
    weights, means, variance = mixture.posterior(x, level)
    blurred = NoisedMixture(means[0], weights[0].log(), variance[0, 0].sqrt().clamp_min(_NARROW))
    density = blurred.log_prob(_cells(_SIDE), CLEAN)
    mean = as_array(mixture.denoised(x, level))
    ends = np.concatenate([np.array(points.xy[:1], dtype=float), mean])
    share = weights[0]
    count = float((-torch.special.xlogy(share, share).sum()).exp())
    return Plane(
        (
            _map(density.exp(), "model", "q(x₀ | x_t)"),
            Lines(ends, np.zeros(1, int), role="total", dashed=True, name="from x_t to E[x₀ | x_t]"),
            Dots(mean, role="total", size=9.0),
        ),
        x_label="x₁", y_label="x₂", extent=(-_REACH, _REACH, -_REACH, _REACH),
        subtitle=f"t = {time_of(time):.3g}; {words}",
        note=f"As uncertain as a choice among {decimal(count, 2)} of {len(share):,} equally likely "
        f"{'Gaussians' if words == 'exact' else 'data'}.",
    )  # fmt: skip
