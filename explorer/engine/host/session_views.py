"""The views of a session, computed when its model can be used: between two rounds and between two micro-batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.engine.runs.recorder import Recorder
from explorer.engine.session.session import Session
from explorer.engine.views.requests import Reply, Request, RequestQueue
from explorer.engine.views.viewer import Viewer
from models.frames import Frame
from models.protocol import DataSpec, GenerativeModel

__all__ = ["SessionViews"]


class SessionViews:
    """Answers requests for the views of a session, in the session's thread.

    Args:
        session: The session; its callback `between_micro_batches` serves the requests.
        requests: The queue into which other threads put requests; None for a new one.
        reply: Called with each reply.

    Attributes:
        session: The session.
        requests: The queue.
        viewer: Computes the views.
    """

    def __init__(
        self,
        session: Session,
        requests: RequestQueue | None = None,
        reply: Callable[[Reply], None] = lambda reply: None,
    ):
        self.session = session
        self.requests = RequestQueue() if requests is None else requests
        self.viewer = Viewer(session.model, session.data, session.placement.device, session.journal.history)
        self._reply = reply
        session.between_micro_batches = self.serve

    def detach(self) -> None:
        """Stops serving requests from inside the session."""
        self.session.between_micro_batches = lambda: None

    @property
    def config(self) -> Any:
        """The page's config in force."""
        return self.session.setup.config

    @property
    def spec(self) -> DataSpec:
        """The description of the data for which the model was built."""
        return self.session.model.spec

    @property
    def step(self) -> int:
        """Step of the weights."""
        return self.session.step_count

    @property
    def recorder(self) -> Recorder:
        """The recorded frames."""
        return self.session.journal.recorder

    def display_model(self, raw: bool = False) -> GenerativeModel:
        """The model that views use; see `Session.display_model`."""
        return self.session.display_model(raw)

    def serve(self) -> None:
        """Answers the waiting requests, and computes the next frame of each stream in progress."""
        if self.requests or self.viewer.streaming:
            self.viewer.serve(self.requests, self.display_model, self.step, self._reply)

    def frame(self, view: str, **params: Any) -> Frame:
        """The frame of a view for the current weights and default inputs."""
        return self.viewer.last_frame(Request(view, params=params), self.display_model())
