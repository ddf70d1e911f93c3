"""Drawing functions of the timeline's track."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from explorer.ui.frames.paint import polygon
from explorer.ui.frames.smoothing import Columns, smooth
from explorer.ui.theme import Tokens, color, mix

__all__ = ["BAR", "HANDLE", "backdrop", "draw_area", "draw_changes", "draw_handle", "draw_marks", "draw_ticks", "ticks"]

HANDLE = 7.0  # px, radius
BAR = 45.0  # px from the top to the middle of the bar
_TOP = 10.0  # px from the top to the highest point of the backdrop
_FOOT = BAR - 3  # px from the top to the lowest point of the backdrop
_TICK = 4.0  # px, height of a tick and smallest distance between two
_COARSE = 2.0  # px between points of the backdrop


def backdrop(x: np.ndarray, y: np.ndarray, *, left: float, width: float) -> QPolygonF:
    """The area under a smoothed curve.

    Args:
        x: Positions along the track, 0 to 1, (n,).
        y: Values, (n,); clipped at their 98th percentile, since losses start high.
        left: Left end of the track, px.
        width: Width of the track, px.

    Returns:
        The outline in px; empty where fewer than two values are finite.
    """
    columns = max(8, int(width / _COARSE))
    thinned = Columns(x, columns).thin(y)
    level = smooth(thinned.y, max(1, columns // 80))
    good = np.isfinite(level)
    if good.sum() < 2:
        return QPolygonF()
    place, level = thinned.x[good], level[good]
    low, high = (float(value) for value in np.percentile(level, (0, 98)))
    share = np.clip((level - low) / (high - low), 0, 1) if high > low else np.full_like(level, 0.5)
    # The area keeps a tenth of its height below the lowest value, so that a flat end is visible.
    tops = _FOOT - (0.1 + 0.9 * share) * (_FOOT - _TOP)
    points = np.stack([left + place * width, tops], axis=1)  # (m, 2)
    ends = np.array([[points[-1, 0], _FOOT], [points[0, 0], _FOOT]])
    return polygon(np.concatenate([points, ends]))


def draw_area(painter: QPainter, tokens: Tokens, area: QPolygonF, right: float) -> None:
    """Draws the backdrop up to `right`, px."""
    if area.size() > 2:
        painter.save()
        painter.setClipRect(QRectF(0, 0, right, _FOOT + 1))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(mix(tokens.bg1, tokens.line2, 0.75)))
        painter.drawPolygon(area)
        painter.restore()


def ticks(places: Iterable[float]) -> list[QLineF]:
    """A tick at each position, px, ascending; ticks too close to the previous one are omitted."""
    lines: list[QLineF] = []
    before = -_TICK
    for place in places:
        x = round(place) + 0.5
        if x - before >= _TICK:
            lines.append(QLineF(x, BAR + 6, x, BAR + 6 + _TICK))
            before = x
    return lines


def draw_ticks(painter: QPainter, tokens: Tokens, lines: list[QLineF]) -> None:
    """Draws ticks."""
    painter.setPen(QPen(color(tokens.text3), 1))
    painter.drawLines(lines)
    painter.setPen(Qt.PenStyle.NoPen)


def draw_changes(painter: QPainter, tokens: Tokens, places: Iterable[float]) -> None:
    """Draws a dashed line at each change of parameters, px."""
    pen = QPen(color(tokens.text2), 1)
    pen.setDashPattern([2, 2])
    painter.setPen(pen)
    painter.drawLines([QLineF(round(place) + 0.5, 6, round(place) + 0.5, BAR) for place in places])
    painter.setPen(Qt.PenStyle.NoPen)


def draw_handle(painter: QPainter, tokens: Tokens, x: float, *, focus: bool) -> None:
    """Draws the line over the track and the round handle below it."""
    painter.setBrush(color(tokens.text1))
    painter.drawRect(QRectF(round(x) - 1, 6, 2, BAR - 6))
    if focus:
        painter.setBrush(color(tokens.accent, 0.55))
        painter.drawEllipse(QPointF(x, BAR), HANDLE + 2, HANDLE + 2)
    painter.setPen(QPen(color(tokens.bg1), 1.5))
    painter.setBrush(color(tokens.text1))
    painter.drawEllipse(QPointF(x, BAR), HANDLE - 0.5, HANDLE - 0.5)
    painter.setPen(Qt.PenStyle.NoPen)


def draw_marks(painter: QPainter, tokens: Tokens, last_good: float, stopped: float) -> None:
    """Draws the dot of the last good step and the line of the failed one, at positions in px."""
    painter.setBrush(color(tokens.err))
    painter.drawRect(QRectF(round(stopped) - 1, 6, 2, BAR - 4))  # rounded to device-independent pixels: sharp
    painter.setPen(QPen(color(tokens.bg1), 1))
    painter.setBrush(color(tokens.ok))
    painter.drawEllipse(QPointF(last_good, BAR), 4.5, 4.5)
    painter.setPen(Qt.PenStyle.NoPen)
