"""Snapshots of a page: how it stands at one moment, made from what the window watches and never twice."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from explorer.engine.runs.curves import loss_curves
from explorer.engine.session.session import Session
from explorer.engine.views.static_page import StaticPage
from explorer.engine.views.viewer import Reply, Request, RequestQueue, eval_mode
from models.frames import Curves

__all__ = ["REST", "Snapshot", "SnapshotMaker"]

REST = 6.0  # what cost c seconds of looking is followed by at least 6 c of training
_RATE = 2.0  # seconds over which steps per second are counted
_FRESH = 0.06  # seconds for which an answer to somebody who drags is new enough for a snapshot while training goes on


@dataclass(frozen=True)
class Snapshot:
    """How a page stands at one moment; the newest is all the window needs.

    Attributes:
        step, seconds, progress: Of the session; 0 where there is none.
        rate: Rounds a second, lately.
        state: The session's state, or "static".
        replies: A frame or an error for each view that is watched.
        curves: Every metric, or None where nothing was measured.
        last: The newest value of each metric.
        recorded: Steps on the timeline.
        averaged: Whether there are averaged weights.
    """

    step: int = 0
    seconds: float = 0.0
    progress: float = 0.0
    rate: float = 0.0
    state: str = "static"
    replies: tuple[Reply, ...] = ()
    curves: Curves | None = None
    last: Mapping[str, float] = field(default_factory=dict)
    recorded: tuple[int, ...] = ()
    averaged: bool = False


@dataclass
class _Stream:
    """A view of many frames that was asked for because it is watched."""

    request: Request
    step: int
    seconds: float = 0.0
    over: bool = False
    ended: float = 0.0


class SnapshotMaker:
    """What the window watches, and what was made of it. Used by the host's thread alone, but for `requests`.

    Attributes:
        requests: A request for each view in sight.
        kept: The newest answer to each.
        pace: Times and steps of the last snapshots.
    """

    def __init__(self) -> None:
        self.requests: tuple[Request, ...] = ()
        self.kept: dict[str, Reply] = {}
        self.pace: list[tuple[float, int]] = []
        self._asked: dict[str, float] = {}
        self._streams: dict[str, _Stream] = {}

    def clear(self) -> None:
        """Forgets what was made, because something else is shown."""
        self.kept.clear()
        self.pace.clear()
        self._streams.clear()

    def weights_moved(self) -> None:
        """Forgets what shows the weights, because they are others within the same round."""
        self.kept.clear()
        self._streams = {name: stream for name, stream in self._streams.items() if not stream.over}

    def keep(self, reply: Reply) -> bool:
        """Notes an answer to a wish, so that a snapshot of the same weights has not to make it again.

        Returns:
            Whether a stream ended, and the weights may have gone on meanwhile.
        """
        stream = self._streams.get(reply.request.view)
        if stream is None:
            self.kept[reply.request.view] = reply
            self._asked[reply.request.view] = time.monotonic()
        elif stream.request is reply.request:
            stream.seconds += reply.seconds
            stream.over, stream.ended = reply.final, time.monotonic()
            return reply.final
        return False

    def snapshot(self, shown: Session | StaticPage, wishes: RequestQueue, training: bool) -> tuple[Snapshot, bool]:
        """How a page stands.

        Args:
            shown: The session or exhibit.
            wishes: Where views that take long are asked for.
            training: Whether a session trains, which must not be kept from it.

        Returns:
            The snapshot, and whether another is due although nothing changes, for a view that has to wait.
        """
        if isinstance(shown, Session):
            return self._of_session(shown, wishes, training)
        replies, again = self._replies(shown, shown.step, wishes, training)
        return Snapshot(step=shown.step, replies=replies, last=shown.history.last()), again

    def _of_session(self, session: Session, wishes: RequestQueue, training: bool) -> tuple[Snapshot, bool]:
        session.flush()
        with eval_mode(session.display_model()):
            replies, again = self._replies(session, session.step_count, wishes, training)
        snapshot = Snapshot(
            session.step_count,
            session.seconds,
            session.progress,
            self._steps_per_second(session.step_count),
            session.state,
            replies,
            loss_curves(type(session.model), session.history, session.setup.config),
            session.history.last(),
            tuple(session.recorder.steps()),
            session.averaged is not None,
        )
        return snapshot, again

    def _replies(
        self, shown: Session | StaticPage, step: int, wishes: RequestQueue, training: bool
    ) -> tuple[tuple[Reply, ...], bool]:
        replies, again = [], False
        for request in self.requests:
            view = shown.viewer.views.get(request.view)
            if view is None or not view.applies(type(shown.display_model()), shown.config, shown.spec):
                continue
            if view.streams:
                again = self._stream(request, step, wishes, training) or again
            else:
                known = self.kept.get(request.view)
                fresh = training and time.monotonic() - self._asked.get(request.view, -math.inf) < _FRESH
                if known is None or known.request.stamp != request.stamp or (known.step != step and not fresh):
                    known = self.kept[request.view] = shown.viewer.answer(
                        request, shown.display_model(request.raw), step
                    )
                replies.append(known)
        return tuple(replies), again

    def _stream(self, request: Request, step: int, wishes: RequestQueue, training: bool) -> bool:
        """Asks for a view that takes long, once for each change and, with new weights, after a rest of 6 c again."""
        known = self._streams.get(request.view)
        if known is not None and known.request.stamp == request.stamp:
            if not known.over or known.step == step:
                return False
            if training and time.monotonic() < known.ended + REST * known.seconds:
                return True
        self._streams[request.view] = _Stream(request, step)
        wishes.ask(request)
        return False

    def _steps_per_second(self, step: int) -> float:
        now = time.monotonic()
        self.pace.append((now, step))
        while len(self.pace) > 2 and now - self.pace[1][0] > _RATE:
            del self.pace[0]
        then, before = self.pace[0]
        return (step - before) / (now - then) if now > then else 0.0
