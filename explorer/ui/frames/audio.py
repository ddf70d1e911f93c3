"""The widget of sound: a waveform."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.base import FrameView
from explorer.ui.frames.paint import halo_text, stroke
from explorer.ui.frames.ticks import Axis
from explorer.ui.numbers import number
from explorer.ui.theme import Theme, color, ui_font
from models.frames import Audio, Frame

__all__ = ["AudioView"]

_BOTTOM = 24.0  # px of the axis of time


class AudioView(FrameView):
    """The waveform, from −1 to 1, over time in seconds; each pixel column shows its smallest and largest sample."""

    ideal = (320, 120)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self._pointer: float | None = None

    def show_frame(self, frame: Frame) -> None:
        """Shows sound."""
        assert isinstance(frame, Audio)
        super().show_frame(frame)

    @property
    def seconds(self) -> float:
        """Length of the sound, s."""
        return len(self._frame.samples) / self._frame.rate if isinstance(self._frame, Audio) else 0.0

    def paint_frame(self, painter: QPainter) -> None:
        """Draws the waveform and its axis."""
        frame, tokens = self._frame, self.tokens
        assert isinstance(frame, Audio)
        area = self._area()
        painter.setPen(stroke(tokens.text3, 1, 0.25))
        painter.drawLine(QPointF(0, area.center().y()), QPointF(area.right(), area.center().y()))
        n, columns = len(frame.samples), max(1, int(area.width()))
        if not n:
            return
        starts = np.unique(np.minimum(n - 1, np.arange(columns) * n // columns))
        low, high = np.minimum.reduceat(frame.samples, starts), np.maximum.reduceat(frame.samples, starts)
        x = (starts + 0.5) / n * area.width()
        y0, y1 = (area.center().y() - np.clip(v, -1, 1) * area.height() / 2 for v in (high, low))
        good = np.isfinite(y0) & np.isfinite(y1)
        ends = np.stack([x, y0 - 0.5, x, y1 + 0.5], axis=1)[good].tolist()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(stroke(tokens.data, 1))
        painter.drawLines([QLineF(*end) for end in ends])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(11, tabular=True))
        painter.setPen(color(tokens.text3))
        for share, text in Axis(0.0, self.seconds).ticks(area.width() / 90):
            x_tick = share * area.width()
            if 8 <= x_tick <= area.width() - 30:
                painter.drawText(QRectF(x_tick - 30, area.bottom() + 6, 60, 16), Qt.AlignmentFlag.AlignCenter, text)
        painter.drawText(QRectF(area.right() - 30, area.bottom() + 6, 30, 16), Qt.AlignmentFlag.AlignRight, "s")

    def paint_over(self, painter: QPainter) -> None:
        """Draws a line at the pointer, and its time."""
        if self._pointer is None:
            return
        area = self._area()
        painter.setPen(stroke(self.tokens.text1, 1, 0.6))
        painter.drawLine(QPointF(self._pointer, area.top()), QPointF(self._pointer, area.bottom()))
        time = f"{number(self._pointer / area.width() * self.seconds)} s"
        at = QPointF(min(max(30.0, self._pointer), self.width() - 30), area.bottom() + 14)
        halo_text(painter, at, time, self.tokens.text1, self.tokens.bg2, 11, 600)

    def _area(self) -> QRectF:
        return QRectF(0, 2, max(1.0, self.width()), max(1.0, self.height() - _BOTTOM - 2))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Shows the time at the pointer."""
        self._pointer = event.position().x()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Hides the line at the pointer."""
        self._pointer = None
        self.update()
        super().leaveEvent(event)
