"""Exports of cards, and cards in windows of their own."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from explorer.figures import FigureError
from explorer.ui.card import Card
from explorer.ui.export.dialog import ExportDialog, copy_image
from explorer.ui.export.form import ExportChoices
from explorer.ui.page import PageWidget
from explorer.ui.theme import Theme
from explorer.ui.window.detached import DetachedCard

__all__ = ["Exports"]


class Exports(QObject):
    """Opens export dialogs, copies pictures, and detaches cards. The choices of a dialog are those of the next one.

    Signals:
        said: A sentence for the status bar.

    Args:
        theme: Colours.
        over: Dialogs open over this window, and detached cards close with it.
    """

    said = Signal(str)

    def __init__(self, theme: Theme, over: QWidget):
        super().__init__(over)
        self._theme, self._over = theme, over
        self._choices = ExportChoices()

    def export(self, page: PageWidget, card: Card, kind: str) -> None:
        """Opens the export of a card of a page, or copies its picture where the kind is "copy"."""
        frame = card.display.frame
        if frame is None:
            self.said.emit(f"{card.view.title} shows nothing yet")
        elif kind == "copy":
            try:
                copy_image(frame)
            except FigureError as error:
                self.said.emit(str(error))
            else:
                self.said.emit(f"{card.view.title} is on the clipboard")
        else:
            name, choices = f"{page.name}-{card.view.name}", dataclasses.replace(self._choices, format=kind)
            identity = page.identity(card)
            dialog = ExportDialog(self._theme, frame, identity, name, choices, card.view.title, self._over)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.saved.connect(self._on_saved)
            dialog.open()

    def detach(self, page: PageWidget, card: Card) -> None:
        """Shows a card of a page in a window of its own."""
        DetachedCard(self._theme, page.board, card, page.page_class.title, self._over).show()

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        dialog = self.sender()
        assert isinstance(dialog, ExportDialog)
        self._choices = dialog.choices
        self.said.emit(f"Written to {path}")
