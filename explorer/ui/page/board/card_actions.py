"""What the tools and menus of cards ask for, and the same as actions for keys and the command palette."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from explorer.ui.card import Card
from explorer.ui.controls import make_action
from explorer.ui.page.board.scene_view import SceneView

__all__ = ["CardActions"]


class CardActions(QObject):
    """Maximises and restores cards, and hands on what else is asked for on them.

    Signals:
        export_asked: A card, and the kind of file or "copy".
        detach_asked: A card that is to get a window of its own.
        show_asked: Name of a card that is to be brought into sight.

    Args:
        cards: The cards by name.
        scene: The cards in sight.
    """

    export_asked = Signal(object, str)
    detach_asked = Signal(object)
    show_asked = Signal(str)

    def __init__(self, cards: Mapping[str, Card], scene: SceneView, parent: QObject | None = None):
        super().__init__(parent)
        self._cards, self._scene = cards, scene
        title = "Maximise the leading card"
        self._maximise = make_action(self, "maximise", title, self._on_maximise, group="View", key="F")
        self._restore = make_action(self, "restore", "Show the whole scene", scene.restore, group="View", key="Esc")
        self._exports: dict[str, QAction] = {}
        self._shows: dict[str, QAction] = {}
        for name, card in cards.items():
            text = f"Export {card.view.title}"
            action = make_action(self, f"export.{name}", text, self._on_export, group="Export", data=name)
            self._exports[name] = action
            text = f"Show {card.view.title}"
            self._shows[name] = make_action(self, f"show.{name}", text, self._on_show, group="Cards", data=name)
            card.maximise_asked.connect(self._on_maximise_asked)
            card.export_asked.connect(self._on_export_asked)
            card.copy_asked.connect(self._on_copy_asked)
            card.detach_asked.connect(self._on_detach_asked)
        scene.changed.connect(self._on_scene_changed)
        self._on_scene_changed()

    def actions(self) -> list[QAction]:
        """Maximise, restore, and for each card to show and to export it."""
        return [self._maximise, self._restore, *self._shows.values(), *self._exports.values()]

    def offer(self, name: str, offered: bool) -> None:
        """Offers to show and to export a card, or not."""
        self._exports[name].setVisible(offered)
        self._shows[name].setVisible(offered)

    @Slot()
    def _on_maximise(self) -> None:
        """Lets the card with the focus, or the leading one, fill the board, or puts it back."""
        focus: Any = QApplication.focusWidget()
        while focus is not None and not isinstance(focus, Card):
            focus = focus.parentWidget()
        self._scene.toggle(self._scene.maximised or focus or self._scene.lead)

    @Slot()
    def _on_scene_changed(self) -> None:
        self._restore.setEnabled(self._scene.maximised is not None)

    @Slot()
    def _on_show(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.show_asked.emit(action.data())

    @Slot()
    def _on_export(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.export_asked.emit(self._cards[action.data()], "pdf")

    @Slot()
    def _on_maximise_asked(self) -> None:
        self._scene.toggle(self._card())

    @Slot(str)
    def _on_export_asked(self, kind: str) -> None:
        self.export_asked.emit(self._card(), kind)

    @Slot()
    def _on_copy_asked(self) -> None:
        self.export_asked.emit(self._card(), "copy")

    @Slot()
    def _on_detach_asked(self) -> None:
        self.detach_asked.emit(self._card())

    def _card(self) -> Card:
        card = self.sender()
        assert isinstance(card, Card)
        return card
