"""Curves in the plane, blurred by Gaussian noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.data.plane import CurveSource, PlanarSource
from explorer.data.quadrature import panels
from models.protocol import param

__all__ = ["Moons", "Segments", "Spirals"]

_PANEL = 5.0  # standard deviations of noise to one panel of sixteen nodes


def _arcs(t: np.ndarray, y: np.ndarray) -> np.ndarray:
    outer = np.stack([np.cos(t), np.sin(t)], axis=1)
    inner = np.stack([1 - np.cos(t), 0.5 - np.sin(t)], axis=1)
    return np.where(y[:, None] == 0, outer, inner)


@dataclass(frozen=True)
class Moons(CurveSource):
    """Two interleaved half circles."""

    name, title = "moons", "Two moons"
    about = "Two interleaved half circles with Gaussian noise: curved, separate, and without a centre."
    origin = "after Pedregosa et al., scikit-learn, 2011, with phases drawn independently"
    classes = ("outer", "inner")

    noise: float = param(0.1, "Noise, standard deviation", 0.02, 1.0, log=True)

    @property
    def width(self) -> float:
        """Standard deviation of the noise."""
        return self.noise

    def curve(self) -> tuple[np.ndarray, np.ndarray]:
        """Both arcs, uniform in arc length."""
        t, weight = panels(0.0, np.pi, _PANEL * self.noise)
        y = np.repeat([0, 1], len(t))
        return _arcs(np.tile(t, 2), y), np.tile(weight, 2) / (2 * np.pi)

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draws arc, phase and noise."""
        y = rng.integers(2, size=n)
        t = np.pi * rng.random(n)
        return _arcs(t, y) + self.noise * rng.standard_normal((n, 2)), y


def _arms(phase: np.ndarray, y: np.ndarray) -> np.ndarray:
    radius = phase / 3 * (1 - 2 * y)
    return np.stack([-radius * np.cos(phase), radius * np.sin(phase)], axis=1)


@dataclass(frozen=True)
class Spirals(CurveSource):
    """Two interleaved Archimedean spirals."""

    name, title = "spirals", "Two spirals"
    about = "Two spirals wound into each other, hard for continuous and invertible maps of the plane."
    origin = "after Lang, Witbrock, 1988, and Grathwohl et al., 2019, arXiv:1810.01367"
    classes = ("arm 1", "arm 2")

    turns: float = param(1.5, "Turns", 0.5, 3.0)
    noise: float = param(0.1, "Noise, standard deviation", 0.05, 1.0, log=True)

    @property
    def width(self) -> float:
        """Standard deviation of the noise."""
        return self.noise

    @property
    def _end(self) -> float:
        return 2 * np.pi * self.turns

    def curve(self) -> tuple[np.ndarray, np.ndarray]:
        """Both arms; the density of the phase grows linearly, so that points are about evenly spaced."""
        speed = np.hypot(self._end, 1) / 3  # of the arm's end, where it is highest
        phase, weight = panels(0.0, self._end, _PANEL * self.noise / speed)
        y = np.repeat([0, 1], len(phase))
        return _arms(np.tile(phase, 2), y), np.tile(weight * phase, 2) / self._end**2

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draws arm, phase and noise."""
        y = rng.integers(2, size=n)
        phase = self._end * np.sqrt(rng.random(n))
        return _arms(phase, y) + self.noise * rng.standard_normal((n, 2)), y


@dataclass(frozen=True)
class Segments(PlanarSource):
    """Two parallel segments."""

    name, title = "segments", "Two parallel segments"
    about = "Two parallel segments of small width: nearly one-dimensional, a case in which divergences saturate."
    origin = "after Arjovsky, Chintala, Bottou, 2017, arXiv:1701.07875, example 1"
    classes = ("lower", "upper")

    length: float = param(2.0, "Length", 0.1, 10.0)
    gap: float = param(1.0, "Gap", 0.0, 10.0)
    std: float = param(0.05, "Width, standard deviation", 0.01, 1.0, log=True)

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draws segment, place on it and noise."""
        y = rng.integers(2, size=n)
        on = np.stack([self.length * (rng.random(n) - 0.5), self.gap * (y - 0.5)], axis=1)
        return on + self.std * rng.standard_normal((n, 2)), y

    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """Closed form: a blurred uniform density along the segments, two Gaussians across."""
        x = np.asarray(x, dtype=np.float64)
        return self._along(x[:, 0]) + self._across(x[:, 1])

    def entropy(self) -> float:
        """The coordinates are independent: a sum of two one-dimensional integrals."""
        reach = 8 * self.std
        total = 0.0
        for log_density, half in ((self._along, self.length / 2), (self._across, self.gap / 2)):
            node, weight = panels(-half - reach, half + reach, 2 * self.std)
            log_p = log_density(node)
            total -= float(weight @ (np.exp(log_p) * log_p))
        return total

    def _along(self, x: np.ndarray) -> np.ndarray:
        from scipy.special import log_ndtr  # a slow import

        # Φ(b) - Φ(a) in the lower tail, where neither rounds to 1; the density is even.
        b = (self.length / 2 - np.abs(x)) / self.std
        a = (-self.length / 2 - np.abs(x)) / self.std
        return log_ndtr(b) + np.log1p(-np.exp(log_ndtr(a) - log_ndtr(b))) - np.log(self.length)

    def _across(self, y: np.ndarray) -> np.ndarray:
        lower, upper = (-0.5 * ((y - side * self.gap / 2) / self.std) ** 2 for side in (-1, 1))
        return np.logaddexp(lower, upper) - np.log(2 * self.std * np.sqrt(2 * np.pi))
