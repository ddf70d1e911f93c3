"""log p(x) by averaging p(x|z) over the prior, in a model whose log p(x) is known exactly."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from models.exact.normal import LOG_2PI
from models.frames import Curves, Series
from models.protocol import Noise, view
from models.views.words import decimal

__all__ = ["LinearGaussian", "averaging", "dimensions"]

_REPETITIONS, _PART = 100, 20  # observations for one curve, and of these between two frames
_MOST = 10_000
_LARGEST = 6  # dimensions of z
_READ_OFF = (10, 100, 1_000, 10_000)  # numbers of draws that are given in words


@dataclass(frozen=True)
class LinearGaussian:
    """z ~ N(0, I), x|z ~ N(W z, σ² I).

    Attributes:
        loadings: W, (data, latent).
        sigma: Standard deviation σ of each entry of x given z.
    """

    loadings: Tensor
    sigma: float

    @classmethod
    def drawn(cls, data: int, latent: int, sigma: float, *, rng: torch.Generator) -> LinearGaussian:
        """A model whose loadings are draws from N(0, 1)."""
        return cls(torch.randn(data, latent, generator=rng, dtype=torch.float64), sigma)

    @property
    def latent(self) -> int:
        """Dimension of z."""
        return self.loadings.shape[1]

    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws of x, (n, data)."""
        data, latent = self.loadings.shape
        z = torch.randn(n, latent, generator=rng, dtype=torch.float64)
        noise = torch.randn(n, data, generator=rng, dtype=torch.float64)
        return z @ self.loadings.T + self.sigma * noise

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x), exactly: x ~ N(0, W Wᵀ + σ² I); (n, data) to (n,) nats."""
        data = len(self.loadings)
        covariance = self.loadings @ self.loadings.T + self.sigma**2 * torch.eye(data, dtype=torch.float64)
        factor = torch.linalg.cholesky(covariance)
        white = torch.linalg.solve_triangular(factor, x.T, upper=False)  # (data, n)
        return -0.5 * (white.square().sum(dim=0) + data * LOG_2PI) - factor.diagonal().log().sum()

    def averaging_error(self, x: Tensor, K: int, *, rng: torch.Generator) -> Tensor:
        """log (1/k) Σ p(x|zⱼ) − log p(x) over the first k = 1 … K draws zⱼ from the prior; (n, data) to (n, K) nats."""
        z = torch.randn(len(x), K, self.latent, generator=rng, dtype=torch.float64)
        # ‖x − W z‖² through Wᵀx and WᵀW: the cost does not grow with the dimension of x.
        gram, projected = self.loadings.T @ self.loadings, x @ self.loadings
        miss = (z @ gram * z).sum(dim=-1) - 2 * torch.einsum("nkl,nl->nk", z, projected)  # (n, K)
        miss += x.square().sum(dim=1, keepdim=True)
        constant = -0.5 * x.shape[1] * (LOG_2PI + 2 * math.log(self.sigma))
        log_likelihood = constant - 0.5 * miss / self.sigma**2
        counts = torch.arange(1, K + 1, dtype=torch.float64)
        return torch.logcumsumexp(log_likelihood, dim=1) - counts.log() - self.log_prob(x)[:, None]


class AveragingLab(Protocol):
    """A lab whose config has the dimensions of x and z, `x_dim` and `z_dim`, and the noise `x_noise` of x given z."""

    config: Any


@view("Prior average", help="log p(x) as the log of an average of p(x|z), z from the prior.")
def averaging(lab: AveragingLab, noise: Noise) -> Iterator[Curves]:
    """Error of the estimate against its number of draws, in a linear-Gaussian model."""
    x_dim, z_dim, sigma = lab.config.x_dim, lab.config.z_dim, lab.config.x_noise
    rng = noise.rng()
    model = LinearGaussian.drawn(x_dim, z_dim, sigma, rng=rng)
    counts = np.unique(np.geomspace(10, _MOST, 61).round().astype(int))
    counts = np.union1d(counts, _READ_OFF)
    parts: list[np.ndarray] = []
    for _ in range(_REPETITIONS // _PART):
        x = model.sample(_PART, rng=rng)
        error = model.averaging_error(x, _MOST, rng=rng)[:, torch.from_numpy(counts - 1)]
        parts.append(error.numpy())
        errors = np.concatenate(parts)  # (repetitions, counts)
        at = errors[:, np.searchsorted(counts, _READ_OFF)]  # (repetitions, 4)
        means, standard_errors = at.mean(axis=0), at.std(axis=0, ddof=1) / len(at) ** 0.5
        words = [
            f"{decimal(mean, 1)} ± {decimal(se, 1)} at K = {k:,}"
            for k, mean, se in zip(_READ_OFF, means, standard_errors, strict=True)
        ]
        yield Curves(
            (
                _banded("error", "median error, band 10 to 90 %", counts, errors),
                Series("exact", "exact log p(x)", counts, np.zeros(len(counts)), unit="nats", dashed=True),
            ),
            x_label="K draws of z from the prior", y_label="error, nats", log_x=True,
            subtitle=f"z in {z_dim}-D, x in {x_dim}-D, σ = {sigma:g}; {len(errors)} x from the model",
            note=f"Mean error ± standard error, nats: {'; '.join(words)}.",
        )  # fmt: skip


@view("Dimension of z", help="The same error while z gets more dimensions.")
def dimensions(lab: AveragingLab, noise: Noise) -> Iterator[Curves]:
    """Error at several numbers of draws against the dimension of z."""
    x_dim, sigma = lab.config.x_dim, lab.config.x_noise
    rng = noise.rng()
    parts: list[np.ndarray] = []
    ks = _READ_OFF[:3]
    for latent in range(1, _LARGEST + 1):
        model = LinearGaussian.drawn(x_dim, latent, sigma, rng=rng)
        x = model.sample(_REPETITIONS, rng=rng)
        error = model.averaging_error(x, ks[-1], rng=rng)[:, torch.tensor(ks) - 1]
        parts.append(error.numpy())
        errors = np.stack(parts, axis=1)  # (repetitions, dimensions, K)
        dims = np.arange(1, latent + 1)
        series = [
            _banded(f"K{k}", f"K = {k:,}", dims, errors[:, :, place], role)
            for place, (k, role) in enumerate(zip(ks, ("data", "model", "alt"), strict=True))
        ]
        series.append(Series("exact", "exact log p(x)", dims, np.zeros(latent), unit="nats", dashed=True))
        yield Curves(
            tuple(series), x_label="dimension of z", y_label="error, nats",
            subtitle=f"x in {x_dim}-D, σ = {sigma:g}; medians of {_REPETITIONS} x, bands 10 to 90 %",
            note="The posterior fills a smaller part of the prior with each dimension, and the draws miss it.",
        )  # fmt: skip


def _banded(key: str, label: str, x: np.ndarray, values: np.ndarray, role: str = "model") -> Series:
    """Median over the first axis, with a band from the 10 % to the 90 % quantile; values (repetitions, n)."""
    low, median, high = np.quantile(values, (0.1, 0.5, 0.9), axis=0)
    return Series(key, label, x, median, role=role, unit="nats", low=low, high=high)
