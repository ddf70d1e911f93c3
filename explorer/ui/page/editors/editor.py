"""The base of the editors: what lets a person set one kind of input."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QObject, Signal

from explorer.ui.card import Card
from explorer.ui.frames.base import Hit
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.page.state.shown import Shown
from explorer.ui.theme import Theme
from models.frames import Frame
from models.protocol import Input

__all__ = ["Editor", "FixedEditor"]


class Editor(QObject):
    """Lets a person set one kind of input on a page.

    A page makes one editor for each kind that its views take or set, attaches it to every card, and from then on calls
    the methods below. An editor sets values by `Inputs.set`, and learns of changes from elsewhere by `Inputs.changed`.

    Attributes:
        kind: The kind of input.
        wants_side: Controls of the editor stand beside the picture; cards of the kind keep to a small height.
        inputs: The inputs of the page.

    Signals:
        said: A sentence for the status bar.

    Args:
        theme: Colours.
        inputs: The inputs of the page.
    """

    kind: ClassVar[type[Input]]
    wants_side: ClassVar[bool] = False
    said = Signal(str)

    def __init__(self, theme: Theme, inputs: Inputs, parent: QObject | None = None):
        super().__init__(parent)
        self._theme = theme
        self.inputs = inputs

    def attach(self, card: Card) -> None:
        """Adds to a card what it needs: a handle on its plot, a strip in its foot, a panel at its side."""

    def show(self, shown: Shown) -> None:
        """Another model or lab is shown."""

    def arrange(self, cards: Sequence[Card]) -> None:
        """Other cards are in sight, the leading one first."""

    def follow(self, card: Card, frame: Frame) -> None:
        """A card shows a frame of the newest weights."""

    def accepts(self, card: Card, hit: Hit) -> bool:
        """Whether a click in a card's picture is meant for this editor: where the view's `sets` is the kind."""
        return card.view.sets is self.kind

    def clicked(self, card: Card, hit: Hit) -> None:
        """A picture was clicked whose click is meant for this editor."""

    def stop(self) -> None:
        """The page is hidden: nothing may go on moving."""

    def set_reduced_motion(self, reduced: bool) -> None:
        """Applies the reduced-motion setting."""

    def name_for(self, card: Card, *, first: bool) -> str:
        """Object name of the controls on a card: "editor.<kind>", and for further cards with the view's name."""
        kind = re.sub("(?<!^)(?=[A-Z])", "_", self.kind.__name__).lower()
        return f"editor.{kind}" if first else f"editor.{kind}.{card.view.name}"

    def takes(self, card: Card) -> bool:
        """Whether a card's view takes the kind."""
        return self.kind in card.view.inputs.values()


class FixedEditor(Editor):
    """The editor of kinds that only the engine supplies, such as a batch of data: it does nothing."""

    kind = Input
