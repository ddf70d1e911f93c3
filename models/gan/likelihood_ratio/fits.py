"""Log p_data/p_θ from samples of both, by classifiers with several losses."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import torch

from models.exact.densities_1d import Pair, log_sigmoid
from models.gan.likelihood_ratio.classifier_losses import LOSSES
from models.gan.likelihood_ratio.splines import SplineFit, spline_basis

__all__ = ["PROPER", "RatioFits", "ratio_fits"]

PROPER = tuple(name for name, loss in LOSSES.items() if loss.link is not None)
"""Losses whose best F determines the ratio."""

_CELLS = 480
_MARGIN = 4.5  # standard deviations beyond the outermost means; draws further out are counted in the last cell
_EXACT = 1e-9  # penalty of fits to the densities themselves


@dataclass(frozen=True)
class RatioFits:
    """Fits of all losses to the same n₁ data and n₀ samples.

    Attributes:
        pair: The densities.
        x: Middles of the cells, (cells,).
        weight: Mass of ½ p_data + ½ p_θ in each, (cells,).
        log_odds: log n₁/n₀.
        F: Fitted F of each loss at the middles, (cells,).
        data, fake: Some of the data and samples, for a picture.
    """

    pair: Pair
    x: np.ndarray
    weight: np.ndarray
    log_odds: float
    F: dict[str, np.ndarray]
    data: np.ndarray
    fake: np.ndarray

    @property
    def exact(self) -> np.ndarray:
        """log P(y = 1|x)/P(y = 0|x) = log p_data/p_θ + log n₁/n₀, exactly."""
        return self.pair.log_ratio(self.x) + self.log_odds

    @property
    def eta(self) -> np.ndarray:
        """P(y = 1|x), exactly."""
        return np.exp(log_sigmoid(self.exact))

    def reading(self, name: str) -> np.ndarray:
        """log P(y = 1|x)/P(y = 0|x) by the F of a loss: log p_data/p_θ + log n₁/n₀ if the fit is perfect."""
        link = LOSSES[name].link
        assert link is not None
        return link(self.F[name])

    def error(self, name: str) -> float:
        """Root of the mean square of reading − log p_data/p_θ − log n₁/n₀ under ½ p_data + ½ p_θ, nats."""
        away = self.reading(name) - self.exact
        return math.sqrt(float(self.weight @ away**2))

    def calibration(self, name: str, bands: int = 20) -> np.ndarray:
        """Mean D and mean P(y = 1|x) in bands of D, by quadrature of the densities, (k, 2); without empty bands."""
        d = LOSSES[name].probability(self.F[name])
        share = math.exp(self.log_odds)
        p, q = (np.exp(part.log_prob(self.x)) for part in (self.pair.data, self.pair.model))
        mass = (share * p + q) / (share * p + q).sum()
        band = np.minimum((d * bands).astype(int), bands - 1)
        total, forecast, real = (np.bincount(band, mass * part, minlength=bands) for part in (1.0, d, self.eta))
        filled = total > 1e-4
        return np.stack([forecast[filled], real[filled]], axis=1) / total[filled, None]


@functools.lru_cache(maxsize=48)
def ratio_fits(
    pair: Pair, ones: int, zeros: int, functions: int, smoothness: float, seed: int, names: tuple[str, ...]
) -> RatioFits:
    """Fits to samples, or to the densities themselves.

    Args:
        pair: The densities.
        ones: Number n₁ of data; negative to fit to the densities, with n₁/n₀ as the ratio of their weights.
        zeros: Number n₀ of samples of the model; negative likewise.
        functions: Splines that make up F.
        smoothness: Penalty on bends, in units of one datum.
        seed: Seed of the samples.
        names: Keys of the losses.
    """
    means = pair.data.means + pair.model.means
    reach = _MARGIN * max(pair.data.std, pair.model.std)
    low, high = min(means) - reach, max(means) + reach
    width = (high - low) / _CELLS
    x = low + width * (np.arange(_CELLS) + 0.5)
    p, q = (np.exp(part.log_prob(x)) * width for part in (pair.data, pair.model))
    data = fake = np.empty(0)
    n = abs(ones) + abs(zeros)
    if ones > 0:
        rng = torch.Generator().manual_seed(seed)
        data, fake = pair.data.sample(ones, rng=rng), pair.model.sample(zeros, rng=rng)
        counts = [np.histogram(np.clip(part, x[0], x[-1]), _CELLS, (low, high))[0] for part in (data, fake)]
        shares, penalty = [count / n for count in counts], smoothness / n
    else:
        shares, penalty = [p * abs(ones) / n, q * abs(zeros) / n], _EXACT
    basis = spline_basis(low, high, _CELLS, functions)
    fit = SplineFit(basis, shares[0], shares[1], penalty)
    first = fit.solve(LOSSES["log"], np.zeros(functions))
    starts = {
        "log": first,
        "brier": first,
        "exponential": 0.5 * first,
        "hinge": np.clip(first, -1, 1),
        "absolute": 0.5 + 0.5 * np.clip(first, -1, 1),
    }
    weights = {name: first if name == "log" else fit.solve(LOSSES[name], starts[name]) for name in names}
    weight = 0.5 * (p + q)
    return RatioFits(
        pair, x, weight / weight.sum(), math.log(abs(ones) / abs(zeros)), {k: basis @ w for k, w in weights.items()},
        data[:400].copy(), fake[:400].copy(),
    )  # fmt: skip
