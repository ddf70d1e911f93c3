"""One picture of a map: the curve x = f(ε), s(ε) along the bottom and p(x), turned, along the right side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.frames import Layer, Lines

__all__ = ["ONE", "Panel"]

ONE = np.zeros(1, int)
"""The start of a single polyline."""
_BAND, _GAP = 0.34, 0.04  # a density's room beside the curve's panel, and the gap between them, as shares of its side
_FULL = 0.95  # share of its room that the highest density fills
_BELOW, _ABOVE = 0.07, 0.03  # room for the numbers of the axis below, and above the curve, likewise


@dataclass(frozen=True)
class Panel:
    """Places the curve and both densities.

    Attributes:
        e: Ends of ε in the curve's panel.
        x: Ends of x, the lower one first.
        s_top: Density s that fills its band.
        p_top: Density p that fills its band; what is higher is cut off.
    """

    e: tuple[float, float]
    x: tuple[float, float]
    s_top: float
    p_top: float

    @property
    def width(self) -> float:
        """Length of the ε axis."""
        return self.e[1] - self.e[0]

    @property
    def height(self) -> float:
        """Length of the x axis."""
        return self.x[1] - self.x[0]

    @property
    def floor(self) -> float:
        """Where s = 0 stands."""
        return self.x[0] - (_BAND + _GAP) * self.height

    @property
    def wall(self) -> float:
        """Where p = 0 stands."""
        return self.e[1] + _GAP * self.width

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """x0, x1, y0, y1 of the whole picture."""
        return (
            self.e[0],
            self.wall + _BAND * self.width,
            self.floor - _BELOW * self.height,
            self.x[1] + _ABOVE * self.height,
        )

    def below(self, e: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Points of the graph of s, (n, 2)."""
        return np.stack([e, self.floor + _FULL * _BAND * self.height * np.minimum(s / self.s_top, 1.0)], -1)

    def beside(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """Points of the turned graph of p, (n, 2)."""
        return np.stack([self.wall + _FULL * _BAND * self.width * np.minimum(p / self.p_top, 1.0), x], -1)

    def area_below(self, e: np.ndarray, s: np.ndarray) -> np.ndarray:
        """The outline of the area under s, (n + 2, 2)."""
        return np.concatenate([[[e[0], self.floor]], self.below(e, s), [[e[-1], self.floor]]])

    def area_beside(self, x: np.ndarray, p: np.ndarray) -> np.ndarray:
        """The outline of the area under p, (n + 2, 2)."""
        return np.concatenate([[[self.wall, x[0]]], self.beside(x, p), [[self.wall, x[-1]]]])

    def curve(self, e: np.ndarray, x: np.ndarray, *, role: str = "total", name: str = "") -> Lines:
        """The graph of f, without what leaves the panel above or below, e and x (n,)."""
        kept = np.flatnonzero((x >= self.x[0]) & (x <= self.x[1]))
        starts = np.flatnonzero(np.diff(kept, prepend=-2) > 1)
        return Lines(np.stack([e[kept], x[kept]], -1), starts, role=role, width=2.5, name=name)

    def bases(self) -> Layer:
        """The lines on which both densities stand."""
        (e0, e1), (x0, x1) = self.e, self.x
        ends = np.array([[e0, self.floor], [e1, self.floor], [self.wall, x0], [self.wall, x1]])
        return Lines(ends, np.array([0, 2]), width=1.0)
