"""Recorded moments: asked of the host when the timeline is scrubbed, handed on when they come."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction

from explorer.engine.host.events import Event, Recorded
from explorer.engine.host.host import PageHost
from explorer.ui.controls import make_action
from explorer.ui.page.state.moment import Moment
from explorer.ui.page.state.shown import Shown

__all__ = ["Scrubber"]


class Scrubber(QObject):
    """Fetches the frames of the moment that is to be shown; goes live when something else is shown.

    Signals:
        recorded: Step of the recorded moment, and its frames by view.

    Args:
        host: The page's host.
        moment: The moment to show.
        shown: What the page shows.
    """

    recorded = Signal(int, object)

    def __init__(self, host: PageHost, moment: Moment, shown: Shown, parent: QObject | None = None):
        super().__init__(parent)
        self._host, self._moment = host, moment
        self._live = make_action(self, "live", "Live", moment.go_live, group="Timeline", key="L")
        moment.changed.connect(self._on_changed)
        shown.changed.connect(moment.go_live)

    def actions(self) -> list[QAction]:
        """Back to the newest."""
        return [self._live]

    @Slot(object)
    def handle(self, event: Event) -> None:
        """Takes what the host reports; a moment that comes after the page went live is dropped."""
        if isinstance(event, Recorded) and not self._moment.is_live:
            self.recorded.emit(event.step, event.frames)

    @Slot()
    def _on_changed(self) -> None:
        if self._moment.step is not None:
            self._host.read_recorded(self._moment.step)
