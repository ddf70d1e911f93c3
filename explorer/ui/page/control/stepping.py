"""Rounds in parts: the players of a model stepped alone, and slow motion."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction

from explorer.engine.host.events import Done, Event, Failed, Opened, Paused, PhasePlayed
from explorer.engine.host.host import PageHost
from explorer.engine.session.slow_motion import PACE
from explorer.ui.controls import make_action
from explorer.ui.page.control.runner import Runner
from explorer.ui.page.state.moment import Moment
from explorer.ui.page.state.shown import Shown

__all__ = ["Stepping"]


class Stepping(QObject):
    """Steps single players and phases, and switches slow motion.

    Attributes:
        slow: The action that switches slow motion.

    Signals:
        slowed: Slow motion was switched on or off.
        phase_played: The `PhaseReport` of the phase that was just played in slow motion.
        rested: No phase of slow motion is under way.
        emphasised: Key of the curve of the player at work, or "".
        players_changed: The actions that step single players are others; carries the new ones.

    Args:
        host: The page's host.
        shown: What the page shows.
        moment: Stepping goes back to the newest.
        runner: Begins a run where there is none.
    """

    slowed = Signal(bool)
    phase_played = Signal(object)
    rested = Signal()
    emphasised = Signal(str)
    players_changed = Signal(object)

    def __init__(self, host: PageHost, shown: Shown, moment: Moment, runner: Runner, parent: QObject | None = None):
        super().__init__(parent)
        self._host, self._shown, self._moment, self._runner = host, shown, moment, runner
        self._pace = PACE  # seconds a phase
        self._emphasis = ""
        self._phase = make_action(self, "phase", "One phase of a step", self.step_phase, group="Run", key=",")
        self.slow = make_action(self, "slow", "Slow motion", self._on_slow, group="Run", key="S", checkable=True)
        self._players: list[QAction] = []
        shown.players_changed.connect(self._on_players_changed)
        for changed in (shown.changed, shown.config_changed):
            changed.connect(self._offer_phases)
        self._offer_phases()

    def actions(self) -> list[QAction]:
        """One phase, slow motion, and a step of each player where there are several; none for a lab."""
        return [self._phase, self.slow, *self._players] if self._shown.is_model else []

    @Slot()
    def _offer_phases(self) -> None:
        """Offers slow motion for a model that is trained in steps."""
        trained = not self._shown.fitted and not self._shown.obstacle
        if not trained:
            self.slow.setChecked(False)
        for action in (self._phase, self.slow):
            action.setVisible(trained)

    @Slot()
    def step_phase(self) -> None:
        """Pauses training and plays one phase; slow motion is switched on to show it."""
        self.slow.setChecked(True)
        self._moment.go_live()
        self._runner.step_phase()

    @Slot(str)
    def step_player(self, name: str) -> None:
        """Makes one update of one player alone."""
        self._moment.go_live()
        self._runner.step_player(name)

    @Slot(float)
    def set_pace(self, seconds: float) -> None:
        """Sets how long a phase takes."""
        self._pace = seconds
        if self.slow.isChecked():
            self._host.slow_down(seconds)

    @Slot(bool)
    def _on_slow(self, on: bool) -> None:
        self.slowed.emit(on)
        self._rest()
        self._moment.go_live()
        self._host.slow_down(self._pace if on else None)

    @Slot(object)
    def handle(self, event: Event) -> None:
        """Takes what the host reports."""
        if not self.slow.isChecked():
            return
        if isinstance(event, PhasePlayed):
            report = event.report
            self.phase_played.emit(report)
            self._emphasise(next((p.loss for p in self._shown.players if p.name == report.phase.player), ""))
        elif isinstance(event, (Opened, Done, Failed)) or (isinstance(event, Paused) and not event.within_round):
            self._rest()

    def _rest(self) -> None:
        self._emphasise("")
        self.rested.emit()

    def _emphasise(self, key: str) -> None:
        if key != self._emphasis:
            self._emphasis = key
            self.emphasised.emit(key)

    @Slot()
    def _on_players_changed(self) -> None:
        for action in self._players:
            action.deleteLater()
        names = [player.name for player in self._shown.players]
        self._players = [
            make_action(
                self, f"player.{place}", f"Step the {name} alone", self._on_player,
                group="Run", key=f"Shift+{place}" if place < 10 else "", data=name,
            )
            for place, name in enumerate(names if len(names) > 1 else (), start=1)
        ]  # fmt: skip
        self.players_changed.emit(self._players)

    @Slot()
    def _on_player(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.step_player(action.data())
