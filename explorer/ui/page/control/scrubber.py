"""Time on a page: recorded moments while the timeline is scrubbed, and back to what is newest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from explorer.ui.numbers import count
from models.frames import Frame

if TYPE_CHECKING:
    from explorer.ui.page.page import PageWidget

__all__ = ["Moments"]


class Moments(QObject):
    """The timeline's side of a page.

    Attributes:
        scrubbed: Step of the moment that was asked for, or None while the page is live.

    Args:
        page: The page.
    """

    def __init__(self, page: PageWidget):
        super().__init__(page)
        self._page = page
        self.scrubbed: int | None = None
        page.timeline.scrubbed.connect(self._on_scrubbed)
        page.timeline.live_requested.connect(self.go_live)

    @Slot(int)
    def _on_scrubbed(self, step: int) -> None:
        self.scrubbed = step
        self._page.timeline.set_live(False)
        self._page.thread_.host.recorded(step)
        self._page.watch()

    def show_recorded(self, step: int, shown: dict[str, Frame]) -> None:
        """Shows what was recorded, unless the page is live again.

        Args:
            step: The moment's.
            shown: Frames by view.
        """
        if self.scrubbed is None:
            return
        page = self._page
        page.timeline.show_step(step)
        for name, frame in shown.items():
            card = page.cards.get(name)
            if card is not None and card.show_frame(frame):
                card.display.forget()  # another moment need not follow on the one before
                card.set_state(f"step {count(step)}")
        for name, card in page.cards.items():
            card.set_live(name not in shown and name != "curves")
        page.explain.set_live(True)
        if page.showing.snapshot.curves is not None:
            page.showing.show_curves(page.showing.snapshot.curves)

    @Slot()
    def go_live(self) -> None:
        """Shows the newest again."""
        if self.scrubbed is None:
            return
        self.scrubbed = None
        for card in self._page.cards.values():
            card.display.forget()
        self._page.timeline.set_live(True)
        self._page.explain.set_live(False)
        self._page.show_newest()
