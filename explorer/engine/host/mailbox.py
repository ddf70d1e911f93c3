"""The mailbox between a host and the window. It holds only the newest snapshot."""

from __future__ import annotations

import math
import threading
import time

from explorer.engine.host.snapshot import REST, Snapshot

__all__ = ["Mailbox"]


class Mailbox:
    """Holds the newest snapshot, and the time of the next.

    A snapshot is due when the last one was taken, something has changed since, and the interval has passed. Any thread
    may call `take`; the host's thread calls all other methods.

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
        """The snapshot, once, and whether this call requests the next."""
        with self._lock:
            snapshot, self._snapshot = self._snapshot, None
        asks, self._wanted = not self._wanted, True
        return snapshot, asks

    @property
    def wanted(self) -> bool:
        """Whether the window has taken the last snapshot, which shows that it is displaying them."""
        return self._wanted

    @property
    def due_at(self) -> float:
        """Time of the monotonic clock at which a snapshot is due; infinity if none is."""
        return self._next if self._wanted and self.stale else math.inf

    @property
    def due(self) -> bool:
        """Whether a snapshot is due now."""
        return self._wanted and self.stale and time.monotonic() >= self._next

    def begin(self) -> None:
        """Starts a snapshot; later changes belong to the next."""
        self._wanted = self.stale = False

    def put(self, snapshot: Snapshot, began: float, training: bool) -> None:
        """Offers a snapshot, and sets the time of the next.

        Args:
            snapshot: The snapshot.
            began: Time of the monotonic clock at which it was started.
            training: Whether a session trains; training then gets most of the time.
        """
        with self._lock:
            self._snapshot = snapshot
        now = time.monotonic()
        due = max(self._next + self._interval, now)  # a late snapshot does not delay those after it
        self._next = max(due, now + REST * (now - began)) if training else due

    def clear(self) -> None:
        """Drops the snapshot, because another session or page is shown."""
        with self._lock:
            self._snapshot = None
        self.stale = True
