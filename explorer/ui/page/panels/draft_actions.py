"""Actions on the draft: undo, and all that can be chosen or set, for the command palette."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction

from explorer.data.drawn import Drawn
from explorer.engine.bundle import BUNDLES
from explorer.ui.controls import make_action
from explorer.ui.page.state.draft import Draft

__all__ = ["DraftActions"]


class DraftActions(QObject):
    """Undo and redo, presets, bundled models, datasets and parameters.

    Signals:
        bundle_chosen: Title of the bundled model to show.
        draw_asked: The canvas is to be opened.
        field_chosen: Name of the parameter whose field is to get the focus.

    Args:
        draft: The setup being edited.
    """

    bundle_chosen = Signal(str)
    draw_asked = Signal()
    field_chosen = Signal(str)

    def __init__(self, draft: Draft, parent: QObject | None = None):
        super().__init__(parent)
        self._draft = draft
        add = partial(make_action, self)
        self._actions = [
            add("undo", "Undo", draft.undo.undo, group="Edit", key="Ctrl+Z", repeats=True),
            add("redo", "Redo", draft.undo.redo, group="Edit", key="Ctrl+Shift+Z", repeats=True),
        ]
        for preset in draft.page.presets:
            title = preset.title
            self._actions.append(add(f"preset.{title}", title, self._on_preset, group="Preset", data=title))
        for title in BUNDLES.get(draft.name, {}):
            text = f"Show the bundled model: {title}"
            self._actions.append(add(f"bundle.{title}", text, self._on_bundle, group="Bundled model", data=title))
        if Drawn.name in draft.datasets():
            self._actions.append(add("draw", "Draw points", self.draw_asked, group="Dataset"))
        for name, title in draft.datasets().items():
            self._actions.append(add(f"dataset.{name}", title, self._on_dataset, group="Dataset", data=name))
        for name, declared in draft.declared().items():
            self._actions.append(add(f"set.{name}", declared.label, self._on_field, group="Set", data=name))

    def actions(self) -> list[QAction]:
        """All of them, in the order of the palette."""
        return self._actions

    def _chosen(self) -> str:
        action = self.sender()
        assert isinstance(action, QAction)
        return str(action.data())

    @Slot()
    def _on_preset(self) -> None:
        self._draft.choose_preset(self._chosen())

    @Slot()
    def _on_bundle(self) -> None:
        self.bundle_chosen.emit(self._chosen())

    @Slot()
    def _on_dataset(self) -> None:
        self._draft.choose_data(self._chosen())

    @Slot()
    def _on_field(self) -> None:
        self.field_chosen.emit(self._chosen())
