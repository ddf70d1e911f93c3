"""Planar densities with other exact forms: a pinwheel, by change of variables, and a checkerboard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.data.plane import PlanarSource
from explorer.data.quadrature import standard_grid
from models.protocol import param

__all__ = ["Checkerboard", "Pinwheel"]


def _rotated(v: np.ndarray, angle: np.ndarray) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([c * v[:, 0] - s * v[:, 1], s * v[:, 0] + c * v[:, 1]], axis=1)


@dataclass(frozen=True)
class Pinwheel(PlanarSource):
    """Gaussian arms, twisted.

    A point of arm k is x = 2 R(2πk/K + rate·exp|v|) v with v ~ N((1, 0), diag(radial², tangential²)). The twist
    depends on |v| alone, so it keeps areas and can be undone: |v| = |x|/2.
    """

    name, title = "pinwheel", "Pinwheel"
    about = "Gaussian arms twisted around the origin: curved clusters that no Gaussian mixture fits well."
    origin = "after Johnson et al., 2016, arXiv:1603.06277"

    arms: int = param(5, "Arms K", 2, 12)
    radial: float = param(0.3, "Standard deviation along an arm", 0.05, 0.5)
    tangential: float = param(0.1, "Standard deviation across", 0.02, 0.5)
    rate: float = param(0.25, "Twist", 0.0, 1.0)

    def names(self) -> tuple[str, ...]:
        """One class for each arm."""
        return tuple(f"arm {k + 1}" for k in range(self.arms))

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draws arm and point, then twists."""
        y = rng.integers(self.arms, size=n)
        return self._twisted(rng.standard_normal((n, 2)), y), y

    def _twisted(self, noise: np.ndarray, arm: np.ndarray) -> np.ndarray:
        v = noise * (self.radial, self.tangential) + (1.0, 0.0)
        twist = self.rate * np.exp(np.hypot(v[:, 0], v[:, 1]))
        return 2 * _rotated(v, 2 * np.pi * arm / self.arms + twist)

    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """Log density by inverting the twist; the scale of 2 contributes -log 4."""
        x = np.asarray(x, dtype=np.float64) / 2
        straight = _rotated(x, -self.rate * np.exp(np.hypot(x[:, 0], x[:, 1])))
        log_p = np.full(len(x), -np.inf)
        for arm in range(self.arms):
            v = _rotated(straight, np.full(len(x), -2 * np.pi * arm / self.arms))
            square = ((v[:, 0] - 1) / self.radial) ** 2 + (v[:, 1] / self.tangential) ** 2
            log_p = np.logaddexp(log_p, -0.5 * square)
        return log_p - np.log(self.arms * 4 * 2 * np.pi * self.radial * self.tangential)

    def entropy(self) -> float:
        """E[-log p] over one arm, integrated before the twist; the others are its rotations."""
        grid, mass = standard_grid()
        return float(-(mass @ self.log_prob(self._twisted(grid, np.zeros(len(grid))))))


@dataclass(frozen=True)
class Checkerboard(PlanarSource):
    """The dark squares of a board of side 8 around the origin."""

    name, title = "checkerboard", "Checkerboard"
    about = "Uniform on the dark squares of a board: sharp edges and holes that touch at corners."
    origin = "after Grathwohl et al., 2019, arXiv:1810.01367"

    squares: int = param(4, "Squares a side", 2, 8)

    @property
    def _side(self) -> float:
        return 8 / self.squares

    def _dark(self) -> np.ndarray:
        row, column = np.indices((self.squares, self.squares)).reshape(2, -1)
        return np.stack([column, row], axis=1)[(row + column) % 2 == 0]  # (k, 2)

    def names(self) -> tuple[str, ...]:
        """One class for each dark square."""
        return tuple(f"square {k + 1}" for k in range(len(self._dark())))

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draws a dark square, then a point in it."""
        dark = self._dark()
        y = rng.integers(len(dark), size=n)
        # A margin of a millionth keeps points in their square when they are rounded to float32.
        inside = 1e-6 + (1 - 2e-6) * rng.random((n, 2))
        return self._side * (dark[y] + inside) - 4, y

    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """Constant on dark squares, minus infinity elsewhere."""
        place = np.floor((np.asarray(x, dtype=np.float64) + 4) / self._side)
        on_board = np.all((place >= 0) & (place < self.squares), axis=1)
        dark = place.sum(axis=1) % 2 == 0
        return np.where(on_board & dark, -self.entropy(), -np.inf)

    def entropy(self) -> float:
        """Log of the dark area."""
        return float(np.log(len(self._dark()) * self._side**2))
