"""A text field."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from explorer.ui.theme import ui_font

__all__ = ["TextBox"]


class TextBox(QLineEdit):
    """A text field 28 px high. Enter or leaving commits the entry, Esc reverts it.

    Attributes:
        suggestions: The list that unfolds below the line, or None.

    Signals:
        committed: Text before and after.
    """

    committed = Signal(object, object)

    def __init__(self, text: str = "", parent: QWidget | None = None):
        super().__init__(text, parent)
        self._value = text
        self._suggest: Callable[[], Sequence[str]] | None = None
        self.suggestions: QCompleter | None = None
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

    def set_suggestions(self, suggest: Callable[[], Sequence[str]]) -> None:
        """Unfolds a list of texts below the line, of those that contain what is typed.

        Args:
            suggest: Returns the texts; called each time the line gets the focus.
        """
        self._suggest = suggest
        self.suggestions = QCompleter(QStringListModel(self), self)
        self.suggestions.setFilterMode(Qt.MatchFlag.MatchContains)
        self.suggestions.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.suggestions.activated.connect(self._on_suggestion)
        self.setCompleter(self.suggestions)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Reads the suggestions anew, and unfolds them while the line is empty."""
        super().focusInEvent(event)
        if self._suggest is None or self.suggestions is None or event.reason() == Qt.FocusReason.PopupFocusReason:
            return
        model = self.suggestions.model()
        assert isinstance(model, QStringListModel)
        model.setStringList(list(self._suggest()))
        if not self.text():
            self.suggestions.setCompletionPrefix("")
            self.suggestions.complete()

    def _fold_suggestions(self, *, chosen: bool) -> None:
        """Hides the list of suggestions; one of which an item is chosen only where `chosen`."""
        popup = None if self.suggestions is None else self.suggestions.popup()
        if popup is not None and popup.isVisible() and (chosen or not popup.currentIndex().isValid()):
            popup.hide()

    @Slot(str)
    def _on_suggestion(self, text: str) -> None:
        self.setText(text)
        self._take()

    @Slot()
    def _take(self) -> None:
        if self.text() != self._value:
            before, self._value = self._value, self.text()
            self.committed.emit(before, self._value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc brings the last text back; Enter takes what was typed where no suggestion is chosen."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._fold_suggestions(chosen=event.key() == Qt.Key.Key_Escape)
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._value)
        else:
            super().keyPressEvent(event)
