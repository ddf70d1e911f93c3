"""Values of curves: the painted series, the point of each nearest to the pointer, and the legend with its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from explorer.ui.frames.base import LegendItem
from explorer.ui.numbers import number
from models.frames import Curves, Series

__all__ = ["PaintedSeries", "curve_legend"]


@dataclass(frozen=True)
class PaintedSeries:
    """A series as it was painted.

    Attributes:
        series: The series.
        x: Positions as shares of the x axis, 0 to 1, (m,).
        y: Smoothed values, (m,).
        pixels: The points on the widget, (m, 2), px.
    """

    series: Series
    x: np.ndarray
    y: np.ndarray
    pixels: np.ndarray

    def nearest(self, share: float) -> int:
        """Index of the point nearest to a share of the x axis; the series must not be empty."""
        return int(np.abs(self.x - share).argmin())


def curve_legend(
    frame: Curves, painted: Mapping[str, PaintedSeries], share: float | None, smoothing: bool
) -> list[LegendItem]:
    """The series of a frame with their values; series of several panes that look alike share one item.

    Args:
        frame: The curves.
        painted: Series painted last, by key.
        share: Position of the pointer as a share of the x axis. None where it is elsewhere: then curves over steps
            show their last value and others none.
        smoothing: Whether curves are smoothed.
    """
    merged: dict[tuple[str, str, bool], LegendItem] = {}
    for series in frame.series:
        shown = len(series.y) and (share is not None or frame.x_label == "step")
        value = _value(series, painted.get(series.key), share) if shown else float("nan")
        text = _text(value, frame.y_names) if shown else ""
        hint = "" if not text else "smoothed" if series.smooth and smoothing else "as measured"
        item = LegendItem(series.key, series.role, series.label, text, series.dashed, series.unit, hint)
        look = (item.role, item.label, item.dashed)
        first = merged.get(look)
        both = " · ".join(filter(None, (first.value, item.value))) if first else ""
        merged[look] = replace(first, value=both) if first else item
    return list(merged.values())


def _text(value: float, names: tuple[str, ...]) -> str:
    """A value as text: its name where the values of a frame have names."""
    if names and np.isfinite(value) and 0 <= round(value) < len(names):
        return names[round(value)]
    return number(value)


def _value(series: Series, painted: PaintedSeries | None, share: float | None) -> float:
    """The smoothed value at the pointer, or the last one; a last value that is not finite is shown as it is."""
    if share is not None and painted is not None and len(painted.x):
        return float(painted.y[painted.nearest(share)])
    last = float(series.y[-1]) if len(series.y) else float("nan")
    if painted is not None and painted.series is series and len(painted.y) and np.isfinite(last):
        return float(painted.y[-1])
    return last
