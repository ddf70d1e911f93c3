"""Two discrete numbers, one after the other, as a map of uniform noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["DiscreteChain"]


@dataclass(frozen=True)
class DiscreteChain:
    """P(x₁) P(x₂ | x₁), each x a level 0, …, K − 1.

    x₁ is likely near the middle, x₂ near x₁: probabilities are proportional to exp(−½ d²/w²), d the distance in levels
    and w = K/4.

    Attributes:
        levels: K.
    """

    levels: int

    @property
    def first(self) -> np.ndarray:
        """P(x₁), (K,)."""
        return self._around(np.array([0.5 * (self.levels - 1)]))[0]

    @property
    def second(self) -> np.ndarray:
        """P(x₂ | x₁), (K, K), a row for each x₁."""
        return self._around(np.arange(self.levels, dtype=float))

    @property
    def probabilities(self) -> np.ndarray:
        """P(x₁, x₂), (K, K)."""
        return self.first[:, None] * self.second

    def transform(self, noise: np.ndarray) -> np.ndarray:
        """x for noise in the unit square, (n, 2) to (n, 2): the inverse distribution functions, which are steps."""
        first = np.searchsorted(self._edges(self.first)[1:-1], noise[:, 0], side="right")
        second = self._edges(self.second)[first, 1:-1]  # (n, K − 1)
        return np.stack([first, (second <= noise[:, 1, None]).sum(axis=1)], axis=1)

    def first_edges(self) -> np.ndarray:
        """Ends of the intervals of ε₁ that give each x₁, (K + 1,)."""
        return self._edges(self.first)

    def second_edges(self) -> np.ndarray:
        """Ends of the intervals of ε₂ that give each x₂, for each x₁, (K, K + 1)."""
        return self._edges(self.second)

    def cell(self, x: tuple[int, int]) -> tuple[float, float, float, float]:
        """The rectangle of all noise that gives x: ends along ε₁, then along ε₂."""
        along, up = self.first_edges(), self.second_edges()[x[0]]
        return float(along[x[0]]), float(along[x[0] + 1]), float(up[x[1]]), float(up[x[1] + 1])

    def _around(self, centers: np.ndarray) -> np.ndarray:
        """Probabilities of the levels around each centre, (n,) to (n, K)."""
        away = (np.arange(self.levels) - centers[:, None]) / (0.25 * self.levels)
        weights = np.exp(-0.5 * away**2)
        return weights / weights.sum(axis=1, keepdims=True)

    @staticmethod
    def _edges(probabilities: np.ndarray) -> np.ndarray:
        """Cumulated probabilities from 0 to 1 along the last axis, (…, K) to (…, K + 1)."""
        sums = np.cumsum(probabilities, axis=-1)
        sums[..., -1] = 1.0  # but for rounding
        return np.concatenate([np.zeros_like(sums[..., :1]), sums], axis=-1)
