"""A card in a window of its own, until that is closed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from explorer.ui.card import Card, Legend
from explorer.ui.controls import ElidedLabel, restyle, text_label
from explorer.ui.frames import WIDGETS
from explorer.ui.page.board.board import Board
from explorer.ui.theme import Theme
from models.frames import Frame

__all__ = ["DetachedCard"]

_PADDING = 12  # px


class DetachedCard(QFrame):
    """Shows the frame of a card in a larger window. The card stays on its page and is updated while hidden.

    Args:
        theme: Colours.
        board: The card's board, which keeps it up to date.
        card: The card whose picture is followed.
        title: Title of the card's page.
        parent: The main window, with which it closes.
    """

    def __init__(self, theme: Theme, board: Board, card: Card, title: str, parent: QWidget):
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName(f"window.{card.view.name}")
        self.setProperty("card", True)
        self.setWindowTitle(f"{card.view.title}, {title}")
        self.setAccessibleName(card.view.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._board, self._card = board, card
        self.display = WIDGETS[card.view.frame](theme, self)
        self.display.setAccessibleName(card.view.title)
        self._subtitle = ElidedLabel("", "caption", self)
        self._legend = Legend(theme, self)
        self._note = text_label("", "caption", wrap=True, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(_PADDING, _PADDING, _PADDING, _PADDING)
        for widget in (self._subtitle, self._legend):
            column.addWidget(widget)
        column.addWidget(self.display, 1)
        column.addWidget(self._note)
        self.resize(760, 620)
        self._legend.hovered.connect(self._on_legend_hovered)
        self.display.legend_changed.connect(self._on_legend_changed)
        self.display.words_changed.connect(self._on_words_changed)
        card.display.frame_changed.connect(self._on_changed)
        board.follow(card, True)
        self._on_legend_changed()
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        frame: Frame | None = self._card.display.frame
        if frame is None:
            return
        self.display.show_frame(frame)
        self._on_words_changed()

    @Slot()
    def _on_words_changed(self) -> None:
        words = self.display.words()
        if words is None:
            return
        self._subtitle.setText(words.subtitle)
        self._subtitle.setVisible(bool(words.subtitle))
        self._note.setText(words.note)
        restyle(self._note, kind="warning" if words.warning else "caption")
        self._note.setVisible(bool(words.note))

    @Slot()
    def _on_legend_changed(self) -> None:
        self._legend.set_items(self.display.legend())
        self._place_legend()

    @Slot(str)
    def _on_legend_hovered(self, key: str) -> None:
        self.display.emphasise(key or None)

    def _place_legend(self) -> None:
        self._legend.setVisible(bool(self._legend.items))
        self._legend.setFixedHeight(self._legend.heightForWidth(self.width() - 2 * _PADDING))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Gives the legend as many rows as it needs."""
        super().resizeEvent(event)
        self._place_legend()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Follows the card no longer."""
        self._card.display.frame_changed.disconnect(self._on_changed)
        self._board.follow(self._card, False)
        super().closeEvent(event)
