"""Simple models of images, fitted in closed form: independent pixels, and Gaussians."""

from __future__ import annotations

import torch
from torch import Tensor

from models.exact.normal import LOG_2PI

__all__ = ["GaussianMoments", "LevelCounts"]


class LevelCounts:
    """Pixels that are independent, each with the frequencies of its levels; every level is counted once more.

    Args:
        dims: Number of entries D.
        levels: Number of values of an entry L.
    """

    def __init__(self, dims: int, levels: int):
        self.levels = levels
        self.counts = torch.ones(dims, levels, dtype=torch.float64)

    def add(self, x: Tensor) -> None:
        """Counts the levels of some data, (n, D), data units."""
        places = self._levels_of(x) + self.levels * torch.arange(x.shape[1], device=x.device)
        counts = torch.bincount(places.flatten(), minlength=self.counts.numel())
        self.counts += counts.view_as(self.counts).cpu()

    def log_prob(self, x: Tensor) -> Tensor:
        """log P(x), (n, D) to (n,), nats."""
        log_p = (self.counts / self.counts.sum(dim=1, keepdim=True)).log()  # (D, L)
        return log_p.gather(1, self._levels_of(x).T.cpu()).sum(dim=0)

    def _levels_of(self, x: Tensor) -> Tensor:
        return (x * (self.levels - 1)).round().long()


class GaussianMoments:
    """Sums from which the Gaussian of greatest likelihood follows, with full covariance or with independent entries.

    Args:
        dims: Number of entries D.
        full: Whether products of entries are summed.
    """

    def __init__(self, dims: int, *, full: bool):
        self.full, self.n = full, 0
        self.total = torch.zeros(dims, dtype=torch.float64)
        self.products = torch.zeros((dims, dims) if full else (dims,), dtype=torch.float64)
        self.factor: Tensor | None = None

    def add(self, y: Tensor) -> None:
        """Adds some data, (n, D)."""
        y = y.double().cpu()
        self.n += len(y)
        self.total += y.sum(dim=0)
        self.products += y.T @ y if self.full else y.square().sum(dim=0)
        self.factor = None

    def log_prob(self, y: Tensor) -> Tensor:
        """log N(y; mean, covariance), (n, D) to (n,), nats.

        Raises:
            torch.linalg.LinAlgError: The full covariance is singular: there are fewer data than entries.
        """
        mean = self.total / self.n
        away = y.double().cpu() - mean
        if self.full:
            if self.factor is None:
                self.factor = torch.linalg.cholesky(self.products / self.n - mean[:, None] * mean)
            scaled = torch.linalg.solve_triangular(self.factor, away.T, upper=False).T
            log_std = self.factor.diagonal().log().sum()
        else:
            variance = self.products / self.n - mean.square()
            scaled, log_std = away / variance.sqrt(), 0.5 * variance.log().sum()
        return -0.5 * scaled.square().sum(dim=1) - log_std - 0.5 * LOG_2PI * len(mean)
