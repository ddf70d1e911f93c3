"""The mailbox between a host and its window: it holds only the newest snapshot."""

from __future__ import annotations

import math
import threading
import time

from explorer.engine.host.snapshot import REST, Snapshot

__all__ = ["Mailbox"]


class Mailbox:
    """The newest snapshot, and the time of the next.

    A snapshot is made when the last one was taken, when something has changed since, and when the interval has passed.
    `take` may be called by any thread; everything else belongs to the host's.

    Args:
        interval: Mean time between two snapshots, in seconds.

    Attributes:
        stale: Whether something has changed since the last snapshot. Any thread may set it.
    """

    def __init__(self, interval: float):
        self.stale = True
        self._interval = interval
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._wanted = False
        self._next = 0.0

    def take(self) -> tuple[Snapshot | None, bool]:
        """The snapshot, once, and whether this call asks for the next one."""
        with self._lock:
            snapshot, self._snapshot = self._snapshot, None
        asks, self._wanted = not self._wanted, True
        return snapshot, asks

    @property
    def due_at(self) -> float:
        """Time at which a snapshot is due, of the monotonic clock; infinite where none is."""
        return self._next if self._wanted and self.stale else math.inf

    @property
    def due(self) -> bool:
        """Whether a snapshot is due now."""
        return self._wanted and self.stale and time.monotonic() >= self._next

    def begin(self) -> None:
        """Notes that a snapshot is being made; what changes from now on belongs to the next."""
        self._wanted = self.stale = False

    def put(self, snapshot: Snapshot, began: float, training: bool) -> None:
        """Offers a snapshot, and sets the time of the next.

        Args:
            snapshot: The snapshot.
            began: When its making began, of the monotonic clock.
            training: Whether a session trains, which must have the greater share of the time.
        """
        with self._lock:
            self._snapshot = snapshot
        now = time.monotonic()
        due = max(self._next + self._interval, now)  # a late snapshot does not delay those after it
        self._next = max(due, now + REST * (now - began)) if training else due

    def clear(self) -> None:
        """Drops the snapshot, because something else is shown."""
        with self._lock:
            self._snapshot = None
        self.stale = True
