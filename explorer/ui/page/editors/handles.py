"""Handles in pictures that set parameters: handle, slider and value box have one value."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from explorer.ui.card import Card
from explorer.ui.frames.plane import PlaneView
from explorer.ui.page.state.draft import Draft
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.page.state.shown import Shown
from models.protocol import Drag, Param

__all__ = ["HandleEditor"]


class HandleEditor(QObject):
    """Places the handles that views declare by `Drag`, and sets the fields of the config that they stand for.

    While a handle is dragged the page is shown with the new values; when it is released they become one edit of the
    draft, which can be undone. It edits the config, so it stands in no table of input editors.

    Signals:
        moved: All values that were moved since the handle was taken hold of, by field.

    Args:
        draft: The setup being edited.
        inputs: Moving a handle counts as touching an input.
        shown: What the page shows.
    """

    moved = Signal(object)

    def __init__(self, draft: Draft, inputs: Inputs, shown: Shown, parent: QObject | None = None):
        super().__init__(parent)
        self._draft, self._inputs, self._shown = draft, inputs, shown
        self._planes: list[tuple[PlaneView, tuple[Drag, ...]]] = []
        self._moved: dict[str, float] = {}
        shown.changed.connect(self.place)
        shown.config_changed.connect(self.place)

    def attach(self, card: Card) -> None:
        """Takes the handles of a card, where its view has any."""
        if not card.view.drags:
            return
        display = card.display
        assert isinstance(display, PlaneView), f"{card.view.title} has handles but is no plane"
        display.handle_moved.connect(self._on_moved)
        display.handle_left.connect(self._on_left)
        self._planes.append((display, card.view.drags))
        self.place()

    @Slot()
    def place(self) -> None:
        """Puts the handles where the config in force has them."""
        config = self._shown.config
        for display, drags in self._planes:
            positions = [drag.position(config) for drag in _present(drags, config)]
            display.set_handles(np.array(positions, dtype=float).reshape(-1, 2))

    @Slot(int, float, float)
    def _on_moved(self, which: int, x: float, y: float) -> None:
        drags = next(drags for display, drags in self._planes if display is self.sender())
        config, declared = self._shown.config, self._draft.declared()
        drag = _present(drags, config)[which]
        values = {name: _within(declared[name], at) for name, at in drag.values(config, x, y).items()}
        self._moved |= values
        self._inputs.touch()
        self.moved.emit(dict(self._moved))

    @Slot()
    def _on_left(self) -> None:
        moved, self._moved = self._moved, {}
        if moved:
            self._draft.set_values(moved)


def _within(declared: Param, at: float) -> float:
    """The value that a parameter takes nearest to a position, to three decimals."""
    low, high = (
        limit if limit is not None else end for limit, end in ((declared.low, -np.inf), (declared.high, np.inf))
    )
    return declared.type(round(min(max(at, low), high), 0 if declared.type is int else 3))


def _present(drags: tuple[Drag, ...], config: Any) -> list[Drag]:
    """The handles that a config has."""
    return [drag for drag in drags if drag.when is None or drag.when(config)]
