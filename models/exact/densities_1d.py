"""Mixtures of Gaussians on a line: known densities with which learned ones can be compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from models.exact.divergences import jensen_shannon, masses
from models.exact.normal import normal_log_prob, standard_normal

__all__ = ["LineMixture", "Pair", "log_sigmoid"]

_REACH = 10.0  # standard deviations that a grid reaches beyond the outermost means
_CELLS = 60  # cells in the narrowest standard deviation, which makes the quadrature exact to rounding
_MOST = 12_001  # cells


def log_sigmoid(f: np.ndarray) -> np.ndarray:
    """log σ(F), without overflow; any shape to the same shape."""
    return -np.logaddexp(0.0, -f)


@dataclass(frozen=True)
class LineMixture:
    """A mixture of Gaussians with equal weights and one standard deviation.

    Attributes:
        means: Means of the components.
        std: Standard deviation of each component.
    """

    means: tuple[float, ...]
    std: float

    @classmethod
    def about(cls, mean: float, std: float, gap: float = 0.0) -> LineMixture:
        """One Gaussian at `mean`, or, if `gap` > 0, two at a distance `gap` with `mean` in the middle."""
        return cls((mean,) if gap == 0 else (mean - gap / 2, mean + gap / 2), std)

    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """Log density, nats; any shape to the same shape."""
        parts = [normal_log_prob(np.asarray(x, dtype=float), mean, self.std) for mean in self.means]
        return np.logaddexp.reduce(parts, axis=0) - np.log(len(parts))

    def score(self, x: np.ndarray) -> np.ndarray:
        """∂/∂x of the log density; any shape to the same shape."""
        x = np.asarray(x, dtype=float)
        parts = np.stack([normal_log_prob(x, mean, self.std) for mean in self.means])  # (k, …)
        share = np.exp(parts - np.logaddexp.reduce(parts, axis=0))
        slopes = np.stack([(mean - x) / self.std**2 for mean in self.means])
        return (share * slopes).sum(axis=0)

    def sample(self, n: int, *, rng: torch.Generator) -> np.ndarray:
        """Draws, (n,)."""
        which = torch.randint(len(self.means), (n,), generator=rng).numpy()
        return np.array(self.means)[which] + self.std * standard_normal(n, rng=rng)


@dataclass(frozen=True)
class Pair:
    """The densities of data and model.

    Attributes:
        data: Density p_data of the data.
        model: Density p_θ of the model.
    """

    data: LineMixture
    model: LineMixture

    def log_ratio(self, x: np.ndarray) -> np.ndarray:
        """log p_data/p_θ, which is also the logit of the optimal discriminator; any shape to the same shape."""
        return self.data.log_prob(x) - self.model.log_prob(x)

    def grid(self) -> tuple[np.ndarray, float]:
        """Middles of equal cells (n,) from ten standard deviations below all means to ten above, and their width."""
        parts = (self.data, self.model)
        low = min(mean - _REACH * part.std for part in parts for mean in part.means)
        high = max(mean + _REACH * part.std for part in parts for mean in part.means)
        n = min(_MOST, int(np.ceil((high - low) / min(self.data.std, self.model.std) * _CELLS)))
        cell = (high - low) / n
        return low + cell * (np.arange(n) + 0.5), cell

    def objective(self, f: np.ndarray, x: np.ndarray, cell: float) -> float:
        """The means of log σ(F) over the data and of log(1 − σ(F)) over the model, by quadrature; F on a grid, (n,)."""
        p, q = np.exp(self.data.log_prob(x)), np.exp(self.model.log_prob(x))
        return float(cell * (p @ log_sigmoid(f) + q @ log_sigmoid(-f)))

    def jensen_shannon(self) -> float:
        """Jensen–Shannon divergence, nats, by quadrature."""
        x, cell = self.grid()
        p, q = (masses(np.exp(part.log_prob(x)), cell) for part in (self.data, self.model))
        return jensen_shannon(p, q)
