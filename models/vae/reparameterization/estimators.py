"""Monte Carlo estimators of the gradient of an expectation, and their exact means and variances."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from models.exact.normal import normal_log_prob, normal_mean

__all__ = ["ESTIMATORS", "Cosine", "GradientOf", "Integrand", "LogJoint", "Quadratic", "SubsampledData"]

ESTIMATORS = ("reparameterised", "score", "baseline")
"""Reparameterised; score function; score function with a baseline."""


class Integrand(ABC):
    """A smooth function f of one latent number."""

    @abstractmethod
    def value(self, z: np.ndarray) -> np.ndarray:
        """f(z); any shape to the same shape."""

    @abstractmethod
    def slope(self, z: np.ndarray) -> np.ndarray:
        """f′(z); any shape to the same shape."""

    @abstractmethod
    def expectation(self, m: float, s: float) -> float:
        """E[f(z)] for z ~ N(m, s²), in closed form."""

    @abstractmethod
    def gradient(self, m: float, s: float) -> tuple[float, float]:
        """Its derivatives with respect to m and s."""


@dataclass(frozen=True)
class LogJoint(Integrand):
    """log p(x, z) of z ~ N(0, 1), x|z ~ N(z, σ²)."""

    x: float
    sigma: float

    def value(self, z: np.ndarray) -> np.ndarray:
        """log p(x, z), nats."""
        return normal_log_prob(z, 0.0, 1.0) + normal_log_prob(z, self.x, self.sigma)

    def slope(self, z: np.ndarray) -> np.ndarray:
        """∂/∂z log p(x, z)."""
        return (self.x - z) / self.sigma**2 - z

    def expectation(self, m: float, s: float) -> float:
        """E[log p(x, z)]: a parabola has its value at m, and half its curvature times s²."""
        return float(self.value(np.array(m))) - 0.5 * (1.0 / self.sigma**2 + 1.0) * s**2

    def gradient(self, m: float, s: float) -> tuple[float, float]:
        """Derivatives with respect to m and s."""
        return float(self.slope(np.array(m))), -(1.0 / self.sigma**2 + 1.0) * s


@dataclass(frozen=True)
class Quadratic(Integrand):
    """z²."""

    def value(self, z: np.ndarray) -> np.ndarray:
        """z²."""
        return z**2

    def slope(self, z: np.ndarray) -> np.ndarray:
        """2 z."""
        return 2.0 * z

    def expectation(self, m: float, s: float) -> float:
        """m² + s²."""
        return m**2 + s**2

    def gradient(self, m: float, s: float) -> tuple[float, float]:
        """2 m and 2 s."""
        return 2.0 * m, 2.0 * s


@dataclass(frozen=True)
class Cosine(Integrand):
    """cos(ω z)."""

    omega: float

    def value(self, z: np.ndarray) -> np.ndarray:
        """cos(ω z)."""
        return np.cos(self.omega * z)

    def slope(self, z: np.ndarray) -> np.ndarray:
        """−ω sin(ω z)."""
        return -self.omega * np.sin(self.omega * z)

    def expectation(self, m: float, s: float) -> float:
        """cos(ω m) exp(−ω² s²/2)."""
        return math.cos(self.omega * m) * math.exp(-0.5 * (self.omega * s) ** 2)

    def gradient(self, m: float, s: float) -> tuple[float, float]:
        """−ω sin(ω m) exp(−ω² s²/2) and −ω² s cos(ω m) exp(−ω² s²/2)."""
        damped = math.exp(-0.5 * (self.omega * s) ** 2)
        by_m = -self.omega * math.sin(self.omega * m) * damped
        return by_m, -(self.omega**2) * s * math.cos(self.omega * m) * damped


@dataclass(frozen=True)
class GradientOf:
    """∇ E_q[f(z) + c] for q = N(m, s²), by m or by s, as averages over draws z = m + s ε.

    Reparameterised (Kingma & Welling, 2014; Rezende et al., 2014): f′(z) by m, f′(z) ε by s. Score function (Williams,
    1992; Ranganath et al., 2014, arXiv 1401.0118): (f(z) + c − b) h with h = ∇ log q(z), which is ε/s by m and
    (ε² − 1)/s by s; a constant baseline b does not change the mean.

    Attributes:
        f: The integrand.
        m, s: Mean and standard deviation of q.
        by: "m" or "s".
        baseline: "mean" for b = E_q[f + c], "optimal" for the b of least variance, E_q[(f + c) h²]/E_q[h²].
        shift: The constant c, whose gradient is 0.
    """

    f: Integrand
    m: float
    s: float
    by: str = "m"
    baseline: str = "mean"
    shift: float = 0.0

    def score(self, noise: np.ndarray) -> np.ndarray:
        """h = ∇ log q(m + s ε); any shape to the same shape."""
        return noise / self.s if self.by == "m" else (noise**2 - 1.0) / self.s

    def constant(self) -> float:
        """The baseline b, exactly."""
        if self.baseline == "mean":
            return normal_mean(self._value)
        weighted = normal_mean(lambda e: self._value(e) * self.score(e) ** 2)
        return weighted / normal_mean(lambda e: self.score(e) ** 2)

    def single(self, estimator: str, noise: np.ndarray) -> np.ndarray:
        """Estimates from one draw each; ε of any shape to the same shape."""
        if estimator == "reparameterised":
            return self.f.slope(self.m + self.s * noise) * (1.0 if self.by == "m" else noise)
        b = self.constant() if estimator == "baseline" else 0.0
        return (self._value(noise) - b) * self.score(noise)

    def _value(self, noise: np.ndarray) -> np.ndarray:
        return self.f.value(self.m + self.s * noise) + self.shift

    def exact(self) -> float:
        """The gradient, by quadrature that is exact to rounding."""
        return normal_mean(lambda e: self.single("reparameterised", e))

    def variance(self, estimator: str) -> float:
        """Variance of an estimate from one draw, by quadrature; that of n draws is an n-th of it."""
        exact = self.exact()
        return normal_mean(lambda e: (self.single(estimator, e) - exact) ** 2)


@dataclass(frozen=True)
class SubsampledData:
    """The reparameterised gradient by m of E_q[log p(z) + Σᵢ log p(xᵢ|z)] with one draw and a mini-batch.

    z ~ N(0, 1), xᵢ|z ~ N(z, σ²) for n data, q = N(m, s²). Of the sum a batch of B, drawn without replacement, is taken
    and scaled by n/B.

    Attributes:
        x: The data, (n,).
        sigma: σ.
        m, s: Mean and standard deviation of q.
    """

    x: np.ndarray
    sigma: float
    m: float
    s: float

    def estimates(self, noise: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """Estimates for every batch size B = 1 … n, (repetitions, n), batches of one repetition being nested.

        Args:
            noise: ε, (repetitions,).
            keys: Random numbers that put the data in order, (repetitions, n).
        """
        z = (self.m + self.s * noise)[:, None]  # (repetitions, 1)
        order = np.argsort(keys, axis=1)
        means = np.cumsum(self.x[order], axis=1) / np.arange(1, len(self.x) + 1)  # of the batch, (repetitions, n)
        return len(self.x) * (means - z) / self.sigma**2 - z

    def exact(self) -> float:
        """The gradient in closed form."""
        return float(len(self.x) * (self.x.mean() - self.m) / self.sigma**2 - self.m)

    def variance_of_draw(self) -> float:
        """Variance from the draw of z; it does not depend on the batch."""
        return (len(self.x) / self.sigma**2 + 1.0) ** 2 * self.s**2

    def variance_of_batch(self, batch: np.ndarray) -> np.ndarray:
        """Variance from the batch: n² (1/B − 1/n) S²/σ⁴, S² being the variance of the data; sizes (k,) to (k,)."""
        n = len(self.x)
        return n**2 * (1.0 / np.asarray(batch) - 1.0 / n) * float(self.x.var(ddof=1)) / self.sigma**4
