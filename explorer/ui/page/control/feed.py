"""Snapshots and replies of the host, handed on in parts that the window can show without a stutter."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from explorer.engine.host.host import PageHost, Snapshot
from explorer.engine.views.requests import Reply
from explorer.ui.page.control.throttle import Throttle
from explorer.ui.page.state.shown import PageState, Shown

__all__ = ["Feed"]

_PULL = 50  # ms between two looks into the mailbox
_READABLE = 0.3  # s between two values of a number while a model trains


class Feed(QObject):
    """Looks into the host's mailbox while the page is in sight, and takes its replies to interactive requests.

    Of two replies for a view the newer one is handed on, whatever the order in which they come.

    Attributes:
        newest: The newest reply for each view.

    Signals:
        snapshot: A `Snapshot`; while a model trains at most one every 0.3 s, so that its numbers can be read.
        curves: The `Curves` of a snapshot, each time.
        reply: A `Reply` for a view that can be computed with the present config.

    Args:
        host: The page's host.
        shown: What the page shows; the newest snapshot and the steps of frames are noted in it.
    """

    snapshot = Signal(object)
    curves = Signal(object)
    reply = Signal(object)

    def __init__(self, host: PageHost, shown: Shown, parent: QObject | None = None):
        super().__init__(parent)
        self._host, self._shown = host, shown
        self.newest: dict[str, Reply] = {}
        self._readable_after = 0.0
        self._throttle = Throttle(self)
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._on_later)
        self._timer = QTimer(self, interval=_PULL)
        self._timer.timeout.connect(self._on_pull)
        shown.changed.connect(self.forget)

    def start(self) -> None:
        """Looks for snapshots from now on."""
        self._timer.start()

    def stop(self) -> None:
        """Stops looking, and drops the undelivered parts of the last snapshot."""
        self._timer.stop()
        self._drop()

    @property
    def is_behind(self) -> bool:
        """Whether part of the last snapshot was not handed on yet."""
        return bool(self._throttle)

    @Slot()
    def forget(self) -> None:
        """Drops all that belongs to what was shown before."""
        self._drop()
        self.newest.clear()

    def repeat(self) -> None:
        """Hands on the newest snapshot and the newest reply for each view again, at once.

        A view whose frames come one by one has its last one in no snapshot.
        """
        replies = list(self.newest.values())
        self.newest.clear()
        self._readable_after = 0.0
        self._throttle.clear()
        for part in self._parts(self._shown.snapshot):
            part()
        for each in replies:
            self.take_reply(each)

    def take(self, snapshot: Snapshot) -> None:
        """Hands on a snapshot, part by part."""
        self._throttle.begin(self._parts(snapshot))

    @Slot(object)
    def take_reply(self, reply: Reply) -> None:
        """Hands on a reply, unless a newer one was."""
        name = reply.request.view
        view, newest = self._shown.views.get(name), self.newest.get(name)
        if view is None or (newest is not None and (reply is newest or reply.order < newest.order)):
            return
        if self._shown.applies(view):
            self.newest[name] = reply
            self._shown.steps[name] = reply.step
            self.reply.emit(reply)

    def _drop(self) -> None:
        self._later.stop()
        self._throttle.clear()

    @Slot()
    def _on_pull(self) -> None:
        if self._throttle:
            return
        snapshot = self._host.take()
        if snapshot is not None:
            self.take(snapshot)

    def _parts(self, snapshot: Snapshot) -> list[Callable[[], None]]:
        """Callbacks that hand on a snapshot, each of about the cost of a card."""
        parts: list[Callable[[], None]] = [partial(self._hand_on, snapshot)]
        if snapshot.curves is not None and snapshot.step > 0:  # one point is no curve
            parts.append(partial(self.curves.emit, snapshot.curves))
        return parts + [partial(self.take_reply, reply) for reply in snapshot.replies]

    def _hand_on(self, snapshot: Snapshot) -> None:
        self._shown.snapshot = snapshot
        now, training = time.monotonic(), self._shown.state is PageState.TRAINING
        if training and snapshot.state == PageState.TRAINING and now < self._readable_after:
            self._later.start(round(1000 * _READABLE))  # the last one is shown also where no other follows
            return
        self._later.stop()
        self._readable_after = now + _READABLE
        self.snapshot.emit(snapshot)

    @Slot()
    def _on_later(self) -> None:
        self._hand_on(self._shown.snapshot)
