"""The thread that reads own data, so that the window stays responsive."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from explorer.data import DataError, FileSource, Summary, open_dataset, summary_of
from explorer.engine.data.preview import preview_of
from explorer.ui.threads import Thread
from models.frames import Frame
from models.protocol import BadValue, Kind

__all__ = ["Reading", "ReadingThread"]

_TOLD_EVERY = 0.1  # s


@dataclass(frozen=True)
class Reading:
    """What was read of a file or folder: a summary and a picture, or an error message of one line."""

    source: FileSource
    kind: Kind | None = None
    summary: Summary | None = None
    preview: Frame | None = None
    error: str = ""


class _Cancelled(Exception):
    """Another reading is wanted, or none."""


class ReadingThread(Thread):
    """Reads what was asked for last.

    Signals:
        done: `Reading`.
        told: Number of files read, and of all.
    """

    done = Signal(object)
    told = Signal(int, int)

    def __init__(self, parent: QObject | None = None):
        super().__init__("own-data", parent)
        self._changed = threading.Condition()
        self._wanted: FileSource | None = None
        self._number = self._current = 0  # of the last request, and of the one that is served
        self._closing = False
        self._last_told = 0.0

    def ask(self, source: FileSource) -> None:
        """Reads a source; one that is being read is given up where it can be."""
        with self._changed:
            self._wanted = source
            self._number += 1
            self._changed.notify()
        self.begin()

    def cancel(self) -> None:
        """Gives up what is being read, where it can be."""
        with self._changed:
            self._wanted = None
            self._number += 1

    def stop(self) -> None:
        """Gives up what is being read, and ends the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()

    def run(self) -> None:
        """Reads until the thread is stopped."""
        while (source := self._next()) is not None:
            try:
                self.done.emit(self._read(source))
            except _Cancelled:
                continue

    def _next(self) -> FileSource | None:
        with self._changed:
            while self._wanted is None and not self._closing:
                self._changed.wait()
            source, self._wanted = self._wanted, None
            self._current = self._number
            return None if self._closing else source

    def _progress(self, _name: str, done: int, total: int) -> None:
        if self._closing or self._number != self._current:
            raise _Cancelled
        if time.monotonic() - self._last_told > _TOLD_EVERY:
            self._last_told = time.monotonic()
            self.told.emit(done, total)

    def _read(self, source: FileSource) -> Reading:
        try:
            data = open_dataset(str(source), self._progress)
            return Reading(source, data.kind, summary_of(data), preview_of(data))
        except (DataError, BadValue) as error:
            return Reading(source, error=str(error))
        except MemoryError:
            return Reading(source, error=f"there is not enough memory for {source.file}; take a part of it")
