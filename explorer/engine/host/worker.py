"""The thread of a host: its loop and its commands. No Qt.

Longer than other files: it is the one place where commands, training and views take turns, in methods of a few lines.
"""

from __future__ import annotations

import logging
import math
import queue
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from explorer.engine.devices import prepare_thread
from explorer.engine.errors import ExplorerError, WriteError
from explorer.engine.host import events
from explorer.engine.host.mailbox import Mailbox
from explorer.engine.host.session_views import SessionViews
from explorer.engine.host.snapshot import REST, SnapshotMaker
from explorer.engine.session.learner import Learner
from explorer.engine.session.rescue import free_folder, move_session, rescue
from explorer.engine.session.rounds import Phase
from explorer.engine.session.session import Session
from explorer.engine.session.slow_motion import SlowMotion
from explorer.engine.views.requests import Reply, RequestQueue
from explorer.engine.views.static_page import StaticPage
from explorer.engine.watched import WatchedRun
from models.frames import Frame

__all__ = ["Worker"]

_LOOK = 1.0  # seconds between two looks at a run that another process may train
_log = logging.getLogger("explorer")


class Worker:
    """Serves views and trains in one thread, which calls `run`. Other threads use it through `PageHost`.

    Args:
        reply: Called with each reply to a request.
        event: Called with each event.
        interval: Mean time between two snapshots, in seconds.

    Attributes:
        commands: Calls to execute in order. Any thread may put one and then sets `wake`.
        requests: Requests for views.
        wake: Wakes the loop.
        mailbox: Holds the newest snapshot.
        watched: The views that snapshots contain.
        next_lab: Creates the lab to show next, or None.
        recorded_step: Step whose recorded frames are to be read, or None.
        closing: Whether the loop is to end.
        shown: The views of a session, a static page, or None.
    """

    def __init__(self, reply: Callable[[Reply], None], event: Callable[[events.Event], None], interval: float):
        self.commands: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.requests = RequestQueue()
        self.wake = threading.Event()
        self.mailbox = Mailbox(interval)
        self.watched = SnapshotMaker()
        self.next_lab: Callable[[], StaticPage] | None = None
        self.recorded_step: int | None = None
        self.closing = False
        self.shown: SessionViews | StaticPage | None = None
        self._reply, self._event = reply, event
        self._training, self._revision = False, 0
        self._slow = SlowMotion()
        self._structure: tuple[object, ...] = ()
        self._next_look = 0.0

    def run(self) -> None:
        """Serves requests and commands until `closing` is set."""
        prepare_thread()
        try:
            while not self.closing:
                self._turn()
        finally:
            self._leave()
            self._event(events.Closed())

    def _turn(self) -> None:
        try:
            while not self.commands.empty():
                self.commands.get()()
            if self.next_lab is not None:
                self._change_lab()
            if not self._training:
                self._idle()
            elif self._slow.pace is None:
                self._round()
            elif self._slow.due:
                self._phase(going_on=True)
            else:
                self._idle(self._slow.next)
            self._give_snapshot()
        except ExplorerError as error:
            self._training, self.mailbox.stale = False, True
            if not self.closing:
                self._event(events.Failed(str(error), error))
        except Exception as error:  # a defect: the window shows it and stays usable
            self._training, self.mailbox.stale = False, True
            self._event(events.Failed(f"{type(error).__name__}: {error}", error, traceback.format_exc()))

    def _round(self) -> None:
        session = self._session()
        self._serve()
        session.step()
        self.mailbox.stale = True
        self._close_round(session)

    def _phase(self, *, going_on: bool) -> None:
        session = self._session()
        self._serve()
        report = self._slow.play(session, going_on, self._frames_in_sight)
        self.mailbox.stale = True
        self._event(events.PhasePlayed(report))
        if report.phase.is_last:
            session.flush()
            self._close_round(session)

    def _frames_in_sight(self, phase: Phase) -> Mapping[str, Frame]:
        """The frames on which a phase that was just done can be drawn, for the weights that it left."""
        if phase.name == "update":
            self.watched.weights_moved()
        if phase.before is None or not isinstance(self.shown, SessionViews):
            return {}
        return self.watched.frames(self.shown)

    def _close_round(self, session: Session) -> None:
        """Sends what a round has changed, and ends training where it was the last."""
        self._tell_staged(session.learner)
        if session.finished:
            self._training = False
            self._event(events.Done())

    def _tell_staged(self, learner: Learner) -> None:
        """Sends `Staged` if the structure of the model or its players have changed."""
        if learner.revision == self._revision:
            return
        self._revision = learner.revision
        if learner.structure != self._structure:
            self._structure = learner.structure
            self._event(events.Staged(tuple(each.player for each in learner.players)))

    def _idle(self, until: float = math.inf) -> None:
        if self.requests or (self.shown is not None and self.shown.viewer.streaming):
            self._serve()
            return
        until = min(until, self.mailbox.due_at, self._look())
        self.wake.wait(None if until == math.inf else max(0.0, until - time.monotonic()))
        self.wake.clear()

    def _look(self) -> float:
        """Follows a run that is looked at; returns the time of the next look."""
        if not isinstance(self.shown, WatchedRun) or not self.mailbox.wanted:
            return math.inf
        began = time.monotonic()
        if began >= self._next_look:
            self._next_look = math.inf  # if this fails, the error is reported once and not tried again
            if self.shown.look():
                self.mailbox.stale = True
                self._event(events.Grown())
            self._next_look = began + max(_LOOK, REST * (time.monotonic() - began))
        return self._next_look

    def _serve(self) -> None:
        if isinstance(self.shown, SessionViews):
            self.shown.serve()
        elif self.shown is not None:
            # A change of the lab interrupts its streams: their frames are out of date.
            self.shown.answer(self.requests, self._answered, interrupted=lambda: self.next_lab is not None)

    def _answered(self, reply: Reply) -> None:
        if self.watched.keep(reply):
            self.mailbox.stale = True
        self._reply(reply)

    def _session(self) -> Session:
        if not isinstance(self.shown, SessionViews):
            raise ExplorerError("no training session is open on this page")
        return self.shown.session

    def _change_lab(self) -> None:
        make, self.next_lab = self.next_lab, None
        assert make is not None
        self.shown = shown = make()
        self.watched.clear()
        self.mailbox.clear()  # an old snapshot must not replace the replies below
        for request in self.watched.requests:
            view = shown.viewer.views.get(request.view)
            if view is None or not view.applies(type(shown.display_model()), shown.config, shown.spec):
                continue
            if view.streams:
                self.watched.request_stream(request, shown.step, self.requests)
            else:
                self._answered(shown.viewer.answer(request, shown.page, shown.step))

    def _leave(self) -> None:
        shown, self.shown = self.shown, None
        self._training = False
        if isinstance(shown, SessionViews):
            shown.detach()
            try:
                _save(shown.session, self._tell)
            finally:
                shown.session.close()

    def _tell(self, text: str) -> None:
        _log.warning(text)  # the window may be closing
        self._event(events.Told(text))

    def _give_snapshot(self) -> None:
        if self.shown is None or not self.mailbox.due:
            return
        began = time.monotonic()
        self.mailbox.begin()
        snapshot, again = self.watched.snapshot(self.shown, self.requests, self._training)
        if again:  # never cleared here: the window may have set it meanwhile
            self.mailbox.stale = True
        self.mailbox.put(snapshot, began, self._training)

    # Commands

    def open(
        self,
        make: Callable[[], Session | StaticPage],
        train: bool,
        first: Callable[[], None] | None,
        same_run: bool,
    ) -> None:
        """Opens a session or static page; see `PageHost.open`."""
        if same_run:
            self._leave()  # frees the run's folder; if `make` then fails, the page shows nothing
        shown = make()
        if isinstance(shown, Session) and shown.fitted:
            _complete(shown)
        self._leave()
        self._next_look = 0.0
        self.watched.clear()
        self.mailbox.clear()
        if isinstance(shown, Session):
            shown.tell = self._tell
            self.shown = SessionViews(shown, self.requests, self._answered)
            self._revision, self._structure = shown.learner.revision, shown.learner.structure
            self._event(events.Opened(shown))
            shown.begin()
            self._serve()
        else:
            self.shown = shown
            self._event(events.Opened(shown))
        if isinstance(shown, WatchedRun):
            return
        self._training = train and not (isinstance(shown, Session) and shown.fitted)
        if self._training:
            self._event(events.Training())
        elif train:
            self._event(events.Done())
        elif first is not None:
            first()

    def train(self) -> None:
        """Starts or continues training."""
        if self._session().finished:
            raise ExplorerError("this run is finished; reset it, or raise its number of steps")
        self._training = True
        self.watched.pace.clear()
        self._event(events.Training())

    def pause(self) -> None:
        """Stops training."""
        if not self._training:
            return
        self._training, self.mailbox.stale = False, True
        if self._slow.pace is None:
            self._session().stop()  # saves, and writes the run's summary
        self._event(events.Paused(within_round=self._slow.pace is not None))

    def step(self, player: str) -> None:
        """One round, or one update of one player alone."""
        self._training = False
        session = self._session()
        self._serve()
        if player:
            session.step_player(player)
        else:
            session.step()
        session.flush()
        session.journal.finish_recording()
        self.watched.weights_moved()
        self.mailbox.stale = True
        self._tell_staged(session.learner)
        self._event(events.Done() if session.finished else events.Paused())

    def substep(self) -> None:
        """One phase of one player."""
        self._training = False
        self._phase(going_on=False)

    def slow_down(self, pace: float | None) -> None:
        """Changes the pace of phases; see `PageHost.slow_down`."""
        before = self._slow.pace
        self._slow.set_pace(pace)
        if not isinstance(self.shown, SessionViews) or (before is None) == (pace is None):
            return
        session = self.shown.session
        if pace is not None:  # training may be paused between two phases for long
            if self._training and session.run is not None:
                session.save()
        elif session.between_phases and not self._training:
            self.step("")

    def change(self, values: Mapping[str, Any]) -> None:
        """Changes live parameters."""
        session = self._session()
        session.change(**values)
        self._tell_staged(session.learner)
        self.watched.replies.clear()
        self.mailbox.stale = True

    def read_recorded(self) -> None:
        """Reads the recorded frames at `recorded_step`."""
        step, self.recorded_step = self.recorded_step, None
        if step is not None and self.shown is not None and self.shown.recorder.steps():
            self._event(events.Recorded(*self.shown.recorder.at(step)))

    def save(self) -> None:
        """Writes a checkpoint."""
        session = self._session()
        session.save()
        self._event(events.Saved(session.step_count))

    def move(self, place: Path) -> None:
        """Saves a run that cannot be written to in a new folder at a place."""
        session = self._session()
        assert session.run is not None
        folder = free_folder(place / session.run.folder.name)
        move_session(session, folder)
        self._event(events.Moved(folder))


def _complete(session: Session) -> None:
    """Completes the run of a fitted model before `Opened` is sent: measures, records and saves it."""
    try:
        session.begin()
    except BaseException:
        session.close()
        raise


def _save(session: Session, tell: Callable[[str], None]) -> None:
    """Saves a session that is left; where its run cannot be written to, in another folder."""
    try:
        if session.status == "training":
            session.stop()
    except WriteError as error:
        tell(str(error))
    if session.unsaved:
        former = session.run
        assert former is not None
        tell(f"The model of {former.folder.name} at step {session.step_count} is saved in {rescue(session)}")
