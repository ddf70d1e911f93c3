"""The optimal denoiser of n data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from models.diffusion.process import Estimate, Level

__all__ = ["Optimum", "count_of"]


@dataclass(frozen=True)
class Optimum:
    """The denoiser with the least loss on n data: it returns their mean, weighted by a softmax.

    With shifts it is averaged over places around x_t, which makes it smooth (Scarvelis et al., 2023, arXiv 2310.12395).
    Levels are of one element.

    Attributes:
        data: The data, (n, d).
        shifts: Displacements of x_t/α over which the weights are averaged, (m, d); None for the optimum itself.
    """

    data: Tensor
    shifts: Tensor | None = None

    @cached_property
    def _half_squares(self) -> Tensor:
        return 0.5 * self.data.square().sum(dim=1)

    @cached_property
    def spacing(self) -> float:
        """Median distance from a datum to the nearest one at another place; 0 where all are at one place."""
        distance = torch.cdist(self.data, self.data)
        nearest = distance.where(distance > 0, torch.inf).min(dim=1).values
        return float(nearest.median()) if len(nearest) and bool(nearest.isfinite().all()) else 0.0

    def smoothed(self, width: float, draws: int, *, rng: torch.Generator) -> Optimum:
        """The denoiser averaged over places around x_t/α that are normally distributed.

        Args:
            width: Standard deviation along each axis, in units of `spacing`.
            draws: Number of places.
            rng: Draws them.
        """
        drawn = torch.randn(draws, self.data.shape[1], generator=rng, dtype=self.data.dtype)
        return Optimum(self.data, width * self.spacing * drawn)

    def weights(self, x: Tensor, level: Level) -> Tensor:
        """Weight of each datum in E[x₀ | x_t], (k, d) to (k, n): softmax of −‖x_t − α x₀‖²/2σ²."""
        if self.shifts is None:
            return self._softmax(x, level)
        places = x[:, None] + level.alpha * self.shifts  # (k, m, d)
        return self._softmax(places.flatten(0, 1), level).reshape(len(x), len(self.shifts), -1).mean(dim=1)

    def _softmax(self, x: Tensor, level: Level) -> Tensor:
        # ‖x_t‖² is the same for all data, and left out.
        logits = (x @ self.data.T - level.alpha * self._half_squares) * (level.alpha / level.sigma.square())
        return logits.softmax(dim=1)

    def denoised(self, x: Tensor, level: Level) -> Tensor:
        """E[x₀ | x_t], (k, d) to (k, d)."""
        return self.weights(x, level) @ self.data

    def eps(self, x: Tensor, level: Level) -> Tensor:
        """E[ε | x_t], (k, d) to (k, d)."""
        return self.estimate(x, level).eps

    def estimate(self, x: Tensor, level: Level) -> Estimate:
        """E[x₀ | x_t] and E[ε | x_t], (k, d) each."""
        x0 = self.denoised(x, level)
        return Estimate(x0, (x - level.alpha * x0) / level.sigma)


def count_of(weights: Tensor) -> Tensor:
    """How many equal weights have the entropy of these, (k, n) to (k,)."""
    return (-torch.special.xlogy(weights, weights).sum(dim=1)).exp()
