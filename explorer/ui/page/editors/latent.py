"""What is pointed at on a page: the latent point, a datum, other noise, raw or averaged weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Slot

from explorer.engine.data.tensors import TensorData
from explorer.ui.card import Card
from explorer.ui.frames.images import ImagesView
from explorer.ui.frames.plane import PlaneView
from models.frames import Bars, Frame, Plane
from models.protocol import HasDecoder, LatentPoint, Page

if TYPE_CHECKING:
    from explorer.ui.page.page import PageWidget

__all__ = ["Pointing"]


class Pointing(QObject):
    """Keeps sliders, cross-hairs and what the cards look at in step. Whatever is touched, the page goes live.

    Args:
        page: The page.
    """

    def __init__(self, page: PageWidget):
        super().__init__(page)
        self._page = page
        self._dims: tuple[int, int] | None = None  # of the latent space, across and upwards on the map
        self._data: TensorData | None = None
        self._picked: dict[str, tuple[str, int]] = {}  # split and position by letter
        page.looking.point_moved.connect(self._on_point_moved)
        page.run_bar.raw.connect(self._on_raw)
        if page.latent is not None:
            page.latent.moved.connect(self._on_latent)
        for card in page.cards.values():
            if isinstance(card.display, PlaneView) and card.view.sets is LatentPoint:
                card.display.moved.connect(self._on_map_moved)
            if isinstance(card.display, (PlaneView, ImagesView)):
                card.display.datum_clicked.connect(self._on_datum)
                card.changed.connect(self._mark)

    def look_at(self, shown: Page, data: TensorData | None) -> None:
        """Another model or lab is shown.

        Args:
            shown: The model or lab.
            data: Its data, or None.
        """
        page = self._page
        self._data = data
        page.looking.forget_picks()  # a position in a split means something else there
        self._picked = {}
        self._mark()
        if page.latent is not None and isinstance(shown, HasDecoder):
            page.latent.set_dimension(shown.latent_dim)
            if len(page.looking.z) != shown.latent_dim:
                page.looking.set_point(np.zeros(shown.latent_dim))

    def follow(self, card: Card, frame: Frame) -> None:
        """What one card's picture means for others: the cross-hair's dimensions, the order of the sliders."""
        latent = self._page.latent
        if card.view.sets is LatentPoint and isinstance(frame, Plane) and frame.dims != self._dims:
            self._dims = frame.dims
            if latent is not None and frame.dims is not None:
                latent.show_dims(frame.dims)
            self._on_point_moved()
        z = self._page.looking.z
        if latent is not None and isinstance(frame, Bars) and frame.dims == tuple(range(len(z))) and len(z) > 2:
            latent.set_order(frame.values)

    @Slot(object)
    def _on_latent(self, z: np.ndarray) -> None:
        self._page.moments.go_live()
        self._page.looking.set_point(z)

    @Slot(float, float)
    def _on_map_moved(self, x: float, y: float) -> None:
        looking = self._page.looking
        if self._dims is None or not len(looking.z):
            return
        self._page.moments.go_live()
        z = looking.z.copy()
        z[list(self._dims)] = x, y
        looking.set_point(z)

    @Slot()
    def _on_point_moved(self) -> None:
        latent, z = self._page.latent, self._page.looking.z
        if latent is not None and len(latent.z) == len(z):
            latent.set_point(z)
        for card in self._page.cards.values():
            if isinstance(card.display, PlaneView) and card.view.sets is LatentPoint:
                if self._dims is None or max(self._dims) >= len(z):
                    card.display.set_cross(None)
                else:
                    card.display.set_cross(*z[list(self._dims)].tolist())

    @Slot(int, bool)
    def _on_datum(self, index: int, second: bool) -> None:
        """A datum was picked: the first of each view that takes one, or the second of those that take two."""
        page, looking = self._page, self._page.looking
        card = next(card for card in page.cards.values() if card.display is self.sender())
        asking = [c.view for c in page.cards.values() if len(c.view.data_points) > second]
        titles = [view.title for view in asking if looking.makes_sense(view)]
        split = self._split(card)
        if self._data is None or not titles or not 0 <= index < self._data.size(split):
            return
        page.moments.go_live()
        datum = self._data.point(split, index)
        looking.set_datum(datum, {view.data_points[second] for view in asking})
        letter = "B" if second else "A"
        self._picked[letter] = split, index
        self._mark()
        pair = any(len(view.data_points) > 1 for view in asking)
        more = "; Shift + click, or Shift + Enter, picks B" if pair and not second else ""
        page.message.emit(f"{letter} is {datum.split} datum {index}: {', '.join(titles)}{more}")

    def _split(self, card: Card) -> str:
        return str(self._page.looking.params(card.view.name).get("split", card.view.splits[0]))

    @Slot()
    def _mark(self) -> None:
        """Marks what is picked where it is in sight; views of picked data frame them of themselves."""
        for card in self._page.cards.values():
            if isinstance(card.display, (PlaneView, ImagesView)) and not card.view.data_points:
                here = self._split(card)
                marks = {index: letter for letter, (split, index) in self._picked.items() if split == here}
                card.display.set_marks(marks)

    @Slot(bool)
    def _on_raw(self, raw: bool) -> None:
        self._page.moments.go_live()
        self._page.looking.set_raw(raw)
        self.say_weights()

    def say_weights(self) -> None:
        """Says on the cards of which weights their pictures are, and offers the others, where there is a choice."""
        page = self._page
        there = page.showing.snapshot.averaged
        page.run_bar.raw_button.setVisible(there)
        words = ("raw weights" if page.looking.raw else "averaged weights") if there else ""
        for name, card in page.cards.items():
            if name != "curves":
                card.set_weights(words)

    @Slot()
    def redraw_noise(self) -> None:
        """Other noise for the card whose button was clicked."""
        self._page.moments.go_live()
        self._page.looking.redraw_noise(self.sender().objectName().removeprefix("resample."))
