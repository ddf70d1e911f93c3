"""Geometry of views of latent space: grids over the prior, circles of the prior, extents that rarely change."""

from __future__ import annotations

import functools
import math

import numpy as np
import torch
from torch import Tensor

from models.frames import Ellipses, Lines
from models.protocol import BadValue
from models.views.words import subscript

__all__ = ["axis_label", "map_dimensions", "prior_circles", "prior_grid", "prior_lines", "stepped_limit"]

_STEPS = (3.25, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0, 25.0, 32.0)  # from just beyond 3σ


def axis_label(dimension: int) -> str:
    """Name of a latent dimension, counted from 0: "z₁" for the first."""
    return f"z{subscript(dimension + 1)}"


def map_dimensions(kl: Tensor, across: int, upwards: int) -> tuple[int, int]:
    """Dimensions of a map, counted from 0: the chosen ones, else those of largest KL; in order if none is chosen.

    Args:
        kl: Mean KL of each dimension, (latent,).
        across: Dimension counted from 1, or 0 for the one with the largest KL of those not chosen.
        upwards: The same.

    Raises:
        BadValue: A dimension does not exist, or both are the same.
    """
    for name, dimension in (("across", across), ("upwards", upwards)):
        if dimension > len(kl):
            raise BadValue(name, f"{name} takes a whole number from 0 to {len(kl)}, not {dimension}")
    if across == upwards != 0:
        raise BadValue("upwards", f"upwards must differ from across, which is {across} too")
    ranked = [dim for dim in kl.argsort(descending=True).tolist() if dim + 1 not in (across, upwards)]
    if across == upwards:  # sorted, so that the axes do not change places as the ranks do
        first, second = sorted(ranked[:2])
        return first, second
    return across - 1 if across else ranked[0], upwards - 1 if upwards else ranked[0]


def stepped_limit(coordinates: Tensor) -> float:
    """The smallest of a ladder of limits, 3.25, 4, 5, 6, 8, 10 … that holds all coordinates with a margin of 2 %.

    It depends on the coordinates alone and changes rarely while they grow during training.
    """
    reach = 1.02 * float(coordinates.detach().abs().max()) if coordinates.numel() else 0.0
    if not math.isfinite(reach):
        return _STEPS[0]
    scale = 1.0
    while reach > _STEPS[-1] * scale:
        scale *= 10.0
    return next(step * scale for step in _STEPS if step * scale >= reach)


@functools.cache  # the same object each time, so that a display can reuse its drawing
def prior_circles() -> Ellipses:
    """The prior N(0, I) of two dimensions as circles of radius 1σ, 2σ and 3σ."""
    radii = np.arange(1.0, 4.0)
    return Ellipses(
        centers=np.zeros((3, 2)),
        axes=np.column_stack([radii, radii]),
        angles=np.zeros(3),
        labels=("1σ", "2σ", "3σ"),
        name="prior p(z)",
    )


def prior_lines(low: float, high: float) -> Lines:
    """The prior N(0, 1) of one dimension as vertical lines at 0, ±1σ, ±2σ and ±3σ from y = low to high."""
    x = np.arange(-3.0, 4.0)
    xy = np.stack([np.column_stack([x, np.full_like(x, low)]), np.column_stack([x, np.full_like(x, high)])], axis=1)
    return Lines(xy=xy.reshape(-1, 2), starts=2 * np.arange(len(x)), role="prior", dashed=True, name="prior p(z)")


def prior_grid(side: int, spacing: str) -> Tensor:
    """Points of a square grid over two latent dimensions, (side², 2), row by row from the top left: z₂ falls, z₁ grows.

    Args:
        side: Points along each axis.
        spacing: "quantiles" for the quantiles (i + ½)/side of the prior, so that each point stands for the same
            probability; "regular" for equal steps from -3 to 3.
    """
    if spacing == "quantiles":
        axis = torch.special.ndtri((torch.arange(side, dtype=torch.float64) + 0.5) / side)
    else:
        axis = torch.linspace(-3.0, 3.0, side, dtype=torch.float64)
    second, first = torch.meshgrid(axis.flip(0), axis, indexing="ij")
    return torch.stack([first.flatten(), second.flatten()], dim=1)
