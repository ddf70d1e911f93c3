"""Thinning of curves to one point per pixel, and smoothing."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

__all__ = ["SMOOTHINGS", "Columns", "Thinned", "smooth"]

SMOOTHINGS: dict[str, float] = {"Off": 0.0, "Light": 0.01, "Medium": 0.025, "Strong": 0.08}
"""Half the window of smoothing as a share of the width, by name."""


@dataclass(frozen=True)
class Thinned:
    """A curve with at most one point per pixel.

    Attributes:
        x: Position along the axis, 0 to 1, (m,).
        y: Mean of the values at the pixel, (m,); NaN where one of them is not finite.
        low, high: Smallest and largest value at the pixel, (m,).
        dense: Some pixels have several values, whose range is from `low` to `high`.
    """

    x: np.ndarray
    y: np.ndarray
    low: np.ndarray
    high: np.ndarray
    dense: bool

    def extremes(self) -> Thinned:
        """The smallest and the largest value of each pixel instead of their mean, in the order in which they come.

        A mean would flatten a peak that is narrower than a pixel.
        """
        rising = np.gradient(self.y) >= 0 if len(self.y) > 1 else np.ones(len(self.y), bool)
        first, second = np.where(rising, self.low, self.high), np.where(rising, self.high, self.low)
        y = np.stack([first, second], axis=1).ravel()
        return Thinned(np.repeat(self.x, 2), y, y, y, self.dense)


class Columns:
    """The assignment of entries of curves to pixels; common to all curves over the same x.

    Args:
        x: Positions along the axis, visible from 0 to 1, (n,), in any order.
        number: Number of pixels between 0 and 1.
        again: Entries after which the curve begins anew further to the left, (k,): each piece is thinned alone, and
            only its own entries may share a pixel.
    """

    def __init__(self, x: np.ndarray, number: int, again: np.ndarray | None = None):
        piece = np.zeros(len(x), int)
        if again is not None:
            piece[again + 1] = 1
            piece = np.cumsum(piece)
        seen = np.isfinite(x) & (x >= -0.02) & (x <= 1.02)
        self._chosen = None if seen.all() else np.flatnonzero(seen)  # in ascending order of x; None for all
        if self._chosen is not None:
            x, piece = x[self._chosen], piece[self._chosen]
        if again is None and len(x) > 1 and (np.diff(x) < 0).any():
            order = np.argsort(x, kind="stable")
            x, self._chosen = x[order], order if self._chosen is None else self._chosen[order]
        self._starts: np.ndarray | None = None
        if len(x) > number:
            column = np.floor(x * number).astype(int)
            begins = (np.diff(column, prepend=column[0] - 1) != 0) | (np.diff(piece, prepend=piece[0]) != 0)
            self._starts = np.flatnonzero(begins)
            self._counts = np.diff(self._starts, append=len(x))
            x = np.add.reduceat(x, self._starts) / self._counts
        self._x = x

    def thin(self, y: np.ndarray, low: np.ndarray | None = None, high: np.ndarray | None = None) -> Thinned:
        """Thins a curve to at most one point per pixel.

        Args:
            y: Values, (n,).
            low: Lower end of a band around them, (n,), or None.
            high: Upper end, (n,), or None.
        """
        banded = low is not None
        low, high = y if low is None else low, y if high is None else high
        if self._chosen is not None:
            y, low, high = y[self._chosen], low[self._chosen], high[self._chosen]
        if self._starts is None:
            return Thinned(self._x, _floats(y), _floats(low), _floats(high), banded)
        return Thinned(
            self._x,
            np.add.reduceat(_floats(y), self._starts) / self._counts,
            _floats(np.minimum.reduceat(low, self._starts)),
            _floats(np.maximum.reduceat(high, self._starts)),
            True,
        )


def _floats(values: np.ndarray) -> np.ndarray:
    return values.astype(float, copy=False)


def smooth(y: np.ndarray, half: int, *, log: bool = False) -> np.ndarray:
    """Moving average over `half` points to either side, geometric with `log`; where a value is NaN the average is NaN.

    Towards the start the window shrinks on both sides, so a steep beginning stays where it is; at the end it looks back
    only, so the newest value is an average too.
    """
    n = len(y)
    if half < 1 or n < 3:
        return y
    if log:
        with np.errstate(invalid="ignore", divide="ignore"):
            return 10.0 ** smooth(np.where(y > 0, np.log10(y), np.nan), half)
    a, b = _windows(n, half)
    good = np.isfinite(y)
    total = np.concatenate([[0.0], np.cumsum(np.where(good, y, 0.0))])
    number = np.concatenate([[0], np.cumsum(good)])
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (total[b] - total[a]) / (number[b] - number[a])
    return np.where(good, mean, np.nan)


@functools.lru_cache(maxsize=16)
def _windows(n: int, half: int) -> tuple[np.ndarray, np.ndarray]:
    """First and last index of the window of each of n points."""
    place = np.arange(n)
    left = np.minimum(place, half)
    right = np.minimum(left, n - 1 - place)
    return place - left, place + right + 1
