"""Maps of a line that are not invertible: several ε lead to one x. Float64."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from models.exact.preimages import Map, Square
from models.flows.change_of_variables.noises import Noise1D

__all__ = ["FOLDS", "Wave", "branch_masses", "fold_of"]

_FOLD = 1 / math.sqrt(3.0)  # where the slope of ε³ − ε is 0
_TOP = 2 / (3 * math.sqrt(3.0))  # its value at −1/√3


@dataclass(frozen=True)
class Wave(Map):
    """ε³ − ε: three preimages of each x within ±2/(3√3), and folds at ±1/√3."""

    def value(self, e: np.ndarray) -> np.ndarray:
        """ε³ − ε."""
        return e**3 - e

    def slope(self, e: np.ndarray) -> np.ndarray:
        """3 ε² − 1."""
        return 3 * e**2 - 1

    def preimages(self, x: np.ndarray) -> np.ndarray:
        """The ε left of both folds, between them and right of both, NaN where x has none there; (n,) to (3, n).

        With three of them they are (2/√3) cos(φ/3 + 2πk/3), cos φ = x/(2/(3√3)), from cos 3u = 4 cos³ u − 3 cos u.
        """
        u = np.asarray(x, dtype=float) / _TOP
        angle = np.arccos(np.clip(u, -1, 1)) / 3
        three = np.abs(u) <= 1
        alone = 2 * _FOLD * np.sign(u) * np.cosh(np.arccosh(np.maximum(np.abs(u), 1.0)) / 3)
        right, left, between = (2 * _FOLD * np.cos(angle + 2 * math.pi * k / 3) for k in range(3))
        return np.stack([
            np.where(three, left, np.where(u < -1, alone, np.nan)),
            np.where(three, between, np.nan),
            np.where(three, right, np.where(u > 1, alone, np.nan)),
        ])  # fmt: skip

    @property
    def span(self) -> tuple[float, float]:
        """From f(−1.9) to f(1.9)."""
        return float(self.value(np.array(-1.9))), float(self.value(np.array(1.9)))

    @property
    def words(self) -> str:
        """The formula."""
        return "ε³ − ε"


FOLDS = {"wave": "ε³ − ε", "square": "ε²"}
"""The maps by name, as choices."""


def fold_of(name: str) -> tuple[Map, tuple[float, ...]]:
    """A map by its name, and the ε at which it turns around, in ascending order."""
    return (Square(1.0, 0.0), (0.0,)) if name == "square" else (Wave(), (-_FOLD, _FOLD))


def branch_masses(noise: Noise1D, turns: tuple[float, ...]) -> list[float]:
    """The area under s(g(x)) |g′(x)| for the inverse g of each branch: the probability of its ε.

    Args:
        noise: The density of ε.
        turns: The ε at which f turns around, in ascending order; a branch lies between two of them.
    """
    ends = (-math.inf, *turns, math.inf)
    return [noise.between(low, high) for low, high in itertools.pairwise(ends)]
