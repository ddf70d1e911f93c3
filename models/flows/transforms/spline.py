"""Monotone rational-quadratic splines on an interval, the identity outside it."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["rational_quadratic"]

_LEAST_WIDTH = 1e-3  # of a piece, as a share of the interval
_LEAST_SLOPE = 1e-3


def rational_quadratic(x: Tensor, parameters: Tensor, bound: float, *, inverse: bool = False) -> tuple[Tensor, Tensor]:
    """A monotone function of each entry, and the logarithm of its slope.

    Gregory and Delbourgo, 1982, "Piecewise rational quadratic interpolation to monotonic data", as in Durkan et al.,
    2019, arXiv 1906.04032. Parameters of 0 give the identity.

    Args:
        x: Any shape.
        parameters: (*x.shape, 3K − 1): logits of the widths and of the heights of the K pieces, and K − 1 numbers from
            which the slopes at the inner knots are made. The slope at the ends is 1.
        bound: The spline goes from (−bound, −bound) to (bound, bound).
        inverse: The inverse function.

    Returns:
        The values and the logarithms of the slopes, both of the shape of x.
    """
    bins = (parameters.shape[-1] + 1) // 3
    inside = x.abs() < bound
    y = x.clamp(-bound, bound)
    widths, heights, slopes = parameters.split([bins, bins, bins - 1], dim=-1)
    left, width = _knots(widths, bound)
    low, height = _knots(heights, bound)
    slopes = _LEAST_SLOPE + F.softplus(slopes + math.log(math.expm1(1 - _LEAST_SLOPE)))
    slopes = F.pad(slopes, (1, 1), value=1.0)  # (…, K + 1)
    edges = (low if inverse else left)[..., 1:-1].contiguous()
    k = torch.searchsorted(edges, y[..., None].contiguous(), right=True)  # piece of each entry

    def of(table: Tensor, shift: int = 0) -> Tensor:
        return table.gather(-1, k + shift)[..., 0]

    x0, w, y0, h = of(left), of(width), of(low), of(height)
    d0, d1 = of(slopes), of(slopes, 1)
    steep = h / w
    bend = d0 + d1 - 2 * steep
    if inverse:
        rise = y - y0
        a = h * (steep - d0) + rise * bend
        b = h * d0 - rise * bend
        c = -steep * rise
        t = 2 * c / (-b - (b.square() - 4 * a * c).clamp_min(0.0).sqrt())  # without cancellation
        value = x0 + t * w
    else:
        t = (y - x0) / w
        value = y0 + h * (steep * t.square() + d0 * t * (1 - t)) / (steep + bend * t * (1 - t))
    between = steep + bend * t * (1 - t)
    log_slope = 2 * (steep.log() - between.log()) + torch.log(
        d1 * t.square() + 2 * steep * t * (1 - t) + d0 * (1 - t).square()
    )
    if inverse:
        log_slope = -log_slope
    return torch.where(inside, value, x), torch.where(inside, log_slope, torch.zeros_like(log_slope))


def _knots(logits: Tensor, bound: float) -> tuple[Tensor, Tensor]:
    """Positions of the K + 1 knots and distances of neighbours, (…, K) to (…, K + 1) and (…, K)."""
    share = _LEAST_WIDTH + (1 - _LEAST_WIDTH * logits.shape[-1]) * logits.softmax(dim=-1)
    knots = F.pad(share.cumsum(dim=-1), (1, 0)) * (2 * bound) - bound
    knots = torch.cat([knots[..., :-1], torch.full_like(knots[..., :1], bound)], dim=-1)
    return knots, knots.diff(dim=-1)
