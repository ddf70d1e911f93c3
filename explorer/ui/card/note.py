"""The note of a card: one line below the picture, or all of it on demand."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from explorer.ui.controls import ElidedLabel, restyle, text_label

__all__ = ["CardNote"]

_SIDE = 8  # px at both sides


class CardNote(QFrame):
    """A note takes one line below the picture of a leading card and none below others, until it is opened.

    Errors and warnings are always whole.

    Attributes:
        text: The note, or "".
    """

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.text, self._kind = "", "caption"
        self._leading = self._is_whole = False
        self._line = ElidedLabel("", "caption", self)
        self._all = text_label("", "caption", wrap=True, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(_SIDE, 6, _SIDE, 4)
        column.addWidget(self._line)
        column.addWidget(self._all)
        self._place()

    @property
    def is_shortened(self) -> bool:
        """Whether part of the note is out of sight, or was until it was opened."""
        if not self.text or self._kind != "caption":
            return False
        room = self.width() - 2 * _SIDE
        return not self._leading or self._line.fontMetrics().horizontalAdvance(self.text) > room

    def show_text(self, text: str, kind: str) -> bool:
        """Shows a note of a kind, "caption", "warning" or "error"; returns whether it is another one."""
        if (text, kind) == (self.text, self._kind):
            return False
        self.text, self._kind = text, kind
        self._line.setText(text)
        self._all.setText(text)
        restyle(self._all, kind=kind)
        self._place()
        return True

    def set_leading(self, leading: bool) -> None:
        """Whether the card is the leading one of its scene."""
        self._leading = leading
        self._place()

    @Slot(bool)
    def set_whole(self, whole: bool) -> None:
        """Shows all of the note, or one line of it."""
        self._is_whole = whole
        self._place()

    def _place(self) -> None:
        whole = self._kind != "caption" or self._is_whole
        self._all.setVisible(whole)
        self._line.setVisible(not whole)
        self.setVisible(bool(self.text) and (whole or self._leading))
        self._keep_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps room for all lines of a whole note."""
        super().resizeEvent(event)
        self._keep_room()

    def _keep_room(self) -> None:
        """A wrapped label asks for the height of one line: the card must not squeeze the others."""
        whole = not self._all.isHidden() and bool(self.text)
        self._all.setMinimumHeight(self._all.heightForWidth(max(1, self.width() - 2 * _SIDE)) if whole else 0)
