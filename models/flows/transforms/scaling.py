"""The affine map of one entry, x = t + exp(s) ε, with a bounded log scale s."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["Bound", "bounded", "scale", "unscale"]

Bound = Callable[[Tensor], Tensor]
"""From the output of a network to a log scale."""


def bounded(a: Tensor) -> Tensor:
    """s = 2 tanh(a/2), between −2 and 2 and with slope 1 at 0: one layer scales by at most e² = 7.4."""
    return 2 * torch.tanh(0.5 * a)


def scale(e: Tensor, shift: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
    """x = t + exp(s) ε and its log-determinant Σ s; (n, *shape) each to the same shape and (n,)."""
    return torch.addcmul(shift, s.exp(), e), s.flatten(1).sum(dim=1)


def unscale(x: Tensor, shift: Tensor, s: Tensor) -> tuple[Tensor, Tensor]:
    """ε = (x − t) exp(−s) and its log-determinant −Σ s; (n, *shape) each to the same shape and (n,)."""
    return (x - shift) * (-s).exp(), -s.flatten(1).sum(dim=1)
