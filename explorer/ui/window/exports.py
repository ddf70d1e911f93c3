"""Exports of cards, and cards in windows of their own."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from explorer.figures import FigureError, default_title
from explorer.ui.card import Card
from explorer.ui.export.choices import ExportChoices
from explorer.ui.export.dialog import ExportDialog, copy_image
from explorer.ui.page import PageWidget
from explorer.ui.theme import Theme
from explorer.ui.window.detached import DetachedCard

__all__ = ["Exports"]


class Exports(QObject):
    """Opens export dialogs, copies pictures, and detaches cards.

    The choices of a dialog are those of the next one, and the title of a card is that of its next figure.

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
        self._titles: dict[str, str] = {}  # those that were typed, by card

    def export(self, page: PageWidget, card: Card, kind: str) -> None:
        """Opens the export of a card of a page, or copies its picture where the kind is "copy"."""
        frame, in_view = card.display.for_figure(), card.display.in_view()
        if frame is None:
            self.said.emit(f"{card.view.title} shows nothing yet")
        elif kind == "copy":
            try:
                copy_image(in_view or frame)
            except FigureError as error:
                self.said.emit(str(error))
            else:
                self.said.emit(f"{card.view.title} is on the clipboard")
        else:
            name, choices = f"{page.name}-{card.view.name}", dataclasses.replace(self._choices, format=kind)
            identity = page.identity(card)
            default = default_title(card.view.title, identity)
            title = self._titles.get(name, default)
            dialog = ExportDialog(self._theme, frame, identity, name, choices, title, self._over, in_view=in_view)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.saved.connect(self._on_saved)
            dialog.finished.connect(lambda _result: self._keep_title(name, dialog.title, default))
            dialog.open()

    def detach(self, page: PageWidget, card: Card) -> None:
        """Shows a card of a page in a window of its own."""
        DetachedCard(self._theme, page.board, card, page.page_class.title, self._over).show()

    def _keep_title(self, name: str, title: str, default: str) -> None:
        """Keeps a title that was typed for a card; one that is the default follows the step."""
        if title != default:
            self._titles[name] = title
        else:
            self._titles.pop(name, None)

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        dialog = self.sender()
        assert isinstance(dialog, ExportDialog)
        self._choices = dialog.choices.for_next()
        self.said.emit(f"Written to {path}")
