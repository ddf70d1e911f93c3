"""The widget of a text: monospaced lines, with highlighted pieces."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QAction, QFontMetricsF, QGuiApplication, QKeyEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.base import FrameView
from explorer.ui.theme import Theme, color, mix, mono_font
from models.frames import Frame, Text

__all__ = ["TextView"]

_PIXELS = 13  # size of the letters
_PITCH = 20.0  # px from line to line
_BAR = 8.0  # px at the right for the mark that shows which part is in view
_TINT = 0.3  # share of the role's colour in the ground of a highlighted piece
_DESCRIBED = 2000  # characters that a screen reader is given


class TextView(FrameView):
    """Lines of text, broken at any character where they are too long.

    A text that is too high scrolls with the wheel while it has the focus, and with the arrow and page keys. Where its
    end is in view, it stays in view as the text grows.
    """

    ideal = (320, 160)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self._top = 0  # first row in view
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        copy = QAction("Copy text", self)
        copy.triggered.connect(self._on_copy)
        self.addAction(copy)

    def show_frame(self, frame: Frame) -> None:
        """Shows a text."""
        assert isinstance(frame, Text)
        at_end = self._top > 0 and self._top >= self._last_top()
        super().show_frame(frame)
        self._top = self._last_top() if at_end else min(self._top, self._last_top())
        words = "\n".join(part for part in (frame.subtitle, *frame.lines) if part)
        self.setAccessibleDescription(words[:_DESCRIBED])

    def rows(self) -> list[tuple[int, int, int]]:
        """The rows from top to bottom: number of the line, and the characters that it begins and ends with."""
        lines = self._frame.lines if isinstance(self._frame, Text) else ()
        columns = max(1, int((self.width() - _BAR) / self._advance()))
        return [
            (number, begin, min(begin + columns, len(line)))
            for number, line in enumerate(lines)
            for begin in range(0, max(len(line), 1), columns)
        ]

    @property
    def top(self) -> int:
        """Number of the first row in view."""
        return self._top

    @staticmethod
    def _advance() -> float:
        return QFontMetricsF(mono_font(_PIXELS)).horizontalAdvance("M" * 100) / 100

    def _visible(self) -> int:
        return max(1, int(self.height() / _PITCH))

    def _last_top(self) -> int:
        return max(0, len(self.rows()) - self._visible())

    def scroll_rows(self, rows: int) -> bool:
        """Moves the text up by so many rows; returns whether it moved."""
        top = min(max(0, self._top + rows), self._last_top())
        moved = top != self._top
        self._top = top
        if moved:
            self.redraw()
        return moved

    def paint_frame(self, painter: QPainter) -> None:
        """Draws the rows in view."""
        frame, tokens = self._frame, self.tokens
        assert isinstance(frame, Text)
        rows, advance = self.rows(), self._advance()
        self._top = min(self._top, max(0, len(rows) - self._visible()))
        painter.setFont(mono_font(_PIXELS))
        for place, (number, begin, end) in enumerate(rows[self._top : self._top + self._visible()]):
            y = place * _PITCH
            for line, start, stop, role in frame.marks:
                low, high = max(start, begin), min(stop, end)
                if line == number and low < high:
                    box = QRectF((low - begin) * advance, y + 1, (high - low) * advance, _PITCH - 2)
                    painter.fillRect(box, color(mix(tokens.bg2, tokens.role(role), _TINT)))
                    painter.fillRect(QRectF(box.left(), box.bottom() - 2, box.width(), 2), color(tokens.role(role)))
            painter.setPen(color(tokens.text1))
            painter.drawText(QPointF(0, y + 14.5), frame.lines[number][begin:end])
        if len(rows) > self._visible():
            share = np.array([self._top, self._visible()]) / len(rows) * self.height()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(tokens.text3, 0.6))
            painter.drawRoundedRect(QRectF(self.width() - 4, share[0], 4, max(12.0, share[1])), 2, 2)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolls three rows a notch, with the focus; without it the page scrolls."""
        if self.hasFocus() and self.scroll_rows(-round(3 * event.angleDelta().y() / 120)):
            event.accept()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows scroll one row, page keys a whole view."""
        page = max(1, self._visible() - 1)
        rows = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
        }.get(Qt.Key(event.key()))
        if rows is None or not self.scroll_rows(rows):
            super().keyPressEvent(event)

    @Slot()
    def _on_copy(self) -> None:
        if isinstance(self._frame, Text):
            QGuiApplication.clipboard().setText("\n".join(self._frame.lines))
