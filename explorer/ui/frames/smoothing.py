"""Curves of any length brought down to one point a pixel, and smoothed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Thinned", "smooth", "thin"]


@dataclass(frozen=True)
class Thinned:
    """A curve with at most one point a pixel.

    Attributes:
        x: Place along the axis, 0 to 1, (m,).
        y: Mean of the values there, (m,); NaN where one of them is not finite.
        low, high: Least and greatest value there, (m,).
        dense: Several values share a pixel somewhere, so `low` and `high` say more than `y`.
    """

    x: np.ndarray
    y: np.ndarray
    low: np.ndarray
    high: np.ndarray
    dense: bool


def thin(x: np.ndarray, y: np.ndarray, low: np.ndarray | None, high: np.ndarray | None, columns: int) -> Thinned:
    """Brings a curve down to at most one point a column.

    Args:
        x: Place along the axis, 0 to 1 in sight, (n,), any order.
        y: Values, (n,).
        low: Lower end of a band round them, (n,), or None.
        high: Upper end, (n,), or None.
        columns: Number of columns between 0 and 1.
    """
    low = y if low is None else low
    high = y if high is None else high
    seen = np.isfinite(x) & (x >= -0.02) & (x <= 1.02)
    if not seen.all():
        x, y, low, high = x[seen], y[seen], low[seen], high[seen]
    if len(x) > 1 and (np.diff(x) < 0).any():
        order = np.argsort(x, kind="stable")
        x, y, low, high = x[order], y[order], low[order], high[order]
    if len(x) <= columns:
        return Thinned(x, y.astype(float), low.astype(float), high.astype(float), low is not y)
    column = np.floor(x * columns).astype(int)
    starts = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
    counts = np.diff(starts, append=len(x))
    return Thinned(
        np.add.reduceat(x, starts) / counts,
        np.add.reduceat(y.astype(float), starts) / counts,
        np.minimum.reduceat(low, starts).astype(float),
        np.maximum.reduceat(high, starts).astype(float),
        True,
    )


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
    place = np.arange(n)
    left = np.minimum(place, half)
    right = np.minimum(left, n - 1 - place)
    good = np.isfinite(y)
    total = np.concatenate([[0.0], np.cumsum(np.where(good, y, 0.0))])
    number = np.concatenate([[0], np.cumsum(good)])
    a, b = place - left, place + right + 1
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (total[b] - total[a]) / (number[b] - number[a])
    return np.where(good, mean, np.nan)
