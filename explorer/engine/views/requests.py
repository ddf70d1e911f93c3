"""Requests for views and the replies to them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.frames import Frame
from models.protocol import Input

__all__ = ["Reply", "Request", "RequestQueue"]


@dataclass(frozen=True)
class Request:
    """A request to compute one view.

    Attributes:
        view: Name of the view.
        inputs: Input values by argument name; missing ones have their defaults.
        params: Values of the card's controls; missing ones have their defaults.
        stamp: Returned with the reply, so that the sender recognises replies to older requests.
        raw: Use the raw weights even if the model has averaged ones.
    """

    view: str
    inputs: Mapping[str, Input] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    stamp: int = 0
    raw: bool = False


@dataclass(frozen=True)
class Reply:
    """The frame computed for a request, or the reason why there is none.

    Attributes:
        request: The request.
        frame: The frame, or None.
        step: Round of the weights that were used.
        seconds: Time of the computation.
        final: No further frame of this request follows.
        error: One sentence, or "".
    """

    request: Request
    frame: Frame | None
    step: int
    seconds: float
    final: bool = True
    error: str = ""

    @property
    def order(self) -> tuple[int, int]:
        """Sort key of the replies for one view: by stamp of the request, then by step of the weights."""
        return self.request.stamp, self.step


class RequestQueue:
    """Requests from other threads. Of each view only the newest is kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Request] = {}

    def ask(self, request: Request) -> None:
        """Appends a request and removes an older one for the same view."""
        with self._lock:
            self._waiting.pop(request.view, None)
            self._waiting[request.view] = request

    def __bool__(self) -> bool:
        """Whether any request is waiting."""
        return bool(self._waiting)  # read between any two micro-batches; the size of a dict needs no lock

    def take(self) -> list[Request]:
        """Removes and returns all waiting requests, oldest first."""
        with self._lock:
            taken, self._waiting = list(self._waiting.values()), {}
        return taken
