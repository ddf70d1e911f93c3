"""Bayesian linear regression: a conjugate model, in which everything is known in closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from models.exact.normal import LOG_2PI
from models.protocol import param
from models.simulators.simulator import Simulator

__all__ = ["Regression"]


@dataclass(frozen=True)
class Regression(Simulator):
    """y(t) = z₁ + z₂ t + θ t² + σ ε at ten t from −1 to 1: given y, z is Gaussian (Bishop, 2006, section 3.3)."""

    simulator = "regression"
    unknowns = ("intercept", "slope")
    coefficient = "curvature θ"
    truth, start = 0.5, -0.5

    count: ClassVar[int] = 10

    sigma: float = param(0.5, "Noise σ", 0.05, 2.0, log=True, help="Standard deviation of each y given z.")

    @property
    def d(self) -> int:
        """One y for each t."""
        return self.count

    @property
    def axis(self) -> tuple[str, tuple[float, ...]]:
        """t."""
        return "t", tuple(self._places().tolist())

    def _places(self, like: Tensor | None = None) -> Tensor:
        device = None if like is None else like.device
        t = torch.linspace(-1.0, 1.0, self.count, dtype=torch.float64, device=device)
        return t if like is None else t.to(like)

    def _design(self, like: Tensor) -> Tensor:
        t = self._places(like)
        return torch.stack([torch.ones_like(t), t], dim=1)  # (10, 2)

    def simulate(self, z: Tensor, *, rng: torch.Generator, theta: Tensor | float | None = None) -> Tensor:
        """The line and the curvature, with noise."""
        mean = self.mean(z, theta)
        return mean + self.sigma * torch.randn(mean.shape, generator=rng, device=z.device, dtype=z.dtype)

    def mean(self, z: Tensor, theta: Tensor | float | None = None) -> Tensor:
        """z₁ + z₂ t + θ t²."""
        return z @ self._design(z).T + self.coefficient_of(theta, z) * self._places(z).square()

    def log_likelihood(self, x: Tensor, z: Tensor, theta: Tensor | float | None = None) -> Tensor:
        """A normal density with independent entries."""
        away = (x - self.mean(z, theta)) / self.sigma  # (…, n, 10)
        return -0.5 * away.square().sum(dim=-1) - self.count * (math.log(self.sigma) + 0.5 * LOG_2PI)

    def posterior(self, x: Tensor, theta: float | None = None) -> tuple[Tensor, Tensor]:
        """Mean (n, 2) and covariance (2, 2) of p(z|x), a Gaussian, for observations (n, 10)."""
        design = self._design(x)
        precision = torch.eye(2, dtype=x.dtype, device=x.device) + design.T @ design / self.sigma**2
        covariance = torch.linalg.inv(precision)
        residual = x - self.coefficient_of(theta, x) * self._places(x).square()
        return residual @ design @ covariance / self.sigma**2, covariance

    def log_evidence(self, x: Tensor, theta: float | None = None) -> Tensor:
        """log p(x), nats, (n, 10) to (n,): x is Gaussian with covariance σ² I + A Aᵀ."""
        design = self._design(x)
        covariance = self.sigma**2 * torch.eye(self.count, dtype=x.dtype, device=x.device) + design @ design.T
        mean = self.coefficient_of(theta, x) * self._places(x).square()  # (10,)
        return torch.distributions.MultivariateNormal(mean, covariance).log_prob(x)
