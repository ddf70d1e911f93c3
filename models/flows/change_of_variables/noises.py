"""Densities of the noise ε on a line, with distribution function, quantiles and draws. Float64."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import torch

from models.exact.densities_1d import LineMixture
from models.exact.normal import normal_log_prob, standard_normal

__all__ = ["NOISES", "Gaussian", "Logistic", "Mixture", "Noise1D", "ShiftedExponential", "Uniform"]

_HALVINGS = 60  # of an interval of length 20: below the spacing of floats


def _normal_cdf(z: np.ndarray) -> np.ndarray:
    """Φ(z) of the standard normal distribution; any shape to the same shape."""
    return torch.special.ndtr(torch.from_numpy(np.asarray(z, dtype=float))).numpy()


class Noise1D(ABC):
    """The density s(ε) of noise on a line.

    Attributes:
        words: The distribution as it is written: "N(0, 1)".
        support: Ends of the interval in which ε lies.
    """

    words: str
    support: tuple[float, float] = (-math.inf, math.inf)

    @abstractmethod
    def log_prob(self, e: np.ndarray) -> np.ndarray:
        """log s(ε), −∞ outside of the support; any shape to the same shape."""

    @abstractmethod
    def cdf(self, e: np.ndarray) -> np.ndarray:
        """P(noise ≤ ε); any shape to the same shape."""

    @abstractmethod
    def sample(self, n: int, *, rng: torch.Generator) -> np.ndarray:
        """Draws, (n,)."""

    def prob(self, e: np.ndarray) -> np.ndarray:
        """s(ε); any shape to the same shape."""
        return np.exp(self.log_prob(e))

    def quantile(self, u: float) -> float:
        """The ε below which the noise lies with probability u, by halving."""
        low, high = (max(min(end, 20.0), -20.0) for end in self.support)
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if float(self.cdf(np.array(middle))) < u else (low, middle)
        return 0.5 * (low + high)

    def between(self, low: float, high: float) -> float:
        """P(low < ε < high)."""
        below, above = self.cdf(np.array([low, high])).tolist()
        return above - below


@dataclass(frozen=True)
class Gaussian(Noise1D):
    """The standard normal distribution."""

    words = "N(0, 1)"

    def log_prob(self, e: np.ndarray) -> np.ndarray:
        """−ε²/2 − ½ log 2π."""
        return normal_log_prob(np.asarray(e, dtype=float), 0.0, 1.0)

    def cdf(self, e: np.ndarray) -> np.ndarray:
        """Φ(ε)."""
        return _normal_cdf(e)

    def sample(self, n: int, *, rng: torch.Generator) -> np.ndarray:
        """Draws, (n,)."""
        return standard_normal(n, rng=rng)


@dataclass(frozen=True)
class Uniform(Noise1D):
    """Uniform on an interval around 0.

    Attributes:
        half: Half of its length.
    """

    half: float = 2.0

    @property
    def words(self) -> str:  # type: ignore[override]
        """The distribution."""
        return f"U(−{self.half:g}, {self.half:g})"

    @property
    def support(self) -> tuple[float, float]:  # type: ignore[override]
        """The interval."""
        return -self.half, self.half

    def log_prob(self, e: np.ndarray) -> np.ndarray:
        """−log 2h within the interval."""
        return np.where(np.abs(e) <= self.half, -math.log(2 * self.half), -np.inf)

    def cdf(self, e: np.ndarray) -> np.ndarray:
        """(ε + h)/2h."""
        return np.clip((np.asarray(e, dtype=float) + self.half) / (2 * self.half), 0.0, 1.0)

    def sample(self, n: int, *, rng: torch.Generator) -> np.ndarray:
        """Draws, (n,)."""
        return self.half * (2 * torch.rand(n, generator=rng, dtype=torch.float64).numpy() - 1)


@dataclass(frozen=True)
class Logistic(Noise1D):
    """The standard logistic distribution, whose distribution function is σ."""

    words = "Logistic(0, 1)"

    def log_prob(self, e: np.ndarray) -> np.ndarray:
        """log σ(ε) + log σ(−ε)."""
        e = np.asarray(e, dtype=float)
        return -np.logaddexp(0.0, -e) - np.logaddexp(0.0, e)

    def cdf(self, e: np.ndarray) -> np.ndarray:
        """σ(ε)."""
        return np.exp(-np.logaddexp(0.0, -np.asarray(e, dtype=float)))

    def sample(self, n: int, *, rng: torch.Generator) -> np.ndarray:
        """Draws, (n,): log u − log(1 − u)."""
        u = torch.rand(n, generator=rng, dtype=torch.float64).numpy().clip(1e-16)
        return np.log(u) - np.log1p(-u)


@dataclass(frozen=True)
class Mixture(Noise1D):
    """Two Gaussians of equal weight."""

    words = "½ N(−1.2, ½²) + ½ N(1.2, ½²)"
    parts = LineMixture((-1.2, 1.2), 0.5)

    def log_prob(self, e: np.ndarray) -> np.ndarray:
        """log of the mean of both densities."""
        return self.parts.log_prob(e)

    def cdf(self, e: np.ndarray) -> np.ndarray:
        """The mean of both distribution functions."""
        e = np.asarray(e, dtype=float)
        return np.mean([_normal_cdf((e - mean) / self.parts.std) for mean in self.parts.means], axis=0)

    def sample(self, n: int, *, rng: torch.Generator) -> np.ndarray:
        """Draws, (n,)."""
        return self.parts.sample(n, rng=rng)


@dataclass(frozen=True)
class ShiftedExponential(Noise1D):
    """1 + Exp(1): noise above 1, as x^x needs it."""

    words = "1 + Exp(1)"
    support = (1.0, math.inf)

    def log_prob(self, e: np.ndarray) -> np.ndarray:
        """1 − ε above 1."""
        e = np.asarray(e, dtype=float)
        return np.where(e >= 1.0, 1.0 - e, -np.inf)

    def cdf(self, e: np.ndarray) -> np.ndarray:
        """1 − exp(1 − ε)."""
        return -np.expm1(-np.maximum(np.asarray(e, dtype=float) - 1.0, 0.0))

    def sample(self, n: int, *, rng: torch.Generator) -> np.ndarray:
        """Draws, (n,)."""
        return 1.0 - np.log1p(-torch.rand(n, generator=rng, dtype=torch.float64).numpy())


NOISES: dict[str, tuple[str, Noise1D]] = {
    "gaussian": ("Gaussian", Gaussian()),
    "uniform": ("Uniform", Uniform()),
    "logistic": ("Logistic", Logistic()),
    "mixture": ("Mixture of two", Mixture()),
    "exponential": ("1 + Exp(1)", ShiftedExponential()),
}
"""The noise densities by name, each with its title."""
