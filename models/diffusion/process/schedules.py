"""Schedules: how much of a datum and how much noise there is at each time."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

__all__ = ["CLEAN", "SCHEDULES", "STRAIGHT", "T_MIN", "Level", "Schedule"]

T_MIN = 1e-3
"""The least time at which a model is trained: at t = 0 some schedules have no noise, and an infinite log-SNR."""

_LEAST = -10.0  # log-SNR at t = 1 of the schedules that are cut there


@dataclass(frozen=True)
class Level:
    """How x_t = α x₀ + σ ε is mixed at some times; all of one shape.

    Attributes:
        alpha: α, the factor of the datum.
        sigma: σ, that of the noise.
        log_snr: λ = log α²/σ², nats.
    """

    alpha: Tensor
    sigma: Tensor
    log_snr: Tensor

    @property
    def scale(self) -> Tensor:
        """√(α² + σ²): the standard deviation of x_t for data of unit variance."""
        return (self.alpha.square() + self.sigma.square()).sqrt()

    def to(self, like: Tensor) -> Level:
        """The level on the device and in the type of a tensor."""
        return Level(*(each.to(like) for each in (self.alpha, self.sigma, self.log_snr)))

    def __getitem__(self, k: int | slice) -> Level:
        """The level of one of the times, or of some of them."""
        return Level(self.alpha[k], self.sigma[k], self.log_snr[k])


CLEAN = Level(torch.ones(()), torch.zeros(()), torch.full((), math.inf))
"""The data themselves: α = 1, σ = 0."""


class Schedule(ABC):
    """α and σ for t from 0, the data, to 1, the noise. Times are tensors of any shape, and so are the results.

    Class attributes:
        title: What a menu shows.
        earliest: The least time at which samplers ask a network.
    """

    title: ClassVar[str]
    earliest: ClassVar[float] = T_MIN

    @abstractmethod
    def log_alpha(self, t: Tensor) -> Tensor:
        """log α."""

    @abstractmethod
    def log_snr(self, t: Tensor) -> Tensor:
        """λ = log α²/σ², nats."""

    @abstractmethod
    def log_alpha_slope(self, t: Tensor) -> Tensor:
        """∂ log α/∂t."""

    @abstractmethod
    def log_snr_slope(self, t: Tensor) -> Tensor:
        """∂λ/∂t, below 0."""

    def at(self, t: Tensor) -> Level:
        """α, σ and λ."""
        log_alpha, log_snr = self.log_alpha(t), self.log_snr(t)
        return Level(log_alpha.exp(), (log_alpha - 0.5 * log_snr).exp(), log_snr)

    def slopes(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """∂α/∂t and ∂σ/∂t."""
        level, slope = self.at(t), self.log_alpha_slope(t)
        return level.alpha * slope, level.sigma * (slope - 0.5 * self.log_snr_slope(t))

    def grid(self, points: int, like: Tensor) -> Tensor:
        """Times from 1 down to `earliest`, (points,), denser near the data: they are evenly spaced in √t."""
        end = self.earliest**0.5
        return torch.linspace(1.0, end, points, dtype=like.dtype, device=like.device).square()


class Linear(Schedule):
    """The noise rate β(t) rises linearly from 0.1 to 20; α² = exp(−∫β) (Ho et al., 2020; Song et al., 2021)."""

    title = "Linear β"
    low, high = 0.1, 20.0

    def rate(self, t: Tensor) -> Tensor:
        """β(t)."""
        return self.low + (self.high - self.low) * t

    def _total(self, t: Tensor) -> Tensor:
        return (self.low + 0.5 * (self.high - self.low) * t) * t

    def log_alpha(self, t: Tensor) -> Tensor:
        """−½ ∫β."""
        return -0.5 * self._total(t)

    def log_snr(self, t: Tensor) -> Tensor:
        """−log(exp ∫β − 1)."""
        return -torch.expm1(self._total(t)).log()

    def log_alpha_slope(self, t: Tensor) -> Tensor:
        """−½ β."""
        return -0.5 * self.rate(t)

    def log_snr_slope(self, t: Tensor) -> Tensor:
        """−β/σ²."""
        return self.rate(t) / torch.expm1(-self._total(t))


class Cosine(Schedule):
    """α = cos φ, σ = sin φ, φ linear in t (Nichol and Dhariwal, 2021), from their offset s = 0.008 to λ = −10."""

    title = "Cosine"
    first = 0.5 * math.pi * 0.008 / 1.008
    speed = math.atan(math.exp(-0.5 * _LEAST)) - first

    def _angle(self, t: Tensor) -> Tensor:
        return self.first + self.speed * t

    def log_alpha(self, t: Tensor) -> Tensor:
        """log cos φ."""
        return self._angle(t).cos().log()

    def log_snr(self, t: Tensor) -> Tensor:
        """−2 log tan φ."""
        return -2 * self._angle(t).tan().log()

    def log_alpha_slope(self, t: Tensor) -> Tensor:
        """−φ′ tan φ."""
        return -self.speed * self._angle(t).tan()

    def log_snr_slope(self, t: Tensor) -> Tensor:
        """−4 φ′/sin 2φ."""
        return -4 * self.speed / (2 * self._angle(t)).sin()


class Sigmoid(Schedule):
    """σ² is a sigmoid between −3 and 3, scaled to 0 at t = 0 (Jabri et al., 2022) and to λ = −10 at t = 1."""

    title = "Sigmoid"
    _reach = 3.0
    _floor = 1 / (1 + math.exp(_reach))
    _factor = (1 / (1 + math.exp(_LEAST))) / (1 - 2 * _floor)

    def _variance(self, t: Tensor) -> Tensor:
        return self._factor * (torch.sigmoid(self._reach * (2 * t - 1)) - self._floor)

    def _variance_slope(self, t: Tensor) -> Tensor:
        s = torch.sigmoid(self._reach * (2 * t - 1))
        return 2 * self._reach * self._factor * s * (1 - s)

    def log_alpha(self, t: Tensor) -> Tensor:
        """½ log(1 − σ²)."""
        return 0.5 * torch.log1p(-self._variance(t))

    def log_snr(self, t: Tensor) -> Tensor:
        """log(1 − σ²) − log σ²."""
        variance = self._variance(t)
        return torch.log1p(-variance) - variance.log()

    def log_alpha_slope(self, t: Tensor) -> Tensor:
        """−½ (σ²)′/(1 − σ²)."""
        return -0.5 * self._variance_slope(t) / (1 - self._variance(t))

    def log_snr_slope(self, t: Tensor) -> Tensor:
        """−(σ²)′/(σ² (1 − σ²))."""
        variance = self._variance(t)
        return -self._variance_slope(t) / (variance * (1 - variance))


class Exploding(Schedule):
    """The datum stays and noise is added: α = 1, σ grows geometrically from 0.01 to 50 (Song et al., 2021)."""

    title = "Variance exploding"
    low = math.log(0.01)
    growth = math.log(50.0) - low

    def log_alpha(self, t: Tensor) -> Tensor:
        """0."""
        return torch.zeros_like(t)

    def log_snr(self, t: Tensor) -> Tensor:
        """−2 log σ."""
        return -2 * (self.low + self.growth * t)

    def log_alpha_slope(self, t: Tensor) -> Tensor:
        """0."""
        return torch.zeros_like(t)

    def log_snr_slope(self, t: Tensor) -> Tensor:
        """The same at every time."""
        return torch.full_like(t, -2 * self.growth)


class Straight(Schedule):
    """α = 1 − t, σ = t: the straight path from a datum to noise (Lipman et al., 2023; Liu et al., 2023).

    dx/dt = ε − x₀ is the same at all times, so that steps of equal length do, and nothing is singular at t = 0.
    """

    title = "Straight"
    earliest = 0.0

    def log_alpha(self, t: Tensor) -> Tensor:
        """log(1 − t)."""
        return torch.log1p(-t)

    def log_snr(self, t: Tensor) -> Tensor:
        """2 log((1 − t)/t)."""
        return 2 * (torch.log1p(-t) - t.log())

    def log_alpha_slope(self, t: Tensor) -> Tensor:
        """−1/(1 − t)."""
        return -1 / (1 - t)

    def log_snr_slope(self, t: Tensor) -> Tensor:
        """−2/(t (1 − t))."""
        return -2 / (t * (1 - t))

    def at(self, t: Tensor) -> Level:
        """α, σ and λ, exact at both ends."""
        return Level(1 - t, t, self.log_snr(t))

    def slopes(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """−1 and 1."""
        return -torch.ones_like(t), torch.ones_like(t)

    def grid(self, points: int, like: Tensor) -> Tensor:
        """Times from 1 down to 0, evenly spaced."""
        return torch.linspace(1.0, 0.0, points, dtype=like.dtype, device=like.device)


SCHEDULES: Mapping[str, Schedule] = {
    "linear": Linear(),
    "cosine": Cosine(),
    "sigmoid": Sigmoid(),
    "exploding": Exploding(),
}
"""Those of a diffusion whose noise is added step by step."""

STRAIGHT = Straight()
