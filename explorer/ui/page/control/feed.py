"""What the thread of a page says, put onto its cards: snapshots when they come, answers to a drag at once."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from explorer.engine.host.host import Snapshot
from explorer.engine.views.requests import Reply
from explorer.ui.numbers import count
from explorer.ui.page.control.throttle import Pace
from models.frames import Curves

if TYPE_CHECKING:
    from explorer.ui.page.page import PageWidget

__all__ = ["Showing"]

_PULL = 50  # ms between two looks into the mailbox
_READABLE = 0.3  # s between two values of a number while a model trains


class Showing(QObject):
    """Looks into the thread's mailbox while the page is in sight.

    Attributes:
        snapshot: How the page stood last.
        newest: The newest answer to each view.

    Args:
        page: The page.
    """

    def __init__(self, page: PageWidget):
        super().__init__(page)
        self._page = page
        self.snapshot = Snapshot()
        self.newest: dict[str, Reply] = {}
        self._calm, self._readable_after = False, 0.0
        self._pace = Pace(self)
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._on_later)
        self._timer = QTimer(self, interval=_PULL)
        self._timer.timeout.connect(self._on_pull)
        page.thread_.replied.connect(self._on_reply)

    def start(self) -> None:
        """Looks for snapshots from now on."""
        self._timer.start()

    def stop(self) -> None:
        """Looks for them no longer, and drops what of the last one has not been shown."""
        self._timer.stop()
        self._later.stop()
        self._pace.clear()

    @property
    def is_behind(self) -> bool:
        """Whether part of the last snapshot waits to be shown."""
        return bool(self._pace)

    def step_of(self, name: str) -> int:
        """Round of what a card shows."""
        return self.newest[name].step if name in self.newest else self.snapshot.step

    def begin_anew(self, step: int) -> None:
        """Something else is shown from now on, which is at a step."""
        self._pace.clear()
        self._later.stop()
        self.snapshot = Snapshot(step=step)
        self.newest.clear()

    def show_again(self) -> None:
        """Shows the last snapshot, whatever was shown since."""
        self.newest.clear()
        self._readable_after = 0.0
        self._page.watch()
        self._pace.clear()
        for show in self._parts(self.snapshot):
            show()

    def show_curves(self, curves: Curves) -> None:
        """Shows every metric over the steps, with a marker at the moment that is scrubbed to."""
        page = self._page
        marker = None if page.moments.scrubbed is None else float(page.moments.scrubbed)
        card = page.cards["curves"]
        if card.isVisible() or page.is_followed(card):
            card.show_frame(dataclasses.replace(curves, marker=marker))
        backdrop = next((series for series in curves.series if series.role == "total"), None)
        if backdrop is not None and not self._calm:
            page.timeline.show_backdrop(backdrop.x, backdrop.y)

    @Slot()
    def _on_pull(self) -> None:
        if self._pace:
            return
        snapshot = self._page.thread_.host.take()
        if snapshot is not None:
            self._pace.begin(self._parts(snapshot))

    def _parts(self, snapshot: Snapshot) -> list[Callable[[], None]]:
        """What shows a snapshot, each part of about the cost of a card."""
        parts = [partial(self._show_standing, snapshot)]
        if snapshot.curves is not None and snapshot.step > 0:  # one point is no curve
            parts.append(partial(self.show_curves, snapshot.curves))
        return parts + [partial(self._show_reply, reply) for reply in snapshot.replies]

    def _show_standing(self, snapshot: Snapshot) -> None:
        page, self.snapshot = self._page, snapshot
        page.pointing.say_weights()
        now = time.monotonic()
        self._calm = page.state == "training" and snapshot.state == "training" and now < self._readable_after
        if self._calm:
            self._later.start(round(1000 * _READABLE))  # the last one is shown also where none follows
            return
        self._later.stop()
        self._readable_after = now + _READABLE
        training = page.acts.setup.training if page.acts.setup is not None else None
        if training is not None:
            shown = snapshot if page.state == "training" else dataclasses.replace(snapshot, state=page.state)
            page.run_bar.show_progress(shown, training.steps, training.seconds)
            page.timeline.show_recorded(snapshot.recorded, training.steps)
            if page.moments.scrubbed is None:
                page.timeline.show_step(snapshot.step)
        page.explain.show_values(snapshot.last, page.acts.config)

    @Slot()
    def _on_later(self) -> None:
        self._show_standing(self.snapshot)

    @Slot(object)
    def _on_reply(self, reply: Reply) -> None:
        self._show_reply(reply)

    def _show_reply(self, reply: Reply) -> None:
        page, name = self._page, reply.request.view
        card, newest = page.cards.get(name), self.newest.get(name)
        if card is None or (newest is not None and (reply is newest or reply.age < newest.age)):
            return
        if not page.looking.makes_sense(card.view):
            return
        self.newest[name] = reply
        if reply.error:
            card.show_error(reply.error)
            return
        if reply.frame is None or (page.moments.scrubbed is not None and card.view.record):
            return
        card.clear_error()
        card.show_frame(reply.frame)
        if page.failures.stopped:
            card.set_state(f"step {count(reply.step)}, last good")
        page.pointing.follow(card, reply.frame)
        page.directions.follow(card, reply.frame)
