"""The network of the diffusion model: a multilayer perceptron of place and time, with its divergence."""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn

__all__ = ["STARTS", "TimeMLP"]

STARTS = {"torch": "torch's default", "kaiming": "He"}
"""Initialisations: names for menus."""


_WAVES = 8  # sines and cosines of t


class TimeMLP(nn.Module):
    """A network of x (n, 2) and t (n, 1), or a t of one element; SiLU between linear layers.

    Args:
        width: Units of each hidden layer.
        hidden: Hidden layers.
        start: A key of `STARTS`: "kaiming" is He's initialisation, the gain of "torch" is small.
    """

    waves: Tensor

    def __init__(self, width: int, hidden: int, start: str):
        super().__init__()
        sizes = [2 + 2 * _WAVES, *[width] * hidden, 2]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(sizes))
        self.register_buffer("waves", 0.5 * math.pi * 2.0 ** torch.arange(_WAVES), persistent=False)
        if start == "kaiming":
            for layer in self._linear:
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)

    @property
    def _linear(self) -> list[nn.Linear]:
        return [layer for layer in self.layers if isinstance(layer, nn.Linear)]

    def _input(self, x: Tensor, t: Tensor) -> Tensor:
        angle = t.reshape(-1, 1) * self.waves
        waves = torch.cat([angle.sin(), angle.cos()], dim=1)
        return torch.cat([x, waves.expand(len(x), -1)], dim=1)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """The prediction, (n, 2)."""
        first, *others = self._linear
        h: Tensor = first(self._input(x, t))
        for layer in others:
            h = layer(nn.functional.silu(h))
        return h

    def with_divergence(self, x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """The prediction, (n, 2), and its divergence in x, (n,); derivatives are carried along with the values."""
        first, *others = self._linear
        h = first(self._input(x, t))
        slopes = first.weight[:, :2].T[:, None]  # (2, 1, width)
        for layer in others:
            gate = torch.sigmoid(h)
            slopes = (gate * (1 + h * (1 - gate)) * slopes) @ layer.weight.T  # (2, n, width)
            h = layer(h * gate)
        return h, (slopes[0, ..., 0] + slopes[1, ..., 1]).expand(len(x))
