"""Two-dimensional Gaussians: the best factorised approximations, divergences, coordinate ascent."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["Correlated", "Factorised", "divergence"]


@dataclass(frozen=True)
class Factorised:
    """q(z) = N(z₁; m₁, v₁) N(z₂; m₂, v₂).

    Attributes:
        mean: m, (2,).
        variance: v, (2,).
    """

    mean: np.ndarray
    variance: np.ndarray


def divergence(mean: np.ndarray, covariance: np.ndarray, other_mean: np.ndarray, other_covariance: np.ndarray) -> float:
    """D_KL(N(mean, covariance) ‖ N(other_mean, other_covariance)), nats, in closed form."""
    precision = np.linalg.inv(other_covariance)
    away = other_mean - mean
    log_ratio = np.linalg.slogdet(other_covariance)[1] - np.linalg.slogdet(covariance)[1]
    return 0.5 * float(np.trace(precision @ covariance) + away @ precision @ away - len(mean) + log_ratio)


@dataclass(frozen=True)
class Correlated:
    """The posterior p: a Gaussian with mean 0, standard deviations σ₁ and σ₂ and correlation ρ.

    Attributes:
        rho: ρ, between −1 and 1.
        std_1, std_2: σ₁ and σ₂.
    """

    rho: float
    std_1: float = 1.0
    std_2: float = 1.0

    @property
    def covariance(self) -> np.ndarray:
        """Σ, (2, 2)."""
        mixed = self.rho * self.std_1 * self.std_2
        return np.array([[self.std_1**2, mixed], [mixed, self.std_2**2]])

    @property
    def precision(self) -> np.ndarray:
        """Λ = Σ⁻¹, (2, 2)."""
        scale = 1.0 - self.rho**2
        mixed = -self.rho / (self.std_1 * self.std_2)
        return np.array([[self.std_1**-2, mixed], [mixed, self.std_2**-2]]) / scale

    @property
    def gap(self) -> float:
        """min over factorised q of D_KL(q ‖ p), nats: −½ log(1 − ρ²), whatever σ₁ and σ₂."""
        return -0.5 * math.log1p(-(self.rho**2))

    def best(self) -> Factorised:
        """The factorised q of least D_KL(q ‖ p): variances 1/Λᵢᵢ, those of each zᵢ given the other."""
        return Factorised(np.zeros(2), 1.0 / np.diag(self.precision))

    def marginals(self) -> Factorised:
        """The factorised q of least D_KL(p ‖ q): the product of the marginals."""
        return Factorised(np.zeros(2), np.diag(self.covariance).copy())

    def from_q(self, q: Factorised) -> float:
        """D_KL(q ‖ p), nats."""
        return divergence(q.mean, np.diag(q.variance), np.zeros(2), self.covariance)

    def parts_from_q(self, q: Factorised) -> tuple[float, float, float]:
        """The parts of D_KL(q ‖ p), nats: of the means, of the variances, and the least value of a factorised q.

        They are ½ mᵀΛm, ½ Σᵢ (vᵢΛᵢᵢ − 1 − log vᵢΛᵢᵢ) and −½ log(1 − ρ²).
        """
        ratio = q.variance * np.diag(self.precision)
        of_means = 0.5 * float(q.mean @ self.precision @ q.mean)
        return of_means, 0.5 * float((ratio - 1.0 - np.log(ratio)).sum()), self.gap

    def to_q(self, q: Factorised) -> float:
        """D_KL(p ‖ q), nats."""
        return divergence(np.zeros(2), self.covariance, q.mean, np.diag(q.variance))

    def ascend(self, start: Factorised, updates: int) -> list[Factorised]:
        """Coordinate ascent: the start, then q after each update of one factor, z₁ and z₂ in turn.

        The best factor i given the other is log qᵢ = E_{q₋ᵢ}[log p] + const: variance 1/Λᵢᵢ, mean −Λᵢⱼ mⱼ/Λᵢᵢ.
        """
        path, precision = [start], self.precision
        for update in range(updates):
            i, j = (0, 1) if update % 2 == 0 else (1, 0)
            mean, variance = path[-1].mean.copy(), path[-1].variance.copy()
            variance[i] = 1.0 / precision[i, i]
            mean[i] = -precision[i, j] * mean[j] / precision[i, i]
            path.append(Factorised(mean, variance))
        return path

    def ellipse(self) -> tuple[np.ndarray, float]:
        """Semi-axes of the 1σ ellipse, the longer one first, and its angle in radians."""
        values, vectors = np.linalg.eigh(self.covariance)
        return np.sqrt(np.maximum(values[::-1], 0.0)), math.atan2(vectors[1, 1], vectors[0, 1])
