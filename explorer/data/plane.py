"""Densities in the plane: base classes, and log densities of Gaussian mixtures."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from explorer.data.dataset import Dataset
from explorer.data.density import DensitySource
from explorer.data.quadrature import REACH, standard_grid
from explorer.data.source import Progress
from models.protocol import Planar

__all__ = ["CurveSource", "MixtureSource", "PlanarSource", "log_mixture"]

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


@dataclass(frozen=True)
class PlanarSource(DensitySource):
    """A density in the plane with exact samples, log density and entropy; the classes are its modes or curves."""

    kind = Planar()


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
        low, high = points.min(axis=0) - REACH * self.width, points.max(axis=0) + REACH * self.width
        step = 0.5 * self.width
        axes = [np.arange(a, b + step, step) for a, b in zip(low, high, strict=True)]
        log_p = self.log_prob(np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2))
        return float(-(np.exp(log_p) @ log_p) * step**2)
