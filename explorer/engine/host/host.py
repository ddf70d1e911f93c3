"""The host of a page: one thread that serves requests and trains on command. No Qt."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from explorer.engine.errors import ExplorerError
from explorer.engine.host.events import Event, Progress
from explorer.engine.host.session_views import SessionViews
from explorer.engine.host.snapshot import Snapshot
from explorer.engine.host.worker import Worker
from explorer.engine.session.session import Session
from explorer.engine.views.requests import Reply, Request
from explorer.engine.views.static_page import StaticPage

__all__ = ["PageHost", "Snapshot"]

_PROGRESS = 0.2  # seconds between two events on a download


class PageHost:
    """Owns the session or static page that one page of the window shows.

    One thread calls `run`; all other methods may be called by any thread.

    Args:
        reply: Called in the host's thread with each reply to `ask`.
        event: Called in the host's thread with each event.
        interval: Mean time between two snapshots, in seconds.
    """

    def __init__(self, reply: Callable[[Reply], None], event: Callable[[Event], None], interval: float = 1 / 8.6):
        self._event = event
        self._worker = Worker(reply, event, interval)
        self._progress_told = 0.0

    def run(self) -> None:
        """Serves requests and commands until `close`."""
        self._worker.run()

    @property
    def shown(self) -> Session | StaticPage | None:
        """The session or static page that is shown. Only the host's thread may use its model."""
        shown = self._worker.shown
        return shown.session if isinstance(shown, SessionViews) else shown

    def open(
        self,
        make: Callable[[], Session | StaticPage],
        *,
        train: bool = False,
        first: Callable[[], None] | None = None,
        same_run: bool = False,
    ) -> None:
        """Opens a session or static page in the host's thread. The one shown before is stopped, saved and closed.

        Args:
            make: Creates it. If it raises, a `Failed` event is sent, and nothing else changes.
            train: Whether training starts at once.
            first: A command to carry out at once, such as `step`.
            same_run: It continues the run that is shown, which is therefore closed first.
        """
        self._do(lambda: self._worker.open(make, train, first, same_run))

    def set_lab(self, make: Callable[[], StaticPage]) -> None:
        """Shows a lab with another config and sends its views at once. A newer call replaces one that is waiting."""
        self._worker.next_lab = make
        self._worker.wake.set()

    def train(self) -> None:
        """Starts or continues training."""
        self._do(self._worker.train)

    def pause(self) -> None:
        """Stops training; views are still served."""
        self._do(self._worker.pause)

    def step(self, player: str = "") -> None:
        """One round, or one update of one player alone."""
        self._do(lambda: self._worker.step(player))

    def substep(self) -> None:
        """One phase of one player; a `PhasePlayed` event reports it."""
        self._do(self._worker.substep)

    def slow_down(self, pace: float | None) -> None:
        """Trains phase by phase with a pause of `pace` seconds after each, or at full speed if `pace` is None.

        A `PhasePlayed` event reports each phase. `pause` then stops within the round, and `train` continues from there.
        The return to full speed completes a round in progress.
        """
        self._do(lambda: self._worker.slow_down(pace))

    def change(self, **values: Any) -> None:
        """Changes live parameters."""
        self._do(lambda: self._worker.change(values))

    def read_recorded(self, step: int) -> None:
        """Requests the recorded frames at a step; a `Recorded` event returns them. Of several calls the newest wins."""
        waits, self._worker.recorded_step = self._worker.recorded_step is not None, step
        if not waits:
            self._do(self._worker.read_recorded)

    def progress(self, what: str, done: int, total: int) -> None:
        """Reports a download by a `Progress` event, a few times a second. Called in the host's thread.

        Raises:
            ExplorerError: The host is closing; the error ends the download.
        """
        if self._worker.closing:
            raise ExplorerError(f"the download of {what} was stopped, because its page was closed")
        now = time.monotonic()
        if now - self._progress_told > _PROGRESS or done == total:
            self._progress_told = now
            of = f" of {total / 1e6:.1f}" if total else ""
            self._event(Progress(f"Downloading {what}: {done / 1e6:.1f}{of} MB"))

    def save(self) -> None:
        """Writes a checkpoint now."""
        self._do(self._worker.save)

    def move(self, place: Path) -> None:
        """Saves a run that cannot be written to in a new folder at a place; a `Moved` event says where."""
        self._do(lambda: self._worker.move(place))

    def close(self) -> None:
        """Stops, saves and ends `run`."""
        self._worker.closing = True
        self._worker.wake.set()

    def ask(self, request: Request) -> None:
        """Requests a view. The newest request for each view wins."""
        self._worker.requests.ask(request)
        self._worker.wake.set()

    def watch(self, requests: Iterable[Request]) -> None:
        """Sets the views that each snapshot has."""
        self._worker.watched.requests = tuple(requests)
        self._worker.mailbox.stale = True
        self._worker.wake.set()

    def take(self) -> Snapshot | None:
        """Returns the newest snapshot, once, and requests the next."""
        snapshot, asks = self._worker.mailbox.take()
        if asks:
            self._worker.wake.set()
        return snapshot

    def _do(self, command: Callable[[], None]) -> None:
        self._worker.commands.put(command)
        self._worker.wake.set()
