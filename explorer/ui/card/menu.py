"""The menu of a card: export, options of the picture, the split of the data, freezing and detaching."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from explorer.ui.controls import menu
from models.protocol import View

__all__ = ["EXPORTS", "CardMenu"]

EXPORTS: Mapping[str, str] = {
    "png": "Export PNG…",
    "svg": "Export SVG…",
    "pdf": "Export PDF…",
    "csv": "Export data as CSV…",
    "npz": "Export data as NPZ…",
}
_SPLITS = {"train": "training", "valid": "validation", "test": "test"}


class CardMenu(QObject):
    """Builds the menu of a card and reports what was chosen in it.

    Attributes:
        menu: The menu, to which a page may add.

    Signals:
        copy_asked: Copy the picture.
        export_asked: Export: "png", "svg", "pdf", "csv" or "npz".
        split_chosen: Name of the split the view shall take its data from.
        freeze_toggled: Freeze the card, or update it again.
        detach_asked: Move the card into a window of its own.
        remove_asked: Remove the card from the scene.

    Args:
        view: The view of the card.
        display: Widget of its frame; its actions are options of the picture.
        parent: The card.
        placed: The card has a place on a page: it can be frozen, detached and removed.
    """

    copy_asked = Signal()
    export_asked = Signal(str)
    split_chosen = Signal(str)
    freeze_toggled = Signal(bool)
    detach_asked = Signal()
    remove_asked = Signal()

    def __init__(self, view: View, display: QWidget, parent: QWidget, placed: bool = True):
        super().__init__(parent)
        self.menu: QMenu = menu(parent)
        self.menu.addAction("Copy image").triggered.connect(self.copy_asked)
        self.menu.addSeparator()
        self._exports = QActionGroup(self)
        for kind, text in EXPORTS.items():
            self._add(self._exports, text, kind)
        self._exports.triggered.connect(self._on_export_chosen)
        self.menu.addSeparator()
        self._display = display
        self._options: list[QAction] = []
        self._after_options = self.menu.addSeparator()  # separators that follow one another are drawn as one
        self._place_options()
        self.menu.aboutToShow.connect(self._place_options)
        self._splits = QActionGroup(self)  # without actions where the view takes data of one split only
        if len(view.splits) > 1:
            for split in view.splits:
                action = self._add(self._splits, f"Use {_SPLITS[split]} data", split)
                action.setCheckable(True)
                action.setChecked(split == view.splits[0])
            self._splits.triggered.connect(self._on_split_chosen)
        self._freeze = QAction("Freeze this view", self, checkable=True)
        self._freeze.toggled.connect(self.freeze_toggled)
        if placed:
            self._add_places()

    def _add_places(self) -> None:
        self.menu.addSeparator()
        self.menu.addAction(self._freeze)
        self.menu.addAction("Open in its own window").triggered.connect(self.detach_asked)
        self.menu.addAction("Remove from the scene").triggered.connect(self.remove_asked)

    def offer_splits(self, offered: bool) -> None:
        """Offers the choice of the split, or not because all of them hold the same data."""
        self._splits.setVisible(offered)

    @property
    def is_frozen(self) -> bool:
        """Whether "Freeze this view" is checked."""
        return self._freeze.isChecked()

    def thaw(self) -> None:
        """Unchecks "Freeze this view"."""
        self._freeze.setChecked(False)

    def _add(self, group: QActionGroup, text: str, data: str) -> QAction:
        action = self.menu.addAction(text)
        action.setData(data)
        group.addAction(action)
        return action

    @Slot()
    def _place_options(self) -> None:
        """Offers the options of the picture; those of a film change with the kind of its frames."""
        options = self._display.actions()
        for action in self._options:
            if action not in options:
                self.menu.removeAction(action)
        self.menu.insertActions(self._after_options, options)
        self._options = options

    @Slot(QAction)
    def _on_export_chosen(self, action: QAction) -> None:
        self.export_asked.emit(action.data())

    @Slot(QAction)
    def _on_split_chosen(self, action: QAction) -> None:
        self.split_chosen.emit(action.data())
