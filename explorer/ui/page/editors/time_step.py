"""A time from 0 to 1: set by a slider, which can play."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Slot

from explorer.engine.views.input_context import InputContext
from explorer.engine.views.input_kinds import KINDS
from explorer.ui.card import Card
from explorer.ui.frames.base import Hit
from explorer.ui.page.editors.editor import Editor
from explorer.ui.page.editors.time_bar import TimeBar
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.page.state.shown import Shown
from explorer.ui.theme import Theme
from models.protocol import TimeStep

__all__ = ["TimeStepEditor"]

_TICK, _CALM = 40, 500  # ms between two times, and with reduced motion
_DURATION = 4000  # ms from t = 0 to 1


class TimeStepEditor(Editor):
    """Puts a slider with a play button below the first picture in sight whose view takes a time.

    It moves the pictures beside it, too. A view whose clicks set the time needs no slider.
    """

    kind = TimeStep

    def __init__(self, theme: Theme, inputs: Inputs, parent: QObject | None = None):
        super().__init__(theme, inputs, parent)
        self._bars: list[tuple[Card, TimeBar]] = []
        self._default = 0.0
        self._timer = QTimer(self, interval=_TICK)
        self._timer.timeout.connect(self._on_tick)
        inputs.changed.connect(self._on_changed)

    @property
    def t(self) -> float:
        """The time."""
        value = self.inputs.value(TimeStep)
        return value.t if isinstance(value, TimeStep) else self._default

    def attach(self, card: Card) -> None:
        """Adds the slider."""
        if self.takes(card) and card.view.sets is not TimeStep:
            bar = TimeBar(self._theme, self.name_for(card, first=not self._bars))
            bar.moved.connect(self._on_moved)
            bar.play_toggled.connect(self._on_play)
            card.add_row(bar)
            self._bars.append((card, bar))

    def arrange(self, cards: Sequence[Card]) -> None:
        """Shows the slider on the first of the cards that has one."""
        own = {card for card, _ in self._bars}
        first = [card for card in cards if card in own][:1]
        for card, bar in self._bars:
            bar.setVisible(card in first)

    def show(self, shown: Shown) -> None:
        """Goes back to the time at the start."""
        self.stop()
        view = next((view for view in self.inputs.views if TimeStep in view.inputs.values()), None)
        page = shown.model_or_lab
        if view is not None and page is not None:
            default = KINDS[TimeStep].default(InputContext(view, page, shown.data, shown.device))
            assert isinstance(default, TimeStep)
            self._default = default.t
        self.inputs.unset(TimeStep)

    def clicked(self, card: Card, hit: Hit) -> None:
        """Moves the time to the one that was clicked."""
        if hit.time is not None:
            self._set(min(1.0, max(0.0, hit.time)))

    def stop(self) -> None:
        """Stops playing."""
        self._play(False)

    def set_reduced_motion(self, reduced: bool) -> None:
        """Lets the time advance twice a second, or smoothly."""
        self._timer.setInterval(_CALM if reduced else _TICK)

    def _set(self, t: float) -> None:
        self.inputs.set(TimeStep(t), dragged=True)

    def _play(self, playing: bool) -> None:
        for _, bar in self._bars:
            bar.show_playing(playing)
        if playing:
            self._timer.start()
        else:
            self._timer.stop()

    @Slot(float)
    def _on_moved(self, t: float) -> None:
        self._play(False)
        self._set(t)

    @Slot(bool)
    def _on_play(self, playing: bool) -> None:
        self._play(playing)
        if playing and self.t >= 1.0:
            self._set(0.0)

    @Slot()
    def _on_tick(self) -> None:
        t = min(1.0, self.t + self._timer.interval() / _DURATION)
        self._set(t)
        if t >= 1.0:
            self._play(False)

    @Slot(object)
    def _on_changed(self, kind: object) -> None:
        if kind is TimeStep:
            for _, bar in self._bars:
                bar.show_time(self.t)
