"""Divergences of two distributions given as masses: on atoms, or of the cells of a grid. Float64 NumPy, nats."""

from __future__ import annotations

import numpy as np

__all__ = ["jensen_shannon", "kl", "masses", "total_variation"]


def masses(density: np.ndarray, cell: float = 1.0) -> np.ndarray:
    """Masses of cells of size `cell` from densities at their centres, scaled to sum to 1; any shape to the same.

    Raises:
        ValueError: No cell has mass, or a value is negative or not finite.
    """
    mass = np.asarray(density, dtype=float) * cell
    total = mass.sum()
    if not np.isfinite(total) or total <= 0 or (mass < 0).any():
        raise ValueError("a distribution needs values that are finite, at least 0 and not all 0")
    return mass / total


def kl(p: np.ndarray, q: np.ndarray) -> float:
    """KL(p ‖ q); infinite where q has no mass at an atom of p."""
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    support = p > 0
    if (q[support] <= 0).any():
        return float("inf")
    return max(0.0, float(np.sum(p[support] * (np.log(p[support]) - np.log(q[support])))))


def jensen_shannon(p: np.ndarray, q: np.ndarray) -> float:
    """½ KL(p ‖ m) + ½ KL(q ‖ m) with m the mean of p and q; at most log 2, the value for disjoint supports."""
    p, q = (np.where(0.5 * np.asarray(mass, dtype=float) > 0, mass, 0.0) for mass in (p, q))  # half of the least is 0
    middle = 0.5 * (p + q)
    return 0.5 * kl(p, middle) + 0.5 * kl(q, middle)


def total_variation(p: np.ndarray, q: np.ndarray) -> float:
    """½ Σ|p − q|, from 0 to 1."""
    return 0.5 * float(np.abs(np.asarray(p, dtype=float) - np.asarray(q, dtype=float)).sum())
