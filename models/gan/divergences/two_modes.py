"""One Gaussian p_θ = N(μ, σ²) fitted to two modes p_data = ½ N(−m, 1) + ½ N(m, 1), by four divergences.

The unit of length is the standard deviation s of a mode. Averages over p_θ are taken on a grid of x = μ + σ z, averages
over p_data on grids about its modes, by the trapezoidal rule, which is very accurate for functions that vanish at both
ends.
"""

from __future__ import annotations

import functools
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from models.exact.normal import LOG_2PI

__all__ = ["DIVERGENCES", "Optimum", "TwoModes", "optima", "searching"]

DIVERGENCES = {
    "forward": "KL(p_data ‖ p_θ)",
    "reverse": "KL(p_θ ‖ p_data)",
    "jsd": "JSD",
    "wasserstein": "Wasserstein-1",
}

_REACH = 9.0  # standard deviations
_LINE = 4  # points a node of the line on which distribution functions are compared
_KINKED = 4  # the same for the grid of log p, which has a narrow kink between the modes
_SAME = 0.02  # optima nearer to each other than this count as one
_STEPS = 50
_STEP = 1e-3  # of finite differences
_GOLD = (math.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True)
class Optimum:
    """A local optimum with mean μ ≥ 0; if μ > 0, its mirror image is another.

    Attributes:
        mean, std: μ and σ, in units of s.
        value: The divergence, nats, or units of s.
        best: Whether it is the global optimum.
    """

    mean: float
    std: float
    value: float
    best: bool = False

    @property
    def covers(self) -> bool:
        """Whether it is centred between the modes; if not, it has dropped one."""
        return self.mean < 1e-3


@dataclass(frozen=True)
class TwoModes:
    """The two modes, and the divergences of a Gaussian from them.

    Attributes:
        m: Half the distance of the modes, in units of s.
        nodes: Points of the grids.
    """

    m: float
    nodes: int = 361

    @functools.cached_property
    def _grid(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """z, log N(z; 0, 1), and the weights of an average over z, (nodes,) each."""
        z = np.linspace(-_REACH, _REACH, self.nodes)
        log_density = -0.5 * (z**2 + LOG_2PI)
        return z, log_density, np.exp(log_density) * (z[1] - z[0])

    def log_p(self, x: np.ndarray) -> np.ndarray:
        """log p_data, nats; any shape to the same shape."""
        tilt = np.abs(self.m * x)  # log cosh(t) = |t| + log ½(1 + e^{−2|t|}), which does not overflow
        return -0.5 * (x**2 + self.m**2 + LOG_2PI) + tilt + np.log1p(np.exp(-2 * tilt)) - math.log(2.0)

    def value(self, name: str, mean: np.ndarray | float, std: np.ndarray | float) -> np.ndarray:
        """A divergence of N(mean, std²), any shape to the same shape; nats, Wasserstein-1 in units of s."""
        mean, std = np.broadcast_arrays(np.asarray(mean, dtype=float), np.asarray(std, dtype=float))
        of: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
            "forward": self._forward,
            "reverse": self._reverse,
            "jsd": self._jsd,
            "wasserstein": self._wasserstein,
        }
        return of[name](mean, std)

    def _forward(self, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
        z, _, weight = self._grid
        negative_entropy = float(weight @ self.log_p(self.m + z))  # by symmetry one mode is enough
        return negative_entropy + np.log(std) + 0.5 * LOG_2PI + 0.5 * (1.0 + self.m**2 + mean**2) / std**2

    def _reverse(self, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
        z, _, weight = TwoModes(self.m, _KINKED * self.nodes)._grid
        return -0.5 * (LOG_2PI + 1.0) - np.log(std) - self.log_p(mean[..., None] + std[..., None] * z) @ weight

    def _jsd(self, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
        """½ KL(p_data ‖ m) + ½ KL(p_θ ‖ m) with m = ½ p_data + ½ p_θ."""
        z, log_density, weight = self._grid
        mean, log_std, std = mean[..., None], np.log(std)[..., None], std[..., None]
        log_ratio = self.log_p(mean + std * z) - log_density + log_std  # log p_data/p_θ on the grid of p_θ
        value = 0.5 * (math.log(2.0) - np.logaddexp(0.0, log_ratio) @ weight)
        for mode in (-self.m, self.m):
            x = mode + z
            log_ratio = (
                -0.5 * (((x - mean) / std) ** 2 + LOG_2PI) - log_std - self.log_p(x)
            )  # log p_θ/p_data on that of p_data
            value = value + 0.25 * (math.log(2.0) - np.logaddexp(0.0, log_ratio) @ weight)
        return value

    def _wasserstein(self, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
        """The area between the distribution functions."""
        widest = float(std.max())
        low = min(-self.m - _REACH, float(mean.min()) - _REACH * widest)
        high = max(self.m + _REACH, float(mean.max()) + _REACH * widest)
        x = np.linspace(low, high, _LINE * self.nodes)
        of_p = 0.5 * (_normal_cdf(x + self.m) + _normal_cdf(x - self.m))
        away = np.abs(_normal_cdf((x - mean[..., None]) / std[..., None]) - of_p)
        return away.sum(axis=-1) * (x[1] - x[0])

    def polish(self, name: str, mean: float, std: float) -> Optimum | None:
        """The optimum that Newton's method in μ and log σ reaches from a start; None if it ends at a saddle."""
        at = np.array([mean, math.log(std)])
        offsets = _STEP * np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1], [1, -1], [-1, 1]])
        for _ in range(_STEPS):
            points = at + offsets
            v = self.value(name, points[:, 0], np.exp(points[:, 1]))
            gradient = np.array([v[1] - v[2], v[3] - v[4]]) / (2 * _STEP)
            cross = (v[5] + v[6] - v[7] - v[8]) / (4 * _STEP**2)
            curvature = np.array([[v[1] + v[2] - 2 * v[0], 0], [0, v[3] + v[4] - 2 * v[0]]]) / _STEP**2
            curvature += np.array([[0, cross], [cross, 0]])
            bends, axes = np.linalg.eigh(curvature)
            step = axes @ ((axes.T @ gradient) / np.maximum(np.abs(bends), 0.02))
            if np.abs(step).max() < 1e-7:
                optimum = Optimum(abs(float(at[0])), math.exp(float(at[1])), float(v[0]))
                return optimum if bends.min() > 0 else None
            step *= min(1.0, 0.4 / np.abs(step).max())
            shares = 0.5 ** np.arange(8)
            tried = at - shares[:, None] * step
            values = self.value(name, tried[:, 0], np.exp(tried[:, 1]))
            at = tried[int(np.argmax(values <= v[0] + 1e-13)) if (values <= v[0] + 1e-13).any() else 7]
        return None

    def narrow_down(self, name: str) -> Generator[None, None, float]:
        """σ of the least divergence with μ = 0, by golden sections; yields after every fourth of them."""
        low, high = 0.3, 2.0 + 1.5 * self.m
        for section in range(48):
            if section % 4 == 3:
                yield None
            a, b = high - _GOLD * (high - low), low + _GOLD * (high - low)
            first, second = self.value(name, np.zeros(2), np.array([a, b]))
            low, high = (low, b) if first < second else (a, high)
        return 0.5 * (low + high)


def _normal_cdf(x: np.ndarray) -> np.ndarray:
    return torch.special.ndtr(torch.from_numpy(np.ascontiguousarray(x))).numpy()


_cache: OrderedDict[tuple[float, str], tuple[Optimum, ...]] = OrderedDict()
_cache_lock = threading.Lock()
_MOST = 1024  # searches whose result is cached


def optima(m: float, name: str) -> tuple[Optimum, ...]:
    """All local optima of a divergence with μ ≥ 0, the best marked; see `searching`."""
    *_, last = searching(m, name)
    assert last is not None
    return last


def searching(m: float, name: str) -> Iterator[tuple[Optimum, ...] | None]:
    """Searches all local optima with μ ≥ 0; yields None after each part of the search, and the optima at the end.

    KL(p_data ‖ p_θ) has one optimum, with the moments of p_data; so has Wasserstein-1, which is convex in (μ, σ) and
    symmetric. For the other two, Newton's method starts at every local minimum on a coarse grid, at the middle, and at
    one mode. Results are cached.
    """
    with _cache_lock:
        optima = _cache.get((m, name))
    if optima is None:
        optima = yield from _search(m, name)
        with _cache_lock:
            _cache[m, name] = optima
            while len(_cache) > _MOST:
                _cache.popitem(last=False)
    yield optima


def _search(m: float, name: str) -> Generator[None, None, tuple[Optimum, ...]]:
    modes = TwoModes(m)
    if name == "forward":
        wide = math.sqrt(1.0 + m**2)
        return (Optimum(0.0, wide, float(modes.value(name, 0.0, wide)), True),)
    best_std = yield from modes.narrow_down(name)
    if name == "wasserstein":
        return (Optimum(0.0, best_std, float(modes.value(name, 0.0, best_std)), True),)
    yield None
    mean, std = np.linspace(0.0, 1.2 * m, 13), np.exp(np.linspace(math.log(0.6), math.log(1.5 + m), 13))
    coarse = TwoModes(m, 91).value(name, mean[:, None], std[None, :])  # (mean, std)
    walled = np.pad(coarse, 1, constant_values=np.inf)
    walled[0, 1:-1] = coarse[1]  # the mirror image
    around = [walled[1 + a : 14 + a, 1 + b : 14 + b] for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0)]
    low = np.argwhere(coarse <= np.min(around, axis=0))
    starts = [(0.0, best_std), (m, 1.0), *((float(mean[i]), float(std[j])) for i, j in low)]
    local: list[Optimum] = []
    for start in starts:
        yield None
        new = modes.polish(name, *start)
        if new and all(math.hypot(new.mean - o.mean, math.log(new.std / o.std)) > _SAME for o in local):
            local.append(new)
    least = min(o.value for o in local)
    return tuple(Optimum(o.mean, o.std, o.value, o.value <= least + 1e-12) for o in local)
