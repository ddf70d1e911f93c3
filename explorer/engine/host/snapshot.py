"""Snapshots of a page: its state at one moment, with a frame of each view that the window watches."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from explorer.engine.host.session_views import SessionViews
from explorer.engine.runs.curves import loss_curves
from explorer.engine.runs.setup_history import SetupHistory
from explorer.engine.views.requests import Reply, Request, RequestQueue
from explorer.engine.views.static_page import StaticPage
from explorer.engine.views.viewer import eval_mode
from explorer.engine.watched import WatchedRun
from models.frames import Curves, Frame
from models.protocol import View

__all__ = ["REST", "Snapshot", "SnapshotMaker"]

REST = 6.0  # seconds of training for each second spent on views
_RATE = 2.0  # seconds over which steps per second are counted
_FRESH = 0.06  # seconds for which a reply to a request is new enough for a snapshot during training


@dataclass(frozen=True)
class Snapshot:
    """The state of a page at one moment. The window uses only the newest.

    Attributes:
        step, seconds, progress: Those of the session; 0 without one.
        rate: Rounds a second over the last two seconds.
        state: The session's status, or "static".
        replies: A frame or an error for each view that is watched.
        curves: Every metric, or None if nothing was measured.
        last: The newest value of each metric, or the values of a lab.
        recorded: Steps on the timeline.
        averaged: Whether the model has averaged weights.
        setups: The setup at each step, or None without a session.
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
    setups: SetupHistory | None = None


@dataclass
class _Stream:
    """A watched view of several frames that was requested."""

    request: Request
    step: int
    seconds: float = 0.0
    over: bool = False
    ended: float = 0.0


class SnapshotMaker:
    """The watched views and the newest reply for each. Only `requests` may be used by other threads than the host's.

    Attributes:
        requests: A request for each visible view.
        replies: The newest reply for each view.
        pace: Times and steps of the last snapshots.
    """

    def __init__(self) -> None:
        self.requests: tuple[Request, ...] = ()
        self.replies: dict[str, Reply] = {}
        self.pace: list[tuple[float, int]] = []
        self._asked: dict[str, float] = {}
        self._streams: dict[str, _Stream] = {}

    def clear(self) -> None:
        """Drops all replies, because another session or page is shown."""
        self.replies.clear()
        self.pace.clear()
        self._streams.clear()

    def weights_moved(self) -> None:
        """Drops the replies, because the weights have changed within the round."""
        self.replies.clear()
        self._streams = {name: stream for name, stream in self._streams.items() if not stream.over}

    def keep(self, reply: Reply) -> bool:
        """Stores a reply, so that a snapshot of the same weights does not compute it again.

        Returns:
            True if a view of several frames is complete, so that a new snapshot is due.
        """
        stream = self._streams.get(reply.request.view)
        if stream is None:
            self.replies[reply.request.view] = reply
            self._asked[reply.request.view] = time.monotonic()
        elif stream.request is reply.request:
            stream.seconds += reply.seconds
            stream.over, stream.ended = reply.final, time.monotonic()
            return reply.final
        return False

    def snapshot(self, shown: SessionViews | StaticPage, queue: RequestQueue, training: bool) -> tuple[Snapshot, bool]:
        """The state of a page.

        Args:
            shown: The views of a session, or a static page.
            queue: Takes requests for views of several frames.
            training: Whether a session trains; the time for views is then limited.

        Returns:
            The snapshot, and whether another is due although nothing changes, because a view has to wait.
        """
        if isinstance(shown, SessionViews):
            return self._of_session(shown, queue, training)
        replies, again = self._watched(shown, queue, training)
        if isinstance(shown, WatchedRun):
            return _of_watched_run(shown, replies), again
        return Snapshot(step=shown.step, replies=replies, last=shown.last), again

    def _of_session(self, views: SessionViews, queue: RequestQueue, training: bool) -> tuple[Snapshot, bool]:
        session = views.session
        session.flush()
        with eval_mode(session.display_model()):
            replies, again = self._watched(views, queue, training)
        snapshot = Snapshot(
            session.step_count,
            session.seconds,
            session.progress,
            self._steps_per_second(session.step_count),
            session.status,
            replies,
            loss_curves(type(session.model), session.journal.history, session.setup.config),
            session.journal.history.last(),
            tuple(session.journal.recorder.steps()),
            session.learner.averaged is not None,
            session.setups,
        )
        return snapshot, again

    def _watched(
        self, shown: SessionViews | StaticPage, queue: RequestQueue, training: bool
    ) -> tuple[tuple[Reply, ...], bool]:
        """Computes each watched view of one frame, and requests those of several frames."""
        self._close_unwatched(shown)
        replies, again, step = [], False, shown.step
        for request, view in self._applying(shown):
            if view.streams:
                again = self._stream(request, step, queue, training) or again
            else:
                replies.append(self._reply(request, shown, training))
        return tuple(replies), again

    def _close_unwatched(self, shown: SessionViews | StaticPage) -> None:
        """Ends views of several frames that are not watched any more, so that they do not delay those that are."""
        watched = {request.view for request in self.requests}
        for name in [name for name, stream in self._streams.items() if name not in watched and not stream.over]:
            shown.viewer.close(name)
            del self._streams[name]

    def frames(self, views: SessionViews) -> dict[str, Frame]:
        """The frame of each watched view of one frame, for the weights of this moment."""
        with eval_mode(views.display_model()):
            replies = [
                self._reply(request, views, training=False)
                for request, view in self._applying(views)
                if not view.streams
            ]
        return {reply.request.view: reply.frame for reply in replies if reply.frame is not None}

    def _reply(self, request: Request, shown: SessionViews | StaticPage, training: bool) -> Reply:
        """The stored reply to a request, or a new one where request or weights are others."""
        reply = self.replies.get(request.view)
        fresh = training and time.monotonic() - self._asked.get(request.view, -math.inf) < _FRESH
        if reply is None or reply.request.stamp != request.stamp or (reply.step != shown.step and not fresh):
            reply = shown.viewer.answer(request, shown.display_model(request.raw), shown.step)
            self.replies[request.view] = reply
        return reply

    def _applying(self, shown: SessionViews | StaticPage) -> Iterator[tuple[Request, View]]:
        """The requests that can be answered, with their views."""
        for request in self.requests:
            view = shown.viewer.views.get(request.view)
            if view is not None and view.applies(type(shown.display_model()), shown.config, shown.spec):
                yield request, view

    def _stream(self, request: Request, step: int, queue: RequestQueue, training: bool) -> bool:
        """Requests a view of several frames if its request has changed, or, some time later, if the weights have.

        Returns:
            Whether the request is still to be made later.
        """
        stream = self._streams.get(request.view)
        if stream is not None and stream.request.stamp == request.stamp:
            if not stream.over or stream.step == step:
                return False
            if training and time.monotonic() < stream.ended + REST * stream.seconds:
                return True
        self.request_stream(request, step, queue)
        return False

    def request_stream(self, request: Request, step: int, queue: RequestQueue) -> None:
        """Requests a view of several frames."""
        self._streams[request.view] = _Stream(request, step)
        queue.ask(request)

    def _steps_per_second(self, step: int) -> float:
        now = time.monotonic()
        self.pace.append((now, step))
        while len(self.pace) > 2 and now - self.pace[1][0] > _RATE:
            del self.pace[0]
        then, before = self.pace[0]
        return (step - before) / (now - then) if now > then else 0.0


def _of_watched_run(shown: WatchedRun, replies: tuple[Reply, ...]) -> Snapshot:
    return Snapshot(
        step=shown.step,
        seconds=shown.seconds,
        progress=shown.progress,
        replies=replies,
        curves=shown.curves(),
        last=shown.newest,
        recorded=tuple(shown.recorder.steps()),
        setups=shown.setups,
    )
