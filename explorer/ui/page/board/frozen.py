"""Frozen cards: what they say of their pictures."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Slot

from explorer.ui.card import Card
from explorer.ui.page.board.origins import Origins
from explorer.ui.page.state.shown import Shown

__all__ = ["FrozenCards"]


class FrozenCards(QObject):
    """Lets each frozen card say the step of its picture, and its run where the page shows another one.

    Args:
        cards: The cards by name.
        origins: Where their frames come from.
        shown: What the page shows.
    """

    def __init__(self, cards: Mapping[str, Card], origins: Origins, shown: Shown, parent: QObject | None = None):
        super().__init__(parent)
        self._cards, self._origins = cards, origins
        for card in cards.values():
            card.freeze_toggled.connect(self._on_freeze_toggled)
        shown.changed.connect(self._tell)

    @Slot(bool)
    def _on_freeze_toggled(self, frozen: bool) -> None:
        card = self.sender()
        assert isinstance(card, Card)
        if frozen:
            self._origins.settle(card.view.name)
            self._tell()

    @Slot()
    def _tell(self) -> None:
        for name, card in self._cards.items():
            if card.is_frozen:
                card.set_frozen_words(self._origins.frozen_words(name))
