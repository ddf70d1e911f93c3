"""Rounds in parts: the players of a page stepped alone, and slow motion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from explorer.engine import Session
from explorer.engine.host.events import Done, Event, Failed, Opened, Paused, PhasePlayed, Staged
from explorer.ui.page.panels.slow_strip import Mover
from models.protocol import GenerativeModel, Player

if TYPE_CHECKING:
    from explorer.ui.page.page import PageWidget

__all__ = ["Moves"]


class Moves(QObject):
    """The run bar's buttons of the players, the switch of slow motion, and the strip that explains.

    Args:
        page: The page.
    """

    def __init__(self, page: PageWidget):
        super().__init__(page)
        self._page = page
        self._emphasised = ""
        page.run_bar.player_step.connect(self._on_player)
        page.run_bar.slow.connect(self._on_slow)
        page.notices.slow.paced.connect(self._on_pace)
        page.notices.slow.next_asked.connect(self._on_next)
        page.thread_.happened.connect(self._on_event)

    @property
    def players(self) -> tuple[str, ...]:
        """Names of the players, where there are several that can be stepped alone."""
        return tuple(str(button.property("player")) for button in self._page.run_bar.player_buttons)

    @property
    def is_slow(self) -> bool:
        """Whether slow motion is on."""
        return self._page.run_bar.slow_button.isChecked()

    def one_phase(self) -> None:
        """Holds, and plays one phase; slow motion is switched on to show it."""
        self._page.run_bar.slow_button.setChecked(True)
        self._page.acts.substep()

    @Slot(str)
    def _on_player(self, name: str) -> None:
        self._page.go_live()
        self._page.acts.step(name)

    @Slot(bool)
    def _on_slow(self, on: bool) -> None:
        page, strip = self._page, self._page.notices.slow
        strip.setVisible(on)
        if on:
            strip.show_rest()
        else:
            self._emphasise("")
        page.go_live()
        page.thread_.host.slow_down(strip.pace if on else None)

    @Slot(float)
    def _on_pace(self, seconds: float) -> None:
        if self.is_slow:
            self._page.thread_.host.slow_down(seconds)

    @Slot()
    def _on_next(self) -> None:
        self.one_phase()

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        page = self._page
        held = isinstance(event, Paused) and event.within_round
        if isinstance(event, Opened):
            shown = event.shown
            model = shown.model if isinstance(shown, Session) else shown.page
            if isinstance(model, GenerativeModel):
                self._take(model.players())
        elif isinstance(event, Staged):
            self._take(event.players)
        elif isinstance(event, PhasePlayed) and self.is_slow:
            page.notices.slow.show_phase(event.report)
            self._emphasise(self._loss_of(event.report.phase.player))
        elif self.is_slow and isinstance(event, (Done, Failed, Paused)) and not held:
            self._emphasise("")
            page.notices.slow.show_rest()

    def _take(self, players: tuple[Player, ...]) -> None:
        page = self._page
        roles = {metric.key: metric.role for metric in page.draft.model.metrics} if page.draft.model is not None else {}
        page.notices.slow.movers = tuple(
            Mover(player.name, player.updates, roles.get(self._loss_of(player.name), "total")) for player in players
        )
        page.run_bar.set_players([player.name for player in players])
        if self.is_slow:
            self._emphasise("")
            page.notices.slow.show_rest()

    def _loss_of(self, player: str) -> str:
        """Key of the curve that is a player's loss."""
        model = self._page.draft.model
        keys = [metric.key for metric in model.metrics] if model is not None else []
        own = f"{player}_loss"
        return own if own in keys else model.objective.total.metric if model is not None else ""

    def _emphasise(self, key: str) -> None:
        if key != self._emphasised:
            self._emphasised = key
            self._page.cards["curves"].display.emphasise(key or None)
            self._page.explain.emphasise(key or None)
