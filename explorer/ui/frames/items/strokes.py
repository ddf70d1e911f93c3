"""The strokes and labels of a drawing."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from explorer.ui.frames.items.item import PaneItem
from explorer.ui.frames.paint import draw_polyline, polygon, stroke
from explorer.ui.frames.projection import Projection
from explorer.ui.theme import Tokens, color, ui_font
from models.frames import Drawing, Label

__all__ = ["StrokesItem"]

_LETTERS = 12  # px, size of a label without a height
_CAPITAL = 0.73  # height of a capital letter as a multiple of the size


class StrokesItem(PaneItem):
    """Draws strokes, then labels."""

    _frame: Drawing | None = None
    _tokens: Tokens

    def show_drawing(self, frame: Drawing, tokens: Tokens) -> None:
        """Shows a drawing."""
        self._frame, self._tokens = frame, tokens
        self.change()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws the drawing."""
        if self._frame is None:
            return
        for piece in self._frame.strokes:
            xy = np.asarray(piece.xy, float).reshape(-1, 2)
            if not len(xy):
                continue
            pixels, ink = view.to_pixels(xy), self._tokens.role(piece.role)
            if piece.filled:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color(ink))
                painter.drawPolygon(polygon(pixels[np.isfinite(pixels).all(axis=1)]))
                pixels = np.concatenate([pixels, pixels[:1]])
            if piece.width > 0:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(stroke(ink, piece.width, dashed=piece.dashed))
                draw_polyline(painter, pixels)
        for label in self._frame.labels:
            self._draw_label(painter, label, view)

    def _draw_label(self, painter: QPainter, label: Label, view: Projection) -> None:
        if not label.text or not np.isfinite([label.x, label.y]).all():
            return
        unit = view.rect.width() / (view.extent[1] - view.extent[0])  # px
        size = max(6, round(label.height * unit / _CAPITAL)) if label.height > 0 else _LETTERS
        font = ui_font(size, 500)
        box = QFontMetricsF(font).tightBoundingRect(label.text)
        at = view.point(label.x, label.y)
        if label.opaque:
            patch = QRectF(0, 0, box.width() + 0.3 * size, box.height() + 0.3 * size)
            patch.moveCenter(at)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(self._tokens.bg2))
            painter.drawRoundedRect(patch, 0.2 * size, 0.2 * size)
        painter.setFont(font)
        painter.setPen(color(self._tokens.role(label.role)))
        painter.drawText(QPointF(at.x() - box.center().x(), at.y() - box.center().y()), label.text)
