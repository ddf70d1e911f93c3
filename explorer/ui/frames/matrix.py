"""The widget of a matrix: shades with the numbers printed on them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.base import FrameView, LegendItem
from explorer.ui.frames.paint import heat_image, ramp_table, stroke
from explorer.ui.frames.ticks import finite_range
from explorer.ui.numbers import number
from explorer.ui.theme import Theme, color, ui_font
from models.frames import Frame, Matrix

__all__ = ["MatrixView"]

_PRINTED = 26.0  # px, smallest width of a cell whose number is printed


class MatrixView(FrameView):
    """A table as shades: from the background to the colour of data, or diverging where numbers have both signs."""

    ideal = (320, 260)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self._cell: tuple[int, int] | None = None
        self._area = QRectF()

    def show_frame(self, frame: Frame) -> None:
        """Shows a table."""
        assert isinstance(frame, Matrix)
        self._cell = None
        super().show_frame(frame)

    @staticmethod
    def _scale(frame: Matrix) -> tuple[float, float, str]:
        low, high = finite_range(frame.values) or (0.0, 1.0)
        if low < 0:
            reach = max(-low, high)
            return -reach, reach, "diverging"
        return 0.0, high if high > 0 else 1.0, "rising"

    def legend(self) -> list[LegendItem]:
        """The scale of the shades."""
        if not isinstance(self._frame, Matrix) or not self._frame.values.size:
            return []
        low, high, role = self._scale(self._frame)
        return [LegendItem("scale", role, self._frame.unit, ramp=(number(low, 2), number(high, 2)))]

    def paint_frame(self, painter: QPainter) -> None:
        """Draws cells, numbers and labels."""
        frame, tokens = self._frame, self.tokens
        assert isinstance(frame, Matrix)
        if not frame.values.size:
            return
        rows, columns = frame.values.shape
        font = ui_font(11, tabular=True)
        metrics = QFontMetricsF(font)
        widest = max((metrics.horizontalAdvance(text) for text in frame.row_labels), default=0.0)
        left = min(widest + 10 if widest else 4.0, self.width() * 0.4) + (16 if frame.y_label else 0)
        bottom = (18.0 if frame.column_labels else 2.0) + (16 if frame.x_label else 0)
        self._area = area = QRectF(left, 0, max(1.0, self.width() - left), max(1.0, self.height() - bottom))
        low, high, role = self._scale(frame)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(area, heat_image(frame.values, low, high, ramp_table(tokens.ramp(role))))
        wide, tall = area.width() / columns, area.height() / rows
        painter.setFont(font)
        center = Qt.AlignmentFlag.AlignCenter
        if wide >= _PRINTED and tall >= 14:
            painter.setPen(stroke(tokens.bg2, 1))
            for k in range(1, columns):
                painter.drawLine(QPointF(left + k * wide, 0), QPointF(left + k * wide, area.bottom()))
            for k in range(1, rows):
                painter.drawLine(QPointF(left, k * tall), QPointF(self.width(), k * tall))
            for (i, j), value in np.ndenumerate(frame.values):
                share = 0.0 if not np.isfinite(value) else abs(value) / max(abs(low), abs(high), 1e-300)
                painter.setPen(color(tokens.bg2 if share > 0.6 else tokens.text1))
                painter.drawText(QRectF(left + j * wide, i * tall, wide, tall), center, number(float(value), 2))
        painter.setPen(color(tokens.text3))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        every = max(1, int(np.ceil(13 / tall)))
        for i, text in enumerate(frame.row_labels[:rows]):
            if i % every == 0:
                shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, left - 8)
                painter.drawText(QRectF(0, (i + 0.5) * tall - 8, left - 6, 16), right, shown)
        widest = max((metrics.horizontalAdvance(text) for text in frame.column_labels), default=0.0) + 6
        every = max(1, int(np.ceil(widest / wide)))
        for j, text in enumerate(frame.column_labels[:columns]):
            if j % every == 0:
                x = left + (j + 0.5) * wide
                painter.drawText(QRectF(x - widest / 2, area.bottom() + 2, widest, 16), center, text)
        painter.drawText(QRectF(left, self.height() - 16, area.width(), 16), center, frame.x_label)
        if frame.y_label:
            painter.save()
            painter.rotate(-90)
            painter.drawText(QRectF(-area.bottom(), 0, area.height(), 16), center, frame.y_label)
            painter.restore()

    def paint_over(self, painter: QPainter) -> None:
        """Draws a border around the cell under the pointer."""
        frame = self._frame
        if self._cell is None or not isinstance(frame, Matrix):
            return
        rows, columns = frame.values.shape
        wide, tall = self._area.width() / columns, self._area.height() / rows
        i, j = self._cell
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(stroke(self.tokens.text1, 1.5))
        painter.drawRect(QRectF(self._area.left() + j * wide, i * tall, wide, tall))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Shows the value of the cell under the pointer as a tooltip."""
        cell, frame = None, self._frame
        if isinstance(frame, Matrix) and frame.values.size and self._area.contains(event.position()):
            rows, columns = frame.values.shape
            cell = (
                min(rows - 1, int(event.position().y() / self._area.height() * rows)),
                min(columns - 1, int((event.position().x() - self._area.left()) / self._area.width() * columns)),
            )
            labels = [
                names[k] if k < len(names) else str(k)
                for names, k in zip((frame.row_labels, frame.column_labels), cell, strict=True)
            ]
            self.setToolTip(f"{labels[0]}, {labels[1]}: {number(float(frame.values[cell]))} {frame.unit}".strip())
        self._set_cell(cell)

    def leaveEvent(self, event: QEvent) -> None:
        """Removes the border around the cell."""
        self._set_cell(None)
        super().leaveEvent(event)

    def _set_cell(self, cell: tuple[int, int] | None) -> None:
        if cell != self._cell:
            self._cell = cell
            self.update()
