"""Adam for a small network: all parameters in one vector, so that a step takes a few operations."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

__all__ = ["Adam"]

_DECAY, _DECAY_SQUARES, _LEAST = 0.9, 0.999, 1e-8


class Adam:
    """Adam (Kingma and Ba, 2015, arXiv 1412.6980) with its usual constants, as `torch.optim.Adam` computes it.

    Parameters and their gradients become parts of two vectors.

    Args:
        parameters: Of one type, on one device.
    """

    def __init__(self, parameters: Iterable[nn.Parameter]):
        every = list(parameters)
        self._values = torch.cat([parameter.detach().flatten() for parameter in every])
        self._slope = torch.zeros_like(self._values)
        counts = [parameter.numel() for parameter in every]
        parts = zip(every, self._values.split(counts), self._slope.split(counts), strict=True)
        for parameter, value, slope in parts:
            parameter.data, parameter.grad = value.view_as(parameter), slope.view_as(parameter)
        self._mean, self._square = torch.zeros_like(self._values), torch.zeros_like(self._values)
        self._steps = 0

    def descend(self, loss: Tensor, rate: float) -> None:
        """One step down the gradient of a loss."""
        self._slope.zero_()
        loss.backward()
        self._steps += 1
        self._mean.lerp_(self._slope, 1 - _DECAY)
        self._square.mul_(_DECAY_SQUARES).addcmul_(self._slope, self._slope, value=1 - _DECAY_SQUARES)
        size = (self._square / (1 - _DECAY_SQUARES**self._steps)).sqrt_().add_(_LEAST)
        self._values.addcdiv_(self._mean, size, value=-rate / (1 - _DECAY**self._steps))
