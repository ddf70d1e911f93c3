"""Directions in latent space: moved along, kept under a name, and chosen again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Slot

from explorer.engine.errors import ExplorerError
from explorer.engine.runs.directions import KeptDirection, read_directions, write_directions
from explorer.ui.card import Card
from explorer.ui.page.editors.direction_bar import DirectionBar
from explorer.ui.theme import Theme
from models.frames import Frame, Images
from models.protocol import Direction, Page

if TYPE_CHECKING:
    from explorer.ui.page.page import PageWidget

__all__ = ["Directions"]


class Directions(QObject):
    """The controls below a view that shows a direction, and the directions that were kept.

    They are saved in the run's folder; of a model without a run they are kept until something else is shown.

    Attributes:
        bar: The controls, or None where the page has no such view.
        kept: The directions by name.

    Args:
        page: The page.
        theme: Colours.
    """

    def __init__(self, page: PageWidget, theme: Theme):
        super().__init__(page)
        self._page = page
        self.kept: dict[str, KeptDirection] = {}
        self._card = next((c for c in page.cards.values() if Direction in c.view.inputs.values()), None)
        self.bar = None if self._card is None else DirectionBar(theme)
        self._vector = np.zeros(0)  # of the picture in sight
        self._about = ""
        self._base, self._along = np.zeros(0), np.zeros(0)  # where the slider started, and what it goes along
        self._moving = False
        if self.bar is None or self._card is None:
            return
        self._card.add_row(self.bar)
        self._card.foot.addWidget(self.bar.shelf)
        self._card.show_foot()
        self._card.changed.connect(self._start_anew)
        self.bar.moved.connect(self._on_moved)
        self.bar.keep_asked.connect(self._on_keep)
        self.bar.chosen.connect(self._on_chosen)
        self.bar.forget_asked.connect(self._on_forget)
        page.looking.point_moved.connect(self._on_point_moved)

    def look_at(self, shown: Page) -> None:
        """Another model is shown: its directions are those in its run's folder."""
        if self.bar is None:
            return
        latent, folder = getattr(shown, "latent_dim", 0), self._page.acts.folder
        try:
            read = () if folder is None else read_directions(folder)
        except ExplorerError as error:
            self._page.message.emit(str(error))
            read = ()
        self.kept = {one.name: one for one in read if len(one.vector) == latent}
        self._vector = np.zeros(0)
        self._start_anew()
        self.bar.show_names(list(self.kept), "")

    def follow(self, card: Card, frame: Frame) -> None:
        """Takes the direction of a picture."""
        if card is self._card and isinstance(frame, Images) and frame.direction is not None:
            self._vector, self._about = frame.direction, frame.subtitle

    @Slot()
    def _start_anew(self) -> None:
        self._along = np.zeros(0)
        if self.bar is not None:
            self.bar.set_amount(0.0)

    @Slot()
    def _on_point_moved(self) -> None:
        if not self._moving:
            self._start_anew()

    @Slot(float)
    def _on_moved(self, amount: float) -> None:
        looking = self._page.looking
        if not len(self._along):  # held from here on: while a model trains, its directions turn
            self._base, self._along = looking.z.copy(), self._vector.copy()
        if len(self._along) != len(looking.z):
            return
        self._page.moments.go_live()
        self._moving = True
        looking.set_point(self._base + amount * self._along)
        self._moving = False

    @Slot(str)
    def _on_keep(self, name: str) -> None:
        if not len(self._vector):
            return
        vector = tuple(self._vector.tolist())
        kept = KeptDirection(name, vector, self._page.showing.step_of("direction"), self._about.split(";")[0])
        self.kept[name] = kept
        self._save(f"Kept {name}")
        self._choose(name)

    @Slot(str)
    def _on_forget(self, name: str) -> None:
        if self.kept.pop(name, None) is not None:
            self._save(f"Forgot {name}")
            self._choose("")

    @Slot(str)
    def _on_chosen(self, name: str) -> None:
        self._choose(name)

    def _choose(self, name: str) -> None:
        assert self.bar is not None
        self.bar.show_names(list(self.kept), name)
        looking = self._page.looking
        self._start_anew()
        looking.set_direction(self.kept[name].on(looking.device) if name else None)

    def _save(self, done: str) -> None:
        folder = self._page.acts.folder
        if folder is None:
            self._page.message.emit(f"{done}, until something else is shown: there is no run to save it with")
            return
        try:
            write_directions(folder, self.kept.values())
        except ExplorerError as error:
            self._page.message.emit(str(error))
            return
        self._page.message.emit(f"{done}, with the run")
