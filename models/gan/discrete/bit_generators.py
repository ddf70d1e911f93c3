"""Generators of bits, their exact gradients, and estimators of the gradients from samples."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import torch

from models.exact.densities_1d import log_sigmoid

__all__ = ["DATA", "ESTIMATORS", "BitGame", "corners", "data_masses", "logistic_noise"]

ESTIMATORS = {
    "score": "score function",
    "baseline": "score function, baseline",
    "gumbel": "Gumbel-softmax",
    "straight": "straight-through",
}
DATA = {"pattern": "one pattern", "pair": "all 0 or all 1", "parity": "even number of ones"}
_SMALL = 0.02  # mass spread evenly over all strings, so that every log ratio is finite


@functools.lru_cache(maxsize=8)
def corners(bits: int) -> np.ndarray:
    """All strings of bits, (2^bits, bits), counting upwards with the first bit as the highest."""
    return (np.arange(2**bits)[:, None] >> np.arange(bits)[::-1]) & 1


def data_masses(name: str, bits: int) -> np.ndarray:
    """Probability of each string under the data, (2^bits,).

    "pattern": independent bits, each 1 with probability 0.85 or 0.15 in turn, which the generator can match. "pair":
    all bits equal. "parity": an even number of ones. It cannot match the last two. 2 % of the
    mass are spread over all strings.
    """
    x = corners(bits)
    if name == "pattern":
        chance = np.where(np.arange(bits) % 2 == 0, 0.85, 0.15)
        return np.prod(np.where(x == 1, chance, 1 - chance), axis=1)
    allowed = (x.sum(axis=1) % bits == 0) if name == "pair" else (x.sum(axis=1) % 2 == 0)
    return (1 - _SMALL) * allowed / allowed.sum() + _SMALL / len(x)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return np.exp(log_sigmoid(x))


@dataclass(frozen=True)
class BitGame:
    """A generator of independent bits, xᵢ = 1 with probability σ(θᵢ), and the discriminator that is optimal for it.

    The generator's loss is E[f(x)] with f = log(1 − D) or −log D and D fixed. A bit is drawn as 1[θᵢ + εᵢ > 0] with
    logistic noise εᵢ; the derivative of the step is 0. Between the corners, where relaxed bits lie, the logit F of D
    is interpolated multilinearly: D is not trained there, and other interpolations agree with the data equally well.

    Attributes:
        theta: θ, one number a bit.
        data: Probability of each string under the data, (2^bits,).
        saturating: f = log(1 − D) if true, else −log D.
    """

    theta: tuple[float, ...]
    data: tuple[float, ...]
    saturating: bool = True

    @property
    def bits(self) -> int:
        """Number of bits."""
        return len(self.theta)

    @functools.cached_property
    def chance(self) -> np.ndarray:
        """P(xᵢ = 1) = σ(θᵢ), (bits,)."""
        return _sigmoid(np.array(self.theta))

    @functools.cached_property
    def masses(self) -> np.ndarray:
        """Probability of each string under the generator, (2^bits,)."""
        theta, x = np.array(self.theta), corners(self.bits)
        return np.exp(np.where(x == 1, log_sigmoid(theta), log_sigmoid(-theta)).sum(axis=1))

    @functools.cached_property
    def logits(self) -> np.ndarray:
        """F = log p_data/p_θ on each string: the optimal discriminator, (2^bits,)."""
        theta, x = np.array(self.theta), corners(self.bits)
        return np.log(self.data) - np.where(x == 1, log_sigmoid(theta), log_sigmoid(-theta)).sum(axis=1)

    @functools.cached_property
    def rewards(self) -> np.ndarray:
        """f on each string, (2^bits,)."""
        return self._loss(self.logits)

    def _loss(self, f: np.ndarray) -> np.ndarray:
        return log_sigmoid(-f) if self.saturating else -log_sigmoid(f)

    def _loss_slope(self, f: np.ndarray) -> np.ndarray:
        """df/dF."""
        return -_sigmoid(f) if self.saturating else -_sigmoid(-f)

    @property
    def expected(self) -> float:
        """E[f(x)], by enumeration."""
        return float(self.masses @ self.rewards)

    def jensen_shannon(self) -> float:
        """JSD of data and generator, nats, by enumeration."""
        of_data, of_model = np.array(self.data) @ log_sigmoid(self.logits), self.masses @ log_sigmoid(-self.logits)
        return max(0.0, float(np.log(2.0) + 0.5 * (of_data + of_model)))

    def gradient(self) -> np.ndarray:
        """∇θ E[f(x)] with D fixed, (bits,), by enumeration: Σ p_θ(x) f(x) (xᵢ − σ(θᵢ))."""
        return (self.masses * self.rewards) @ (corners(self.bits) - self.chance)

    # Estimates from single draws

    def _interpolated(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """F between the corners and its slopes by each bit; (…, bits) to (…) and (…, bits)."""
        value = np.broadcast_to(self.logits, (*x.shape[:-1], 2**self.bits))
        slopes: list[np.ndarray] = []
        for i in reversed(range(self.bits)):  # the last bit is the lowest: its two sides are neighbours
            share = x[..., i, None]
            slopes = [s[..., 0::2] + share * (s[..., 1::2] - s[..., 0::2]) for s in slopes]
            rise = value[..., 1::2] - value[..., 0::2]
            slopes.append(rise)
            value = value[..., 0::2] + share * rise
        return value[..., 0], np.concatenate(slopes[::-1], axis=-1)

    def logit(self, x: np.ndarray) -> np.ndarray:
        """F of relaxed bits, (…, bits) to (…)."""
        return self._interpolated(x)[0]

    def relaxed(self, noise: np.ndarray, temperature: float) -> np.ndarray:
        """Relaxed bits σ((θ + ε)/τ); logistic noise ε (…, bits) to the same shape."""
        return _sigmoid((np.array(self.theta) + noise) / temperature)

    def single(self, name: str, noise: np.ndarray, temperature: float) -> np.ndarray:
        """Estimates of ∇θ E[f] from one draw each; logistic noise ε (…, bits) to the same shape.

        Score function: (f(x) − b) (x − σ(θ)), b = 0 or E[f] (Williams, 1992). Gumbel-softmax: the derivative of f at
        x̃ = σ((θ + ε)/τ) (Jang et al., 2017, arXiv 1611.01144; Maddison et al., 2017, arXiv 1611.00712).
        Straight-through: that of f at x, times σ′(θ) in place of the step's derivative (Bengio et al., 2013,
        arXiv 1308.3432).
        """
        if name == "gumbel":
            soft = self.relaxed(noise, temperature)
            value, slopes = self._interpolated(soft)
            return self._loss_slope(value)[..., None] * slopes * soft * (1 - soft) / temperature
        x = (np.array(self.theta) + noise > 0).astype(int)
        place = x @ (1 << np.arange(self.bits)[::-1])
        return self._at_corners(name)[place]

    def _at_corners(self, name: str) -> np.ndarray:
        """The estimate from one draw x for every string x, (2^bits, bits)."""
        x = corners(self.bits)
        if name == "straight":
            _, slopes = self._interpolated(x.astype(float))
            return self._loss_slope(self.logits)[:, None] * slopes * self.chance * (1 - self.chance)
        b = self.expected if name == "baseline" else 0.0
        return (self.rewards - b)[:, None] * (x - self.chance)

    def moments(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance of an estimate from one draw, (bits,) each, by enumeration; not of "gumbel".

        Raises:
            ValueError: The estimator's draws are not strings of bits.
        """
        if name == "gumbel":
            raise ValueError("relaxed bits cannot be enumerated")
        values = self._at_corners(name)
        mean = self.masses @ values
        return mean, self.masses @ (values - mean) ** 2


def logistic_noise(*shape: int, rng: torch.Generator) -> np.ndarray:
    """Draws of ε = log U − log(1 − U), double precision."""
    u = torch.rand(*shape, generator=rng, dtype=torch.float64).clamp(1e-12, 1 - 1e-12)
    return torch.logit(u).numpy()
