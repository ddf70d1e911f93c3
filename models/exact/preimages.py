"""The density of x = f(ε), summed over the preimages of x."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.exact.normal import normal_log_prob

__all__ = ["Affine", "Map", "Sine", "Square"]

_FAR = 9.0  # a wave has infinitely many preimages; beyond ±9 the density of N(0, 1) is below 1e-18


def _standard_normal(e: np.ndarray) -> np.ndarray:
    return np.exp(normal_log_prob(e, 0.0, 1.0))


class Map(ABC):
    """A smooth f of one number; the density of f(ε) is Σ s(εᵢ)/|f′(εᵢ)| over all εᵢ with f(εᵢ) = x."""

    @abstractmethod
    def value(self, e: np.ndarray) -> np.ndarray:
        """f(ε); any shape to the same shape."""

    @abstractmethod
    def slope(self, e: np.ndarray) -> np.ndarray:
        """f′(ε); any shape to the same shape."""

    @abstractmethod
    def preimages(self, x: np.ndarray) -> np.ndarray:
        """Every ε with f(ε) = x, of a wave those with |ε| ≤ 9, filled up with NaN; (n,) to (k, n)."""

    @property
    @abstractmethod
    def span(self) -> tuple[float, float]:
        """Least and greatest x of the pictures; nearly all draws lie between them."""

    @property
    @abstractmethod
    def words(self) -> str:
        """f as a formula."""

    def terms(
        self, x: np.ndarray, density: Callable[[np.ndarray], np.ndarray] = _standard_normal, *, jacobian: bool = True
    ) -> np.ndarray:
        """s(εᵢ)/|f′(εᵢ)| of each preimage, (n,) to (k, n): 0 where x has none, infinite at a fold, where f′ = 0.

        Args:
            x: Points, (n,).
            density: s, any shape to the same shape.
            jacobian: Without it, the terms are s(εᵢ).
        """
        e = self.preimages(np.asarray(x, dtype=float))  # (k, n)
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = density(e)
            if jacobian:
                terms = terms / np.abs(self.slope(e))
        return np.where(np.isnan(e), 0.0, terms)

    def sum_over_preimages(
        self, x: np.ndarray, density: Callable[[np.ndarray], np.ndarray] = _standard_normal, *, jacobian: bool = True
    ) -> np.ndarray:
        """Σ s(εᵢ)/|f′(εᵢ)|, the density of x, (n,) to (n,); see `terms`. Without the Jacobian it is no density."""
        return self.terms(x, density, jacobian=jacobian).sum(axis=0)


@dataclass(frozen=True)
class Affine(Map):
    """a ε + b with a > 0: one preimage."""

    a: float
    b: float

    def value(self, e: np.ndarray) -> np.ndarray:
        """a ε + b."""
        return self.a * e + self.b

    def slope(self, e: np.ndarray) -> np.ndarray:
        """a."""
        return np.full_like(e, self.a)

    def preimages(self, x: np.ndarray) -> np.ndarray:
        """(x − b)/a, (n,) to (1, n)."""
        return ((x - self.b) / self.a)[None]

    @property
    def span(self) -> tuple[float, float]:
        """b ± 3.5 a."""
        return self.b - 3.5 * self.a, self.b + 3.5 * self.a

    @property
    def words(self) -> str:
        """The formula."""
        return "a ε + b"


@dataclass(frozen=True)
class Square(Map):
    """a ε² + b with a > 0: two preimages, and a fold at ε = 0."""

    a: float
    b: float

    def value(self, e: np.ndarray) -> np.ndarray:
        """a ε² + b."""
        return self.a * e**2 + self.b

    def slope(self, e: np.ndarray) -> np.ndarray:
        """2 a ε."""
        return 2.0 * self.a * e

    def preimages(self, x: np.ndarray) -> np.ndarray:
        """±√((x − b)/a), (n,) to (2, n)."""
        above = (x - self.b) / self.a
        root = np.sqrt(np.where(above >= 0, above, np.nan))
        return np.stack([-root, root])

    @property
    def span(self) -> tuple[float, float]:
        """From just below the fold to where ε = 2.6."""
        return self.b - 0.5 * self.a, self.b + 6.8 * self.a

    @property
    def words(self) -> str:
        """The formula."""
        return "a ε² + b"


@dataclass(frozen=True)
class Sine(Map):
    """a sin(ω ε) + b with a > 0: many preimages, and folds at b ± a.

    Attributes:
        omega: ω > 0.
    """

    a: float
    b: float
    omega: float

    def value(self, e: np.ndarray) -> np.ndarray:
        """a sin(ω ε) + b."""
        return self.a * np.sin(self.omega * e) + self.b

    def slope(self, e: np.ndarray) -> np.ndarray:
        """a ω cos(ω ε)."""
        return self.a * self.omega * np.cos(self.omega * e)

    def preimages(self, x: np.ndarray) -> np.ndarray:
        """(asin(u) + 2πk)/ω and (π − asin(u) + 2πk)/ω with u = (x − b)/a, (n,) to (k, n)."""
        u = (x - self.b) / self.a
        angle = np.arcsin(np.where(np.abs(u) <= 1, u, np.nan))  # (n,)
        turns = (
            2 * math.pi * np.arange(-math.ceil(_FAR * self.omega / 6), math.ceil(_FAR * self.omega / 6) + 1)[:, None]
        )
        e = np.concatenate([angle + turns, math.pi - angle + turns]) / self.omega  # (k, n)
        return np.where(np.abs(e) <= _FAR, e, np.nan)

    @property
    def span(self) -> tuple[float, float]:
        """A little beyond b ± a."""
        return self.b - 1.15 * self.a, self.b + 1.15 * self.a

    @property
    def words(self) -> str:
        """The formula."""
        return "a sin(ω ε) + b"
