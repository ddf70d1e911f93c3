"""The marginals of the moved entries of one coupling layer: mixtures of normal densities over the kept noise."""

from __future__ import annotations

import numpy as np
import torch

from models.exact.normal import LOG_2PI
from models.flows.choosing_d.rows import Rows
from models.flows.transforms import AffineCoupling
from models.views.words import as_array

__all__ = ["Mixture"]

_DRAWS = 500


class Mixture:
    """p_θ(x_i) = E[N(x_i; t_i(ε_{1:d}), exp(s_i(ε_{1:d}))²)] of each moved entry, a mean over draws of ε_{1:d}.

    Args:
        layer: A layer that keeps the first d entries.
        rng: Source of the draws.
    """

    def __init__(self, layer: AffineCoupling, rng: torch.Generator, draws: int = _DRAWS):
        self._d = len(layer.kept)
        kept = torch.randn(draws, self._d, generator=rng)
        with torch.no_grad():
            at_0, at_1 = (layer.move(kept, torch.full((draws, len(layer.moved)), value))[0] for value in (0.0, 1.0))
        self._shift = as_array(at_0).astype(np.float64)  # t
        self._scale = as_array(at_1 - at_0).astype(np.float64)  # exp(s)

    def _log_parts(self, entry: int, u: np.ndarray) -> np.ndarray:
        """log N(u; t, exp(s)²) for each draw, (draws, n)."""
        shift, scale = (each[:, entry - self._d, None] for each in (self._shift, self._scale))
        return -0.5 * np.square((u - shift) / scale) - np.log(scale) - 0.5 * LOG_2PI

    def density(self, entry: int, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The density of a moved entry, counted from 0, at u, (n,), and its standard error."""
        every = np.exp(self._log_parts(entry, u))
        return every.mean(axis=0), every.std(axis=0, ddof=1) / np.sqrt(len(every))

    def divergence(self, rows: Rows, entry: int) -> tuple[float, float]:
        """KL(p_data(x_i) ‖ p_θ(x_i)) of a moved entry by quadrature, nats, and its standard error.

        The error is that of the draws, to first order: of the mean of ∫ p_data q/p_θ over the components q.
        """
        u, log_p, weight = rows.quadrature(entry)
        inside = weight > 0
        u, log_p, weight = u[inside], log_p[inside], weight[inside]
        each = self._log_parts(entry, u)
        highest = each.max(axis=0)
        each = np.exp(each - highest)
        mean = each.mean(axis=0)
        ratios = each @ (weight / mean)
        value = weight @ (log_p - highest - np.log(mean))
        return float(value), float(ratios.std(ddof=1) / np.sqrt(len(ratios)))
