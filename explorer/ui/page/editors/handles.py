"""Handles in pictures that set parameters: handle, slider and value box are one state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Slot

from explorer.ui.card import Card
from explorer.ui.frames.plane import PlaneView
from models.protocol import Drag, Param

if TYPE_CHECKING:
    from explorer.ui.page.page import PageWidget

__all__ = ["Dragging"]


class Dragging(QObject):
    """Puts the handles that views declare, and hands on where they are dragged.

    While one is dragged, the page shows what it would be with the new values; when it is let go, they become one edit,
    which can be undone.

    Args:
        page: The page.
    """

    def __init__(self, page: PageWidget):
        super().__init__(page)
        self._page = page
        self._cards = [card for card in page.cards.values() if card.view.drags]
        self._config: Any = None
        self._moved: dict[str, float] = {}
        for card in self._cards:
            display = card.display
            assert isinstance(display, PlaneView), f"{card.view.title} has handles but is no plane"
            display.handle_moved.connect(self._on_moved)
            display.handle_left.connect(self._on_left)

    def place(self, config: Any) -> None:
        """Puts the handles where a config has them."""
        self._config = config
        for card in self._cards:
            there = [drag.position(config) for drag in _there(card, config)]
            card.display.set_handles(np.array(there, dtype=float).reshape(-1, 2))

    @Slot(int, float, float)
    def _on_moved(self, which: int, x: float, y: float) -> None:
        page = self._page
        card = next(card for card in self._cards if card.display is self.sender())
        drag = _there(card, self._config)[which]
        declared = page.draft.declared()
        values = {name: _within(declared[name], at) for name, at in ((drag.x, x), (drag.y, y)) if name is not None}
        self._moved |= values
        page.go_live()
        page.side.form.set_values({**page.draft.state.values, **self._moved})
        page.move_values(self._moved)

    @Slot()
    def _on_left(self) -> None:
        moved, self._moved = self._moved, {}
        if moved:
            self._page.draft.set_values(moved)


def _within(declared: Param, at: float) -> float:
    """The value that a parameter takes nearest to a position, to three decimals."""
    low, high = (
        limit if limit is not None else end for limit, end in ((declared.low, -np.inf), (declared.high, np.inf))
    )
    return declared.type(round(min(max(at, low), high), 0 if declared.type is int else 3))


def _there(card: Card, config: Any) -> list[Drag]:
    return [drag for drag in card.view.drags if drag.when is None or drag.when(config)]
