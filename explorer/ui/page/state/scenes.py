"""The scenes of a page: which is chosen, which cards it has, and how they share the room."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from explorer.engine import BadInput
from models.protocol import Scene

__all__ = ["Layout", "Scenes"]


@dataclass(frozen=True)
class Layout:
    """The cards of a scene and how they share the room.

    Attributes:
        lead: Name of the leading card.
        side: Names of the cards beside it, from top to bottom.
        share: Share of the width that the leading card has, or 0 for the usual one.
        heights: Shares of the height of the cards beside it, or empty for the usual ones.
    """

    lead: str
    side: tuple[str, ...] = ()
    share: float = 0.0
    heights: tuple[float, ...] = ()

    @property
    def cards(self) -> tuple[str, ...]:
        """All cards, the leading one first."""
        return (self.lead, *self.side)


class Scenes(QObject):
    """The scenes that a page declares, and those that a person has arranged and saved.

    Attributes:
        current: Name of the chosen scene.

    Signals:
        listed: The scenes that can be chosen are others.
        placed: The cards in sight, or their order, are others.

    Args:
        declared: The scenes of the page, at least one.
        cards: Names of all cards of the page.
    """

    listed = Signal()
    placed = Signal()

    def __init__(self, declared: Sequence[Scene], cards: Collection[str], parent: QObject | None = None):
        super().__init__(parent)
        self._declared = {s.name: Layout(s.lead, (*s.beside, *s.below), s.share) for s in declared}
        self._questions = {scene.name: scene.question for scene in declared}
        self._cards = tuple(cards)
        self._own: dict[str, Layout] = {}  # saved by a person
        self._changed: dict[str, Layout] = {}  # scenes that were rearranged, own ones included
        self._offered = frozenset(cards)
        self._awaited = ""  # a stored scene whose cards do not apply yet
        self.current = next(iter(self._declared))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the scenes that have at least one card under the config in force."""
        return tuple(name for name in (*self._declared, *self._own) if self._visible(self._layout(name)))

    def question(self, name: str) -> str:
        """The question that a scene answers, or "" for a saved one."""
        return self._questions.get(name, "")

    def is_own(self, name: str) -> bool:
        """Whether a scene was saved by a person."""
        return name in self._own

    @property
    def layout(self) -> Layout:
        """The chosen scene, without the cards that do not apply; the next card leads where the leading one is not."""
        layout = self._layout(self.current)
        cards = self._visible(layout) or (layout.lead,)
        heights = layout.heights if len(layout.heights) == len(cards) - 1 else ()
        return Layout(cards[0], cards[1:], layout.share, heights)

    @property
    def addable(self) -> tuple[str, ...]:
        """The cards that apply and are not in the chosen scene."""
        present = self._layout(self.current).cards
        return tuple(card for card in self._cards if card in self._offered and card not in present)

    @property
    def is_rearranged(self) -> bool:
        """Whether the chosen scene differs from the declared or saved one."""
        return self.current in self._changed

    # Commands

    @Slot(str)
    def choose(self, name: str) -> None:
        """Chooses a scene; one without a card under the config in force, or of an unknown name, is not chosen."""
        if name in self.names and name != self.current:
            self.current, self._awaited = name, ""
            self.listed.emit()
            self.placed.emit()

    def show_card(self, card: str) -> bool:
        """Chooses the first scene with a card, unless the chosen one has it; returns whether the card is in sight."""
        for name in (self.current, *self.names):
            if card in self._visible(self._layout(name)):
                self.choose(name)
                return True
        return False

    def offer(self, cards: Collection[str]) -> None:
        """Leaves out all cards but these, which apply under the config in force."""
        names, layout = self.names, self.layout
        self._offered = frozenset(cards)
        before = self.current
        if self._awaited in self.names:
            self.current, self._awaited = self._awaited, ""
        elif self.current not in self.names and self.names:
            self.current = self.names[0]
        if self.names != names or self.current != before:
            self.listed.emit()
        if self.layout != layout:
            self.placed.emit()

    def swap(self, one: str, other: str) -> None:
        """Exchanges the places of two cards of the chosen scene."""
        layout = self._layout(self.current)
        places = {one: other, other: one}
        lead, *side = (places.get(card, card) for card in layout.cards)
        self._rearrange(replace(layout, lead=lead, side=tuple(side)))

    @Slot(str)
    def add(self, card: str) -> None:
        """Adds a card at the end of the chosen scene."""
        layout = self._layout(self.current)
        self._rearrange(replace(layout, side=(*layout.side, card), heights=()))

    @Slot(str)
    def remove(self, card: str) -> None:
        """Removes a card from the chosen scene, unless it is the only one in sight."""
        layout = self._layout(self.current)
        if len(self._visible(layout)) > 1:
            lead, *side = (each for each in layout.cards if each != card)
            self._rearrange(replace(layout, lead=lead, side=tuple(side), heights=()))

    def resize(self, share: float, heights: Sequence[float]) -> None:
        """Notes how the cards share the room, which a person has changed; places nothing anew."""
        before = self.is_rearranged
        self._changed[self.current] = replace(self._layout(self.current), share=share, heights=tuple(heights))
        if not before:
            self.listed.emit()

    @Slot()
    def reset(self) -> None:
        """Puts the chosen scene back to what was declared or saved."""
        if self._changed.pop(self.current, None) is not None:
            self.listed.emit()
            self.placed.emit()

    def save(self, name: str) -> None:
        """Saves the chosen scene as it stands under another name, and chooses that.

        Raises:
            BadInput: The name is empty or belongs to a scene of the page.
        """
        name = name.strip()
        if not name:
            raise BadInput("a scene needs a name")
        if name in self._declared:
            raise BadInput(f"the page has a scene {name}; choose another name")
        if name in self._own and name != self.current:
            raise BadInput(f"there is a scene {name} already; choose another name, or delete it first")
        self._own[name] = self._layout(self.current)
        self._changed.pop(name, None)
        if self.current in self._declared:
            self._changed.pop(self.current, None)
        self.current = name
        self.listed.emit()

    @Slot(str)
    def delete(self, name: str) -> None:
        """Deletes a saved scene."""
        if self._own.pop(name, None) is None:
            return
        self._changed.pop(name, None)
        if self.current == name:
            self.current = self.names[0]
            self.placed.emit()
        self.listed.emit()

    # Between sessions of the application

    def to_json(self) -> str:
        """What a person chose, arranged and saved."""
        own, changed = ({name: asdict(layout) for name, layout in part.items()} for part in (self._own, self._changed))
        return json.dumps({"current": self._awaited or self.current, "own": own, "changed": changed})

    def restore(self, text: str) -> None:
        """Takes what `to_json` gave; leaves out cards and scenes that the page no longer has.

        Raises:
            BadInput: The text is damaged.
        """
        try:
            stored = json.loads(text)
            own, changed = (self._layouts(stored[part]) for part in ("own", "changed"))
            current = str(stored["current"])
        except (ValueError, TypeError, KeyError, AttributeError):
            raise BadInput("the stored scenes of this page cannot be read; it starts with those it declares") from None
        self._own = {name: layout for name, layout in own.items() if name not in self._declared}
        known = {**self._declared, **self._own}
        self._changed = {name: layout for name, layout in changed.items() if name in known}
        if current in self.names:
            self.current = current
        elif current in known:
            self._awaited = current  # until its cards apply, or another one is chosen
        self.listed.emit()
        self.placed.emit()

    def _layouts(self, stored: Mapping[str, Mapping[str, Any]]) -> dict[str, Layout]:
        layouts = {}
        for name, each in stored.items():
            cards = [str(card) for card in (each["lead"], *each["side"]) if card in self._cards]
            if cards:
                heights = tuple(float(part) for part in each["heights"])
                layouts[name] = Layout(cards[0], tuple(cards[1:]), float(each["share"]), heights)
        return layouts

    def _layout(self, name: str) -> Layout:
        """A scene as it stands, whatever applies."""
        return self._changed.get(name) or self._own.get(name) or self._declared[name]

    def _visible(self, layout: Layout) -> tuple[str, ...]:
        return tuple(card for card in layout.cards if card in self._offered)

    def _rearrange(self, layout: Layout) -> None:
        self._changed[self.current] = layout
        self.listed.emit()
        self.placed.emit()
