"""Data picked in pictures: the first by a click, the second by a click with Shift."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from explorer.engine.data.tensors import TensorData
from explorer.ui.card import Card
from explorer.ui.frames.base import FrameView, Hit
from explorer.ui.frames.images import ImagesView
from explorer.ui.frames.plane import PlaneView
from explorer.ui.page.editors.editor import Editor
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.page.state.shown import Shown
from explorer.ui.theme import Theme
from models.frames import Plane, Points
from models.protocol import DataPoint, View
from models.views.words import named

__all__ = ["DatumEditor"]


class DatumEditor(Editor):
    """Picks a datum wherever a picture shows data, and marks it in every picture of the same split.

    Attributes:
        picked: Split and position of the data that were picked, by letter: "A" and "B".
    """

    kind = DataPoint

    def __init__(self, theme: Theme, inputs: Inputs, parent: QObject | None = None):
        super().__init__(theme, inputs, parent)
        self.picked: dict[str, tuple[str, int]] = {}
        self._cards: list[Card] = []
        self._views: list[View] = []  # that take a datum
        self._shown: Shown | None = None

    @property
    def data(self) -> dict[str, DataPoint]:
        """The data that were picked, by the arguments that they are for."""
        arguments = {name for view in self._views for name in view.data_points}
        values = {name: self.inputs.value(DataPoint, argument=name) for name in sorted(arguments)}
        return {name: value for name, value in values.items() if isinstance(value, DataPoint)}

    def attach(self, card: Card) -> None:
        """Notes a card whose picture can have marks."""
        if card.view.data_points:
            self._views.append(card.view)
        if isinstance(card.display, (PlaneView, ImagesView)):
            self._cards.append(card)
            card.changed.connect(self._mark)

    def show(self, shown: Shown) -> None:
        """Forgets what was picked: a position in a split is another datum now."""
        self._shown = shown
        self.picked = {}
        self.inputs.unset(DataPoint)
        self._mark()

    def accepts(self, card: Card, hit: Hit) -> bool:
        """Every click on a datum, and those beside the points of a map, which are told that they pick none."""
        return hit.datum is not None or (hit.xy is not None and _shows_data(card.display))

    def clicked(self, card: Card, hit: Hit) -> None:
        """Picks a datum: the first of each view that takes one, or the second of those that take two."""
        data, split, index = self._data(), self._split(card), hit.datum
        if index is None and self._views:
            self.said.emit("Nothing is picked here: click on a point to pick it")
        taking = [view for view in self._views if len(view.data_points) > hit.second]
        titles = [view.title for view in taking if self._shown is not None and self._shown.applies(view)]
        if data is None or index is None or not titles or not 0 <= index < data.size(split):
            return
        datum = data.point(split, index)
        self.inputs.set(datum, arguments={view.data_points[hit.second] for view in taking})
        letter = "B" if hit.second else "A"
        self.picked[letter] = split, index
        self._mark()
        pair = any(len(view.data_points) > 1 for view in taking)
        more = "; Shift + click, or Shift + Enter, picks B" if pair and not hit.second else ""
        name = named(datum, data.spec.kind)
        self.said.emit(f"{letter} is {name}, in {', '.join(titles)}{more}")

    def _data(self) -> TensorData | None:
        return None if self._shown is None else self._shown.data

    def _split(self, card: Card) -> str:
        return str(self.inputs.params(card.view.name).get("split", card.view.splits[0]))

    @Slot()
    def _mark(self) -> None:
        """Marks what is picked; views that take a datum mark it in their frames."""
        for card in self._cards:
            if not card.view.data_points and isinstance(card.display, (PlaneView, ImagesView)):
                split = self._split(card)
                marks = {index: letter for letter, (of, index) in self.picked.items() if of == split}
                card.display.set_marks(marks)


def _shows_data(display: FrameView) -> bool:
    """Whether a picture has points that can be picked."""
    layers = display.frame.layers if isinstance(display.frame, Plane) else ()
    return any(isinstance(layer, Points) and layer.index is not None for layer in layers)
