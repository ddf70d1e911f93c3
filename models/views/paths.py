"""Paths in latent space: along an axis, between two points, along a direction between two groups."""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["along_axis", "between_groups", "nearest", "slerp", "straight"]

_PARALLEL = 1e-3  # sine of the angle between two points below which the path is straight


def along_axis(z: Tensor, dim: int, low: float, high: float, n: int) -> tuple[Tensor, int]:
    """Copies of a point with one coordinate swept over n equal steps from low to high, the point itself among them.

    Args:
        z: The point, (1, d).
        dim: The coordinate, counted from 0.
        low: First value of the sweep.
        high: Last value.
        n: Number of values.

    Returns:
        The points in order of the coordinate, (n + 1, d), and the position of the point itself among them.
    """
    values = torch.linspace(low, high, n, dtype=z.dtype, device=z.device)
    place = int((values < z[0, dim]).sum())
    swept = z.repeat(n + 1, 1)
    swept[:, dim] = torch.cat([values[:place], z[0, dim : dim + 1], values[place:]])
    return swept, place


def straight(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Points (1 − t) a + t b, (d,) each and (n,) to (n, d)."""
    return (1 - t)[:, None] * a + t[:, None] * b


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Points on the spherical path from a to b (Shoemake, 1985; White, 2016, arXiv 1609.04468), (d,) each to (n, d).

    The path turns from the direction of a to that of b at a constant rate. If a and b are on one line through the
    origin, no such path is defined, and the path is straight.
    """
    length = a.norm() * b.norm()
    angle = math.acos(max(-1.0, min(1.0, float((a @ b) / length)))) if float(length) > 0.0 else 0.0
    if math.sin(angle) < _PARALLEL:
        return straight(a, b, t)
    return (((1 - t) * angle).sin()[:, None] * a + (t * angle).sin()[:, None] * b) / math.sin(angle)


def nearest(points: Tensor, to: Tensor, k: int) -> Tensor:
    """Places of the k points, of (n, d), that are nearest to one, (d,); the nearest first."""
    return torch.cdist(to[None], points)[0].topk(min(k, len(points)), largest=False).indices


def between_groups(first: Tensor, second: Tensor) -> Tensor:
    """The vector from the mean of one group of points, (n, d), to that of another, (d,)."""
    return second.mean(dim=0) - first.mean(dim=0)
