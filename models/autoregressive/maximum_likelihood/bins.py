"""Data and a density on bins of a line: divergence, cross-entropy and the constant of the objective. Float64, nats."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from models.exact.densities_1d import LineMixture

__all__ = ["EDGE", "Binned", "log_masses"]

EDGE = 6.0
"""Bins divide the line from −6 to 6; the outer two also hold what lies beyond."""


def _log_ndtr(z: np.ndarray) -> np.ndarray:
    """log Φ(z) of the standard normal distribution; any shape to the same shape."""
    return torch.special.log_ndtr(torch.from_numpy(np.asarray(z, dtype=float))).numpy()


def log_masses(density: LineMixture, edges: np.ndarray) -> np.ndarray:
    """Log probability of each interval between neighbouring edges, without underflow.

    Args:
        density: The density.
        edges: Ends of the intervals in ascending order, (b + 1,).

    Returns:
        (b,), nats.
    """
    parts = []
    for mean in density.means:
        low, high = (edges[:-1] - mean) / density.std, (edges[1:] - mean) / density.std
        flip = low > 0  # Φ(b) − Φ(a) = Φ(−a) − Φ(−b): the side on which Φ is small has all its digits
        low, high = np.where(flip, -high, low), np.where(flip, -low, high)
        above, below = _log_ndtr(high), _log_ndtr(low)
        with np.errstate(divide="ignore"):  # an interval without mass in float64
            parts.append(above + np.log(-np.expm1(below - above)))
    return np.logaddexp.reduce(parts, axis=0) - math.log(len(parts))


@dataclass(frozen=True)
class Binned:
    """The empirical distribution F̂ of some data on bins, and a model's probabilities of the same bins.

    Attributes:
        width: Width h of a bin.
        shares: F̂ of each bin, (b,).
        log_model: log p_θ of each bin, (b,).
    """

    width: float
    shares: np.ndarray
    log_model: np.ndarray

    @classmethod
    def of(cls, x: np.ndarray, density: LineMixture, bins: int) -> Binned:
        """Data x (n,) and a density on so many bins of equal width."""
        edges = np.linspace(-EDGE, EDGE, bins + 1)
        place = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, bins - 1)
        shares = np.bincount(place, minlength=bins) / len(x)
        edges[[0, -1]] = -math.inf, math.inf
        return cls(2 * EDGE / bins, shares, log_masses(density, edges))

    def _mean(self, values: np.ndarray) -> float:
        """The mean of a value of each bin under F̂."""
        held = self.shares > 0
        return math.fsum((self.shares[held] * values[held]).tolist())

    @property
    def _log_shares(self) -> np.ndarray:
        return np.log(np.where(self.shares > 0, self.shares, 1.0))

    @property
    def cross_entropy(self) -> float:
        """−E_F̂[log p_θ(bin)]."""
        return -self._mean(self.log_model)

    @property
    def divergence(self) -> float:
        """KL(F̂ ‖ p_θ) on the bins."""
        return self._mean(self._log_shares - self.log_model)

    @property
    def entropy(self) -> float:
        """H(F̂) on the bins; log n where each datum has a bin of its own."""
        return -self._mean(self._log_shares)

    @property
    def objective(self) -> float:
        """𝓛/n with the density p_θ(bin)/h; it tends to the mean of log p_θ(x) as h → 0."""
        return self._mean(self.log_model - math.log(self.width))

    @property
    def constant(self) -> float:
        """C/n = E_F̂[log(F̂/h)] = −H(F̂) − log h, which grows without limit as h → 0."""
        return self._mean(self._log_shares - math.log(self.width))
