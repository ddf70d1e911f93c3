"""Opening, training, pausing and resetting, and what follows when the host reports an event."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction

from explorer.engine import BadInput, Diverged, OutOfMemory, Session, Setup, new_session
from explorer.engine.bundle import BUNDLES, open_bundle
from explorer.engine.devices import available
from explorer.engine.host import events
from explorer.engine.host.host import PageHost
from explorer.engine.lab import open_lab
from explorer.engine.setup import live_changes
from explorer.engine.views.static_page import StaticPage
from explorer.engine.watched import WatchedRun
from explorer.ui.controls import make_action
from explorer.ui.page.control.run_words import (
    done_sentence,
    opened_sentence,
    read_sentence,
    training_sentence,
    watched_sentence,
)
from explorer.ui.page.control.sources import has_runs, opened, untrained
from explorer.ui.page.state.draft import Draft
from explorer.ui.page.state.shown import PageState, Shown
from models.protocol import Lab

__all__ = ["Runner"]


class _Opening(Enum):
    """What is being opened: nothing, an untrained model or static page, or a run."""

    NOTHING = 0
    LOOK = 1
    RUN = 2


class Runner(QObject):
    """Carries out the buttons of the run bar, and keeps `Shown` up to date with the host.

    Signals:
        said: A sentence for the status bar.
        failed: An exception, its traceback or "", and whether it was raised while something was being opened.
        began: Something new was begun; messages about what was before are out of date.
        left: A sentence for the status bar: a run was left, and `undo_reset` brings it back.
        welcomed: The bundled model is opened because the user has no runs yet.
        warned: A sentence about something that has ended early, while training goes on.
        compared: The run of the page, whose newest weights are on disk, is to be compared with another.

    Args:
        host: The page's host.
        draft: The setup being edited.
        shown: What the page shows.
    """

    said = Signal(str)
    failed = Signal(object, str, bool)
    began = Signal()
    left = Signal(str)
    welcomed = Signal()
    warned = Signal(str)
    compared = Signal()

    def __init__(self, host: PageHost, draft: Draft, shown: Shown, parent: QObject | None = None):
        super().__init__(parent)
        self._host, self._draft, self._shown = host, draft, shown
        self._opening = _Opening.NOTHING
        self._state_before: PageState | None = None  # of the page, while a run is being opened
        self._takes_setup = False  # the form is to show the setup of the run being opened
        self._refused = False  # what was to be opened before could not be, and the status line says so
        self._left: Path | None = None
        self._actions = [
            make_action(self, "train", "Train or pause", self.train, group="Run", key="Space"),
            make_action(self, "step", "One step", self.step, group="Run", key=".", repeats=True),
            make_action(self, "reset", "Reset", self.reset, group="Run", key="Ctrl+R"),
        ]
        for changed in (shown.changed, shown.config_changed):
            changed.connect(self._offer_step)
        draft.changed.connect(self._take_device)
        self._offer_step()

    def actions(self) -> list[QAction]:
        """Train or pause, step, reset; none for a lab."""
        return [] if self._draft.model is None else self._actions

    @Slot()
    def _offer_step(self) -> None:
        self._actions[1].setVisible(not self._shown.fitted and not self._shown.obstacle)

    @Slot()
    def _take_device(self) -> None:
        """Opens the run anew that cannot go on on its own device, once another one is named."""
        named = self._draft.named_device
        if named and self._shown.obstacle and self._shown.folder is not None and not self.is_opening_run:
            self.resume(self._shown.folder)

    @property
    def is_opening_run(self) -> bool:
        """Whether a run is being opened."""
        return self._opening is _Opening.RUN

    @property
    def is_opening_first(self) -> bool:
        """Whether the first model of the page is being opened."""
        return self._opening is _Opening.LOOK and self._shown.source is None

    # Opening

    def open_first(self) -> None:
        """Opens what a page shows the first time it is in sight."""
        if issubclass(self._shown.page_class, Lab):
            self.open_lab()
        elif self._shown.name in BUNDLES and not has_runs():
            self._look_at(partial(open_bundle, self._shown.name))
            self.welcomed.emit()
        else:
            self.look()

    def open_lab(self) -> None:
        """Shows the lab of the draft, with its data."""
        page_class = self._shown.page_class
        assert issubclass(page_class, Lab)
        self._look_at(partial(open_lab, page_class, self._draft.config(), self._draft.data_text(), self._host.progress))

    def look(self) -> None:
        """Shows the untrained model of the draft."""
        setup = self._drafted()
        if setup is not None:
            self._look_at(partial(untrained, setup, self._host.progress))

    def open_bundled(self, title: str) -> None:
        """Shows a bundled model; a run that is shown is left as by a reset."""
        left = self._leave()
        self._look_at(partial(open_bundle, self._shown.name, title))
        if left:
            self.left.emit("The run is kept; Undo reset brings it back")

    def open_run(self, folder: Path) -> None:
        """Opens a run from disk."""
        if folder != self._shown.folder or self._shown.obstacle:
            self.began.emit()
            self.resume(folder)

    def resume(self, folder: Path, changes: Mapping[str, Any] | None = None, **how: bool) -> None:
        """Opens a run at its last checkpoint, with some live parameters changed; the form shows its setup."""
        self._takes_setup = True
        self._open_run(partial(opened, folder, changes or {}, self._draft.named_device, self._host.progress), **how)

    def _look_at(self, make: Callable[[], Session | StaticPage]) -> None:
        if self._opening is _Opening.NOTHING:
            self._opening = _Opening.LOOK
        self._host.open(make)

    def _open_run(self, make: Callable[[], Session | StaticPage], **how: Any) -> None:
        self._opening, self._state_before = _Opening.RUN, self._state_before or self._shown.state
        self._shown.set_state(PageState.READY)
        self._host.open(make, **how)

    def _drafted(self) -> Setup | None:
        try:
            return self._draft.setup()
        except BadInput as error:
            self._fail(error, "")
            return None

    # Commands

    @Slot()
    def train(self) -> None:
        """Trains, pauses, goes on, or trains on after the end, depending on the state; fits a model anew."""
        if self.is_opening_run:  # a second click would make a second run
            return
        state = self._shown.state
        if self._shown.obstacle:
            self.said.emit(watched_sentence(self._shown))
            return
        if self._shown.fitted:
            self.train_new()
        elif state is PageState.TRAINING:
            self._host.pause()
        elif state is PageState.PAUSED:
            self._host.train()
        elif state is PageState.DONE and self._shown.setup is not None:
            self.train_on()
        else:
            self.train_new()

    def train_on(self) -> None:
        """Trains beyond the end: as many steps again as the preset has, or twice as many seconds."""
        assert self._shown.setup is not None
        training, preset = self._shown.setup.training, self._draft.baseline()
        values: dict[str, Any] = {"seconds": training.seconds * 2} if training.seconds > 0 else {}
        if not values:
            values = {"steps": training.steps + int(preset["steps"])}
        self.change(values)
        self._draft.set_values(values, "train on")
        self._host.train()

    def train_new(self) -> None:
        """Begins a run of the draft and trains it."""
        self._begin(train=True)

    def _begin(self, **how: Any) -> None:
        setup = self._drafted()
        if setup is not None:
            self.began.emit()
            self.said.emit(f"Opening {setup.data}")
            self._open_run(partial(new_session, setup, progress=self._host.progress), **how)

    @Slot()
    def step(self) -> None:
        """Trains one round."""
        self._do_one(partial(self._host.step, ""))

    def step_player(self, player: str) -> None:
        """Makes one update of one player alone."""
        self._do_one(partial(self._host.step, player))

    def step_phase(self) -> None:
        """Plays one phase of one player."""
        self._do_one(self._host.substep)

    def _do_one(self, command: Callable[[], None]) -> None:
        """Carries out a command on the run that is shown, or on a new one where there is none."""
        if self._shown.obstacle:
            self.said.emit(watched_sentence(self._shown))
        elif self._shown.folder is not None and not self._shown.state.is_over:
            command()
        elif not self.is_opening_run:
            self._begin(first=command)

    @Slot()
    def reset(self) -> None:
        """Goes back to step 0 with the same initial weights; the run that was left is kept."""
        left = self._leave()
        self.look()
        if left:
            self.left.emit("Reset. The run is kept; Undo reset brings it back")
        else:
            self.said.emit("Reset")

    def _leave(self) -> bool:
        """Notes the run that is shown, for `undo_reset`; returns whether there is one."""
        left, self._left = self._shown.folder, self._shown.folder or self._left
        self.began.emit()
        return left is not None

    @Slot()
    def undo_reset(self) -> None:
        """Opens the run that the last reset left."""
        if self._left is not None:
            self.resume(self._left)
            self._left = None

    @Slot()
    def compare(self) -> None:
        """Emits `compared`, for a run in training once its weights of now are saved."""
        if self._shown.state is PageState.TRAINING:
            self._host.save()  # `Saved` follows
        else:
            self.compared.emit()

    def save_elsewhere(self, place: Path) -> None:
        """Saves a run that cannot be written to in a new folder at a place."""
        self._host.move(place)

    def change(self, values: Mapping[str, Any]) -> None:
        """Changes live parameters of the session that is shown."""
        if self._shown.setup is not None and not self._shown.state.is_over and not self._shown.obstacle:
            config, training, _ = live_changes(self._shown.setup, values)
            self._shown.set_setup(dataclasses.replace(self._shown.setup, config=config, training=training))
            self._host.change(**values)

    def value(self, name: str) -> Any:
        """A parameter of the session that is shown, or of the draft where there is none."""
        return (self._shown.values() or self._draft.state.values)[name]

    # Events

    @Slot(object)
    def handle(self, event: events.Event) -> None:
        """Takes what the host reports."""
        if isinstance(event, events.Opened):
            self._take(event.shown)
        elif isinstance(event, events.Staged):
            self._shown.set_players(event.players)
        elif isinstance(event, events.Progress):
            self.said.emit(event.message)
        elif isinstance(event, events.Training):
            self._shown.set_state(PageState.TRAINING)
            self.said.emit(training_sentence(self._shown))
        elif isinstance(event, events.Paused):
            self._shown.set_state(PageState.PAUSED)
            saved = "Paused, and saved" if self._shown.folder else "Paused"
            self.said.emit("Paused between two phases of a step" if event.within_round else saved)
        elif isinstance(event, events.Done):
            self._shown.set_state(PageState.DONE)
            self.said.emit(done_sentence(self._shown))
        elif isinstance(event, events.PhasePlayed):
            self._shown.set_state(PageState.TRAINING if event.report.going_on else PageState.PAUSED)
        elif isinstance(event, events.Saved):
            self.compared.emit()
        elif isinstance(event, events.Grown):
            self._shown.follow()
        elif isinstance(event, events.Told):
            self.warned.emit(event.message)
        elif isinstance(event, events.Moved):
            self.began.emit()
            self._shown.set_folder(event.folder)
            self.said.emit(f"Saved in {event.folder}; Train goes on there")
        elif isinstance(event, events.Failed):
            self._fail(event.error, event.details)

    def _take(self, source: Session | StaticPage) -> None:
        is_run = isinstance(source, WatchedRun) or (isinstance(source, Session) and source.run is not None)
        awaited = not self.is_opening_run or is_run  # else it was asked for before the run that is being opened
        self._shown.show(source)
        if not self._shown.is_model and self._draft.config() != self._shown.config:
            self._shown.set_config(self._draft.config())  # it was edited while the lab was opened; the host has it
        if not awaited:
            return
        if isinstance(source, Session):
            state = PageState.READY if not is_run else PageState.DONE if source.finished else PageState.PAUSED
            if self._takes_setup:
                self._draft.take(source.setup)
            if is_run or self._refused:  # else the refusal of something else would stay in sight
                self.said.emit(opened_sentence(source))
            elif read_sentence(source):
                self.said.emit(read_sentence(source))
        elif isinstance(source, WatchedRun):
            state = PageState.WATCHED
            if self._takes_setup:
                known = source.setup.device in ("auto", *available())
                self._draft.take(source.setup if known else dataclasses.replace(source.setup, device="auto"))
            self.said.emit(watched_sentence(self._shown))
        else:
            state = PageState.STATIC
            if source.note or self._refused:
                self.said.emit(source.note or "Ready")
        self._opening, self._state_before, self._takes_setup, self._refused = _Opening.NOTHING, None, False, False
        self._shown.set_state(state)

    def _fail(self, error: Exception, details: str) -> None:
        before = self._state_before or self._shown.state
        opening = self._opening is not _Opening.NOTHING
        self._opening, self._state_before, self._takes_setup, self._refused = _Opening.NOTHING, None, False, opening
        if not isinstance(error, (Diverged, OutOfMemory)):
            if self._shown.source is None:
                before = PageState.FAILED
            self._shown.set_state(PageState.PAUSED if before is PageState.TRAINING else before)
        self.failed.emit(error, details, opening)
