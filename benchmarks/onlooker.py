"""A thread that asks a session for views at the pace at which the window does."""

from __future__ import annotations

import threading
import time
from collections import Counter

from explorer.engine import Reply, Request, Session, SessionViews
from models.protocol import scenes_of

__all__ = ["Onlooker"]

INTERVAL = 1 / 10  # seconds between two snapshots, at least
REST = 6.0  # a snapshot that cost c seconds is followed by a pause of at least REST · c


class Onlooker(threading.Thread):
    """Looks at the views of a session that a page has in sight, again and again while it is `watching`.

    Attributes:
        views: Serves the requests, in the session's thread.
        watching: Set while views are asked for.
        shown: Names of the views.
        updates: Finished pictures of each view.
        errors: What a view answered instead of a picture.
        cost: Seconds that the session spent on each view.
        snapshots: Times that all views were shown.
    """

    def __init__(self, session: Session):
        super().__init__(daemon=True)
        self.watching = threading.Event()
        self.views = SessionViews(session, reply=self._reply)
        page, views = type(session.model), self.views.viewer.views
        first = [views[name] for name in scenes_of(page)[0].views if name in views]
        self.shown = [view.name for view in first if view.applies(page, session.setup.config, session.data.spec)]
        self.updates: Counter[str] = Counter()
        self.cost: Counter[str] = Counter()
        self.errors: set[str] = set()
        self.snapshots = 0
        self._missing: set[str] = set()
        self._spent = 0.0
        self._complete = threading.Event()
        self._watched = self._since = 0.0
        self._over = False

    def run(self) -> None:
        """Asks, waits for the replies, pauses; until `end`. Time passes only while it is watching."""
        while not self._over:
            self.watching.wait()
            asked = self._clock()
            self._complete.clear()
            self._missing, self._spent = set(self.shown), 0.0
            for name in self.shown:
                self.views.requests.ask(Request(name))
            self._complete.wait()
            replied = self._clock()
            self.snapshots += not self._missing
            due = max(asked + INTERVAL, replied + REST * self._spent)
            while not self._over and (left := due - self._clock()) > 0:
                time.sleep(left)
                self.watching.wait()

    def _clock(self) -> float:
        return self._watched + (time.perf_counter() - self._since if self.watching.is_set() else 0.0)

    def watch(self) -> None:
        """Looks on from now."""
        self._since = time.perf_counter()
        self.watching.set()

    def pause(self) -> None:
        """Stands still until `watch`; what still waits is answered then."""
        self._watched = self._clock()
        self.watching.clear()

    def end(self) -> None:
        """Lets the thread run out."""
        self._over = True
        self.watching.set()
        self._complete.set()
        self.join()

    def _reply(self, reply: Reply) -> None:
        name = reply.request.view
        self.cost[name] += reply.seconds
        self._spent += reply.seconds
        if reply.error:
            self.errors.add(f"{name}: {reply.error}")
        if reply.final:
            self.updates[name] += 1
            self._missing.discard(name)
            if not self._missing:
                self._complete.set()
