"""Directions in latent space: moved along, kept under a name, and chosen again."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Slot

from explorer.engine.errors import ExplorerError
from explorer.engine.runs.directions import KeptDirection, read_directions, write_directions
from explorer.ui.card import Card
from explorer.ui.page.editors.direction_bar import DirectionBar
from explorer.ui.page.editors.editor import Editor
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.page.state.shown import Shown
from explorer.ui.theme import Theme
from models.frames import Frame, Images
from models.protocol import Direction, HasDecoder, LatentPoint

__all__ = ["DirectionEditor"]


class DirectionEditor(Editor):
    """Controls below the first view that takes a direction, and the directions that were kept.

    Directions are saved in the folder of the run. Those of a model without a run are kept until another one is shown.

    Attributes:
        bar: The controls, or None where no view takes a direction.
        kept: The directions by name.
        vector: The direction of the frame in sight, (latent,), empty before the first.
    """

    kind = Direction

    def __init__(self, theme: Theme, inputs: Inputs, parent: QObject | None = None):
        super().__init__(theme, inputs, parent)
        self.bar: DirectionBar | None = None
        self.kept: dict[str, KeptDirection] = {}
        self.vector = np.zeros(0)
        self._about = ""
        self._card: Card | None = None
        self._shown: Shown | None = None
        self._base, self._along = np.zeros(0), np.zeros(0)  # where the slider started, and what it goes along
        self._moving = False
        inputs.changed.connect(self._on_changed)

    def attach(self, card: Card) -> None:
        """Puts the controls below the first card that takes a direction."""
        if self._card is not None or not self.takes(card):
            return
        self._card, self.bar = card, DirectionBar(self._theme)
        card.add_row(self.bar)
        card.foot.addWidget(self.bar.shelf)
        card.show_foot()
        card.changed.connect(self._start_anew)
        self.bar.moved.connect(self._on_moved)
        self.bar.keep_asked.connect(self._on_keep)
        self.bar.chosen.connect(self._choose)
        self.bar.forget_asked.connect(self._on_forget)

    def show(self, shown: Shown) -> None:
        """Reads the directions in the folder of the run."""
        self._shown = shown
        self.inputs.unset(Direction)
        if self.bar is None:
            return
        model = shown.model_or_lab
        latent = model.latent_dim if isinstance(model, HasDecoder) else 0
        try:
            stored = () if shown.folder is None else read_directions(shown.folder)
        except ExplorerError as error:
            self.said.emit(str(error))
            stored = ()
        self.kept = {one.name: one for one in stored if len(one.vector) == latent}
        self.vector = np.zeros(0)
        self._start_anew()
        self.bar.show_names(list(self.kept), "")

    def follow(self, card: Card, frame: Frame) -> None:
        """Takes the direction of a frame."""
        if card is self._card and isinstance(frame, Images) and frame.direction is not None:
            self.vector, self._about = frame.direction, frame.subtitle

    @Slot()
    def _start_anew(self) -> None:
        self._along = np.zeros(0)
        if self.bar is not None:
            self.bar.set_amount(0.0)

    @Slot(object)
    def _on_changed(self, kind: object) -> None:
        if kind is LatentPoint and not self._moving:
            self._start_anew()

    @Slot(float)
    def _on_moved(self, amount: float) -> None:
        if not len(self._along):  # held from here on: while a model trains, its directions turn
            self._base, self._along = self.inputs.z.copy(), self.vector.copy()
        if len(self._along) != len(self.inputs.z):
            return
        self._moving = True
        self.inputs.set_point(self._base + amount * self._along)
        self._moving = False

    @Slot(str)
    def _on_keep(self, name: str) -> None:
        if not len(self.vector) or self._shown is None or self._card is None:
            return
        step = self._shown.step_of(self._card.view.name)
        self.kept[name] = KeptDirection(name, tuple(self.vector.tolist()), step, self._about.split(";")[0])
        self._save(f"Kept {name}")
        self._choose(name)

    @Slot(str)
    def _on_forget(self, name: str) -> None:
        if self.kept.pop(name, None) is not None:
            self._save(f"Forgot {name}")
            self._choose("")

    @Slot(str)
    def _choose(self, name: str) -> None:
        assert self.bar is not None
        self.bar.show_names(list(self.kept), name)
        self._start_anew()
        if name:
            self.inputs.set(self.kept[name].on("cpu"))
        else:
            self.inputs.unset(Direction)

    def _save(self, done: str) -> None:
        folder = None if self._shown is None else self._shown.folder
        if folder is None:
            self.said.emit(f"{done}, until another model is shown: there is no run to save it with")
            return
        try:
            write_directions(folder, self.kept.values())
        except ExplorerError as error:
            self.said.emit(str(error))
            return
        self.said.emit(f"{done}, with the run")
