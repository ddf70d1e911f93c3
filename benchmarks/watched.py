"""A session as the window runs it: a run on disk, recording, validation, autosave, and someone who looks on."""

from __future__ import annotations

import contextlib
import functools
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.onlooker import Onlooker
from explorer.data import Dataset
from explorer.engine import Run, Session, Setup
from explorer.engine.data.spec import spec_of

__all__ = ["WITHOUT", "WatchedSession"]

WITHOUT = ("views", "recording", "validation", "run", "everything")
_PARTS = {
    "recording": "journal.record",
    "validation": "journal.measure",
    "saving": "save",
    "metrics": "journal.flush",
}


class WatchedSession:
    """A session with everything that a window adds, or with a part left out.

    Args:
        setup: What is trained.
        data: The dataset.
        folder: Where its run is kept.
        without: "" or one of `WITHOUT`; "run" is saving, `metrics.jsonl` and the frames' files.
    """

    def __init__(self, setup: Setup, data: Dataset, folder: Path, without: str = ""):
        def has(part: str) -> bool:
            return without not in (part, "everything")

        run = Run.create(setup, spec_of(data), data.digest, folder) if has("run") else None
        self._session = Session(setup, data, run=run, record=has("recording"))
        if not has("validation"):
            self._session.journal.validator.due = lambda step: False  # type: ignore[method-assign]
        self._training = 0.0
        self._spent: Counter[str] = Counter()
        self._calls: Counter[str] = Counter()
        for part, path in _PARTS.items():
            self._time(part, self._session, path)
        self.step = self._session.step
        self._onlooker = Onlooker(self._session) if has("views") else None
        if self._onlooker is not None:
            self._time("views", self._onlooker.views, "viewer.serve")
            self._onlooker.start()
            self.step = self._serve_and_step

    def _serve_and_step(self) -> None:
        assert self._onlooker is not None
        self._onlooker.views.serve()
        self._session.step()

    def _time(self, part: str, start: object, path: str) -> None:
        *owners, method = path.split(".")
        owner = functools.reduce(getattr, owners, start)
        function = getattr(owner, method)

        def timed(*args: Any) -> None:
            began = time.perf_counter()
            try:
                function(*args)
            finally:
                self._spent[part] += time.perf_counter() - began
                self._calls[part] += 1

        setattr(owner, method, timed)

    @contextlib.contextmanager
    def display_model(self) -> Iterator[None]:
        """Views are asked for within."""
        began = time.perf_counter()
        if self._onlooker is not None:
            self._onlooker.watch()
        try:
            yield
        finally:
            if self._onlooker is not None:
                self._onlooker.pause()
            self._training += time.perf_counter() - began

    def forget(self) -> None:
        """Begins counting anew."""
        self._training = 0.0
        self._spent.clear()
        self._calls.clear()

    def report(self) -> dict[str, Any]:
        """Views a second, and the share of the time that each part took."""
        assert self._onlooker is not None
        watcher, seconds = self._onlooker, self._training
        return {
            "steps": self._session.step_count,
            "snapshots_per_s": round(watcher.snapshots / seconds, 2),
            "views": {
                name: {
                    "updates_per_s": round(watcher.updates[name] / seconds, 2),
                    "ms": round(1000 * watcher.cost[name] / max(1, watcher.updates[name]), 2),
                }
                for name in watcher.shown
            },
            "errors": sorted(watcher.errors),
            "calls": dict(self._calls),
            "share_of_time_percent": {part: round(100 * self._spent[part] / seconds, 2) for part in ("views", *_PARTS)},
        }

    def close(self) -> None:
        """Ends the thread and the session."""
        if self._onlooker is not None:
            self._onlooker.end()
        self._session.close()
