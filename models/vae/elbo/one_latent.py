"""A model with one latent number and one observation, in which every term of the bound is known exactly."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from models.exact.normal import LOG_2PI, normal_kl, normal_log_prob, normal_mean

__all__ = ["ALL", "OneLatent", "Weights"]

_REACH, _STEP = 12.0, 5e-4  # quadrature over z: beyond 12σ the prior is below 1e-31
_LOST = 1e3  # |m| beyond which gradient steps count as divergent


@dataclass(frozen=True)
class Weights:
    """Weights, 0 or 1, of the parts of the bound: E_q[log p(x|z)], E_q[log p(z)] and the entropy −E_q[log q(z)]."""

    likelihood: float = 1.0
    prior: float = 1.0
    entropy: float = 1.0


ALL = Weights()
"""All parts count: the ELBO."""


@dataclass(frozen=True)
class OneLatent:
    """z ~ N(0, 1), x|z ~ N(a zᵏ, σ²), and one observed x.

    With k = 1 the posterior is Gaussian; with k = 2 it is symmetric in z and has two modes if x is large enough. The
    expectations under q = N(m, s²) are polynomials in m and s for both; only log p(x) of k = 2 needs quadrature.

    Attributes:
        x: The observation.
        a: Slope of the mean of x|z, positive.
        sigma: Standard deviation σ of x|z.
        power: k, 1 or 2.
    """

    x: float
    a: float
    sigma: float
    power: int = 1

    def log_likelihood(self, z: np.ndarray) -> np.ndarray:
        """log p(x|z), nats; any shape to the same shape."""
        return normal_log_prob(self.a * z**self.power, self.x, self.sigma)

    def log_joint(self, z: np.ndarray) -> np.ndarray:
        """log p(x, z), nats; any shape to the same shape."""
        return self.log_likelihood(z) + normal_log_prob(z, 0.0, 1.0)

    def log_evidence(self) -> float:
        """log p(x), nats: in closed form for k = 1, by quadrature over z for k = 2."""
        if self.power == 1:
            return float(normal_log_prob(np.array(self.x), 0.0, math.hypot(self.a, self.sigma)))
        return _quadrature(self)

    def log_posterior(self, z: np.ndarray) -> np.ndarray:
        """log p(z|x), nats; any shape to the same shape."""
        return self.log_joint(z) - self.log_evidence()

    def gaussian_posterior(self) -> tuple[float, float]:
        """Mean and standard deviation of p(z|x) for k = 1."""
        variance = self.sigma**2 / (self.a**2 + self.sigma**2)
        return self.a * self.x / (self.a**2 + self.sigma**2), math.sqrt(variance)

    def map_points(self) -> tuple[float, ...]:
        """The z of greatest p(z|x): one, or two of equal height."""
        if self.power == 1:
            return (self.gaussian_posterior()[0],)
        return _roots((self.x - self.sigma**2 / (2 * self.a)) / self.a)

    def likelihood_points(self) -> tuple[float, ...]:
        """The z of greatest p(x|z): one, or two of equal height."""
        return (self.x / self.a,) if self.power == 1 else _roots(self.x / self.a)

    def terms(self, m: np.ndarray | float, s: np.ndarray | float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """E_q[log p(x|z)], E_q[log p(z)] and −E_q[log q(z)] for q = N(m, s²), nats, of the shape of m and s."""
        m, s = np.asarray(m, float), np.asarray(s, float)
        if self.power == 1:
            mean, square = self.a * m, self.a**2 * (m**2 + s**2)
        else:
            mean, square = self.a * (m**2 + s**2), self.a**2 * (m**4 + 6 * m**2 * s**2 + 3 * s**4)
        miss = self.x**2 - 2 * self.x * mean + square  # E_q (x − a zᵏ)²
        likelihood = -0.5 * miss / self.sigma**2 - math.log(self.sigma) - 0.5 * LOG_2PI
        return likelihood, -0.5 * (m**2 + s**2 + LOG_2PI), np.log(s) + 0.5 * (1.0 + LOG_2PI)

    def objective(self, m: np.ndarray | float, s: np.ndarray | float, weights: Weights = ALL) -> np.ndarray:
        """The weighted sum of the terms, nats; with all weights 1 the ELBO."""
        likelihood, prior, entropy = self.terms(m, s)
        return weights.likelihood * likelihood + weights.prior * prior + weights.entropy * entropy

    def gradient(self, m: float, s: float, weights: Weights = ALL) -> tuple[float, float]:
        """Exact derivatives of the objective by m and by s."""
        a, x = self.a, self.x
        if self.power == 1:
            by_m, by_s = a * (x - a * m), -(a**2) * s
        else:
            by_m = 2 * a * x * m - a**2 * (2 * m**3 + 6 * m * s**2)
            by_s = 2 * a * x * s - a**2 * (6 * m**2 * s + 6 * s**3)
        scale = weights.likelihood / self.sigma**2
        return scale * by_m - weights.prior * m, scale * by_s - weights.prior * s + weights.entropy / s

    def ascend(self, m: float, s: float, weights: Weights, steps: int, rate: float) -> np.ndarray:
        """Gradient steps on m and s, (steps + 1, 2) with the start first.

        A step that would make s negative halves it instead. The path ends early if the steps diverge.
        """
        path = [(m, s)]
        for _ in range(steps):
            by_m, by_s = self.gradient(m, s, weights)
            m, s = m + rate * by_m, max(s + rate * by_s, 0.5 * s)
            if not abs(m) < _LOST:
                break
            path.append((m, s))
        return np.array(path)

    def optimum(self, weights: Weights = ALL) -> tuple[tuple[float, float], ...]:
        """The (m, s) of the greatest objective, or their limit; none if the objective has no upper limit."""
        if not weights.likelihood:
            return ((0.0, 1.0),) if weights.prior and weights.entropy else ()
        if not weights.entropy:  # an average is at most the greatest value, so q shrinks onto the best z
            best = self.map_points() if weights.prior else self.likelihood_points()
            return tuple((m, 0.0) for m in best)
        if self.power == 1:
            return (self.gaussian_posterior(),)
        return self._bimodal_optimum()

    def _bimodal_optimum(self) -> tuple[tuple[float, float], ...]:
        """Best Gaussians for k = 2: roots of two quadratics in v = s², one with m = 0 and one with m ≠ 0."""
        a, x, variance = self.a, self.x, self.sigma**2
        half = 2 * a * x - variance
        candidates = [(0.0, math.sqrt((half + math.sqrt(half**2 + 24 * a**2 * variance)) / (12 * a**2)))]
        inside = half**2 - 12 * a**2 * variance
        if inside >= 0 and half > 0:
            v = variance / (half + math.sqrt(inside))  # the smaller root of 12 a² v² − 2 half v + σ² = 0
            candidates += [(m, math.sqrt(v)) for m in _roots(half / (2 * a**2) - 3 * v)]
        top = max(float(self.objective(*point)) for point in candidates)
        return tuple(point for point in candidates if float(self.objective(*point)) > top - 1e-12)

    def gap(self, m: float, s: float) -> float:
        """D_KL(q ‖ p(z|x)), nats: in closed form for k = 1, by quadrature over q for k = 2."""
        if self.power == 1:
            return normal_kl(m, s, *self.gaussian_posterior())
        evidence = self.log_evidence()
        return normal_mean(lambda e: normal_log_prob(m + s * e, m, s) - self.log_joint(m + s * e) + evidence)

    def ratio_variance(self, m: float, s: float) -> float:
        """Variance of log p(x, z) − log q(z) over z ~ q, nats²: 0 if q is the posterior."""

        def centred(e: np.ndarray) -> np.ndarray:
            return self.log_joint(m + s * e) - normal_log_prob(m + s * e, m, s) - float(self.objective(m, s))

        return normal_mean(lambda e: centred(e) ** 2)


@functools.lru_cache(maxsize=8)
def _quadrature(model: OneLatent) -> float:
    """log p(x), nats, by quadrature over z."""
    z = np.arange(-_REACH, _REACH + _STEP, _STEP)
    values = model.log_joint(z)
    top = values.max()
    return float(top + math.log(np.exp(values - top).sum() * _STEP))


def _roots(square: float) -> tuple[float, ...]:
    return (-math.sqrt(square), math.sqrt(square)) if square > 0 else (0.0,)
