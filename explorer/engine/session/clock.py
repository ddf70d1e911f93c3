"""The clock of training time."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

__all__ = ["Clock"]


class Clock:
    """Measures training time: it is stopped during views, saving and waiting.

    Args:
        seconds: Training time so far.
    """

    def __init__(self, seconds: float = 0.0):
        self._total = seconds
        self._started: float | None = None

    def start(self) -> None:
        """Starts the clock."""
        self._started = time.perf_counter()

    def stop(self) -> None:
        """Stops the clock; does nothing if it is stopped already."""
        if self._started is not None:
            self._total += time.perf_counter() - self._started
            self._started = None

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Runs the clock in the block, and stops it afterwards if it was stopped before."""
        stood = self._started is None
        if stood:
            self.start()
        try:
            yield
        finally:
            if stood:
                self.stop()

    @property
    def seconds(self) -> float:
        """Training time so far."""
        return self._total + (0.0 if self._started is None else time.perf_counter() - self._started)
