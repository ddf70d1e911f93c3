"""A posterior given as a map of noise, z = f(φ, ε, x), that rises with ε, so that its density is known after all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.exact.normal import LOG_2PI, normal_mean

__all__ = ["PHI", "MappedPosterior", "posterior_of"]

PHI = ("shift", "width", "split", "steepness")
"""The parameters φ in the order of the gradients."""
_MOST_ITERATIONS = 100
_DONE = 1e-13  # relative change of ε at which the search for a preimage ends


@dataclass(frozen=True)
class MappedPosterior:
    """z = f(φ, ε, x) = a + s ε + h √max(x, 0) tanh(k ε) with ε ~ N(0, 1): one mode, or two that are apart by 2 h √x.

    f rises with ε, so each z has one preimage ε and q(z|x) = s(ε)/|∂f/∂ε|, with s(ε) the density of ε. All methods
    broadcast ε or z against x and work in float64.

    Attributes:
        shift: a, the mean of z.
        width: s > 0, the slope of f far from ε = 0.
        split: h ≥ 0, the height of the step at ε = 0.
        steepness: k > 0 of that step.
    """

    shift: float
    width: float
    split: float
    steepness: float

    def step(self, x: np.ndarray) -> np.ndarray:
        """Half the height of the step, h √max(x, 0)."""
        return self.split * np.sqrt(np.maximum(x, 0.0))

    def value(self, e: np.ndarray, x: np.ndarray) -> np.ndarray:
        """z = f(φ, ε, x)."""
        return self.shift + self.width * e + self.step(x) * np.tanh(self.steepness * e)

    def slope(self, e: np.ndarray, x: np.ndarray) -> np.ndarray:
        """∂f/∂ε, positive."""
        return self.width + self.step(x) * self.steepness * _sech2(self.steepness * e)

    def preimage(self, z: np.ndarray, x: np.ndarray) -> np.ndarray:
        """The ε with f(φ, ε, x) = z, by Newton's method.

        f − a is odd in ε and, for ε > 0, concave: from a start below the solution each step ends below it again and
        nearer, so that no bracket is needed.
        """
        z, x = np.broadcast_arrays(np.asarray(z, float), np.asarray(x, float))
        away, half = np.abs(z - self.shift), self.step(x)
        e = np.maximum((away - half) / self.width, away / (self.width + half * self.steepness))  # tanh u ≤ min(1, u)
        for _ in range(_MOST_ITERATIONS):
            tanh = np.tanh(self.steepness * e)
            over = self.width * e + half * tanh - away
            change = over / (self.width + half * self.steepness * (1.0 - tanh**2))
            e = e - change
            if np.all(np.abs(change) <= _DONE * (1.0 + e)):
                break
        return np.copysign(e, z - self.shift)

    def log_prob_at(self, e: np.ndarray, x: np.ndarray) -> np.ndarray:
        """log q(z|x) at z = f(φ, ε, x), nats, without a search for the preimage."""
        return -0.5 * e**2 - 0.5 * LOG_2PI - np.log(self.slope(e, x))

    def log_prob(self, z: np.ndarray, x: np.ndarray) -> np.ndarray:
        """log q(z|x), nats."""
        return self.log_prob_at(self.preimage(z, x), x)

    def score_at(self, e: np.ndarray, x: np.ndarray) -> np.ndarray:
        """∇_φ log q(z|x) with z = f(φ, ε, x) held fixed; shape of the arguments to (4, *shape), as in `PHI`.

        With z fixed the preimage moves by ∂ε/∂φ = −(∂f/∂φ)/(∂f/∂ε), which changes s(ε) and the slope.
        """
        e, x = np.broadcast_arrays(np.asarray(e, float), np.asarray(x, float))
        k, half, root = self.steepness, self.step(x), np.sqrt(np.maximum(x, 0.0))
        tanh, bend = np.tanh(k * e), _sech2(k * e)
        slope = self.width + half * k * bend
        curve = -2.0 * half * k**2 * bend * tanh  # ∂²f/∂ε²
        by_phi = np.stack([np.ones_like(e), e, root * tanh, half * e * bend])  # ∂f/∂φ
        slope_by_phi = np.stack(  # ∂²f/∂ε∂φ
            [np.zeros_like(e), np.ones_like(e), root * k * bend, half * bend * (1.0 - 2.0 * k * e * tanh)]
        )
        moved = -by_phi / slope  # ∂ε/∂φ
        return -e * moved - (slope_by_phi + curve * moved) / slope

    def std(self, x: np.ndarray) -> np.ndarray:
        """Standard deviation of q(z|x); its mean is a, because f − a is odd in ε."""
        k, half = self.steepness, self.step(np.asarray(x, float))
        product = normal_mean(lambda e: e * np.tanh(k * e))
        square = normal_mean(lambda e: np.tanh(k * e) ** 2)
        return np.sqrt(self.width**2 + 2.0 * self.width * half * product + half**2 * square)

    def scaled(self, factor: float) -> MappedPosterior:
        """The same shape about a, `factor` times as wide."""
        return replace(self, width=factor * self.width, split=factor * self.split)


def _sech2(u: np.ndarray) -> np.ndarray:
    return 1.0 - np.tanh(u) ** 2


def posterior_of(config: Any) -> MappedPosterior:
    """q of a config."""
    return MappedPosterior(*(float(getattr(config, name)) for name in PHI))
