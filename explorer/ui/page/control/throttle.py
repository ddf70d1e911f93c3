"""Runs queued callbacks in small batches, so that showing a snapshot never keeps a drag or a click waiting for long."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Slot

__all__ = ["Throttle"]

_BATCH = 3  # callbacks
_INTERVAL = 4  # ms between two batches, in which the window paints and answers


class Throttle(QObject):
    """Runs queued callbacks in small batches."""

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._queue: deque[Callable[[], None]] = deque()
        self._timer = QTimer(self, interval=_INTERVAL)
        self._timer.timeout.connect(self._on_timeout)

    def __bool__(self) -> bool:
        """Whether any callback is queued."""
        return bool(self._queue)

    def begin(self, callbacks: Iterable[Callable[[], None]]) -> None:
        """Runs the first batch now and the others later; callbacks that were still queued are dropped."""
        self._queue = deque(callbacks)
        self._timer.start()
        self._on_timeout()

    def clear(self) -> None:
        """Drops what is queued."""
        self._queue.clear()
        self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        for _ in range(_BATCH):
            if self._queue:
                self._queue.popleft()()
        if not self._queue:
            self._timer.stop()
