"""One Gaussian q = N(μ, σ²) fitted to two modes p = ½ N(−m, 1) + ½ N(m, 1), by four divergences.

The unit of length is the standard deviation s of a mode. Everything is computed on a grid over z of x = μ + σ z for
what is an average over q, and of the modes for what is an average over p, so that it is exact to rounding.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.vae.normal import LOG_2PI

__all__ = ["DIVERGENCES", "Optimum", "TwoModes", "optima"]

DIVERGENCES = {"forward": "KL(p ‖ q)", "reverse": "KL(q ‖ p)", "jsd": "JSD", "wasserstein": "Wasserstein-1"}

_Z = np.linspace(-9.0, 9.0, 181)  # the trapezoidal rule on what dies off at both ends
_W = np.exp(-0.5 * _Z**2 - 0.5 * LOG_2PI) * (_Z[1] - _Z[0])
_LOG_W = -0.5 * _Z**2 - 0.5 * LOG_2PI
_SAME = 1e-3  # optima that are nearer than this are one
_STEPS = 60


@dataclass(frozen=True)
class Optimum:
    """A q that is better than all near it.

    Attributes:
        mean, std: μ and σ, in units of s.
        value: The divergence, nats, or units of s.
        best: No other is better.
    """

    mean: float
    std: float
    value: float
    best: bool

    @property
    def drops(self) -> bool:
        """Whether it lies on one side: it has dropped, or nearly dropped, a mode."""
        return abs(self.mean) > 1e-3


@dataclass(frozen=True)
class TwoModes:
    """The two modes and the divergences of a Gaussian from them.

    Attributes:
        m: Half the distance of the modes, in units of s.
    """

    m: float

    def log_p(self, x: np.ndarray) -> np.ndarray:
        """log p, nats; any shape to the same shape."""
        # cosh without overflow: log ½(e^{mx} + e^{−mx}) = |m x| + log ½(1 + e^{−2|m x|})
        tilt = np.abs(self.m * x)
        return -0.5 * (x**2 + self.m**2 + LOG_2PI) + tilt + np.log1p(np.exp(-2 * tilt)) - math.log(2.0)

    def entropy(self) -> float:
        """Entropy of p, nats."""
        return -float(_W @ self.log_p(self.m + _Z))  # by symmetry one mode is enough

    def value(self, name: str, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
        """A divergence of N(mean, std²), (n,) and (n,) to (n,); nats, Wasserstein-1 in units of s."""
        mean, std = np.broadcast_arrays(np.asarray(mean, dtype=float), np.asarray(std, dtype=float))
        return {"forward": self._forward, "reverse": self._reverse, "jsd": self._jsd, "wasserstein": self._wasserstein}[
            name
        ](mean, std)

    def _forward(self, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
        second = 1.0 + self.m**2 + mean**2  # E_p[(x − μ)²]
        return -self.entropy() + np.log(std) + 0.5 * LOG_2PI + 0.5 * second / std**2

    def _reverse(self, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
        x = mean[..., None] + std[..., None] * _Z  # (…, z)
        return -0.5 * (LOG_2PI + 1.0) - np.log(std) - self.log_p(x) @ _W

    def _jsd(self, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
        """½ E_p[log 2p/(p + q)] + ½ E_q[log 2q/(p + q)], each on the grid where its own density lies."""
        mean, std = mean[..., None], std[..., None]
        log_std = np.log(std)

        def log_q(x: np.ndarray) -> np.ndarray:
            return -0.5 * ((x - mean) / std) ** 2 - log_std - 0.5 * LOG_2PI

        x = mean + std * _Z
        ratio = self.log_p(x) - (_LOG_W - log_std)  # log p/q on the grid of q
        of_q = math.log(2.0) - np.logaddexp(0.0, ratio) @ _W
        of_p = 0.0
        for mode in (-self.m, self.m):
            x = mode + _Z
            ratio = log_q(x) - self.log_p(x)
            of_p = of_p + 0.5 * (math.log(2.0) - np.logaddexp(0.0, ratio) @ _W)
        return 0.5 * (of_p + of_q)

    def _wasserstein(self, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
        """E|μ + σ z − T(z)| with T(z) the quantile of p that lies at Φ(z): the area between the distributions."""
        return np.abs(mean[..., None] + std[..., None] * _quantile_grid() - self._transport()) @ _quantile_mass()

    def _transport(self) -> np.ndarray:
        return _transport(self.m)
