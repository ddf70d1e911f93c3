"""Progress on stderr: a bar on a terminal, occasional lines in a file."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from tqdm import tqdm

from explorer.engine import Session

__all__ = ["Bar", "count_progress", "download_progress"]


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


def count_progress(done: int, total: int) -> None:
    """Prints "done of total" on a terminal."""
    if sys.stderr.isatty():
        print(f"\r{done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
