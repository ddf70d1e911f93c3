"""In the plane: the density of x_t with its score, and the posterior of x₀ at a place."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from models.diffusion.forward_process.known import distribution, in_the_plane, level_at, time_of
from models.diffusion.forward_process.optimum import count_of
from models.frames import Density, Field, Lines, Plane, Points
from models.protocol import Data, Drag, TimeStep, view
from models.views.words import as_array, decimal

__all__ = ["cell_means", "marginal", "posterior_at"]

REACH = 3.0  # standard deviations of x_t that the picture shows
_SIDE, _ARROWS = 80, 15
_PLACE = (Drag(x="x1", y="x2"),)


def cell_means(centers: Tensor, weights: Tensor, std: Tensor) -> Tensor:
    """A mixture of isotropic Gaussians averaged over each cell of the picture, exact for any width.

    Args:
        centers: Their means, (k, 2).
        weights: Their weights, (k,).
        std: Their standard deviation, a scalar; 0 for points.

    Returns:
        Mean densities, (rows, columns), the first row at the bottom.
    """
    edges = torch.linspace(-REACH, REACH, _SIDE + 1, dtype=torch.float64)
    below = torch.special.ndtr((edges[:, None, None] - centers) / std.clamp_min(1e-12))  # (edges, k, 2)
    inside = below.diff(dim=0)
    return (inside[:, :, 1] * weights) @ inside[:, :, 0].T * (_SIDE / (2 * REACH)) ** 2


def _map(values: Tensor, role: str, name: str) -> Density:
    return Density(as_array(values), (-REACH, REACH, -REACH, REACH), role=role, low=0.0, name=name)


def _places(side: int) -> Tensor:
    """Middles of square cells, (side², 2)."""
    at = REACH * ((2 * torch.arange(side, dtype=torch.float64) + 1) / side - 1)
    y, x = torch.meshgrid(at, at, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], dim=1)


@view(
    "Marginal and score", when=in_the_plane, drags=_PLACE,
    help="p_t in closed form and its score ∇ log p_t as arrows, in units of the standard deviation of x_t. Handle: the "
    "place of the posterior.",
)  # fmt: skip
def marginal(lab: Any, data: Data, time: TimeStep) -> Plane:
    """The density of x_t and its score."""
    mixture, words = distribution(lab, data)
    level = level_at(lab, time)
    scale = level.scale
    density = cell_means(
        level.alpha / scale * mixture.centers, mixture.log_weights.exp(), mixture.variance(level).sqrt() / scale
    )
    places = _places(_ARROWS)
    score = scale * mixture.score(scale * places, level)
    # The length grows with the logarithm of the score's, so that the weak ones are seen beside the strong.
    length = score.norm(dim=1, keepdim=True)
    arrows = score / length.clamp_min(1e-12) * torch.log1p(length)
    return Plane(
        (
            _map(density, "data", "p_t"),
            Field(as_array(places), as_array(arrows), role="total", longest=0.32, name="score"),
        ),
        x_label="x₁", y_label="x₂", extent=(-REACH, REACH, -REACH, REACH),
        subtitle=f"t = {time_of(time):.3g}, {words}",
        note=f"The longest arrow is a score of {decimal(float(length.max()), 1)}; lengths grow with its logarithm.",
    )  # fmt: skip


@view(
    "Posterior of x₀", when=in_the_plane, drags=_PLACE,
    help="q(x₀ | x_t) at the place of the handle, in closed form; a line leads to its mean E[x₀ | x_t].",
)  # fmt: skip
def posterior_at(lab: Any, data: Data, time: TimeStep) -> Plane:
    """q(x₀ | x_t) at the place of the handle."""
    mixture, words = distribution(lab, data)
    level = level_at(lab, time)
    place = torch.tensor([[lab.config.x1, lab.config.x2]], dtype=torch.float64)
    weights, means, variance = mixture.posterior(level.scale * place, level)
    mean = weights @ means[0]
    kind = "Gaussians" if float(mixture.std) > 0 else "data"
    return Plane(
        (
            _map(cell_means(means[0], weights[0], variance[0, 0].sqrt()), "model", "q(x₀ | x_t)"),
            Lines(as_array(torch.cat([place, mean])), torch.zeros(1, dtype=torch.int64).numpy(), role="total",
                  dashed=True, name="from x_t to E[x₀ | x_t]"),
            Points(as_array(mean), role="total", size=9.0),
        ),
        x_label="x₁", y_label="x₂", extent=(-REACH, REACH, -REACH, REACH),
        subtitle=f"t = {time_of(time):.3g}, {words}",
        note=f"As uncertain as a choice among {decimal(float(count_of(weights)), 2)} of {weights.shape[1]:,} equally "
        f"likely {kind}.",
    )  # fmt: skip
