"""Garbage collection in the window's thread alone: a widget destroyed by another thread crashes the process."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

__all__ = ["GarbageGuard"]

_INTERVAL = 1000  # ms
_collect: Callable[..., int] = gc.collect


def _collect_in_main_thread(generation: int = 2) -> int:
    """Replacement of `gc.collect` that does nothing in other threads: torch calls it in the thread that trains."""
    return _collect(generation) if threading.current_thread() is threading.main_thread() else 0


class GarbageGuard(QObject):
    """Disables automatic collection and collects on a timer, young generations more often.

    Several guards may exist, one for each window: the first disables automatic collection, the last restores it.

    Args:
        parent: Qt parent.
    """

    _held = 0  # number of guards not yet released
    _automatic = True  # whether collection was automatic before the first

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        cls = type(self)
        if cls._held == 0:
            cls._automatic = gc.isenabled()
            gc.disable()
            gc.collect = _collect_in_main_thread
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
        """Restores automatic collection if this is the last guard; a second call does nothing."""
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
