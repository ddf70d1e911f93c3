"""The note of a card: one line below the picture, or all of it on demand."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from explorer.ui.controls import ClauseLabel, restyle, text_label

__all__ = ["CardNote"]

_SIDE = 8  # px at both sides


class CardNote(QFrame):
    """A note takes one line below the picture of a leading card and none below others, until it is opened.

    A warning takes one line on every card, an error as many as it needs.

    Attributes:
        text: The note, or "".
    """

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.text, self._heading, self._kind = "", "", "caption"
        self._leading = self._is_whole = self._is_reserved = False
        self._line = ClauseLabel("", "caption", self, ends=".;")
        self._line.setMinimumHeight(self._line.fontMetrics().height())  # also without a text
        self._all = text_label("", "caption", wrap=True, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(_SIDE, 6, _SIDE, 4)
        column.addWidget(self._line)
        column.addWidget(self._all)
        self._place()

    @property
    def is_shortened(self) -> bool:
        """Whether part of the note is out of sight, or was until it was opened."""
        if not self.text or self._kind == "error":
            return False
        room = self.width() - 2 * _SIDE
        return not self._has_line or self._line.fontMetrics().horizontalAdvance(self.text) > room

    @property
    def _has_line(self) -> bool:
        return self._is_reserved or (bool(self.text) and (self._leading or self._kind == "warning"))

    def show_text(self, text: str, kind: str) -> bool:
        """Shows a note of a kind, "caption", "warning" or "error"; returns whether it is another one."""
        if (text, kind) == (self.text, self._kind):
            return False
        self.text, self._kind = text, kind
        self._line.setText(text)
        self._write_all()
        for label in (self._line, self._all):
            restyle(label, kind=kind)
        self._place()
        return True

    def set_heading(self, text: str) -> None:
        """Sets what stands above the note when all of it is shown: a subtitle that is out of sight, or ""."""
        if text != self._heading:
            self._heading = text
            self._write_all()
            self._place()

    def _write_all(self) -> None:
        heading = "" if self._kind == "error" else self._heading
        self._all.setText("\n".join(part for part in (heading[:1].upper() + heading[1:], self.text) if part))

    def set_leading(self, leading: bool) -> None:
        """Whether the card is the leading one of its scene."""
        self._leading = leading
        self._place()

    def reserve_line(self) -> None:
        """Keeps the line where there is no note, so that one that comes or goes moves nothing."""
        self._is_reserved = True
        self._place()

    @Slot(bool)
    def set_whole(self, whole: bool) -> None:
        """Shows all of the note, or one line of it."""
        self._is_whole = whole
        self._place()

    def _place(self) -> None:
        whole = bool(self._all.text()) and (self._kind == "error" or self._is_whole)
        self._all.setVisible(whole)
        self._line.setVisible(not whole)
        self.setVisible(whole or self._has_line)
        self._keep_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps room for all lines of a whole note."""
        super().resizeEvent(event)
        self._keep_room()

    def _keep_room(self) -> None:
        """A wrapped label asks for the height of one line: the card must not squeeze the others."""
        whole = not self._all.isHidden()
        self._all.setMinimumHeight(self._all.heightForWidth(max(1, self.width() - 2 * _SIDE)) if whole else 0)
