"""The base class of the application's threads."""

from __future__ import annotations

from PySide6.QtCore import QObject, QThread, Slot

__all__ = ["Thread"]

_STACK = 16 << 20  # bytes; the default of some systems is too small for numerical libraries

_running: set[Thread] = set()  # destroying the object of a running thread would end the process


class Thread(QThread):
    """A thread with a large stack, whose object lives until it has ended.

    Subclasses do their work in `run` and end it when `stop` is called.

    Args:
        name: What the thread works for: its object name is `thread.<name>`.
    """

    def __init__(self, name: str, parent: QObject | None = None):
        super().__init__(parent)
        self.setObjectName(f"thread.{name}")
        self.setStackSize(_STACK)
        self.finished.connect(self._forget)

    def begin(self, priority: QThread.Priority = QThread.Priority.InheritPriority) -> None:
        """Starts the thread unless it runs."""
        if not self.isRunning():
            _running.add(self)
            self.start(priority)

    def stop(self) -> None:
        """Asks the thread to end; called by `end` in the thread of the caller."""
        self.requestInterruption()

    def end(self, milliseconds: int = 5000) -> bool:
        """Stops the thread; returns whether it ended in time."""
        self.stop()
        ended = self.wait(milliseconds) if self.isRunning() else True
        if ended:
            _running.discard(self)
        return ended

    @Slot()
    def _forget(self) -> None:
        if not self.isRunning():  # else it was started again meanwhile
            _running.discard(self)
