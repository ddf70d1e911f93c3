"""The energy distance between two samples, and its value where both come from one distribution."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["energy_distance"]


def energy_distance(x: Tensor, data: Tensor) -> tuple[float, float]:
    """Energy distance of samples and data, and what it is on average where the samples are as good as data.

    2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖ with averages over all pairs (Székely and Rizzo, 2013): never negative, and 0
    only for equal samples. Of two samples of n and m from one distribution it is E‖Y − Y′‖ (1/n + 1/m) on average.

    Args:
        x: Samples, (n, d).
        data: Data, (m, d), at least two.

    Returns:
        The distance, in units of the data, and its mean for data in place of the samples.
    """
    n, m = len(x), len(data)
    of_data = torch.cdist(data, data).double().sum()
    value = 2 * torch.cdist(x, data).double().mean() - torch.cdist(x, x).double().mean() - of_data / m**2
    return max(0.0, float(value)), float(of_data / (m * (m - 1))) * (1 / n + 1 / m)
