"""The g-and-k distribution: defined by its quantile function, its density has no closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.exact.normal import LOG_2PI
from models.protocol import param
from models.simulators.simulator import Simulator

__all__ = ["GAndK"]

_C = 0.8  # the customary value; Q increases for it and k ≥ 0
_REACH = 12.0  # |ε| of the search for a quantile; a draw beyond has probability below 1e-32
_HALVINGS = 44  # of that interval, to 1e-12


@dataclass(frozen=True)
class GAndK(Simulator):
    """Sorted draws y = b (1 + c tanh(g ε/2)) ε (1 + ε²)^k with ε ~ N(0, 1) and c = 0.8.

    Skewness g = 1 + z₁ and kurtosis k = 0.4 exp(z₂/2) are unknown; θ = log b. An observation is asinh(y), which tames
    the heavy tails. Rayner and MacGillivray, 2002; the usual test of inference without likelihoods since Allingham,
    King and Mengersen, 2009. The density is computed by inverting the quantile function numerically.
    """

    simulator = "g-and-k"
    unknowns = ("skewness: g − 1", "kurtosis: 2 log k/0.4")
    coefficient = "log scale θ"
    truth, start = 0.0, 0.5
    has_gradient = False

    count: int = param(20, "Draws in an observation", 5, 100, help="They are sorted.")

    @property
    def d(self) -> int:
        """The draws."""
        return self.count

    @property
    def axis(self) -> tuple[str, tuple[float, ...]]:
        """Rank."""
        return "rank", tuple(float(rank) for rank in range(1, self.count + 1))

    def _shape(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """g and k, (…, n, 1) each."""
        return 1.0 + z[..., :1], 0.4 * (0.5 * z[..., 1:]).exp()

    @staticmethod
    def _quantile(e: Tensor, g: Tensor, k: Tensor) -> Tensor:
        return (1 + _C * torch.tanh(0.5 * g * e)) * e * (k * torch.log1p(e.square())).exp()

    @staticmethod
    def _log_slope(e: Tensor, g: Tensor, k: Tensor) -> Tensor:
        """log dQ/dε with b = 1."""
        wave = torch.tanh(0.5 * g * e)
        skew = 1 + _C * wave
        growth = k * torch.log1p(e.square())
        inner = skew * (1 + 2 * k * e.square() / (1 + e.square())) + 0.5 * _C * g * e * (1 - wave.square())
        return inner.log() + growth

    def simulate(self, z: Tensor, *, rng: torch.Generator, theta: Tensor | float | None = None) -> Tensor:
        """Draws, sorted, as asinh(y)."""
        e = torch.randn(len(z), self.count, generator=rng, device=z.device, dtype=z.dtype)
        scale = self.coefficient_of(theta, z).exp()
        return torch.asinh(scale * self._quantile(e, *self._shape(z))).sort(dim=1).values

    @torch.no_grad()
    def log_likelihood(self, x: Tensor, z: Tensor, theta: Tensor | float | None = None) -> Tensor:
        """The density of the order statistics, by bisection for ε; without a gradient."""
        log_scale = self.coefficient_of(theta, z)
        g, k = self._shape(z)
        y = torch.sinh(x) / log_scale.exp()  # (n, d)
        low = torch.full_like(y - g, -_REACH)  # (…, n, d)
        high = -low
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            above = self._quantile(middle, g, k) > y
            low, high = torch.where(above, low, middle), torch.where(above, middle, high)
        e = 0.5 * (low + high)
        density = -0.5 * e.square() - 0.5 * LOG_2PI - self._log_slope(e, g, k) - log_scale
        jacobian = torch.log(torch.cosh(x))
        return (density + jacobian).sum(dim=-1) + math.lgamma(self.count + 1)
