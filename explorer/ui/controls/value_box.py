"""A box in which a number is typed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from explorer.ui.controls.labels import restyle
from explorer.ui.controls.scale import Scale, value_text
from explorer.ui.numbers import parse_number
from explorer.ui.theme import mono_font

__all__ = ["ValueBox"]


class ValueBox(QLineEdit):
    """A number, 64 × 24 px, right aligned. Enter or leaving takes what was typed, Esc drops it, arrows and wheel step.

    A text that is no number, or is outside the limits, stays as it was typed and is marked; the value does not change.

    Signals:
        committed: Value before and after.
        refused: The text that was not taken.
        accepted: Emitted when a text was taken or dropped, so that a complaint can go.

    Args:
        scale: Limits and step.
        value: Value at first.
    """

    committed = Signal(float, float)
    refused = Signal(str)
    accepted = Signal()

    def __init__(self, scale: Scale, value: float, parent: QWidget | None = None):
        super().__init__(parent)
        self._scale = scale
        self._value = value
        self.setFont(mono_font(12))
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFixedSize(64, 24)
        self.set_number(value)
        self.editingFinished.connect(self._take)

    @property
    def number(self) -> float:
        """The last good value."""
        return self._value

    @property
    def scale(self) -> Scale:
        """Limits and step."""
        return self._scale

    def set_scale(self, scale: Scale) -> None:
        """Changes limits and step, and clamps the value to them without a signal."""
        self._scale = scale
        self.set_number(scale.clamp(self._value))

    def set_number(self, value: float) -> None:
        """Shows a value without a signal."""
        self._value = value
        text = value_text(value, self._scale)
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)
        self.setModified(False)
        self.mark(False)

    def mark(self, invalid: bool) -> None:
        """Draws the border of an error, or not."""
        restyle(self, invalid=invalid)

    @Slot()
    def _take(self) -> None:
        if not self.isModified():
            return
        self.setModified(False)
        try:
            value = parse_number(self.text())
            wrong = value != self._scale.clamp(value)  # NaN differs from itself
        except ValueError:
            wrong = True
        if wrong:
            self.mark(True)
            self.refused.emit(self.text())
            return
        self._commit(value)

    def _commit(self, value: float) -> None:
        before = self._value
        self.set_number(value)
        self.accepted.emit()
        if value != before:
            self.committed.emit(before, value)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Takes hold of the whole number: a part of one is never what is meant."""
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down step, with Shift ten times as far; Esc brings the last good value back."""
        many = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._commit(self._scale.stepped(self._value, many if event.key() == Qt.Key.Key_Up else -many))
        elif event.key() == Qt.Key.Key_Escape:
            self.set_number(self._value)
            self.accepted.emit()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """One step a notch, with the focus; without it the panel scrolls."""
        if not self.hasFocus():
            event.ignore()
            return
        self._commit(self._scale.stepped(self._value, event.angleDelta().y() / 120))
        event.accept()
