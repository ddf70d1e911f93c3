"""Data and model as masses on the same cells: divergences, the optimal discriminator, values of any discriminator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from models.exact.divergences import jensen_shannon, kl
from models.gan.objectives import Game

__all__ = ["SPREAD", "Comparison", "histogram", "sample_divergences", "value_of"]

SPREAD = 1e-4  # mass spread evenly over the cells: without it KL(p_data ‖ p_θ) is infinite wherever a mesh ends
_FAR = 30.0  # nats at which log ratios are cut off


@dataclass(frozen=True)
class Comparison:
    """Masses of data and model on cells of a rectangle, and beyond it.

    Binning points into cells can only lower a divergence (data processing inequality), and little if cells are small.

    Attributes:
        data: Masses of the data, (rows, columns).
        model: Masses of the model, (rows, columns).
    """

    data: np.ndarray
    model: np.ndarray

    def _with_rest(self) -> tuple[np.ndarray, np.ndarray]:
        """Both with one more cell for the mass outside the rectangle, (cells + 1,) each; sums are 1."""
        parts = []
        for mass in (self.data, self.model):
            inside = mass.ravel() / max(1.0, float(mass.sum()))
            parts.append(np.append(inside, max(0.0, 1.0 - float(inside.sum()))))
        return parts[0], parts[1]

    def divergences(self) -> tuple[float, float, float]:
        """JSD, KL(p_data ‖ p_θ) and KL(p_θ ‖ p_data), nats; for a KL 10⁻⁴ of the second's mass is spread evenly."""
        p, q = self._with_rest()
        even = np.full_like(p, 1.0 / len(p))
        p_spread, q_spread = ((1 - SPREAD) * mass + SPREAD * even for mass in (p, q))
        return jensen_shannon(p, q), kl(p, q_spread), kl(q, p_spread)

    def uncovered(self) -> float:
        """Mass of the data on cells where the model has none at all."""
        p, q = self._with_rest()
        return float(p[q <= 0].sum())

    def optimal(self) -> np.ndarray:
        """D* = p_data/(p_data + p_θ) in each cell; ½ (undetermined) where neither has mass."""
        total = self.data + self.model
        return np.divide(self.data, total, out=np.full_like(self.data, 0.5), where=total > 0)

    def log_ratio(self) -> np.ndarray:
        """log p_data/p_θ in each cell, nats, cut off at ±30; 0 where neither has any mass."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.log(self.data) - np.log(self.model)
        return np.clip(np.nan_to_num(ratio, nan=0.0, posinf=_FAR, neginf=-_FAR), -_FAR, _FAR)


def value_of(game: Game, f: np.ndarray, comparison: Comparison) -> float:
    """What the discriminator of a game maximises, for F given in each cell, (rows, columns); penalties left out."""
    at = torch.from_numpy(np.asarray(f, dtype=float))
    total = 0.0
    for mass, loss in ((comparison.data, game.on_data), (comparison.model, game.on_samples)):
        filled = mass > 0
        total -= float((mass[filled] * loss(at).numpy()[filled]).sum())
    return total


def histogram(x: np.ndarray, extent: tuple[float, float, float, float], side: int) -> np.ndarray:
    """Number of points in each of side × side cells, and of all others in one more; (n, 2) to (side² + 1,)."""
    x0, x1, y0, y1 = extent
    inside, *_ = np.histogram2d(x[:, 1], x[:, 0], bins=side, range=((y0, y1), (x0, x1)))
    return np.append(inside.ravel(), len(x) - inside.sum())


def sample_divergences(p: np.ndarray, q: np.ndarray) -> tuple[float, float, float]:
    """JSD, KL(p_data ‖ p_θ) and KL(p_θ ‖ p_data) estimated from counts, (cells,) each, nats.

    The JSD is that of the frequencies; for the KLs half a count is added to each cell. All are biased upwards, by about
    the null line: the same estimate for two samples of one distribution.
    """
    a, b = ((counts + 0.5) / (counts + 0.5).sum() for counts in (p, q))
    return jensen_shannon(p / p.sum(), q / q.sum()), kl(a, b), kl(b, a)
