"""A text field."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from explorer.ui.theme import ui_font

__all__ = ["TextBox"]


class TextBox(QLineEdit):
    """A text field 28 px high. Enter or leaving commits the entry, Esc reverts it.

    Signals:
        committed: Text before and after.
    """

    committed = Signal(object, object)

    def __init__(self, text: str = "", parent: QWidget | None = None):
        super().__init__(text, parent)
        self._value = text
        self.setFont(ui_font(13))
        self.setFixedHeight(28)
        self.editingFinished.connect(self._take)

    @property
    def value(self) -> str:
        """The last committed text."""
        return self._value

    def set_value(self, text: str) -> None:
        """Sets the text without a signal."""
        self._value = text
        self.setText(text)

    @Slot()
    def _take(self) -> None:
        if self.text() != self._value:
            before, self._value = self._value, self.text()
            self.committed.emit(before, self._value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc restores the last committed text."""
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._value)
        else:
            super().keyPressEvent(event)
