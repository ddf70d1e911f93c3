"""Values of curves: the drawn series, the point of each nearest to the pointer, and the legend with its values."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from explorer.ui.frames.base import LegendItem
from explorer.ui.numbers import count, number
from models.frames import Curves, Frame, Series

__all__ = ["DrawnSeries", "alike_in", "axis_name", "curve_legend", "curve_read_out", "x_text"]


@dataclass(frozen=True)
class DrawnSeries:
    """A series as it is drawn.

    Attributes:
        series: The series.
        x: Positions in units of the x axis, (m,).
        y: Smoothed values, (m,).
        is_whole: Its last value is in sight.
    """

    series: Series
    x: np.ndarray
    y: np.ndarray
    is_whole: bool = True

    def nearest(self, x: float) -> int:
        """Index of the point nearest to a position; the series must not be empty."""
        return int(np.abs(self.x - x).argmin())


def _look_of(series: Series) -> Hashable:
    """Colour, name and line of a series: equal for those that one item of the legend stands for."""
    return series.role, series.label, series.dashed, series.dotted


def alike_in(frame: Frame | None, pane: str, key: str | None) -> str | None:
    """Key of the series of a pane that looks like the series of a key; the key itself where there is none."""
    series = frame.series if isinstance(frame, Curves) else ()
    looks = [_look_of(one) for one in series if one.key == key]
    return next((one.key for one in series if one.pane == pane and _look_of(one) in looks), key)


def x_text(x: float, *, whole: bool = False) -> str:
    """A position on the x axis as text; a step is a whole number."""
    return count(x) if whole or abs(x) >= 1000 else number(x)


def curve_legend(frame: Curves, drawn: Mapping[str, DrawnSeries], x: float | None, smoothing: bool) -> list[LegendItem]:
    """The series of a frame with their values; series of several panes that look alike share one item.

    Args:
        frame: The curves.
        drawn: Series drawn last, by key.
        x: Position of the pointer in units of the x axis. None where it is elsewhere: then curves over steps show their
            last value and others none.
        smoothing: Whether curves are smoothed.
    """
    merged: dict[Hashable, LegendItem] = {}
    for series in frame.series:
        valued = len(series.y) and (x is not None or frame.x_label == "step")
        text = _text(_value(series, drawn.get(series.key), x), frame.y_names) if valued else ""
        hint = "" if not text else "smoothed" if series.smooth and smoothing else "as measured"
        item = LegendItem(
            series.key, series.role, series.label, text, series.dashed, series.unit, hint, dotted=series.dotted
        )
        look = _look_of(series)
        first = merged.get(look)
        both = " · ".join(filter(None, (first.value, item.value))) if first else ""
        merged[look] = replace(first, value=both) if first else item
    changed = LegendItem("changes", "total", "changed", dashed=True, hint="parameters were changed while it trained")
    return [*merged.values(), *([changed] if frame.changes else [])]


def axis_name(frame: Curves, pane: str, smoothing: bool, log: bool) -> str:
    """Name of the y axis of a pane, with what is done to its values.

    Args:
        frame: The curves.
        pane: Name of the pane; the axis of one without a name is that of the frame.
        smoothing: Whether curves are smoothed.
        log: Whether the axis is logarithmic.
    """
    name = pane or frame.y_label
    smoothed = smoothing and any(series.smooth for series in frame.series if series.pane == pane)
    words = (name, "smoothed" if smoothed else "", "log" if log else "")
    return ", ".join(filter(None, words)) if name else ""


def curve_read_out(frame: Curves, x: float, at: str, drawn: list[DrawnSeries]) -> str:
    """The position of the pointer and the value of each curve there, as text.

    Args:
        frame: The curves.
        x: Position in units of the axis.
        at: The position as text.
        drawn: The curves.
    """
    parts = [f"{frame.x_label} {at}".strip()]
    parts += [f"{one.series.label} {_text(_value(one.series, one, x), frame.y_names)}" for one in drawn if len(one.x)]
    return "  ·  ".join(parts)


def _text(value: float, names: tuple[str, ...]) -> str:
    """A value as text: its name where the values of a frame have names."""
    if names and np.isfinite(value) and 0 <= round(value) < len(names):
        return names[round(value)]
    return number(value)


def _value(series: Series, drawn: DrawnSeries | None, x: float | None) -> float:
    """The smoothed value at the pointer, or the last one; a last value that is not finite is shown as it is."""
    if x is not None and drawn is not None and len(drawn.x):
        return float(drawn.y[drawn.nearest(x)])
    last = float(series.y[-1]) if len(series.y) else float("nan")
    if drawn is not None and drawn.series is series and drawn.is_whole and len(drawn.y) and np.isfinite(last):
        return float(drawn.y[-1])
    return last
