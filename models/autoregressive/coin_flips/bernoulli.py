"""The Bernoulli model p = σ(θ) of n flips: likelihood, gradient, Fisher information, gradient ascent. Float64, nats."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models.exact.densities_1d import log_sigmoid

__all__ = ["Flips", "flip", "logit", "sigmoid"]


def sigmoid(theta: np.ndarray) -> np.ndarray:
    """σ(θ), which does not round to 0 before θ < −745; any shape to the same shape."""
    return np.exp(log_sigmoid(theta))


def logit(p: np.ndarray) -> np.ndarray:
    """The θ with σ(θ) = p; −∞ for 0 and ∞ for 1; any shape to the same shape."""
    with np.errstate(divide="ignore"):
        return np.log(p) - np.log1p(-np.asarray(p))


def flip(p: float, n: int, draw: int) -> np.ndarray:
    """Flips of a coin: 1 with probability p, else 0.

    Args:
        p: Probability of 1.
        n: Number of flips; the flips of a smaller number are the first of them.
        draw: Seed of the flips.

    Returns:
        (n,) of 0 and 1.
    """
    return (np.random.default_rng(draw).random(n) < p).astype(int)


@dataclass(frozen=True)
class Flips:
    """The data as the likelihood sees them: how many flips there are and how many of them are 1.

    Attributes:
        n: Number of flips, at least 1.
        ones: Number of 1s.
    """

    n: int
    ones: int

    @property
    def zeros(self) -> int:
        """Number of 0s."""
        return self.n - self.ones

    @property
    def frequency(self) -> float:
        """The share of 1s, which is the p of greatest likelihood."""
        return self.ones / self.n

    @property
    def best(self) -> float:
        """The θ of greatest likelihood: logit of the frequency, infinite where all flips are alike."""
        return float(logit(np.array(self.frequency)))

    @property
    def entropy(self) -> float:
        """H(F̂), nats: entropy of the empirical distribution."""
        return -math.fsum(count / self.n * math.log(count / self.n) for count in (self.ones, self.zeros) if count)

    @property
    def greatest(self) -> float:
        """The greatest 𝓛, −n H(F̂): that of θ at `best`, or its limit 0 where all flips are alike; nats."""
        return -self.n * self.entropy

    def log_likelihood(self, theta: np.ndarray) -> np.ndarray:
        """L(θ) = Σᵢ xᵢ θ − log(1 + e^θ); any shape to the same shape."""
        return self._weighted(log_sigmoid(theta), log_sigmoid(-theta))

    def divergence(self, theta: np.ndarray) -> np.ndarray:
        """KL(F̂ ‖ p_θ); any shape to the same shape."""
        f = self.frequency
        terms = [
            share * (math.log(share) - log_prob)
            for share, log_prob in ((f, log_sigmoid(theta)), (1.0 - f, log_sigmoid(-theta)))
            if share > 0
        ]
        return np.asarray(sum(terms))

    def gradient(self, theta: np.ndarray) -> np.ndarray:
        """dL/dθ = Σᵢ xᵢ − n σ(θ), as (number of 1s) σ(−θ) − (number of 0s) σ(θ), which does not round to 0."""
        return self._weighted(sigmoid(-np.asarray(theta)), -sigmoid(theta))

    def gradient_in_p(self, p: np.ndarray) -> np.ndarray:
        """dL/dp = (number of 1s)/p − (number of 0s)/(1 − p), for 0 < p < 1; any shape to the same shape."""
        return self._weighted(1.0 / p, -1.0 / (1.0 - p))

    def _weighted(self, of_one: np.ndarray, of_zero: np.ndarray) -> np.ndarray:
        """The sum over the flips of a value of each outcome."""
        return self.ones * np.asarray(of_one) + self.zeros * np.asarray(of_zero)

    def information(self, theta: np.ndarray) -> np.ndarray:
        """Fisher information about θ, n p(1 − p) at p = σ(θ); any shape to the same shape."""
        return self.n * sigmoid(theta) * sigmoid(-np.asarray(theta))

    def information_in_p(self, p: np.ndarray) -> np.ndarray:
        """Fisher information about p, n/(p(1 − p)), for 0 < p < 1; any shape to the same shape."""
        return self.n / (p * (1.0 - p))

    def ascend(self, start: float, rate: float, steps: int) -> np.ndarray:
        """Gradient ascent on L/n.

        Args:
            start: θ before the first step.
            rate: Step size.
            steps: Number of steps.

        Returns:
            θ before the first step and after each, (steps + 1,).
        """
        path = [start]
        for _ in range(steps):
            path.append(path[-1] + rate * float(self.gradient(np.array(path[-1]))) / self.n)
        return np.array(path)
