"""Conversion between images of evenly spaced values and continuous data for a density.

Data whose entries take one of L values k/(L − 1), k = 0 … L − 1, have an infinite density wherever a model learns to
put all its mass on one of them. With noise u ~ U(0, 1) added, y = (k + u)/L is spread evenly over [0, 1), and the mean
over u of log p(y) − log L an entry is at most the log-probability of the value (Theis, van den Oord, Bethge, 2016,
arXiv 1511.01844).
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["dequantise", "quantise", "unit_mean"]


def dequantise(x: Tensor, levels: int, rng: torch.Generator | None = None) -> Tensor:
    """Values 0 … 1 of a number of levels with uniform noise, from 0 to 1; any shape to the same shape.

    Args:
        x: Data in data units.
        levels: Number of values of an entry; 0 for continuous data, which are not changed.
        rng: Source of the noise; None puts each entry in the middle of its interval.
    """
    if levels == 0:
        return x
    noise: Tensor | float = 0.5
    if rng is not None:
        noise = torch.rand(x.shape, generator=rng, device=x.device, dtype=x.dtype)
    return ((x * (levels - 1)).round() + noise) / levels


def quantise(y: Tensor, levels: int) -> Tensor:
    """Data units of dequantised values: the value of the interval of each; below 0 the first, above 1 the last."""
    if levels == 0:
        return y.clamp(0.0, 1.0)
    return (y * levels).floor().clamp(0, levels - 1) / (levels - 1)


def unit_mean(mean: Tensor, levels: int) -> Tensor:
    """Mean in data units of dequantised values of a mean, at least 0 and at most 1."""
    return mean if levels == 0 else ((mean * levels - 0.5) / (levels - 1)).clamp(0.0, 1.0)
