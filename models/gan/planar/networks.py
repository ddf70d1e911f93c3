"""Networks of the planar game: generator, discriminator, and layers whose largest singular value is 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["ACTIVATIONS", "SpectralLinear", "dense"]

ACTIVATIONS: Mapping[str, tuple[str, Callable[[], nn.Module]]] = {
    "relu": ("ReLU", nn.ReLU),
    "leaky": ("Leaky ReLU", lambda: nn.LeakyReLU(0.2)),
    "tanh": ("tanh", nn.Tanh),
}
"""Activations by name: title in menus, and constructor."""

_START = 15  # power iterations before the first use


class SpectralLinear(nn.Linear):
    """A linear layer whose weights are divided by their largest singular value, found by power iteration.

    One iteration a forward pass in training mode, none in evaluation mode (Miyato et al., 2018, arXiv 1802.05957). The
    first vector is drawn with the weights; `u` and `v` are buffers, so that copies and checkpoints include them.

    Args:
        width_in: Size of the input.
        width_out: Size of the output.
    """

    u: Tensor
    v: Tensor

    def __init__(self, width_in: int, width_out: int):
        super().__init__(width_in, width_out)
        self.register_buffer("u", functional.normalize(torch.randn(width_out), dim=0))
        self.register_buffer("v", torch.zeros(width_in))
        self._iterate(_START)

    @torch.no_grad()
    def _iterate(self, times: int) -> None:
        for _ in range(times):
            self.v = functional.normalize(self.weight.t() @ self.u, dim=0)
            self.u = functional.normalize(self.weight @ self.v, dim=0)

    @property
    def divided(self) -> Tensor:
        """The weights in force, (out, in); gradients reach the weights through the singular value too."""
        return self.weight / (self.u @ self.weight @ self.v)

    def forward(self, x: Tensor) -> Tensor:
        """(n, in) to (n, out)."""
        if self.training:
            self._iterate(1)
        return functional.linear(x, self.divided, self.bias)


def dense(width_in: int, hidden: int, layers: int, width_out: int, activation: str, *, spectral: bool) -> nn.Sequential:
    """Linear layers with an activation between them, none after the last; (n, width_in) to (n, width_out).

    Args:
        width_in: Size of the input.
        hidden: Width of each hidden layer.
        layers: Hidden layers; 0 leaves one affine map.
        width_out: Size of the output.
        activation: One of `ACTIVATIONS`.
        spectral: Whether each layer is normalised by its largest singular value.
    """
    kind = SpectralLinear if spectral else nn.Linear
    _, between = ACTIVATIONS[activation]
    parts: list[nn.Module] = []
    for a, b in pairwise([width_in, *[hidden] * layers, width_out]):
        parts += [kind(a, b), between()]
    return nn.Sequential(*parts[:-1])
