"""The host of a page: one thread that answers requests while nothing trains, and trains when asked. No Qt."""

from __future__ import annotations

import math
import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from explorer.engine.devices import prepare_thread
from explorer.engine.errors import ExplorerError
from explorer.engine.host.snapshot import REST, Snapshot, SnapshotMaker
from explorer.engine.session.session import Session
from explorer.engine.session.slow_motion import SlowMotion
from explorer.engine.views.static_page import StaticPage
from explorer.engine.views.viewer import Reply, Request, RequestQueue
from models.frames import Frame

__all__ = ["Event", "PageHost", "Snapshot"]

_TELL = 0.2  # seconds between two words about a download


@dataclass(frozen=True)
class Event:
    """Something that happens seldom.

    Attributes:
        kind: "opened", "training", "paused", "done", "failed", "phase", "recorded", "progress", "saved" or "closed".
        message: One sentence, or "".
        error: What failed, or None.
        details: Traceback of what nobody expected, or "".
        payload: What belongs to it: a `PhaseReport`, frames by view, a run's folder.
    """

    kind: str
    message: str = ""
    error: Exception | None = None
    details: str = ""
    payload: Any = None


class PageHost:
    """Owns what one page shows. `run` is called by one thread; all other methods may be called by any.

    Args:
        reply: Called in the host's thread with each answer to `ask`.
        event: Called in the host's thread with each event.
        interval: Seconds from one snapshot to the next, on the average.
    """

    def __init__(self, reply: Callable[[Reply], None], event: Callable[[Event], None], interval: float = 1 / 8.6):
        self._reply, self._event = reply, event
        self._interval = interval
        self._requests = RequestQueue()
        self._commands: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._mailbox: Snapshot | None = None
        self._watching = SnapshotMaker()
        self._lab: Callable[[], StaticPage] | None = None
        self._wanted = False
        self._shown: Session | StaticPage | None = None
        self._training = False
        self._slow = SlowMotion()
        self._closing = False
        self._stale = True
        self._snapshot_after = 0.0
        self._moment: int | None = None
        self._told = 0.0

    # From any thread

    def open(
        self,
        make: Callable[[], Session | StaticPage],
        *,
        train: bool = False,
        first: Callable[[], None] | None = None,
        same_run: bool = False,
    ) -> None:
        """Shows something else. It is made in the host's thread; what was shown is stopped, saved and closed.

        Args:
            make: Makes it; what it raises becomes a "failed" event and leaves what was shown.
            train: Whether training begins at once.
            first: What is done with it at once: `step` or one of its kin, with its arguments.
            same_run: It goes on with the run that is shown, which is therefore given back before.
        """
        self._do(lambda: self._open(make, train, first, same_run))

    def set_lab(self, make: Callable[[], StaticPage]) -> None:
        """Shows a lab with another config: the newest of those that wait, its views answered at once."""
        self._lab = make
        self._wake.set()

    def train(self) -> None:
        """Goes on with training."""
        self._do(self._begin)

    def pause(self) -> None:
        """Training stands still; views go on."""
        self._do(self._pause)

    def step(self, player: str = "") -> None:
        """One round, or one update of one player alone."""
        self._do(lambda: self._step(player))

    def substep(self) -> None:
        """One phase of one player; a "phase" event tells which."""
        self._do(self._substep)

    def slow_down(self, pace: float | None) -> None:
        """Trains phase by phase, each followed by so many seconds of rest; at full speed again with None.

        Each phase is told by a "phase" event. `pause` then holds where it is, within a round, and `train` goes on from
        there. At full speed again, a round that was begun is finished.
        """
        self._do(lambda: self._slow_down(pace))

    def change(self, **values: Any) -> None:
        """Changes live parameters."""
        self._do(lambda: self._change(values))

    def recorded(self, step: int) -> None:
        """Asks for the recorded frames of a moment; they come as a "recorded" event with (step, frames).

        Of several wishes that wait only the newest is fulfilled.
        """
        waits, self._moment = self._moment is not None, step
        if not waits:
            self._do(self._recorded)

    def progress(self, what: str, done: int, total: int) -> None:
        """What a download tells of itself: a "progress" event, a few times a second. Called in the host's thread.

        Raises:
            ExplorerError: The host is closing, and the download is to be broken off.
        """
        if self._closing:
            raise ExplorerError(f"{what} was not downloaded to its end, because its page was closed")
        now = time.monotonic()
        if now - self._told > _TELL or done == total:
            self._told = now
            of = f" of {total / 1e6:.1f}" if total else ""
            self._event(Event("progress", f"Downloading {what}: {done / 1e6:.1f}{of} MB"))

    def save(self) -> None:
        """Writes a checkpoint now."""
        self._do(self._save)

    def close(self) -> None:
        """Stops, saves and ends `run`."""
        self._closing = True
        self._wake.set()

    def ask(self, request: Request) -> None:
        """Asks for a view soon; of each view the newest request wins."""
        self._requests.ask(request)
        self._wake.set()

    def watch(self, requests: Iterable[Request]) -> None:
        """What the window shows: each snapshot has these views."""
        self._watching.requests = tuple(requests)
        self._stale = True
        self._wake.set()

    def take(self) -> Snapshot | None:
        """The newest snapshot, once; asks for the next by taking."""
        with self._lock:
            taken, self._mailbox = self._mailbox, None
        if not self._wanted:
            self._wanted = True
            self._wake.set()
        return taken

    def _do(self, command: Callable[[], None]) -> None:
        self._commands.put(command)
        self._wake.set()

    # In the host's thread

    def run(self) -> None:
        """Serves until `close`."""
        prepare_thread()
        try:
            while not self._closing:
                self._turn()
        finally:
            self._leave()
            self._event(Event("closed"))

    def _turn(self) -> None:
        try:
            while not self._commands.empty():
                self._commands.get()()
            if self._lab is not None:
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
            self._training = False
            self._stale = True
            if not self._closing:
                self._event(Event("failed", str(error), error))
        except Exception as error:  # a defect: the page says so and stays usable
            self._training = False
            self._stale = True
            self._event(Event("failed", f"{type(error).__name__}: {error}", error, traceback.format_exc()))

    def _round(self) -> None:
        session = self._session()
        session.step()
        self._stale = True
        if session.finished:
            self._training = False
            self._event(Event("done"))

    def _phase(self, *, going_on: bool) -> None:
        session = self._session()
        report = self._slow.play(session, going_on)
        if report.phase.name == "update":
            self._watching.weights_moved()
        self._stale = True
        self._event(Event("phase", report.phase.explanation, payload=report))
        if report.phase.number == report.phase.count:
            session.flush()
            if session.finished:
                self._training = False
                self._event(Event("done"))

    def _idle(self, until: float = math.inf) -> None:
        if self._requests or (self._shown is not None and self._shown.viewer.streaming):
            self._serve()
            return
        if self._wanted and self._stale:
            until = min(until, self._snapshot_after)
        self._wake.wait(None if until == math.inf else max(0.0, until - time.monotonic()))
        self._wake.clear()

    def _serve(self) -> None:
        if isinstance(self._shown, Session):
            self._shown.answer()
        elif self._shown is not None:
            # A lab of other values makes these frames worthless: they must not keep it waiting.
            self._shown.answer(self._requests, self._answered, interrupted=lambda: self._lab is not None)

    def _answered(self, reply: Reply) -> None:
        if self._watching.keep(reply):
            self._stale = True
        self._reply(reply)

    def _session(self) -> Session:
        if not isinstance(self._shown, Session):
            raise ExplorerError("there is nothing to train here")
        return self._shown

    def _change_lab(self) -> None:
        make, self._lab = self._lab, None
        assert make is not None
        self._shown = shown = make()
        self._watching.clear()
        self._stale = False
        for request in self._watching.requests:
            view = shown.viewer.views.get(request.view)
            if view is None or not view.applies(type(shown.display_model()), shown.config, shown.spec):
                continue
            if view.streams:
                self._requests.ask(request)
            else:
                self._reply(shown.viewer.answer(request, shown.page, 0))

    def _open(
        self,
        make: Callable[[], Session | StaticPage],
        train: bool,
        first: Callable[[], None] | None,
        same_run: bool,
    ) -> None:
        if same_run:
            self._leave()  # its folder is needed; where `make` fails nothing is shown, and the event says so
        made = make()
        self._leave()
        self._shown = made
        self._watching.clear()
        self._stale = True
        with self._lock:
            self._mailbox = None  # what was left in it is of something else
        self._event(Event("opened", payload=made))
        if isinstance(made, Session):
            made.on_reply = self._answered
            made.requests = self._requests
            made.serve()
        self._training = train
        if train:
            self._event(Event("training"))
        elif first is not None:
            first()

    def _begin(self) -> None:
        session = self._session()
        if session.finished:
            raise ExplorerError("this run is finished; reset it, or raise its number of steps")
        self._training = True
        self._watching.pace.clear()
        self._event(Event("training"))

    def _pause(self) -> None:
        if not self._training:
            return
        self._training = False
        self._stale = True
        if self._slow.pace is not None:
            self._event(Event("paused", "Held between two phases of a step"))
            return
        self._session().stop()  # saves, and the run's summary says how it stands
        self._event(Event("paused"))

    def _step(self, player: str) -> None:
        self._training = False
        session = self._session()
        if player:
            session.step_player(player)
        else:
            session.step()
        session.flush()
        self._watching.weights_moved()
        self._stale = True
        self._event(Event("done" if session.finished else "paused"))

    def _substep(self) -> None:
        self._training = False
        self._phase(going_on=False)

    def _slow_down(self, pace: float | None) -> None:
        before, session = self._slow.pace, self._shown
        self._slow.set_pace(pace)
        if not isinstance(session, Session) or (before is None) == (pace is None):
            return
        if pace is not None:  # it may be held, and looked at, for as long as somebody likes
            if self._training and session.run is not None:
                session.save()
        elif session.between_phases and not self._training:
            self._step("")

    def _change(self, values: Mapping[str, Any]) -> None:
        self._session().change(**values)
        self._watching.kept.clear()
        self._stale = True

    def _recorded(self) -> None:
        step, self._moment = self._moment, None
        if step is not None and self._shown is not None and self._shown.recorder.steps():
            found: tuple[int, dict[str, Frame]] = self._shown.recorder.at(step)
            self._event(Event("recorded", payload=found))

    def _save(self) -> None:
        session = self._session()
        session.save()
        self._event(Event("saved", payload=session.step_count))

    def _leave(self) -> None:
        shown, self._shown = self._shown, None
        self._training = False
        if isinstance(shown, Session):
            try:
                if shown.state == "training":
                    shown.stop()
            finally:
                shown.close()

    def _give_snapshot(self) -> None:
        shown = self._shown
        if shown is None or not (self._wanted and self._stale) or time.monotonic() < self._snapshot_after:
            return
        began = time.monotonic()
        self._wanted = self._stale = False
        snapshot, again = self._watching.snapshot(shown, self._requests, self._training)
        if again:  # only ever set here: the window may have set it meanwhile
            self._stale = True
        with self._lock:
            self._mailbox = snapshot
        now = time.monotonic()
        due = max(self._snapshot_after + self._interval, now)  # a late one does not put off those after it
        self._snapshot_after = max(due, now + REST * (now - began)) if self._training else due
