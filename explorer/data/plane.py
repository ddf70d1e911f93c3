"""Densities in the plane: base classes, and log densities of Gaussian mixtures."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from explorer.data.dataset import Dataset, Split
from explorer.data.source import Progress, Source
from models.protocol import Planar, param

__all__ = ["CurveSource", "MixtureSource", "PlanarSource", "log_mixture", "panels", "standard_grid"]

_SEED = 8220
_VALID, _TEST = 2_000, 10_000
_REACH = 8.0  # standard deviations beyond which a Gaussian has less than 1e-14 of its mass
_BLOCK = 1 << 21  # numbers in the largest temporary array


def log_mixture(x: np.ndarray, centers: np.ndarray, log_weights: np.ndarray, std: float) -> np.ndarray:
    """Log density of a mixture of isotropic Gaussians: x (n, 2), centers (m, 2), log_weights (m,) to (n,) nats."""
    x = np.asarray(x, dtype=np.float64)
    result = np.empty(len(x))
    rows = max(1, _BLOCK // len(centers))
    for start in range(0, len(x), rows):
        part = x[start : start + rows]
        exponent = np.square(part[:, :1] - centers[:, 0])  # (rows, m)
        exponent += np.square(part[:, 1:] - centers[:, 1])
        exponent *= -0.5 / std**2
        exponent += log_weights
        top = exponent.max(axis=1)
        exponent -= top[:, None]
        result[start : start + rows] = top + np.log(np.exp(exponent, out=exponent).sum(axis=1))
    return result - np.log(2 * np.pi * std**2)


def panels(a: float, b: float, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights, (m,) each, of 16-point Gauss-Legendre rules on panels of at most a width from a to b."""
    count = int(np.ceil((b - a) / width))
    node, weight = np.polynomial.legendre.leggauss(16)
    edges = np.linspace(a, b, count + 1)
    half = (b - a) / count / 2
    return ((edges[:-1] + half)[:, None] + half * node).ravel(), np.tile(half * weight, count)


def standard_grid() -> tuple[np.ndarray, np.ndarray]:
    """A grid over a standard normal in the plane, (m, 2), and the probability of each cell, (m,).

    Trapezoidal sums over it are exact to rounding for integrands that are smooth at a tenth of a standard deviation.
    """
    u = np.arange(-_REACH, _REACH + 0.05, 0.1)
    density = np.exp(-(u**2) / 2) * (0.1 / np.sqrt(2 * np.pi))
    return np.stack(np.meshgrid(u, u, indexing="ij"), axis=-1).reshape(-1, 2), np.outer(density, density).ravel()


@dataclass(frozen=True)
class PlanarSource(Source):
    """A density in the plane with exact samples, log density and entropy."""

    kind = Planar()
    classes: ClassVar[tuple[str, ...]]

    n: int = param(50_000, "Training points", 1_000, 1_000_000, log=True, more=True)

    @abstractmethod
    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Independent draws, (n, 2) float64, and the mode each comes from, (n,) int64."""

    @abstractmethod
    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """Exact log density, (n, 2) to (n,) nats, float64."""

    @abstractmethod
    def entropy(self) -> float:
        """Differential entropy, nats."""

    def names(self) -> tuple[str, ...]:
        """Names of the modes."""
        return self.classes

    def load(self, progress: Progress | None = None) -> Dataset:
        """Draws the dataset, each split with its own seed."""
        train, valid, test = (self._split(seed, n) for seed, n in enumerate((self.n, _VALID, _TEST)))
        return Dataset(
            str(self),
            self.title,
            self.kind,
            train,
            valid,
            test,
            classes=self.names(),
            log_prob=self.log_prob,
            entropy_of=self.entropy,
        )

    def _split(self, seed: int, n: int) -> Split:
        x, y = self.sample(n, np.random.default_rng([_SEED, seed]))
        return Split(x.astype(np.float32), y)


@dataclass(frozen=True)
class MixtureSource(PlanarSource):
    """Isotropic Gaussians of equal width and weight. Subclasses have a field `std`."""

    @abstractmethod
    def centers(self) -> np.ndarray:
        """Centres of the Gaussians, (k, 2)."""

    @property
    @abstractmethod
    def width(self) -> float:
        """Standard deviation of each Gaussian."""

    def names(self) -> tuple[str, ...]:
        """One class for each Gaussian."""
        return tuple(f"mode {k + 1}" for k in range(len(self.centers())))

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draws a Gaussian for each point, then the point."""
        centers = self.centers()
        y = rng.integers(len(centers), size=n)
        return centers[y] + self.width * rng.standard_normal((n, 2)), y

    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """Exact log density of the mixture."""
        centers = self.centers()
        return log_mixture(x, centers, np.full(len(centers), -np.log(len(centers))), self.width)

    def entropy(self) -> float:
        """E[-log p], integrated around each Gaussian in its own scale."""
        grid, mass = standard_grid()
        centers = self.centers()
        return float(-np.mean([mass @ self.log_prob(center + self.width * grid) for center in centers]))

    def load(self, progress: Progress | None = None) -> Dataset:
        """Draws the dataset, with its centres."""
        return dataclasses.replace(super().load(progress), centers=self.centers(), std=self.width)


@dataclass(frozen=True)
class CurveSource(PlanarSource):
    """Points on curves with isotropic Gaussian noise: the density on the curve, convolved with a Gaussian.

    Subclasses have a field `noise`. The integral along the curve is a Gauss-Legendre sum on panels of a few
    standard deviations, which is a mixture of many Gaussians.
    """

    @property
    @abstractmethod
    def width(self) -> float:
        """Standard deviation of the noise."""

    @abstractmethod
    def curve(self) -> tuple[np.ndarray, np.ndarray]:
        """Nodes on the curves, (m, 2), and their weights, (m,), which sum to 1."""

    @cached_property
    def _nodes(self) -> tuple[np.ndarray, np.ndarray]:
        points, weights = self.curve()
        return points, np.log(weights)

    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """Log density, its integral along the curve taken by quadrature."""
        return log_mixture(x, *self._nodes, self.width)

    def entropy(self) -> float:
        """-∫ p log p by a trapezoidal sum, spacing half a standard deviation of the noise."""
        points, _ = self._nodes
        low, high = points.min(axis=0) - _REACH * self.width, points.max(axis=0) + _REACH * self.width
        step = 0.5 * self.width
        axes = [np.arange(a, b + step, step) for a, b in zip(low, high, strict=True)]
        log_p = self.log_prob(np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2))
        return float(-(np.exp(log_p) @ log_p) * step**2)
