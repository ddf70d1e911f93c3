"""Tables of six columns whose density and entropy are known."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from explorer.data.dataset import Dataset
from explorer.data.density import DensitySource
from explorer.data.marginals import Beta, Bimodal, Gamma, Logistic, Marginal, Normal, StudentT
from explorer.data.source import Progress
from models.protocol import Table, param

__all__ = ["Copula6", "Gaussian6", "TableSource"]

_MEANS = np.array([0.0, 2.0, -1.0, 5.0, 0.5, -3.0])
_SCALES = np.array([1.0, 0.5, 2.0, 4.0, 0.25, 1.5])
# Vectors of reflections. Their product is an orthogonal matrix without small or equal entries.
_REFLECTIONS = ((1, 2, -1, 3, 1, -2), (2, -1, 3, 1, -2, 1), (1, 1, 2, -3, 2, 3))

_MARGINALS: tuple[Marginal, ...] = (
    Normal(1.0, 2.0),
    Gamma(1.0),
    Bimodal(0.6, 0.3),
    Logistic(0.0, 0.5),
    Beta(2.0, 5.0),
    StudentT(5.0),
)


def _rotation() -> np.ndarray:
    """A fixed orthogonal matrix, (6, 6): a product of Householder's reflections."""
    result = np.eye(6)
    for entries in _REFLECTIONS:
        v = np.array(entries, dtype=float)
        result = result @ (np.eye(6) - 2 * np.outer(v, v) / (v @ v))
    return result


@dataclass(frozen=True)
class TableSource(DensitySource):
    """A density of rows whose columns have known densities each."""

    @abstractmethod
    def log_marginal(self, column: int, x: np.ndarray) -> np.ndarray:
        """Exact log density of one column, (n,) to (n,) nats, float64."""

    def load(self, progress: Progress | None = None) -> Dataset:
        """Draws the dataset, with the densities of its columns."""
        return dataclasses.replace(super().load(progress), log_marginal=self.log_marginal)


@dataclass(frozen=True)
class Gaussian6(TableSource):
    """Six correlated Gaussian columns: a rotated Gaussian whose columns are then scaled and shifted."""

    name, title = "gaussian6", "Correlated Gaussians"
    about = "Six correlated Gaussian columns of different means and scales: a model of linear maps fits them exactly."
    kind = Table(6)
    origin = "made for this program"

    condition: float = param(
        100.0, "Condition number", 1.0, 10_000.0, log=True,
        help="Ratio of the largest to the least variance before the columns are scaled; 1: independent columns.",
    )  # fmt: skip

    def _std(self) -> np.ndarray:
        """Standard deviations along the axes before the rotation, (6,): evenly spaced in their logarithm."""
        return self.condition ** (-0.1 * np.arange(6))

    def covariance(self) -> np.ndarray:
        """Covariance of the columns, (6, 6)."""
        root = _SCALES[:, None] * _rotation() * self._std()
        return root @ root.T

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, None]:
        """Draws along the axes, then rotates, scales and shifts."""
        along = self._std() * rng.standard_normal((n, 6))
        return _MEANS + _SCALES * (along @ _rotation().T), None

    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """Closed form, in coordinates along the axes."""
        along = (np.asarray(x, dtype=np.float64) - _MEANS) / _SCALES @ _rotation()
        log_std = np.log(self._std()).sum() + np.log(_SCALES).sum()
        return -0.5 * np.square(along / self._std()).sum(axis=1) - log_std - 3 * np.log(2 * np.pi)

    def log_marginal(self, column: int, x: np.ndarray) -> np.ndarray:
        """A normal density."""
        return Normal(_MEANS[column], np.sqrt(self.covariance()[column, column])).log_density(x)

    def entropy(self) -> float:
        """½ log det 2πeΣ."""
        return float(3 * np.log(2 * np.pi * np.e) + np.log(self._std()).sum() + np.log(_SCALES).sum())


@dataclass(frozen=True)
class Copula6(TableSource):
    """Six columns of different distributions, dependent through a Gaussian copula.

    The normal scores z_i = Φ⁻¹(F_i(x_i)) are a stationary Gaussian Markov chain: the correlation of z_i and z_j is
    ρ^|i − j|.
    """

    name, title = "copula6", "Six marginals, Gaussian copula"
    about = (
        "Six columns of different shapes, among them skewed, bounded, bimodal and heavy-tailed, with curved dependence."
    )
    kind = Table(6)
    origin = "made for this program; copulas: Sklar, 1959"
    columns = tuple(marginal.name for marginal in _MARGINALS)

    correlation: float = param(
        0.7, "Correlation ρ", -0.95, 0.95, help="Of the normal scores of neighbouring columns; 0: independent columns."
    )

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, None]:
        """Draws the chain of scores, then the quantile of each."""
        z = rng.standard_normal((n, 6))
        for i in range(1, 6):
            z[:, i] = self.correlation * z[:, i - 1] + np.sqrt(1 - self.correlation**2) * z[:, i]
        return np.stack([marginal.at_score(z[:, i]) for i, marginal in enumerate(_MARGINALS)], axis=1), None

    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """Sum of the log densities of the marginals and of the copula; −∞ outside the support."""
        x = np.asarray(x, dtype=np.float64)
        columns = list(zip(_MARGINALS, x.T, strict=True))
        log_p = np.stack([marginal.log_density(column) for marginal, column in columns]).sum(axis=0)  # (n,)
        inside = np.isfinite(log_p)
        z = np.stack([marginal.score(column[inside]) for marginal, column in columns], axis=1)
        result = np.full(len(x), -np.inf)
        result[inside] = log_p[inside] + self._log_copula(z)
        return result

    def log_marginal(self, column: int, x: np.ndarray) -> np.ndarray:
        """Closed form."""
        return _MARGINALS[column].log_density(x)

    def _log_copula(self, z: np.ndarray) -> np.ndarray:
        """Log density of the copula at normal scores, (n, 6) to (n,)."""
        variance = 1 - self.correlation**2
        step = z[:, 1:] - self.correlation * z[:, :-1]
        return 0.5 * (np.square(z[:, 1:]) - np.square(step) / variance).sum(axis=1) - 2.5 * np.log(variance)

    def entropy(self) -> float:
        """Entropies of the marginals and ½ log det R = 5/2 log(1 − ρ²)."""
        return sum(marginal.entropy() for marginal in _MARGINALS) + float(2.5 * np.log(1 - self.correlation**2))
