"""The thread of a page: runs its host, and turns what the host says into signals."""

from __future__ import annotations

from PySide6.QtCore import QObject, QThread, Signal

from explorer.engine.host.events import Event
from explorer.engine.host.host import PageHost
from explorer.engine.views.requests import Reply

__all__ = ["PageThread"]

_STACK = 16 << 20  # bytes; the default of some systems is too small for numerical libraries

_running: set[PageThread] = set()  # a thread that is dropped while it runs would end the process


class PageThread(QThread):
    """Owns what a page shows.

    Attributes:
        host: What any thread may talk to.

    Signals:
        replied: The answer to an interactive request, `Reply`.
        happened: Something seldom, `Event`.
    """

    replied = Signal(object)
    happened = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None):
        super().__init__(parent)
        self.setObjectName(f"thread.{name}")
        self.setStackSize(_STACK)
        self.host = PageHost(self._reply, self._event)

    def begin(self) -> None:
        """Starts the thread, once."""
        if not self.isRunning():
            _running.add(self)
            self.start()

    def end(self, milliseconds: int = 5000) -> bool:
        """Stops and saves; returns whether the thread ended in time."""
        self.host.close()
        ended = self.wait(milliseconds) if self.isRunning() else True
        if ended:
            _running.discard(self)
        return ended

    def _reply(self, reply: Reply) -> None:
        self.replied.emit(reply)

    def _event(self, event: Event) -> None:
        self.happened.emit(event)

    def run(self) -> None:
        """The thread's life."""
        self.host.run()
