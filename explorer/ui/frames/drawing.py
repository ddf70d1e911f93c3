"""The widget of a drawing: strokes and labels, one unit as long upwards as sideways."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from explorer.ui.frames.base import FrameView
from explorer.ui.frames.paint import draw_polyline, polygon, stroke
from explorer.ui.frames.projection import Projection
from explorer.ui.theme import color, ui_font
from models.frames import Drawing, Frame, Label

__all__ = ["DrawingView"]

_INSET = 4.0  # px around the drawing
_LETTERS = 12  # px, size of a label without a height
_CAPITAL = 0.73  # height of a capital letter as a multiple of the size


class DrawingView(FrameView):
    """A drawing as large as fits, in the middle."""

    ideal = (320, 240)

    def show_frame(self, frame: Frame) -> None:
        """Shows a drawing."""
        assert isinstance(frame, Drawing)
        super().show_frame(frame)

    def projection(self) -> Projection:
        """Where data units are on the widget."""
        assert isinstance(self._frame, Drawing)
        rect = QRectF(self.rect()).adjusted(_INSET, _INSET, -_INSET, -_INSET)
        return Projection.square(rect, self._frame.bounds())

    def paint_frame(self, painter: QPainter) -> None:
        """Draws strokes, then labels."""
        frame, view = self._frame, self.projection()
        assert isinstance(frame, Drawing)
        for piece in frame.strokes:
            xy = np.asarray(piece.xy, float).reshape(-1, 2)
            if not len(xy):
                continue
            pixels, ink = view.to_pixels(xy), self.tokens.role(piece.role)
            if piece.filled:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color(ink))
                painter.drawPolygon(polygon(pixels[np.isfinite(pixels).all(axis=1)]))
                pixels = np.concatenate([pixels, pixels[:1]])
            if piece.width > 0:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(stroke(ink, piece.width, dashed=piece.dashed))
                draw_polyline(painter, pixels)
        for label in frame.labels:
            self._paint_label(painter, label, view)

    def _paint_label(self, painter: QPainter, label: Label, view: Projection) -> None:
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
            painter.setBrush(color(self.tokens.bg2))
            painter.drawRoundedRect(patch, 0.2 * size, 0.2 * size)
        painter.setFont(font)
        painter.setPen(color(self.tokens.role(label.role)))
        painter.drawText(QPointF(at.x() - box.center().x(), at.y() - box.center().y()), label.text)
