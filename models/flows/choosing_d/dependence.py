"""Which entries of x depend on which entries of ε after each coupling layer, and how often each entry is moved."""

from __future__ import annotations

import numpy as np

from models.flows.real_nvp.model import parts

__all__ = ["K", "complete_after", "dependencies", "moved_counts", "share"]

K = 6
"""Entries of a row: columns of the tables that the lab takes."""


def dependencies(d: int, layers: int, masks: str, k: int = K) -> list[np.ndarray]:
    """Whether x_i can depend on ε_j after 0, 1, …, `layers` coupling layers, (k, k) each.

    A moved entry depends on what it and all kept entries have depended on before; a kept one does not change. This is
    the pattern of entries other than 0 of the Jacobian ∂x/∂ε, for all s and t but special ones.

    Args:
        d: Number of entries kept.
        layers: Number of layers.
        masks: "alternate", "fixed" or "random", as of `parts`.
        k: Number of entries.
    """
    every = [np.eye(k, dtype=bool)]
    for kept, moved in parts(k, d, layers, masks):
        after = every[-1].copy()
        after[moved.numpy()] |= every[-1][kept.numpy()].any(axis=0)
        every.append(after)
    return every


def share(pattern: np.ndarray) -> float:
    """Share of the pairs i ≠ j of which x_i depends on ε_j."""
    k = len(pattern)
    return float((pattern.sum() - k) / (k * (k - 1)))


def complete_after(d: int, masks: str, most: int = 32) -> int | None:
    """Number of layers after which every entry depends on every other; None if not after `most` layers."""
    patterns = dependencies(d, most, masks)
    return next((layers for layers, pattern in enumerate(patterns) if pattern.all()), None)


def moved_counts(d: int, layers: int, masks: str, k: int = K) -> np.ndarray:
    """Number of layers that move each entry, (k,)."""
    counts = np.zeros(k, int)
    for _, moved in parts(k, d, layers, masks):
        counts[moved.numpy()] += 1
    return counts
