"""A card in a window of its own, until that is closed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from explorer.ui.card import Card
from explorer.ui.frames import WIDGETS
from explorer.ui.theme import Theme
from models.frames import Frame

__all__ = ["DetachedCard"]


class DetachedCard(QFrame):
    """Shows what a card shows, larger; the card stays where it is.

    Args:
        theme: Colours.
        card: Whose picture is followed.
        parent: The main window, with which it closes.
    """

    def __init__(self, theme: Theme, card: Card, parent: QWidget):
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("page")
        self.setWindowTitle(card.view.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._card = card
        self.display = WIDGETS[card.view.frame](theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self.display)
        self.resize(760, 620)
        card.display.legend_changed.connect(self._on_changed)
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        frame: Frame | None = self._card.display.frame
        if frame is not None:
            self.display.show_frame(frame)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Follows the card no longer."""
        self._card.display.legend_changed.disconnect(self._on_changed)
        super().closeEvent(event)
