"""Mixtures of Gaussians with noise: every quantity of a diffusion process in closed form."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.diffusion.process.predictions import Estimate
from models.diffusion.process.schedules import Level

__all__ = ["NoisedMixture"]

_NODES = 24  # of Gauss–Hermite quadrature along each axis


@dataclass(frozen=True)
class NoisedMixture:
    """Isotropic Gaussians of one width under noise: x_t = α x₀ + σ ε is a mixture of as many Gaussians.

    With a width of 0 the mixture is a set of points, such as training data. Places are (n, d); α and σ of the level are
    (n, 1), or of one element for all of them.

    Attributes:
        centers: Means of the Gaussians, (k, d).
        log_weights: Logarithm of the weight of each, (k,); −∞ for one that is not there.
        std: Standard deviation of each, a scalar.
    """

    centers: Tensor
    log_weights: Tensor
    std: Tensor

    @classmethod
    def of_points(cls, points: Tensor) -> NoisedMixture:
        """Points of equal weight, (n, d): the distribution of n data."""
        return cls.of_equal(points, 0.0)

    @classmethod
    def of_equal(cls, centers: Tensor, std: float) -> NoisedMixture:
        """Gaussians of equal weight around centres, (k, d)."""
        k = len(centers)
        return cls(centers, centers.new_full((k,), -math.log(k)), centers.new_tensor(std))

    def double(self) -> NoisedMixture:
        """The same in double precision."""
        return NoisedMixture(self.centers.double(), self.log_weights.double(), self.std.double())

    @property
    def dims(self) -> int:
        """Dimensions of a place."""
        return self.centers.shape[1]

    def variance(self, level: Level) -> Tensor:
        """Variance of each Gaussian along each axis, α² s² + σ²."""
        return (level.alpha * self.std).square() + level.sigma.square()

    def _offsets(self, x: Tensor, level: Level) -> Tensor:
        """α μ_k − x_t, (n, k, d)."""
        return level.alpha.reshape(-1, 1, 1) * self.centers - x[:, None]

    def _log_parts(self, offsets: Tensor, level: Level) -> Tensor:
        """log of weight times density of each Gaussian, (n, k)."""
        variance = self.variance(level).reshape(-1, 1)
        square = offsets.square().sum(dim=2)
        return self.log_weights - 0.5 * square / variance - 0.5 * self.dims * (2 * math.pi * variance).log()

    def log_prob(self, x: Tensor, level: Level) -> Tensor:
        """log p_t(x), (n, d) to (n,), nats."""
        return self._log_parts(self._offsets(x, level), level).logsumexp(dim=1)

    def shares(self, x: Tensor, level: Level) -> Tensor:
        """p(k | x_t): how probable each Gaussian is as the origin of x_t, (n, d) to (n, k)."""
        return self._log_parts(self._offsets(x, level), level).softmax(dim=1)

    def score(self, x: Tensor, level: Level) -> Tensor:
        """∇ log p_t(x), (n, d) to (n, d)."""
        offsets = self._offsets(x, level)
        shares = self._log_parts(offsets, level).softmax(dim=1)
        return (shares[:, :, None] * offsets).sum(dim=1) / self.variance(level).reshape(-1, 1)

    def eps(self, x: Tensor, level: Level) -> Tensor:
        """The best prediction of the noise, E[ε | x_t] = −σ ∇ log p_t; (n, d) to (n, d)."""
        return -level.sigma.reshape(-1, 1) * self.score(x, level)

    def posterior(self, x: Tensor, level: Level) -> tuple[Tensor, Tensor, Tensor]:
        """q(x₀ | x_t), a mixture of as many Gaussians.

        Returns:
            Weights (n, k), means (n, k, d), and the variance of each along each axis, (n, 1).
        """
        alpha, sigma, variance = (each.reshape(-1, 1) for each in (level.alpha, level.sigma, self.variance(level)))
        pulled = (alpha * self.std.square() * x / variance)[:, None]
        means = pulled + (sigma.square() / variance)[:, :, None] * self.centers
        return self.shares(x, level), means, self.std.square() * sigma.square() / variance

    def denoised(self, x: Tensor, level: Level) -> Tensor:
        """The optimal denoiser E[x₀ | x_t], (n, d) to (n, d); of points, a mean of them weighted by a softmax."""
        weights, means, _ = self.posterior(x, level)
        return (weights[:, :, None] * means).sum(dim=1)

    def estimate(self, x: Tensor, level: Level) -> Estimate:
        """The best estimates of datum and noise at x_t, E[x₀ | x_t] and E[ε | x_t]."""
        return Estimate(self.denoised(x, level), self.eps(x, level))

    def denoised_divergence(self, x: Tensor, level: Level) -> Tensor:
        """Divergence of `denoised` as a function of x, α/σ² times the trace of Cov[x₀ | x_t]; (n, d) to (n,)."""
        weights, means, variance = self.posterior(x, level)
        mean = (weights[:, :, None] * means).sum(dim=1)
        spread = (weights * means.square().sum(dim=2)).sum(dim=1) - mean.square().sum(dim=1)
        trace = spread + self.dims * variance.reshape(-1)
        return (level.alpha / level.sigma.square()).reshape(-1) * trace

    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws of x₀, (n, d)."""
        which = torch.multinomial(self.log_weights.exp(), n, replacement=True, generator=rng)
        noise = torch.randn(n, self.dims, generator=rng, device=self.centers.device, dtype=self.centers.dtype)
        return self.centers[which] + self.std * noise

    def floor(self, level: Level) -> Tensor:
        """The loss of the best prediction of the noise, E‖ε − E[ε | x_t]‖²/d, in the plane, for one level; a scalar.

        By Gauss–Hermite quadrature around each Gaussian. ε − E[ε | x_t] is orthogonal to E[ε | x_t], so that this is
        1 − E‖E[ε | x_t]‖²/d.
        """
        node, weight = (torch.from_numpy(each).to(self.centers) for each in _grid())
        there = self.log_weights.isfinite()
        centers, shares = self.centers[there], self.log_weights[there].exp()
        x = level.alpha.reshape(-1, 1, 1) * centers[:, None] + self.variance(level).sqrt().reshape(-1, 1, 1) * node
        square = self.eps(x.reshape(-1, self.dims), level).square().mean(dim=1).reshape(len(centers), -1)
        return 1 - shares @ (square @ weight)


@functools.cache
def _grid() -> tuple[np.ndarray, np.ndarray]:
    """Nodes (m, 2) and weights (m,) for expectations over a standard normal in the plane."""
    node, weight = np.polynomial.hermite_e.hermegauss(_NODES)
    weight = weight / weight.sum()
    a, b = np.meshgrid(node, node)
    return np.stack([a.ravel(), b.ravel()], axis=1), np.outer(weight, weight).ravel()
