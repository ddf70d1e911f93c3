"""A segmented control: one of a few choices, all visible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.theme import Theme, Tokens, color, ui_font

__all__ = ["Segmented"]

_PADDING = 7  # px on either side of a text


def _text_width(text: str) -> int:
    return QFontMetrics(ui_font(12, 600)).horizontalAdvance(text)


class Segmented(QWidget):
    """Two to four short choices in a track 28 px high; arrow keys choose.

    Signals:
        chosen: Value before and after, on a choice by the user.

    Args:
        theme: Colours.
        choices: Text by value, in order.
        value: Initial value.
    """

    chosen = Signal(object, object)

    def __init__(self, theme: Theme, choices: Mapping[Any, str], value: Any, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = theme.tokens
        self._choices = dict(choices)
        self._value = value
        self.setFixedHeight(28)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.apply_theme)

    @property
    def value(self) -> Any:
        """The chosen value."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Sets the value without a signal."""
        self._value = value
        self.setAccessibleDescription(self._choices.get(value, str(value)))
        self.update()

    @staticmethod
    def needed_width(choices: Mapping[Any, str]) -> int:
        """Width of all choices, px."""
        return sum(_text_width(text) + 2 * _PADDING for text in choices.values())

    def segment(self, value: Any) -> QRectF:
        """The rectangle of a choice; spare width is distributed evenly."""
        widths = [_text_width(text) + 2 * _PADDING for text in self._choices.values()]
        extra = (self.width() - sum(widths)) / len(widths)
        place = list(self._choices).index(value)
        return QRectF(sum(widths[:place]) + place * extra, 0, widths[place] + extra, self.height())

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self.update()

    def _choose(self, value: Any) -> None:
        if value != self._value:
            before = self._value
            self.set_value(value)
            self.chosen.emit(before, value)

    def _at(self, point: QPoint) -> Any:
        return next((value for value in self._choices if point.x() < self.segment(value).right()), self._value)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Chooses the segment under the pointer."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._choose(self._at(event.position().toPoint()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right choose the neighbour."""
        moves: dict[int, int] = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        move = moves.get(event.key())
        if move is None:
            super().keyPressEvent(event)
            return
        values = list(self._choices)
        index = values.index(self._value) if self._value in values else 0
        self._choose(values[min(len(values) - 1, max(0, index + move))])

    def sizeHint(self) -> QSize:
        """Room for all texts."""
        return QSize(self.needed_width(self._choices), 28)

    def minimumSizeHint(self) -> QSize:
        """Room for all texts."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the track, the chosen segment and the texts."""
        tokens = self._tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color(tokens.accent_hi if self.hasFocus() else tokens.line2), 1))
        painter.setBrush(color(tokens.inset))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        for value, text in self._choices.items():
            chosen = value == self._value
            box = self.segment(value)
            if chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color(tokens.bg4))
                painter.drawRoundedRect(box.adjusted(2, 2, -2, -2), 4, 4)
            ink = tokens.text1 if chosen else tokens.text2
            painter.setPen(color(ink if self.isEnabled() else tokens.disabled))
            painter.setFont(ui_font(12, 600))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
