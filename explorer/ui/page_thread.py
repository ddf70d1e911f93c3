"""The thread of a page: runs its host and turns the host's callbacks into signals."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from explorer.engine.host.events import Event
from explorer.engine.host.host import PageHost
from explorer.engine.views.requests import Reply
from explorer.ui.threads import Thread

__all__ = ["PageThread"]


class PageThread(Thread):
    """Runs the host of a page.

    Attributes:
        host: The host; its methods may be called from any thread.

    Signals:
        replied: The answer to an interactive request, `Reply`.
        happened: An event of the host, `Event`: opened, paused, failed and so on.

    Args:
        name: Name of the page.
    """

    replied = Signal(object)
    happened = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None):
        super().__init__(name, parent)
        self.host = PageHost(self._reply, self._event)

    def stop(self) -> None:
        """Closes the host, which saves its run first."""
        self.host.close()

    def _reply(self, reply: Reply) -> None:
        self.replied.emit(reply)

    def _event(self, event: Event) -> None:
        self.happened.emit(event)

    def run(self) -> None:
        """Serves and trains until the host is closed."""
        self.host.run()
