"""A field for a number."""

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
    """A number, 64 × 24 px, right aligned. Enter or leaving commits the entry, Esc reverts it, arrows and wheel step.

    An entry that is not a number within the limits stays as typed and is marked; the value does not change.

    Signals:
        committed: Value before and after.
        refused: The invalid entry.
        accepted: A valid entry was committed, or an entry reverted: an error message can be removed.

    Args:
        scale: Limits and step.
        value: Initial value.
    """

    committed = Signal(float, float)
    refused = Signal(str)
    accepted = Signal()

    def __init__(self, scale: Scale, value: float, parent: QWidget | None = None):
        super().__init__(parent)
        self._scale = scale
        self._value = value
        self._shows: Scale | None = None  # the scale by which the text was written
        self.setFont(mono_font(12))
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFixedSize(64, 24)
        self.set_number(value)
        self.editingFinished.connect(self._take)

    @property
    def number(self) -> float:
        """The last valid value."""
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
        """Sets the value without a signal."""
        if (
            value == self._value
            and not self.isModified()
            and not self.property("invalid")
            and self._shows == self._scale
        ):
            return
        self._value, self._shows = value, self._scale
        text = value_text(value, self._scale)
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)
        self.setModified(False)
        self.mark(False)

    def mark(self, invalid: bool) -> None:
        """Draws the border of an invalid entry, or the normal one."""
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
        """Selects the whole number."""
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down step, with Shift by ten steps; Esc restores the last valid value."""
        many = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._commit(self._scale.stepped(self._value, many if event.key() == Qt.Key.Key_Up else -many))
        elif event.key() == Qt.Key.Key_Escape:
            self.set_number(self._value)
            self.accepted.emit()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """One step per notch if the widget has the focus; else the panel scrolls."""
        if not self.hasFocus():
            event.ignore()
            return
        self._commit(self._scale.stepped(self._value, event.angleDelta().y() / 120))
        event.accept()
