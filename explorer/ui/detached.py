"""A card in a window of its own, until that is closed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from explorer.ui.card import Card
from explorer.ui.frames import WIDGETS
from explorer.ui.page import PageWidget
from explorer.ui.theme import Theme
from models.frames import Frame

__all__ = ["DetachedCard"]


class DetachedCard(QFrame):
    """Shows what a card shows, larger; the card stays where it is, and is kept up to date even out of sight.

    Args:
        theme: Colours.
        page: The card's page.
        card: Whose picture is followed.
        parent: The main window, with which it closes.
    """

    def __init__(self, theme: Theme, page: PageWidget, card: Card, parent: QWidget):
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName(f"window.{card.view.name}")
        self.setProperty("card", True)
        self.setWindowTitle(f"{card.view.title}, {page.page.title}")
        self.setAccessibleName(card.view.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._page, self._card = page, card
        self.display = WIDGETS[card.view.frame](theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self.display)
        self.resize(760, 620)
        card.display.legend_changed.connect(self._on_changed)
        page.follow(card, True)
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        frame: Frame | None = self._card.display.frame
        if frame is not None:
            self.display.show_frame(frame)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Follows the card no longer."""
        self._card.display.legend_changed.disconnect(self._on_changed)
        self._page.follow(self._card, False)
        super().closeEvent(event)
