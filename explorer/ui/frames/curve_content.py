"""From series to what is drawn in the visible range: thinned to one point a pixel, smoothed, in units of the axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.ui.frames.items.curves import Curve
from explorer.ui.frames.ranges import finite_range
from explorer.ui.frames.smoothing import Columns, Thinned, smooth
from models.frames import Series

__all__ = ["CurveContent", "VisibleRange", "from_units", "to_units", "y_range"]

_TRANSIENT = 0.03  # initial share of a training curve that may exceed the pane


def to_units(values: np.ndarray, log: bool) -> np.ndarray:
    """Values in units of an axis: exponents of ten on a logarithmic one, NaN where there is none."""
    if not log:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log10(values), np.nan)


def from_units(ends: Sequence[float], log: bool) -> tuple[float, float]:
    """The ends of a range in units of an axis as values."""
    low, high = ends
    return (10.0**low, 10.0**high) if log else (low, high)


@dataclass(frozen=True)
class VisibleRange:
    """The visible range of the x axis, and the pixels of the entries of curves in it.

    Attributes:
        low, high: Its ends, in units of the axis.
        log: The axis is logarithmic.
        width: Its width, px.
        columns: Pixels of the entries, by identity of the x that they belong to; curves over one x share them.
    """

    low: float
    high: float
    log: bool
    width: int
    columns: dict[int, Columns]

    def columns_of(self, series: Series) -> Columns:
        """The pixels of the entries of a curve, which may consist of pieces over the same x, with NaN between them."""
        x = series.x
        if id(x) not in self.columns:
            again = np.flatnonzero(np.diff(x) < 0)
            in_pieces = len(again) > 0 and bool(np.isnan(series.y[again]).all())
            self.columns[id(x)] = Columns(self._shares(x), self.width, again if in_pieces else None)
        return self.columns[id(x)]

    def levels_of(self, series: Series) -> Thinned:
        """All points of a curve of levels: a mean of two levels at one pixel would be a third one.

        Lines that go beyond the visible range end a little outside of it.
        """
        x, y = series.pieces()
        return Columns(np.clip(self._shares(x), -0.01, 1.01), len(x)).thin(y)

    def _shares(self, x: np.ndarray) -> np.ndarray:
        """Positions as shares of the visible range."""
        return (to_units(x, self.log) - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class CurveContent:
    """The visible part of one series.

    Attributes:
        series: The series.
        thinned: At most one point a pixel, two of a curve that is not smoothed; x as shares of the visible range.
        x: Positions in units of the x axis, (m,).
        y: Smoothed values, (m,).
        smoothed: Whether they are smoothed.
        half: Points on either side that a value is averaged over.
    """

    series: Series
    thinned: Thinned
    x: np.ndarray
    y: np.ndarray
    smoothed: bool
    half: int

    @classmethod
    def of(cls, series: Series, visible: VisibleRange, strength: float, log: bool) -> CurveContent:
        """Thins and smooths a series.

        Args:
            series: The series.
            visible: The visible range of the x axis.
            strength: Half the window of smoothing as a share of the width.
            log: The y axis is logarithmic.
        """
        if series.levels:
            thinned = visible.levels_of(series)
        else:
            thinned = visible.columns_of(series).thin(series.y, series.low, series.high)
            if thinned.dense and series.low is None and not series.smooth:
                thinned = thinned.extremes()
        half = round(strength * visible.width) if series.smooth else 0
        x = visible.low + thinned.x * (visible.high - visible.low)
        return cls(series, thinned, x, smooth(thinned.y, half, log=log), strength > 0, half)

    def curve(self, log: bool) -> Curve:
        """What is drawn, on an axis that is logarithmic or not."""
        series, thinned = self.series, self.thinned
        behind = series.smooth and self.smoothed
        banded = thinned.dense if behind else series.low is not None and series.high is not None
        return Curve(
            series.key,
            series.role,
            self.x,
            to_units(self.y, log),
            to_units(thinned.low, log) if banded else None,
            to_units(thinned.high, log) if banded else None,
            to_units(thinned.y, log) if behind and not banded else None,
            dense=behind and thinned.dense,
            coarse=series.smooth and self.half >= 4,  # the window is wider than the distance of the points
            dashed=series.dashed,
            dotted=series.dotted,
        )


def y_range(contents: Sequence[CurveContent], log: bool) -> tuple[float, float] | None:
    """The range that the y axis must include, or None; the start of a training curve may exceed it.

    Args:
        contents: The curves of a pane.
        log: Only positive values count.
    """
    parts: list[np.ndarray] = []
    settled = any(content.series.smooth and len(content.y) > 60 for content in contents)
    for content in contents:
        series, thinned, y = content.series, content.thinned, content.y
        late = thinned.x >= _TRANSIENT
        if settled and series.low is None and len(late) == len(y) and late.any():
            parts.append(y[late])  # an unsmoothed series beside a training curve
        elif series.smooth and len(y) > 60:
            parts.append(y[int(len(y) * _TRANSIENT) :])
        else:
            parts += [y] if series.smooth or series.low is None else [y, thinned.low, thinned.high]
    if log:
        parts = [part[part > 0] for part in parts]
    return finite_range(*parts)
