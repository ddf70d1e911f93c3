"""One pane of curves: its range, and raw values and bands behind the lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from explorer.ui.frames.paint import draw_band, draw_columns, draw_polyline
from explorer.ui.frames.smoothing import Thinned
from explorer.ui.frames.ticks import Axis, finite_range
from models.frames import Series

__all__ = ["paint_raw", "pane_range", "to_pixels"]

_TRANSIENT = 0.03  # initial share of a training curve that may exceed the pane


def to_pixels(axis: Axis, rect: QRectF, values: np.ndarray) -> np.ndarray:
    """Values to px, clipped to a few heights outside the pane: the painter is slow with huge coordinates."""
    return np.clip(rect.bottom() - axis.shares(values) * rect.height(), -4 * rect.height(), 8 * rect.height())


def pane_range(curves: Sequence[tuple[Series, Thinned, np.ndarray]], log: bool) -> tuple[float, float] | None:
    """The range that the y axis must include, or None; the start of a training curve may exceed it.

    Args:
        curves: Each series, its thinned curve, and its smoothed values.
        log: Only positive values count.
    """
    parts: list[np.ndarray] = []
    settled = any(series.smooth and len(y) > 60 for series, _, y in curves)
    for series, thinned, y in curves:
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


def paint_raw(
    painter: QPainter, axis: Axis, rect: QRectF, series: Series, thinned: Thinned, ink: QColor, smoothed: bool
) -> None:
    """Draws the raw values of a smoothed curve, or the band around an unsmoothed one."""
    px = rect.left() + thinned.x * rect.width()
    low, high = to_pixels(axis, rect, thinned.low), to_pixels(axis, rect, thinned.high)
    faint = QColor(ink)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if series.smooth and smoothed:
        faint.setAlphaF(ink.alphaF() * (0.17 if thinned.dense else 0.25))
        if thinned.dense:
            draw_columns(painter, px, low, high, faint)
        else:
            painter.setPen(QPen(faint, 1.0))
            draw_polyline(painter, np.stack([px, to_pixels(axis, rect, thinned.y)], axis=1))
    elif series.low is not None and series.high is not None:
        faint.setAlphaF(ink.alphaF() * 0.16)
        draw_band(painter, px, low, high, faint)
