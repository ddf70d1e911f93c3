"""The thread that reads two runs and computes their pictures, the newest choice first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from explorer.engine import ExplorerError
from explorer.engine.compare import Differences, Pair, Pictures, compared_curves, differences, read_pair
from explorer.engine.devices import prepare_thread
from explorer.engine.files import runs_folder
from explorer.engine.recent import recent_runs
from explorer.ui.threads import Thread
from models.frames import Curves, Frame
from models.protocol import View

__all__ = ["CompareThread", "Comparison", "ListRuns", "ReadPair", "ShowView"]

_MOST = 200  # runs that are listed
_INTERVAL = 0.2  # seconds between two sentences about a download


@dataclass(frozen=True)
class ListRuns:
    """The runs of a page are to be listed."""

    page: str


@dataclass(frozen=True)
class ReadPair:
    """Two runs are to be read, by their folders."""

    first: Path
    second: Path


@dataclass(frozen=True)
class ShowView:
    """A view of the runs that were read last is to be computed.

    Attributes:
        view: The view.
        params: Values of its parameters.
    """

    view: View
    params: Mapping[str, Any]


Job = ListRuns | ReadPair | ShowView
_ORDER: tuple[type[Job], ...] = (ListRuns, ReadPair, ShowView)


@dataclass(frozen=True)
class Comparison:
    """What was read of two runs.

    Attributes:
        pair: The runs.
        differences: Their settings that differ.
        curves: Their metrics over one another.
    """

    pair: Pair
    differences: Differences
    curves: Curves


class CompareThread(Thread):
    """Does the newest job of each kind; a newer pair makes what is done for an older one superfluous.

    Each result comes with its job, so that one which is out of date can be told.

    Signals:
        listed: Runs of a page, list of `Glance`, the newest first.
        read: A `ReadPair` and the `Comparison`.
        refused: A `ReadPair`, and why the runs cannot be compared.
        opened: A `ReadPair` and its `Pictures`.
        drawn: A `ShowView`, 0 or 1 for the first or the second run, and a frame.
        failed: A `ShowView`, 0 or 1, and why there is no frame.
        said: A sentence about a download.
    """

    listed = Signal(object)
    read = Signal(object, object)
    refused = Signal(object, str)
    opened = Signal(object, object)
    drawn = Signal(object, int, object)
    failed = Signal(object, int, str)
    said = Signal(str)

    def __init__(self, parent: QObject | None = None):
        super().__init__("compare", parent)
        self._changed = threading.Condition()
        self._waiting: dict[type[Job], Job] = {}
        self._closing = False
        self._pictures: Pictures | None = None

    def ask(self, job: Job) -> None:
        """Queues a job in place of an older one of its kind; a pair drops the view of the pair before."""
        with self._changed:
            self._waiting[type(job)] = job
            if isinstance(job, ReadPair):
                self._waiting.pop(ShowView, None)
            self._changed.notify()

    def stop(self) -> None:
        """Ends the thread after the frame or file in progress."""
        with self._changed:
            self._closing = True
            self._changed.notify()

    def run(self) -> None:
        """Works on jobs until the thread is stopped."""
        prepare_thread()
        while (job := self._next()) is not None:
            if isinstance(job, ListRuns):
                self._list(job)
            elif isinstance(job, ReadPair):
                self._read(job)
            elif self._pictures is not None:
                self._show(job, self._pictures)
        self._pictures = None

    def _next(self) -> Job | None:
        with self._changed:
            while not self._closing:
                for kind in _ORDER:
                    if kind in self._waiting:
                        return self._waiting.pop(kind)
                self._changed.wait()
            return None

    def _goes_on(self, job: Job) -> bool:
        """Whether a job is still wanted: nothing newer that replaces it waits."""
        with self._changed:
            replaced = ReadPair in self._waiting or type(job) in self._waiting
            return not self._closing and not replaced

    def _list(self, job: ListRuns) -> None:
        glances, _ = recent_runs(runs_folder(), _MOST, 0, lambda: self._goes_on(job), job.page)
        if self._goes_on(job):
            self.listed.emit(glances)

    def _read(self, job: ReadPair) -> None:
        self._pictures = None
        try:
            pair = read_pair(job.first, job.second)
            self.read.emit(job, Comparison(pair, differences(pair), compared_curves(pair)))
            if self._goes_on(job):
                self._pictures = Pictures(pair, self._progress_of(job))
                self.opened.emit(job, self._pictures)
        except (ExplorerError, OSError) as error:
            if self._goes_on(job):
                self.refused.emit(job, str(error))

    def _progress_of(self, job: ReadPair) -> Callable[[str, int, int], None]:
        """Reports downloads for a pair a few times a second, and ends one that is no longer wanted."""
        told = 0.0

        def progress(what: str, done: int, total: int) -> None:
            nonlocal told
            if not self._goes_on(job):
                raise ExplorerError(f"the download of {what} was stopped")
            now = time.monotonic()
            if now - told > _INTERVAL or done == total:
                told = now
                of = f" of {total / 1e6:.1f}" if total else ""
                self.said.emit(f"Downloading {what}: {done / 1e6:.1f}{of} MB")

        return progress

    def _show(self, job: ShowView, pictures: Pictures) -> None:
        """Computes the frames of both runs, those of views with several frames by turns."""
        streams: dict[int, Iterator[Frame]] = {place: pictures.frames(place, job.view, job.params) for place in (0, 1)}
        while streams:
            for place, frames in list(streams.items()):
                if not self._goes_on(job):
                    return
                try:
                    frame = next(frames, None)
                except Exception as error:  # shown on the card, as on a page
                    self.failed.emit(job, place, str(error) or type(error).__name__)
                    frame = None
                if frame is None:
                    del streams[place]
                else:
                    self.drawn.emit(job, place, frame)
