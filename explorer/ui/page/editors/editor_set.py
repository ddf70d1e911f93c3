"""The editors of one page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from explorer.ui.card import Card
from explorer.ui.frames.base import Hit
from explorer.ui.page.editors.editor import Editor
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.page.state.shown import Shown
from explorer.ui.theme import Theme
from models.frames import Frame
from models.protocol import Input

__all__ = ["EditorSet"]


class EditorSet(QObject):
    """One editor for each kind of input that the views of a page take or set.

    Signals:
        said: A sentence for the status bar.

    Args:
        table: Editor class of each kind.
        theme: Colours.
        inputs: The inputs of the page.
        shown: What the page shows.
    """

    said = Signal(str)

    def __init__(
        self,
        table: Mapping[type[Input], type[Editor]],
        theme: Theme,
        inputs: Inputs,
        shown: Shown,
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self._shown = shown
        views = shown.views.values()
        kinds = [kind for kind in table if any(kind is v.sets or kind in v.inputs.values() for v in views)]
        self._editors = {kind: table[kind](theme, inputs, self) for kind in kinds}
        for editor in self:
            editor.said.connect(self.said)
        shown.changed.connect(self._on_shown_changed)

    def __getitem__(self, kind: type[Input]) -> Editor:
        """The editor of a kind.

        Raises:
            KeyError: No view of the page takes or sets the kind.
        """
        return self._editors[kind]

    def __contains__(self, kind: object) -> bool:
        """Whether a view of the page takes or sets a kind."""
        return kind in self._editors

    def __iter__(self) -> Iterator[Editor]:
        """The editors, in the order of the table."""
        return iter(self._editors.values())

    @property
    def side_kinds(self) -> frozenset[type[Input]]:
        """Kinds whose editor stands beside a picture."""
        return frozenset(kind for kind, editor in self._editors.items() if editor.wants_side)

    def attach(self, cards: Iterable[Card]) -> None:
        """Attaches every editor to every card."""
        for card in cards:
            for editor in self:
                editor.attach(card)

    @Slot(object)
    def arrange(self, cards: Sequence[Card]) -> None:
        """Other cards are in sight, the leading one first."""
        for editor in self:
            editor.arrange(cards)

    @Slot(object, object)
    def follow(self, card: Card, frame: Frame) -> None:
        """A card shows a frame of the newest weights."""
        for editor in self:
            editor.follow(card, frame)

    @Slot(object, object)
    def click(self, card: Card, hit: Hit) -> None:
        """A picture was clicked: goes to the editors that accept it."""
        for editor in self:
            if editor.accepts(card, hit):
                editor.clicked(card, hit)

    def stop(self) -> None:
        """The page is hidden: nothing may go on moving."""
        for editor in self:
            editor.stop()

    def set_reduced_motion(self, reduced: bool) -> None:
        """Applies the reduced-motion setting."""
        for editor in self:
            editor.set_reduced_motion(reduced)

    @Slot()
    def _on_shown_changed(self) -> None:
        for editor in self:
            editor.show(self._shown)
