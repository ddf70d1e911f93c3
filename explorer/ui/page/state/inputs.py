"""What the cards of a page look at: inputs that several of them share, and each card's own controls."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from explorer.engine import Request
from explorer.ui.card import Card
from models.protocol import DataPoint, DataSpec, Direction, Input, LatentPoint, Noise, View

__all__ = ["Looking"]

_COALESCE = 16  # ms; interactive requests are no more frequent


class Looking(QObject):
    """One value for each kind of input on a page; a change asks every card that uses it to be drawn anew.

    Attributes:
        z: The latent point, (latent,).
        device: Where inputs are made.
        config: The config in force, or None before anything is shown.
        spec: What is known of the data, or None for a lab or before anything is shown.
        raw: The raw weights are looked at even where averaged ones exist.
        data: The data that were picked, by the name of the argument they are for; where there is none, a view gets
            the first of its split.
        direction: The direction that was chosen among those kept, or None.

    Args:
        page: The model or lab.
        cards: The cards, by view.
        is_training: Whether a model trains now, from which looking takes time.

    Signals:
        asked: A request that should be answered soon.
        watched: Views in sight or their inputs changed.
        point_moved: The latent point moved.
    """

    asked = Signal(object)
    watched = Signal()
    point_moved = Signal()

    def __init__(
        self, page: type, cards: dict[str, Card], is_training: Callable[[], bool], parent: QObject | None = None
    ):
        super().__init__(parent)
        self._page = page
        self._cards, self._is_training = cards, is_training
        self.z = np.zeros(0)
        self.device = torch.device("cpu")
        self.config: Any = None
        self.raw = False
        self.spec: DataSpec | None = None
        self.data: dict[str, DataPoint] = {}
        self.direction: Direction | None = None
        self._noise: dict[str, int] = {}
        self._params: dict[str, dict[str, Any]] = {name: {} for name in cards}
        self._stamps = dict.fromkeys(cards, 0)
        self._made: dict[str, tuple[torch.device, Request]] = {}  # the newest request for each view
        self._due: set[str] = set()
        self._moved = False  # since the window was last told
        self._timer = QTimer(self, interval=_COALESCE, singleShot=True)
        self._timer.timeout.connect(self._on_timeout)
        for card in cards.values():
            card.changed.connect(self._on_card_changed)

    def request(self, view: View) -> Request:
        """A request for a view with everything as it is chosen now; its stamp is a new one where that changed."""
        device, made = self._made.get(view.name, (None, None))
        if made is None or made.stamp != self._stamps[view.name] or device != self.device:
            params, stamp = dict(self._params[view.name]), self._stamps[view.name]
            made = Request(view.name, self._inputs(view), params, stamp, self.raw)
            self._made[view.name] = self.device, made
        return made

    def makes_sense(self, view: View) -> bool:
        """Whether a view can be shown under the config in force, with the data there are."""
        return self.config is not None and view.applies(self._page, self.config, self.spec)

    def _inputs(self, view: View) -> dict[str, Input]:
        inputs: dict[str, Input] = {}
        for name, kind in view.inputs.items():
            if kind is LatentPoint and len(self.z):
                inputs[name] = LatentPoint(torch.tensor(self.z[None], dtype=torch.float32, device=self.device))
            elif kind is DataPoint and name in self.data:
                inputs[name] = self.data[name]
            elif kind is Direction and self.direction is not None:
                inputs[name] = self.direction
            elif kind is Noise:
                inputs[name] = Noise(self._noise.get(view.name, 0))
        return inputs

    def set_param(self, view: str, name: str, value: Any) -> None:
        """A card's own control."""
        self._params[view][name] = value
        self._ask([view])

    def params(self, view: str) -> dict[str, Any]:
        """The values of a card's own controls that were chosen."""
        return self._params[view]

    def set_point(self, z: np.ndarray) -> None:
        """Moves the latent point.

        While a model trains, the first picture of the point follows at once and the others with the next snapshot.
        """
        self.z = np.asarray(z, dtype=float)
        self.point_moved.emit()
        views = self._that_use(LatentPoint)
        self._ask(views, [name for name in views if self._is_askable(name)][:1] if self._is_training() else None)

    def set_raw(self, raw: bool) -> None:
        """Looks at the raw weights, or at the averaged ones where there are some."""
        if raw != self.raw:
            self.raw = raw
            self._ask(list(self._cards))

    def set_datum(self, datum: DataPoint, names: set[str]) -> None:
        """Picks a datum for the arguments of some names."""
        self.data |= dict.fromkeys(names, datum)
        self._ask([name for name, card in self._cards.items() if names & set(card.view.data_points)])

    def forget_picks(self) -> None:
        """No datum is picked and no direction chosen any more."""
        self.data, self.direction = {}, None
        self._ask(sorted({*self._that_use(DataPoint), *self._that_use(Direction)}))

    def set_direction(self, direction: Direction | None) -> None:
        """Chooses a kept direction, or none."""
        self.direction = direction
        self._ask(self._that_use(Direction))

    def _that_use(self, kind: type[Input]) -> list[str]:
        return [name for name, card in self._cards.items() if kind in card.view.inputs.values()]

    def redraw_noise(self, view: str) -> None:
        """Other noise for one card."""
        self._noise[view] = secrets.randbelow(2**31)
        self._ask([view])

    def _ask(self, views: list[str], soon: list[str] | None = None) -> None:
        """Views show something else now; of which some are asked for soon, all where None."""
        for name in views:
            self._stamps[name] += 1
        self._due.update(views if soon is None else soon)
        self._moved = True
        if not self._timer.isActive():  # at once where the last was long ago, else with those that follow
            self._on_due()
            self._timer.start()

    @Slot()
    def _on_timeout(self) -> None:
        if self._moved:
            self._on_due()
            self._timer.start()

    def _is_askable(self, name: str) -> bool:
        """Whether a picture is in sight, follows, and comes at once: streams come by watching."""
        card = self._cards[name]
        seen = card.isVisible() and not card.is_frozen
        return seen and not card.view.streams and self.makes_sense(card.view)

    def _on_due(self) -> None:
        for name in sorted(self._due):
            if self._is_askable(name):
                self.asked.emit(self.request(self._cards[name].view))
        self._due.clear()
        self._moved = False
        self.watched.emit()

    @Slot(str, object)
    def _on_card_changed(self, name: str, value: object) -> None:
        self.set_param(self.sender().view.name, name, value)
