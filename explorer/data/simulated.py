"""Observations of simulators, whose unknowns inference is to find."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from explorer.data.dataset import Dataset, Split
from explorer.data.quadrature import standard_axis
from explorer.data.source import Progress, Source
from models.protocol import Factor, Simulated, param
from models.simulators import GAndK, LotkaVolterra, Parabola, Regression, Simulator, written

__all__ = ["GAndKData", "LotkaVolterraData", "ParabolaData", "RegressionData", "SimulatedSource"]

_SEED = 8220
_VALID, _TEST = 1_000, 1_000
_AT_ONCE = 200  # observations whose evidence is integrated at a time


@dataclass(frozen=True)
class SimulatedSource(Simulator, Source):
    """Observations of a simulator at the true θ, with the unknowns as factors."""

    n: int = param(20_000, "Training data", 1_000, 200_000, log=True, more=True)

    def loaded_kind(self) -> Simulated:
        """Observations of this simulator, with its parameters."""
        return Simulated(self.d, written(self))

    @abstractmethod
    def log_evidence_of(self) -> Callable[[np.ndarray], np.ndarray] | None:
        """log p(x), (n, d) to (n,) nats, or None where it cannot be had quickly."""

    def load(self, progress: Progress | None = None) -> Dataset:
        """Runs the simulator, each split with its own seed."""
        train, valid, test = (self._split(seed, n) for seed, n in enumerate((self.n, _VALID, _TEST)))
        return Dataset(
            str(self),
            self.title,
            self.loaded_kind(),
            train,
            valid,
            test,
            factors=tuple(Factor(name) for name in self.unknowns),
            log_prob=self.log_evidence_of(),
        )

    def _split(self, seed: int, n: int) -> Split:
        rng = torch.Generator().manual_seed(1_000 * _SEED + seed)
        z = torch.randn(n, self.dim, generator=rng, dtype=torch.float64)
        x = self.simulate(z, rng=rng)
        return Split(x.numpy().astype(np.float32), None, factors=z.numpy().astype(np.float32))


@dataclass(frozen=True)
class ParabolaData(Parabola, SimulatedSource):
    """Squares of an unknown number, with noise."""

    name, title = "parabola", "Parabola"
    about = "x = z² + noise with z ~ N(0, 1): the sign of z is lost, so the posterior has two modes."
    kind = Simulated(1, written(Parabola()))
    origin = "after Mescheder et al., 2017, arXiv:1701.04722, and Huszár, 2017, arXiv:1702.08235"

    def log_evidence_of(self) -> Callable[[np.ndarray], np.ndarray]:
        """A sum over a fine grid of z."""
        z, mass = standard_axis(self.sigma / 40)
        grid = torch.from_numpy(z)[:, None, None]  # (k, 1, 1)
        log_mass = torch.from_numpy(mass).log()[:, None]

        def log_evidence(x: np.ndarray) -> np.ndarray:
            parts = torch.from_numpy(np.array(x, dtype=np.float64)).split(_AT_ONCE)
            sums = [(self.log_likelihood(part, grid) + log_mass).logsumexp(dim=0) for part in parts]
            return torch.cat(sums).numpy()

        return log_evidence


@dataclass(frozen=True)
class RegressionData(Regression, SimulatedSource):
    """Points near a line of unknown intercept and slope."""

    name, title = "regression", "Linear regression"
    about = "Ten noisy points near a line of unknown intercept and slope: posterior and evidence in closed form."
    kind = Simulated(Regression().d, written(Regression()))
    origin = "Bishop, 2006, Pattern Recognition and Machine Learning, section 3.3"

    def log_evidence_of(self) -> Callable[[np.ndarray], np.ndarray]:
        """A Gaussian."""
        return lambda x: self.log_evidence(torch.from_numpy(np.array(x, dtype=np.float64))).numpy()


@dataclass(frozen=True)
class GAndKData(GAndK, SimulatedSource):
    """Sorted draws from g-and-k distributions of unknown skewness and kurtosis."""

    name, title = "g-and-k", "g-and-k distribution"
    about = "Twenty sorted draws from a distribution known by its quantiles, of unknown skewness and kurtosis."
    kind = Simulated(GAndK().d, written(GAndK()))
    origin = "Rayner, MacGillivray, 2002; Allingham, King, Mengersen, 2009"

    def log_evidence_of(self) -> None:
        """Each would take an integral over two unknowns with a numerical inversion at each node."""
        return None


@dataclass(frozen=True)
class LotkaVolterraData(LotkaVolterra, SimulatedSource):
    """Numbers of prey and predators over time, with unknown rates of birth and death."""

    name, title = "lotka-volterra", "Predator and prey"
    about = "Counts of prey and predators over time from a random process that can be run but has no likelihood."
    kind = Simulated(LotkaVolterra().d, written(LotkaVolterra()))
    origin = "Wilkinson, 2006, Stochastic Modelling for Systems Biology; Langevin form: Gillespie, 2000"

    def log_evidence_of(self) -> None:
        """The likelihood itself is unknown."""
        return None
