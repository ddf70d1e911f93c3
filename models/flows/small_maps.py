"""Small fixed maps of k numbers to k numbers: a dense one, a masked one, and a coupling layer."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

__all__ = ["CouplingMap", "DenseMap", "MaskedMap"]

_MOST_LOG = 0.5  # |log of a scale| stays below


def _weights(rng: torch.Generator, rows: int, columns: int) -> Tensor:
    """Entries of mean 0 and variance 1/columns."""
    return torch.randn(rows, columns, generator=rng, dtype=torch.float64) / columns**0.5


class DenseMap:
    """f(ε) = W₂ tanh(W₁ ε): every output depends on every input.

    Args:
        k: Number of inputs and outputs.
        seed: Of the weights.
        dtype: Of the weights.
    """

    def __init__(self, k: int, seed: int = 0, dtype: torch.dtype = torch.float64):
        rng = torch.Generator().manual_seed(seed)
        self._first, self._second = (_weights(rng, k, k).to(dtype) for _ in range(2))

    def __call__(self, noise: Tensor) -> Tensor:
        """(n, k) to (n, k)."""
        return (noise @ self._first.T).tanh() @ self._second.T


class MaskedMap:
    """f(y)ᵢ = μᵢ(y_<ᵢ) + exp(αᵢ(y_<ᵢ)) yᵢ, all i in one pass through a network with masked weights.

    The hidden unit j sees the first j inputs, and the outputs i see the hidden units before i (Germain et al., 2015).
    The inverse takes k passes: yᵢ can be computed once y_<ᵢ is known.

    Args:
        k: Number of inputs and outputs.
        seed: Of the weights.
        dtype: Of the weights.
    """

    def __init__(self, k: int, seed: int = 0, dtype: torch.dtype = torch.float64):
        rng = torch.Generator().manual_seed(seed)
        self.k = k
        seen = torch.arange(1, k + 1, dtype=torch.float64)[:, None]  # inputs of each hidden unit
        self._hidden = (_weights(rng, k, k) * (k / seen).sqrt()).tril().to(dtype)
        before = (seen - 1).clamp_min(1)
        self._shift, self._scale = ((_weights(rng, k, k) * (k / before).sqrt()).tril(-1).to(dtype) for _ in range(2))

    def __call__(self, y: Tensor) -> Tensor:
        """(n, k) to (n, k)."""
        shift, log_scale = self.conditioner(y)
        return shift + log_scale.exp() * y

    def conditioner(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """μ and α, (n, k) each; the diagonal of the Jacobian is exp(α)."""
        hidden = (y @ self._hidden.T).tanh()
        return hidden @ self._shift.T, _MOST_LOG * (hidden @ self._scale.T).tanh()

    def solve(self, x: Tensor) -> Iterator[Tensor]:
        """The inverse of x, (n, k): y after each of the k passes, of which the first ones are exact after as many."""
        y = torch.zeros_like(x)
        for _ in range(self.k):
            shift, log_scale = self.conditioner(y)
            y = (x - shift) * (-log_scale).exp()
            yield y

    def inverse(self, x: Tensor) -> Tensor:
        """y with f(y) = x, (n, k) to (n, k)."""
        *_, y = self.solve(x)
        return y


class CouplingMap:
    """x_≤d = ε_≤d, x_>d = ε_>d exp(s(ε_≤d)) + t(ε_≤d) (Dinh et al., 2017), s and t of one hidden layer.

    Args:
        k: Number of inputs and outputs.
        d: Number of outputs that are copies, from 1 to k − 1.
        seed: Of the weights.
        dtype: Of the weights.
    """

    def __init__(self, k: int, d: int, seed: int = 0, dtype: torch.dtype = torch.float64):
        rng = torch.Generator().manual_seed(seed)
        self.d = d
        self._hidden = _weights(rng, d, d).to(dtype)
        self._scale, self._shift = (_weights(rng, k - d, d).to(dtype) for _ in range(2))

    def __call__(self, noise: Tensor) -> Tensor:
        """(n, k) to (n, k)."""
        kept, moved = noise[:, : self.d], noise[:, self.d :]
        log_scale, shift = self.conditioner(kept)
        return torch.cat([kept, moved * log_scale.exp() + shift], dim=1)

    def conditioner(self, kept: Tensor) -> tuple[Tensor, Tensor]:
        """s and t, (n, d) to (n, k − d) each; the log-determinant of the Jacobian is the sum of s."""
        hidden = (kept @ self._hidden.T).tanh()
        return _MOST_LOG * (hidden @ self._scale.T).tanh(), hidden @ self._shift.T
