"""The widget of bars: named values."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.base import FrameView
from explorer.ui.frames.paint import stroke
from explorer.ui.frames.ticks import Axis, finite_range
from explorer.ui.numbers import column
from explorer.ui.theme import Theme, color, mono_font, ui_font
from models.frames import Bars, Frame

__all__ = ["BarsView"]

_ROW, _TALL = 15.0, 26.0  # px, smallest and largest height of a row
_BAR = 4.0


class BarsView(FrameView):
    """One row for each value: name, bar, number. More values than rows fit are columns, named under the pointer."""

    ideal = (320, 160)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self._axis = Axis()
        self._place = -1
        self._texts: list[str] = []

    def show_frame(self, frame: Frame) -> None:
        """Shows bars."""
        assert isinstance(frame, Bars)
        errors = 0.0 if frame.errors is None else np.nan_to_num(frame.errors)
        span = finite_range(frame.values - errors, frame.values + errors, frame.reference)
        if span is not None:
            self._axis.fit(min(0.0, span[0]), max(0.0, span[1]), pad=0.0)
        self._texts = column(frame.values.tolist())
        super().show_frame(frame)

    @property
    def in_rows(self) -> bool:
        """Whether each value has a row of its own."""
        return isinstance(self._frame, Bars) and len(self._frame.values) * _ROW <= self.height()

    def paint_frame(self, painter: QPainter) -> None:
        """Draws rows or columns."""
        frame = self._frame
        assert isinstance(frame, Bars)
        if not len(frame.values):
            return
        (self._paint_rows if self.in_rows else self._paint_columns)(painter, frame)

    def _ink(self, frame: Bars, place: int) -> str:
        return self.tokens.role(frame.roles[place] if place < len(frame.roles) else "total")

    def _value_text(self, frame: Bars, place: int) -> str:
        value = self._texts[place]
        return f"{value}\u2009{frame.unit}" if frame.unit else value

    def _share(self, value: float) -> float:
        return float(np.clip(self._axis.shares(np.array([value]))[0], 0, 1))

    def _paint_rows(self, painter: QPainter, frame: Bars) -> None:
        tokens, n = self.tokens, len(frame.values)
        row = min(_TALL, self.height() / n)
        names, values = QFontMetricsF(ui_font(12)), QFontMetricsF(mono_font(12))
        left = min(max(map(names.horizontalAdvance, frame.labels), default=-12) + 12, self.width() * 0.45)
        right = max(values.horizontalAdvance(self._value_text(frame, k)) for k in range(n)) + 12
        span = max(8.0, self.width() - left - right)
        zero = left + self._share(0.0) * span
        aligned = Qt.AlignmentFlag.AlignVCenter
        for k in range(n):
            middle = row * (k + 0.5) + max(0.0, (self.height() - row * n) / 2 if n < 3 else 0.0)
            value = float(frame.values[k])
            painter.setFont(ui_font(12))
            painter.setPen(color(tokens.text2))
            name = frame.labels[k] if k < len(frame.labels) else ""
            name = names.elidedText(name, Qt.TextElideMode.ElideRight, left - 10)
            painter.drawText(QRectF(0, middle - 9, left, 18), aligned | Qt.AlignmentFlag.AlignLeft, name)
            painter.setFont(mono_font(12))
            painter.setPen(color(tokens.text1 if np.isfinite(value) else tokens.err))
            box = QRectF(self.width() - right, middle - 9, right, 18)
            painter.drawText(box, aligned | Qt.AlignmentFlag.AlignRight, self._value_text(frame, k))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(tokens.bg4))
            painter.drawRoundedRect(QRectF(left, middle - _BAR / 2, span, _BAR), 2, 2)
            if np.isfinite(value):
                end = left + self._share(value) * span
                painter.setBrush(color(self._ink(frame, k)))
                painter.drawRoundedRect(QRectF(min(zero, end), middle - _BAR / 2, abs(end - zero), _BAR), 2, 2)
            self._paint_marks(painter, frame, k, left, span, middle)
        if (frame.values < 0).any():
            painter.setPen(stroke(tokens.text2, 1))
            low = row * n + max(0.0, (self.height() - row * n) / 2 if n < 3 else 0.0)
            x = round(zero) + 0.5
            painter.drawLine(QPointF(x, low - row * n), QPointF(x, low))

    def _paint_marks(self, painter: QPainter, frame: Bars, k: int, left: float, span: float, middle: float) -> None:
        tokens, value = self.tokens, float(frame.values[k])
        if frame.errors is not None and np.isfinite(frame.errors[k]) and np.isfinite(value):
            error = float(frame.errors[k])
            a, b = (left + self._share(value + side * error) * span for side in (-1, 1))
            painter.setPen(stroke(tokens.text1, 1))
            painter.drawLines([QLineF(a, middle, b, middle), *(QLineF(x, middle - 4, x, middle + 4) for x in (a, b))])
        if frame.reference is not None and np.isfinite(frame.reference[k]):
            x = left + self._share(float(frame.reference[k])) * span
            painter.setPen(stroke(tokens.text1, 1.5, 0.9, dashed=True))
            painter.drawLine(QPointF(x, middle - 7), QPointF(x, middle + 7))

    def _paint_columns(self, painter: QPainter, frame: Bars) -> None:
        tokens, n = self.tokens, len(frame.values)
        area = QRectF(40, 6, max(8.0, self.width() - 40), max(8.0, self.height() - 30))
        painter.setFont(ui_font(11, tabular=True))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for share, text in self._axis.ticks(max(1.6, area.height() / 60)):
            y = round(area.bottom() - share * area.height()) + 0.5
            painter.setPen(stroke(tokens.text3, 1, 0.16))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(color(tokens.text3))
            painter.drawText(QRectF(0, y - 8, 32, 16), right, text)
        pitch = area.width() / n
        wide = max(1.0, pitch * 0.7)
        zero = area.bottom() - self._share(0.0) * area.height()
        if (frame.values < 0).any():
            painter.setPen(stroke(tokens.text2, 1))
            painter.drawLine(QPointF(area.left(), round(zero) + 0.5), QPointF(area.right(), round(zero) + 0.5))
        painter.setPen(Qt.PenStyle.NoPen)
        for k, value in enumerate(frame.values.tolist()):
            if np.isfinite(value):
                y = area.bottom() - self._share(value) * area.height()
                painter.setBrush(color(self._ink(frame, k), 1.0 if self._place in (-1, k) else 0.5))
                x = area.left() + (k + 0.5) * pitch - wide / 2
                painter.drawRect(QRectF(x, min(y, zero), wide, max(1.0, abs(y - zero))))
        if frame.reference is not None:
            painter.setPen(stroke(tokens.text1, 1.5, 0.9, dashed=True))
            for k, value in enumerate(frame.reference.tolist()):
                if np.isfinite(value):
                    y, x = area.bottom() - self._share(value) * area.height(), area.left() + k * pitch
                    painter.drawLine(QPointF(x, y), QPointF(x + pitch, y))

    def paint_over(self, painter: QPainter) -> None:
        """Names the column under the pointer."""
        frame = self._frame
        if isinstance(frame, Bars) and not self.in_rows and 0 <= self._place < len(frame.values):
            name = frame.labels[self._place] if self._place < len(frame.labels) else str(self._place)
            painter.setFont(ui_font(11, 600, tabular=True))
            painter.setPen(color(self.tokens.text1))
            box = QRectF(40, self.height() - 20, self.width() - 40, 18)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{name}: {self._value_text(frame, self._place)}")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Highlights the bar under the pointer."""
        place, frame = -1, self._frame
        if isinstance(frame, Bars) and len(frame.values):
            n = len(frame.values)
            if self.in_rows:
                place = int(event.position().y() // min(_TALL, self.height() / n))
            else:
                place = int((event.position().x() - 40) // ((self.width() - 40) / n))
            place = place if 0 <= place < n else -1
        self._set_place(place)

    def leaveEvent(self, event: QEvent) -> None:
        """Removes the highlight."""
        self._set_place(-1)
        super().leaveEvent(event)

    def _set_place(self, place: int) -> None:
        if place != self._place:
            self._place = place
            self.redraw()
