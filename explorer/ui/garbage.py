"""Garbage is collected in the window's thread alone: a widget destroyed by another thread crashes the program."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

__all__ = ["GarbageGuard"]

_INTERVAL = 1000  # ms
_collect: Callable[..., int] = gc.collect


def _only_here(generation: int = 2) -> int:
    """Stands in for `gc.collect`, which torch calls in the thread that trains: there it does nothing."""
    return _collect(generation) if threading.current_thread() is threading.main_thread() else 0


class GarbageGuard(QObject):
    """Turns automatic collection off and collects on a timer, youngest objects most often.

    There may be several, one for each window: the first takes over, and with the last all is as it was.

    Args:
        parent: Who keeps it.
    """

    _held = 0  # guards that are not released
    _automatic = True  # whether collection was automatic before the first

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        cls = type(self)
        if cls._held == 0:
            cls._automatic = gc.isenabled()
            gc.disable()
            gc.collect = _only_here
        cls._held += 1
        self._holds = True
        self._timer = QTimer(self, interval=_INTERVAL)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()

    @Slot()
    def _on_timeout(self) -> None:
        young, middle, old = gc.get_count()
        limits = gc.get_threshold()
        if young > limits[0]:
            _collect(2 if old > limits[2] else 1 if middle > limits[1] else 0)

    @Slot()
    def release(self) -> None:
        """Collects as before, unless another guard still holds; a second call does nothing."""
        if not self._holds:
            return
        self._holds = False
        self._timer.stop()
        cls = type(self)
        cls._held -= 1
        if cls._held == 0:
            gc.collect = _collect
            if cls._automatic:
                gc.enable()
