"""What a snapshot changes is shown part by part, so that none of it keeps a drag or a click waiting for long."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Slot

__all__ = ["Pace"]

_AT_ONCE = 3  # parts
_BREATH = 4  # ms between two parts: what was shown is painted, and what was clicked is answered


class Pace(QObject):
    """Does a few things at a time, with a breath for the window after them."""

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._waiting: deque[Callable[[], None]] = deque()
        self._timer = QTimer(self, interval=_BREATH)
        self._timer.timeout.connect(self._on_timeout)

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._waiting)

    def begin(self, parts: Iterable[Callable[[], None]]) -> None:
        """Does the first parts now and the others after them; what still waited is dropped."""
        self._waiting = deque(parts)
        self._timer.start()
        self._on_timeout()

    def clear(self) -> None:
        """Drops what waits."""
        self._waiting.clear()
        self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        for _ in range(_AT_ONCE):
            if self._waiting:
                self._waiting.popleft()()
        if not self._waiting:
            self._timer.stop()
