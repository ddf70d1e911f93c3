"""A map of a line through knots: monotone cubic pieces, with straight ends. Float64."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.exact.preimages import Map

__all__ = ["CLOSE", "KnotSpline"]

CLOSE = 0.02
"""Least distance of two knots in ε, and least change of x from one knot to the next."""
_HALVINGS = 54  # of a piece: down to the spacing of floats


@dataclass(frozen=True)
class KnotSpline(Map):
    """The cubic spline through knots that is monotone between any two neighbours.

    Slopes at inner knots are those of Fritsch and Butland, 1984, "A method for constructing local monotone piecewise
    cubic interpolants", as scipy's `PchipInterpolator` has them. Before the first and after the last knot f is a
    straight line with the slope of the secant of the outer piece, so f goes from −∞ to ∞ where all knots ascend. Where
    x falls from one knot to the next, f turns around at a knot and is not invertible.

    Attributes:
        e: Places of the knots, ascending and at least `CLOSE` apart, (k,), k ≥ 2.
        x: Values of f there, each at least `CLOSE` from the next, (k,).
    """

    e: tuple[float, ...]
    x: tuple[float, ...]

    @cached_property
    def _slopes(self) -> np.ndarray:
        from scipy.interpolate import PchipInterpolator  # costs a noticeable part of a second

        e, x = np.array(self.e), np.array(self.x)
        secants = np.diff(x) / np.diff(e)
        inner = PchipInterpolator(e, x).derivative()(e[1:-1]) if len(e) > 2 else np.empty(0)
        return np.concatenate([secants[:1], inner, secants[-1:]])

    @cached_property
    def _cubics(self) -> tuple[np.ndarray, np.ndarray]:
        """Breaks (k + 2,) and coefficients (4, k + 1), highest power first: the pieces and the straight ends."""
        from scipy.interpolate import CubicHermiteSpline

        e, slopes = np.array(self.e), self._slopes
        pieces = CubicHermiteSpline(e, np.array(self.x), slopes).c
        line = np.array([[0.0], [0.0], [1.0], [0.0]])
        first = line * slopes[0] + [[0], [0], [0], [self.x[0]]]
        last = line * slopes[-1] + [[0], [0], [0], [self.x[-1]]]
        return np.concatenate([e[:1], e]), np.concatenate([first, pieces, last], axis=1)

    def _piece(self, e: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Coefficients of the piece at each place, (4, …), and the distance from where it begins."""
        breaks, cubics = self._cubics
        which = np.searchsorted(np.array(self.e), e, side="right")
        return cubics[:, which], e - breaks[which]

    def value(self, e: np.ndarray) -> np.ndarray:
        """f(ε)."""
        (a, b, c, d), t = self._piece(np.asarray(e, dtype=float))
        return ((a * t + b) * t + c) * t + d

    def slope(self, e: np.ndarray) -> np.ndarray:
        """f′(ε)."""
        (a, b, c, _), t = self._piece(np.asarray(e, dtype=float))
        return (3 * a * t + 2 * b) * t + c

    def preimages(self, x: np.ndarray) -> np.ndarray:
        """The ε with f(ε) = x on each piece, the straight ends included, NaN where it has none; (n,) to (k + 1, n).

        The value at a knot belongs to the piece before it.
        """
        x = np.asarray(x, dtype=float)
        knots, values = np.array(self.e), np.array(self.x)
        first = knots[0] + (x - values[0]) / self._slopes[0]
        last = knots[-1] + (x - values[-1]) / self._slopes[-1]
        a, b, c, d = self._cubics[1][:, 1:-1, None]  # of the pieces between knots
        start, stop = values[:-1, None], values[1:, None]
        rising = start < stop
        inside = np.where(rising, (x > start) & (x <= stop), (x < start) & (x >= stop))
        low, high = np.zeros(inside.shape), np.repeat(np.diff(knots)[:, None], len(x), axis=1)
        for _ in range(_HALVINGS):
            t = 0.5 * (low + high)
            below = (((a * t + b) * t + c) * t + d < x) == rising
            low, high = np.where(below, t, low), np.where(below, high, t)
        return np.concatenate([
            np.where(first <= knots[0], first, np.nan)[None],
            np.where(inside, knots[:-1, None] + 0.5 * (low + high), np.nan),
            np.where(last > knots[-1], last, np.nan)[None],
        ])  # fmt: skip

    @property
    def is_invertible(self) -> bool:
        """Whether f rises everywhere, or falls everywhere."""
        signs = np.sign(np.diff(self.x))
        return bool((signs == signs[0]).all())

    @property
    def turns(self) -> tuple[float, ...]:
        """The knots at which f turns around."""
        rises = np.diff(self.x) > 0
        return tuple(np.array(self.e)[1:-1][rises[1:] != rises[:-1]].tolist())

    @property
    def span(self) -> tuple[float, float]:
        """Least and greatest value at a knot."""
        return min(self.x), max(self.x)

    @property
    def words(self) -> str:
        """What f is called."""
        return "the spline through the knots"
