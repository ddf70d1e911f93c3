"""The square of the unknown, with noise: each observation has two explanations."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.exact.normal import LOG_2PI
from models.protocol import param
from models.simulators.simulator import Simulator

__all__ = ["Parabola"]


@dataclass(frozen=True)
class Parabola(Simulator):
    """x|z ~ N(z² + θ, σ²): p(z|x) is symmetric, with modes near ±√x."""

    simulator = "parabola"
    unknowns = ("z",)
    coefficient = "offset θ"
    truth, start = 0.0, 1.0

    sigma: float = param(0.25, "Noise σ", 0.02, 2.0, log=True, help="Standard deviation of x given z.")

    @property
    def d(self) -> int:
        """One number."""
        return 1

    @property
    def axis(self) -> tuple[str, tuple[float, ...]]:
        """One place."""
        return "x", (0.0,)

    def simulate(self, z: Tensor, *, rng: torch.Generator, theta: Tensor | float | None = None) -> Tensor:
        """z² + θ + σ ε."""
        noise = torch.randn(z.shape, generator=rng, device=z.device, dtype=z.dtype)
        return self.mean(z, theta) + self.sigma * noise

    def log_likelihood(self, x: Tensor, z: Tensor, theta: Tensor | float | None = None) -> Tensor:
        """A normal density."""
        away = (x - z.square() - self.coefficient_of(theta, z)) / self.sigma  # (…, n, 1)
        return (-0.5 * away.square() - math.log(self.sigma) - 0.5 * LOG_2PI)[..., 0]

    def mean(self, z: Tensor, theta: Tensor | float | None = None) -> Tensor:
        """z² + θ."""
        return z.square() + self.coefficient_of(theta, z)
