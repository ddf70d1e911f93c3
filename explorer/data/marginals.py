"""Distributions of one real number, with logarithms of both tails and exact quantiles, for a copula.

The logarithms of both tails keep the normal score Φ⁻¹(F(x)) exact where F(x) would round to 0 or 1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from explorer.data.quadrature import REACH, panels

__all__ = ["Beta", "Bimodal", "Gamma", "Logistic", "Marginal", "Normal", "StudentT"]

_GRID, _NEWTON = 2_001, 8  # nodes of the first guess of a quantile, and steps from it; they converge quadratically


class Marginal(ABC):
    """A continuous distribution of one number. Arrays are float64, (n,) to (n,)."""

    name: str

    @abstractmethod
    def log_density(self, x: np.ndarray) -> np.ndarray:
        """log f(x), nats; −∞ outside the support."""

    @abstractmethod
    def log_tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """log F(x) and log(1 − F(x))."""

    @abstractmethod
    def at_score(self, z: np.ndarray) -> np.ndarray:
        """The quantile F⁻¹(Φ(z)) of a normal score."""

    @abstractmethod
    def entropy(self) -> float:
        """Differential entropy, nats."""

    def score(self, x: np.ndarray) -> np.ndarray:
        """The normal score Φ⁻¹(F(x)), from the smaller of both tails."""
        from scipy.special import ndtri_exp  # a slow import

        below, above = self.log_tails(x)
        return np.where(below < above, ndtri_exp(np.minimum(below, above)), -ndtri_exp(np.minimum(below, above)))


@dataclass(frozen=True)
class Normal(Marginal):
    """A normal distribution."""

    mean: float
    std: float
    name: str = "normal"

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """log f(x)."""
        return -0.5 * ((x - self.mean) / self.std) ** 2 - np.log(self.std * np.sqrt(2 * np.pi))

    def log_tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """log F(x) and log(1 − F(x))."""
        from scipy.special import log_ndtr

        z = (x - self.mean) / self.std
        return log_ndtr(z), log_ndtr(-z)

    def at_score(self, z: np.ndarray) -> np.ndarray:
        """A linear map."""
        return self.mean + self.std * z

    def entropy(self) -> float:
        """½ log 2πeσ²."""
        return float(0.5 * np.log(2 * np.pi * np.e * self.std**2))


@dataclass(frozen=True)
class Gamma(Marginal):
    """A sum of two exponential variables, the gamma distribution of shape 2: f(x) = x/θ² exp(−x/θ)."""

    scale: float
    name: str = "gamma"

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """log f(x), −∞ where x ≤ 0."""
        t = x / self.scale
        return np.where(t > 0, np.log(np.where(t > 0, t, 1.0)) - t, -np.inf) - np.log(self.scale)

    def log_tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """log F(x) and log(1 − F(x)) = log(1 + x/θ) − x/θ."""
        from scipy.special import gammainc

        t = np.maximum(x / self.scale, 0.0)
        with np.errstate(divide="ignore"):
            return np.log(gammainc(2.0, t)), np.log1p(t) - t

    def at_score(self, z: np.ndarray) -> np.ndarray:
        """The inverse of the incomplete gamma function, from the smaller tail."""
        from scipy.special import gammainccinv, gammaincinv, ndtr

        tail = ndtr(-np.abs(z))
        return self.scale * np.where(z < 0, gammaincinv(2.0, tail), gammainccinv(2.0, tail))

    def entropy(self) -> float:
        """1 + γ + log θ, γ Euler's constant."""
        return float(1 + np.euler_gamma + np.log(self.scale))


@dataclass(frozen=True)
class Logistic(Marginal):
    """A logistic distribution."""

    mean: float
    scale: float
    name: str = "logistic"

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """log f(x) = log F(x) + log(1 − F(x)) − log s."""
        below, above = self.log_tails(x)
        return below + above - np.log(self.scale)

    def log_tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """log F(x) and log(1 − F(x))."""
        from scipy.special import log_expit

        t = (x - self.mean) / self.scale
        return log_expit(t), log_expit(-t)

    def at_score(self, z: np.ndarray) -> np.ndarray:
        """The logit of Φ(z)."""
        from scipy.special import log_ndtr

        return self.mean + self.scale * (log_ndtr(z) - log_ndtr(-z))

    def entropy(self) -> float:
        """2 + log s."""
        return float(2 + np.log(self.scale))


@dataclass(frozen=True)
class StudentT(Marginal):
    """Student's t distribution, whose tails fall like a power."""

    freedom: float
    name: str = "Student t"

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """log f(x)."""
        nu = self.freedom
        return -0.5 * (nu + 1) * np.log1p(x**2 / nu) - self._log_norm()

    def _log_norm(self) -> float:
        from scipy.special import betaln

        return float(0.5 * np.log(self.freedom) + betaln(0.5 * self.freedom, 0.5))

    def log_tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """log F(x) and log(1 − F(x)) = log F(−x)."""
        from scipy.special import stdtr

        with np.errstate(divide="ignore"):
            return np.log(stdtr(self.freedom, x)), np.log(stdtr(self.freedom, -x))

    def at_score(self, z: np.ndarray) -> np.ndarray:
        """The quantile, from the lower tail by symmetry."""
        from scipy.special import ndtr, stdtrit

        return -np.sign(z) * stdtrit(self.freedom, ndtr(-np.abs(z)))

    def entropy(self) -> float:
        """½ (ν + 1) (ψ(½ (ν + 1)) − ψ(½ ν)) + log(√ν B(½ ν, ½)), ψ the digamma function."""
        from scipy.special import digamma

        nu = self.freedom
        return float(0.5 * (nu + 1) * (digamma(0.5 * (nu + 1)) - digamma(0.5 * nu)) + self._log_norm())


@dataclass(frozen=True)
class Beta(Marginal):
    """A beta distribution on the interval from 0 to 1."""

    a: float
    b: float
    name: str = "beta"

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """log f(x), −∞ outside the interval."""
        from scipy.special import betaln, xlog1py, xlogy

        inside = (x > 0) & (x < 1)
        t = np.where(inside, x, 0.5)
        return np.where(inside, xlogy(self.a - 1, t) + xlog1py(self.b - 1, -t) - betaln(self.a, self.b), -np.inf)

    def log_tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """log F(x) and log(1 − F(x))."""
        from scipy.special import betainc

        t = np.clip(x, 0.0, 1.0)
        with np.errstate(divide="ignore"):
            return np.log(betainc(self.a, self.b, t)), np.log(betainc(self.b, self.a, 1 - t))

    def at_score(self, z: np.ndarray) -> np.ndarray:
        """The inverse of the incomplete beta function, from the smaller tail."""
        from scipy.special import betaincinv, ndtr

        tail = ndtr(-np.abs(z))
        return np.where(z < 0, betaincinv(self.a, self.b, tail), 1 - betaincinv(self.b, self.a, tail))

    def entropy(self) -> float:
        """log B(a, b) − (a − 1) ψ(a) − (b − 1) ψ(b) + (a + b − 2) ψ(a + b), ψ the digamma function."""
        from scipy.special import betaln, digamma

        a, b = self.a, self.b
        mean_logs = (a - 1) * digamma(a) + (b - 1) * digamma(b) - (a + b - 2) * digamma(a + b)
        return float(betaln(a, b) - mean_logs)


@dataclass(frozen=True)
class Bimodal(Marginal):
    """A mixture of two normal distributions of equal width around −1 and 1.

    Attributes:
        right: Weight of the one around 1.
        std: Standard deviation of each.
    """

    right: float
    std: float
    name: str = "bimodal"

    def _mixed(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return np.logaddexp(np.log1p(-self.right) + left, np.log(self.right) + right)

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """log f(x)."""
        left, right = (-0.5 * ((x - mode) / self.std) ** 2 for mode in (-1, 1))
        return self._mixed(left, right) - np.log(self.std * np.sqrt(2 * np.pi))

    def log_tails(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """log F(x) and log(1 − F(x))."""
        from scipy.special import log_ndtr

        left, right = (x + 1) / self.std, (x - 1) / self.std
        return self._mixed(log_ndtr(left), log_ndtr(right)), self._mixed(log_ndtr(-left), log_ndtr(-right))

    def at_score(self, z: np.ndarray) -> np.ndarray:
        """The inverse of the score by Newton's method from a table, in float64 to rounding."""
        grid = np.linspace(-1 - (REACH + 2) * self.std, 1 + (REACH + 2) * self.std, _GRID)
        x = np.interp(z, self.score(grid), grid)
        for _ in range(_NEWTON):
            score = self.score(x)
            log_slope = self.log_density(x) + 0.5 * score**2 + 0.5 * np.log(2 * np.pi)  # of the score
            x = x - (score - z) * np.exp(-log_slope)
        return x

    def entropy(self) -> float:
        """−∫ f log f by quadrature."""
        node, weight = panels(-1 - REACH * self.std, 1 + REACH * self.std, 2 * self.std)
        log_f = self.log_density(node)
        return float(-(weight @ (np.exp(log_f) * log_f)))
