"""A field for a number."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from explorer.ui.controls.labels import restyle
from explorer.ui.controls.scale import Scale, value_text
from explorer.ui.theme import mono_font
from models.protocol import Doubtful, read_number

__all__ = ["ValueBox"]


class ValueBox(QLineEdit):
    """A number, 64 × 24 px, right aligned. Enter or leaving commits the entry, Esc reverts it, arrows and wheel step.

    An entry that is not a number within the limits, or that can be read as two, stays as typed and is marked; the value
    does not change, and the tooltip says why.

    Signals:
        committed: Value before and after.
        refused: Why the entry is invalid, without a full stop.
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
        self._refusal = ""
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
        if not invalid:
            self._refusal = ""

    def explain_refusals(self) -> None:
        """Unfolds the reason below the box when an entry is refused, where no form has a line for it."""
        self.refused.connect(self._unfold_refusal)

    @Slot(str)
    def _unfold_refusal(self, sentence: str) -> None:
        QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), sentence, self)

    def event(self, event: QEvent) -> bool:
        """The tooltip of an invalid entry says why it is refused."""
        if self._refusal and event.type() == QEvent.Type.ToolTip:
            assert isinstance(event, QHelpEvent)
            QToolTip.showText(event.globalPos(), self._refusal, self)
            return True
        return super().event(event)

    @Slot()
    def _take(self) -> None:
        if not self.isModified():
            return
        self.setModified(False)
        if self.text() == value_text(self._value, self._scale):  # which may have fewer digits than the value
            self._commit(self._value)
            return
        try:
            self._commit(self._read())
        except ValueError as error:
            self.mark(True)
            self._refusal = str(error)
            self.refused.emit(self._refusal)

    def _read(self) -> float:
        text = self.text()
        try:
            value = read_number(text, whole=self._scale.whole)
            if value == self._scale.clamp(value):
                return float(value)
        except Doubtful:
            raise
        except ValueError:
            pass
        raise ValueError(f"“{text}” is not {self._scale.accepts}")

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
