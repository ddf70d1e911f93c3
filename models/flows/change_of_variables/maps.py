"""Invertible maps of a line, with inverse and slope, and the density of x = f(ε). Float64."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from models.flows.change_of_variables import self_power
from models.flows.change_of_variables.noises import Noise1D

__all__ = [
    "MAPS", "Affine", "Cubic", "Invertible", "Mirrored", "SelfPower", "Sigmoid", "Sinh", "Softplus", "log_density",
    "probability_of_x",
]  # fmt: skip

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_PANELS = 24


class Invertible(ABC):
    """A differentiable map of a line with f′ ≠ 0.

    Attributes:
        words: f as a formula.
        domain: Ends of the interval in which ε may lie.
        ends: Ends of the interval of all f(ε), in the order of growing ε.
        hidden: Share of the noise on each side that pictures leave out, because f carries it far away.
    """

    words: str
    domain: tuple[float, float] = (-math.inf, math.inf)
    ends: tuple[float, float] = (-math.inf, math.inf)
    hidden: tuple[float, float] = (0.001, 0.001)

    @abstractmethod
    def value(self, e: np.ndarray) -> np.ndarray:
        """f(ε); any shape to the same shape."""

    @abstractmethod
    def inverse(self, x: np.ndarray) -> np.ndarray:
        """f⁻¹(x) for x between `ends`; any shape to the same shape."""

    @abstractmethod
    def slope(self, e: np.ndarray) -> np.ndarray:
        """f′(ε); any shape to the same shape. That of the inverse is 1/f′(f⁻¹(x))."""

    def reaches(self, x: np.ndarray) -> np.ndarray:
        """Whether x is f(ε) of some ε; any shape to bool of the same shape."""
        low, high = min(self.ends), max(self.ends)
        return (x > low) & (x < high)


@dataclass(frozen=True)
class Affine(Invertible):
    """a ε + b with a > 0."""

    a: float
    b: float
    words = "a ε + b"

    def value(self, e: np.ndarray) -> np.ndarray:
        """a ε + b."""
        return self.a * e + self.b

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """(x − b)/a."""
        return (x - self.b) / self.a

    def slope(self, e: np.ndarray) -> np.ndarray:
        """a."""
        return np.full_like(e, self.a)


@dataclass(frozen=True)
class Cubic(Invertible):
    """ε³ + ε."""

    words = "ε³ + ε"
    hidden = (0.03, 0.03)

    def value(self, e: np.ndarray) -> np.ndarray:
        """ε³ + ε."""
        return e**3 + e

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """(2/√3) sinh(⅓ asinh(3√3 x/2)), from sinh 3u = 4 sinh³ u + 3 sinh u."""
        root = math.sqrt(3.0)
        return 2 / root * np.sinh(np.arcsinh(1.5 * root * x) / 3)

    def slope(self, e: np.ndarray) -> np.ndarray:
        """3 ε² + 1."""
        return 3 * e**2 + 1


@dataclass(frozen=True)
class Softplus(Invertible):
    """log(1 + exp ε)."""

    words = "log(1 + exp ε)"
    ends = (0.0, math.inf)

    def value(self, e: np.ndarray) -> np.ndarray:
        """log(1 + exp ε), without overflow."""
        return np.logaddexp(0.0, e)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """log(exp x − 1), without overflow."""
        return x + np.log(-np.expm1(-x))

    def slope(self, e: np.ndarray) -> np.ndarray:
        """σ(ε)."""
        return np.exp(-np.logaddexp(0.0, -e))


@dataclass(frozen=True)
class Sinh(Invertible):
    """sinh ε."""

    words = "sinh ε"
    hidden = (0.01, 0.01)

    def value(self, e: np.ndarray) -> np.ndarray:
        """sinh ε."""
        return np.sinh(e)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """asinh x."""
        return np.arcsinh(x)

    def slope(self, e: np.ndarray) -> np.ndarray:
        """cosh ε."""
        return np.cosh(e)


@dataclass(frozen=True)
class Sigmoid(Invertible):
    """The logistic function σ(ε)."""

    words = "σ(ε)"
    ends = (0.0, 1.0)

    def value(self, e: np.ndarray) -> np.ndarray:
        """1/(1 + exp(−ε)), without overflow."""
        return np.exp(-np.logaddexp(0.0, -e))

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """log x − log(1 − x)."""
        return np.log(x) - np.log1p(-x)

    def slope(self, e: np.ndarray) -> np.ndarray:
        """σ(ε) σ(−ε)."""
        return np.exp(-np.logaddexp(0.0, -e) - np.logaddexp(0.0, e))


@dataclass(frozen=True)
class SelfPower(Invertible):
    """The lecture's h: ε to the power ε, for ε > 1."""

    words = "ε^ε"
    domain = (1.0, math.inf)
    ends = (1.0, math.inf)
    hidden = (0.0, 0.2)

    def value(self, e: np.ndarray) -> np.ndarray:
        """ε^ε."""
        return self_power.forward(e)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """By Newton's method."""
        return self_power.newton(np.log(x))[0]

    def slope(self, e: np.ndarray) -> np.ndarray:
        """ε^ε (1 + log ε)."""
        return self.value(e) * (1 + np.log(e))


@dataclass(frozen=True)
class Mirrored(Invertible):
    """−f(ε), which falls where f rises."""

    f: Invertible

    @property
    def words(self) -> str:  # type: ignore[override]
        """The formula."""
        inner = self.f.words
        return f"−({inner})" if "+" in inner and "log" not in inner else f"−{inner}"

    @property
    def domain(self) -> tuple[float, float]:  # type: ignore[override]
        """That of f."""
        return self.f.domain

    @property
    def ends(self) -> tuple[float, float]:  # type: ignore[override]
        """Those of f with the other sign."""
        return -self.f.ends[0], -self.f.ends[1]

    @property
    def hidden(self) -> tuple[float, float]:  # type: ignore[override]
        """That of f."""
        return self.f.hidden

    def value(self, e: np.ndarray) -> np.ndarray:
        """−f(ε)."""
        return -self.f.value(e)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """f⁻¹(−x)."""
        return self.f.inverse(-x)

    def slope(self, e: np.ndarray) -> np.ndarray:
        """−f′(ε)."""
        return -self.f.slope(e)


MAPS = {
    "softplus": "Softplus",
    "affine": "Affine",
    "cubic": "ε³ + ε",
    "sinh": "sinh",
    "logistic": "Logistic σ",
    "power": "ε^ε",
}
"""The maps by name, as choices."""


def log_density(x: np.ndarray, f: Invertible, noise: Noise1D) -> np.ndarray:
    """log p(x) = log s(f⁻¹(x)) + log |df⁻¹/dx|, −∞ where no ε has f(ε) = x; any shape to the same shape, nats."""
    x = np.asarray(x, dtype=float)
    inside = f.reaches(x)
    some = x[inside][:1] if inside.any() else np.array([float(f.value(np.array(1.5)))])
    e = f.inverse(np.where(inside, x, some))
    return np.where(inside, noise.log_prob(e) - np.log(np.abs(f.slope(e))), -np.inf)


def probability_of_x(low: float, high: float, f: Invertible, noise: Noise1D) -> float:
    """The area under p(x) between f(low) and f(high), by quadrature of the density of x alone.

    Args:
        low: Lower end of an interval of ε within the support of the noise.
        high: Upper end.
        f: The map.
        noise: The density of ε.
    """
    if high <= low:
        return 0.0
    ends = f.value(np.linspace(low, high, _PANELS + 1))
    half, middle = 0.5 * np.diff(ends), 0.5 * (ends[1:] + ends[:-1])
    x = middle[:, None] + half[:, None] * _NODES
    return float(np.abs(half) @ (np.exp(log_density(x, f, noise)) @ _WEIGHTS))
