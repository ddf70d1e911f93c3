"""Emphasises the datum under the pointer in every card that shows it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Slot

from explorer.ui.card import Card
from explorer.ui.page.state.inputs import Inputs

__all__ = ["DatumLink"]


class DatumLink(QObject):
    """Links the pictures of a page: cards of one split show the same datum as emphasised.

    Args:
        cards: Cards of the views by name.
        inputs: The inputs of the views, which say the split of each.
        parent: The board.
    """

    def __init__(self, cards: Mapping[str, Card], inputs: Inputs, parent: QObject):
        super().__init__(parent)
        self._cards, self._inputs = cards, inputs
        for card in cards.values():
            card.display.datum_hovered.connect(self._on_datum_hovered)

    @Slot(object)
    def _on_datum_hovered(self, index: int | None) -> None:
        hovered = next(card for card in self._cards.values() if card.display is self.sender())
        split = self._split_of(hovered)
        for card in self._cards.values():
            if card is not hovered:
                card.display.show_datum(index if self._split_of(card) == split else None)

    def _split_of(self, card: Card) -> str:
        return str(self._inputs.params(card.view.name).get("split", card.view.splits[0] if card.view.splits else ""))
