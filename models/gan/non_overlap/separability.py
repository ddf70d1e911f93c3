"""How often a hyperplane separates two sets as the dimension of the space grows."""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["CENTRES", "flat_distances", "samples_separable"]

CENTRES = 1.0  # distance of the centres; the balls have radius 1, so in one common flat they would overlap
_ITERATIONS = 250  # 1e−3 in distance


def flat_distances(d: int, k: int, pairs: int, *, rng: torch.Generator) -> Tensor:
    """Distances of pairs of flat k-dimensional unit balls in random directions in d dimensions, (pairs,), float64.

    The sets are convex, so a hyperplane separates them exactly where their distance is positive, with half of it as its
    margin. Two flats in general position meet if 2k ≥ d, and miss each other with probability 1 otherwise.

    Args:
        d: Dimension of the space.
        k: Dimension of the balls, at most d.
        pairs: Number of pairs.
        rng: Generator for their directions.
    """
    one, two, to = (torch.randn(pairs, d, columns, generator=rng, dtype=torch.float64) for columns in (k, k, 1))
    one, two = torch.linalg.qr(one).Q, torch.linalg.qr(two).Q  # (pairs, d, k)
    to = CENTRES * to / to.norm(dim=1, keepdim=True)
    # |to + two v − one u|² in u and v needs only inner products: the cost does not grow with d.
    across = one.mT @ two  # (pairs, k, k)
    a, b = (one.mT @ to)[..., 0], (two.mT @ to)[..., 0]  # (pairs, k)
    u, v = torch.zeros_like(a), torch.zeros_like(b)
    at_u, at_v, momentum = u, v, 1.0
    for _ in range(_ITERATIONS):  # accelerated projected gradient descent; the Hessian's eigenvalues are at most 2
        slope_u = at_u - a - (across @ at_v[..., None])[..., 0]
        slope_v = at_v + b - (across.mT @ at_u[..., None])[..., 0]
        new_u, new_v = _into_ball(at_u - 0.5 * slope_u), _into_ball(at_v - 0.5 * slope_v)
        following = 0.5 * (1.0 + math.sqrt(1.0 + 4.0 * momentum**2))
        share = (momentum - 1.0) / following
        at_u, at_v = new_u + share * (new_u - u), new_v + share * (new_v - v)
        u, v, momentum = new_u, new_v, following
    left = to[..., 0] + (two @ v[..., None])[..., 0] - (one @ u[..., None])[..., 0]
    return left.norm(dim=1)


def _into_ball(x: Tensor) -> Tensor:
    return x / x.norm(dim=1, keepdim=True).clamp(min=1.0)


def samples_separable(points: int, d: int) -> float:
    """Probability that a hyperplane separates points of one and the same density from their random labels.

    Cover, 1965: of the 2^N labellings of N points in general position, 2 Σ_{k ≤ d} C(N − 1, k) are separable.
    """
    return sum(math.comb(points - 1, k) for k in range(min(d, points - 1) + 1)) / 2 ** (points - 1)
