"""The curves of one pane, and what the pointer marks on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from explorer.ui.frames.items.item import PaneItem, Space
from explorer.ui.frames.paint import dot, draw_band, draw_columns, draw_polyline, straight, stroke
from explorer.ui.frames.projection import Projection
from explorer.ui.theme import Tokens, color

__all__ = ["Curve", "CurvePointer", "CurvesItem"]


@dataclass(frozen=True)
class Curve:
    """One curve as it is drawn, in units of the axes.

    Attributes:
        key: Key of its series.
        role: Colour.
        x, y: Points of the line, (m,).
        low, high: Ends of a band around it, (m,), or None; where `dense`, of the raw values.
        raw: Raw values behind a smoothed line, (m,), or None.
        dense: Each x is a pixel and `low` and `high` enclose its values.
        coarse: Every second point suffices for the line.
        dashed, dotted: The line is dashed, or dotted.
    """

    key: str
    role: str
    x: np.ndarray
    y: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    raw: np.ndarray | None = None
    dense: bool = False
    coarse: bool = False
    dashed: bool = False
    dotted: bool = False


class CurvesItem(PaneItem):
    """Draws raw values and bands faintly, the lines above them, and vertical lines at changes and at a marked x."""

    margin = 3.0

    def __init__(self, space: Space):
        super().__init__(space)
        self.curves: Sequence[Curve] = ()
        self.emphasised: str | None = None
        self.marker: float | None = None
        self.changes: Sequence[float] = ()
        self.tokens: Tokens | None = None

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws everything in px."""
        if self.tokens is None:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        faint = {curve.key: 0.35 if self.emphasised not in (None, curve.key) else 1.0 for curve in self.curves}
        for curve in self.curves:
            self._draw_behind(painter, view, curve, color(self.tokens.role(curve.role), faint[curve.key]))
        for curve in self.curves:
            width = 3.5 if self.emphasised == curve.key else 1.5 if curve.dashed else 2.5 if curve.dotted else 2.0
            ink = self.tokens.role(curve.role)
            painter.setPen(stroke(ink, width, faint[curve.key], curve.dashed, curve.dotted))
            every = slice((len(curve.x) - 1) % 2, None, 2) if curve.coarse else slice(None)
            draw_polyline(painter, _points(view, curve.x[every], curve.y[every]))
        painter.setPen(stroke(self.tokens.text2, 1.0, dashed=True))
        places = (round(view.point(change, 0).x()) + 0.5 for change in self.changes)
        painter.drawLines([QLineF(x, 0, x, view.rect.height()) for x in places])
        if self.marker is not None:
            x = round(view.point(self.marker, 0).x()) + 0.5
            painter.setPen(stroke(self.tokens.text1, 1.0, 0.5))
            straight(painter, x, 0, x, view.rect.height())

    def _draw_behind(self, painter: QPainter, view: Projection, curve: Curve, ink: QColor) -> None:
        faint = QColor(ink)
        if curve.low is not None and curve.high is not None:
            faint.setAlphaF(ink.alphaF() * (0.17 if curve.dense else 0.16))
            draw_area = draw_columns if curve.dense else draw_band
            draw_area(painter, view.across(curve.x), _down(view, curve.low), _down(view, curve.high), faint)
        elif curve.raw is not None:
            faint.setAlphaF(ink.alphaF() * 0.25)
            painter.setPen(QPen(faint, 1.0))
            draw_polyline(painter, _points(view, curve.x, curve.raw))


def _down(view: Projection, y: np.ndarray) -> np.ndarray:
    """Heights in px, kept within a few heights of the pane: the painter is slow with huge coordinates."""
    height = view.rect.height()
    return np.minimum(np.maximum(view.down(y), -4 * height), 8 * height)  # `np.clip` takes three times as long


def _points(view: Projection, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Points in px, (n, 2)."""
    pixels = np.empty((len(x), 2))
    pixels[:, 0], pixels[:, 1] = view.across(x), _down(view, y)
    return pixels


class CurvePointer(PaneItem):
    """A vertical line at the pointer, and a dot on each curve."""

    follows_pointer = True
    margin = 5.0

    def __init__(self, space: Space):
        super().__init__(space, level=10)
        self.place: float | None = None
        self.dots: Sequence[tuple[str, float, float]] = ()  # role and position
        self.tokens: Tokens | None = None
        self.hide()

    def point_at(self, x: float | None, dots: Sequence[tuple[str, float, float]], tokens: Tokens) -> None:
        """Marks an x and positions of curves, in units of the axes; None hides the line."""
        self.place, self.dots, self.tokens = x, dots, tokens
        self.setVisible(x is not None)
        self.update()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws line and dots."""
        if self.place is None or self.tokens is None:
            return
        x = round(view.point(self.place, 0).x()) + 0.5
        painter.setPen(stroke(self.tokens.text3, 1.0, 0.7))
        painter.drawLine(QPointF(x, 0), QPointF(x, view.rect.height()))
        ratio = painter.device().devicePixelRatioF()
        for role, across, up in self.dots:
            mark = dot(self.tokens.role(role), 7, ratio, 1.0, self.tokens.bg2)
            painter.drawPixmap(view.point(across, up) - QPointF(4.5, 4.5), mark)
