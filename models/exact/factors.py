"""How well latents predict the true factors of variation."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from models.protocol import Factor

__all__ = ["explained", "features", "targets"]

_PRODUCTS = 16  # with more latents there are too many products of two for the data


def targets(column: np.ndarray, factor: Factor) -> np.ndarray:
    """Regression targets of a factor, (n,) to (n, m).

    A factor with names has an indicator for each name, a circular one cos and sin of its angle; others are unchanged.
    """
    if factor.values:
        return (column[:, None] == np.arange(len(factor.values))).astype(np.float64)
    if factor.period:
        angle = 2 * math.pi * column / factor.period
        return np.column_stack([np.cos(angle), np.sin(angle)])
    return column[:, None].astype(np.float64)


def features(z: np.ndarray) -> np.ndarray:
    """Regressors of latents, (n, d) to (n, p): 1, z, z², z³, and products of two if d is at most 16."""
    spread = z.std(axis=0)
    x = (z - z.mean(axis=0)) / np.where(spread > 1e-9, spread, np.inf)  # a constant latent predicts nothing
    columns = [np.ones(len(z)), *x.T, *(x**2).T, *(x**3).T]
    if x.shape[1] <= _PRODUCTS:
        columns += [x[:, i] * x[:, j] for i, j in itertools.combinations(range(x.shape[1]), 2)]
    return np.column_stack(columns)


def _adjusted(design: np.ndarray, target: np.ndarray) -> float:
    """R² of a least-squares fit, all columns of the target together, adjusted for the number of regressors."""
    centred = target - target.mean(axis=0)
    total = float((centred**2).sum())
    if total <= 1e-12 * len(target):
        return 0.0
    solution, _, rank, _ = np.linalg.lstsq(design, centred, rcond=1e-9)
    rest = float(((centred - design @ solution) ** 2).sum())
    n = len(target)
    if n <= rank:
        return 0.0
    return max(0.0, 1.0 - rest / total * (n - 1) / (n - rank))


def explained(z: np.ndarray, factors: np.ndarray, kinds: Sequence[Factor]) -> np.ndarray:
    """Share of each factor's variance that a cubic polynomial explains, of each latent alone and of all together.

    R² adjusted for the number of regressors, so that an uninformative latent has 0 on average; negative values are
    reported as 0.

    Args:
        z: Latents, (n, d).
        factors: True factors of the data, (n, k).
        kinds: Descriptions of the k columns.

    Returns:
        (d + 1, k), the last row of all latents together.
    """
    wanted = [targets(factors[:, column], kind) for column, kind in enumerate(kinds)]
    designs = [*(features(z[:, [dim]]) for dim in range(z.shape[1])), features(z)]
    return np.array([[_adjusted(design, target) for target in wanted] for design in designs])
