"""Progress on stderr: a bar on a terminal, occasional lines in a file."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tqdm import tqdm

from explorer.engine import Session

__all__ = ["Bar", "Working", "download_progress"]

_SILENT = 1.0  # seconds for which a command computes without a word
_REWRITE, _AGAIN = 0.5, 10.0  # seconds between two lines on a terminal, and in a file
_REST_OF_LINE = "\x1b[K"  # erases what a longer line has left


class Bar:
    """The progress of a session.

    Args:
        session: The session.
        enabled: Whether the bar is shown.
    """

    def __init__(self, session: Session, enabled: bool = True):
        self._session = session
        terminal = sys.stderr.isatty()
        self._by_time = session.setup.training.seconds > 0
        total = session.setup.training.seconds if self._by_time else session.setup.training.steps
        self._bar: tqdm[None] = tqdm(
            total=total,
            initial=min(total, session.seconds if self._by_time else session.step_count),
            unit="s" if self._by_time else "step",
            mininterval=0.2 if terminal else 5.0,
            dynamic_ncols=terminal,
            file=sys.stderr,
            disable=not enabled,
            bar_format="{l_bar}{bar}| {n:.0f}/{total:.0f} {unit} [{elapsed}<{remaining}{postfix}]",
        )
        self._before = self._bar.n

    def update(self) -> None:
        """Shows the progress of the session."""
        now = self._session.seconds if self._by_time else self._session.step_count
        self._bar.update(min(now, self._bar.total) - self._bar.n)
        if self._bar.n - self._before > self._bar.total / 200:
            self._before = self._bar.n
            page = type(self._session.model)
            last = self._session.journal.history.last()
            shown = {m.label: f"{last[m.key]:.2f}" for m in page.metrics[:3] if m.key in last}
            self._bar.set_postfix({"step": self._session.step_count, **shown}, refresh=False)

    def __enter__(self) -> Self:
        """The bar itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the bar, which stays on the screen."""
        self._bar.close()


def download_progress(what: str, done: int, total: int) -> None:
    """Prints the progress of a download on a terminal."""
    if not sys.stderr.isatty():
        return
    share = f"{done / total:5.0%}" if total else f"{done / 1e6:6.1f} MB"
    print(f"\r{what}: {share}", end="\n" if total and done >= total else "", file=sys.stderr, flush=True)


class Working:
    """What a command computes, on stderr, once that takes longer than a second.

    On a terminal it is one line, rewritten twice a second and removed at the end; in a file or a pipe it is a line
    every ten seconds.

    Args:
        what: What is computed.
        clock: Seconds.
    """

    def __init__(self, what: str, clock: Callable[[], float] = time.monotonic):
        self._what, self._clock = what, clock
        self._began, self._told = clock(), -math.inf
        self._terminal = sys.stderr.isatty()
        self._lock, self._over = threading.Lock(), threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="progress", daemon=True)

    def step(self, what: str) -> None:
        """Names what is computed now."""
        self._what = what
        self.tell()

    def count(self, done: int, total: int) -> None:
        """Takes how much of a total is done."""
        self.step(f"{done:,} of {total:,}")

    def tell(self) -> None:
        """Writes what is computed and for how long, if it is time to."""
        with self._lock:
            now = self._clock()
            if now - self._began < _SILENT or now - self._told < (_REWRITE if self._terminal else _AGAIN):
                return
            self._told = now
            line = f"{self._what}, {now - self._began:.0f} s"
            print(f"\r{line}{_REST_OF_LINE}" if self._terminal else line, end="" if self._terminal else "\n",
                  file=sys.stderr, flush=True)  # fmt: skip

    def _tick(self) -> None:
        while not self._over.wait(_REWRITE):
            self.tell()

    def __enter__(self) -> Self:
        """Starts to watch the time."""
        self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Removes the line from a terminal."""
        self._over.set()
        self._ticker.join()
        if self._terminal and self._told > -math.inf:
            print(f"\r{_REST_OF_LINE}", end="", file=sys.stderr, flush=True)
