"""Densities that can be sampled and evaluated exactly: the base class of synthetic data."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from explorer.data.dataset import Dataset, Split
from explorer.data.source import Progress, Source
from models.protocol import param

__all__ = ["DensitySource"]

_SEED = 8220
_VALID, _TEST = 2_000, 10_000


@dataclass(frozen=True)
class DensitySource(Source):
    """A density of vectors with exact samples, log density and entropy.

    Class attributes:
        classes: Names of the classes, or empty.
        columns: Names of the entries of a vector, or empty.
    """

    classes: ClassVar[tuple[str, ...]] = ()
    columns: ClassVar[tuple[str, ...]] = ()

    n: int = param(50_000, "Training data", 1_000, 1_000_000, log=True, more=True)

    @abstractmethod
    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray | None]:
        """Independent draws, (n, d) float64, and the class of each, (n,) int64, or None where there are no classes."""

    @abstractmethod
    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """Exact log density, (n, d) to (n,) nats, float64."""

    @abstractmethod
    def entropy(self) -> float:
        """Differential entropy, nats."""

    def names(self) -> tuple[str, ...]:
        """Names of the classes."""
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
            columns=self.columns,
            log_prob=self.log_prob,
            entropy_of=self.entropy,
        )

    def _split(self, seed: int, n: int) -> Split:
        x, y = self.sample(n, np.random.default_rng([_SEED, seed]))
        return Split(x.astype(np.float32), y)
