"""Recording of views for the timeline, in short slices between training rounds."""

from __future__ import annotations

import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from explorer.engine.measure.budget import recorded_params
from explorer.engine.runs.recorder import Recorder
from explorer.engine.views.requests import Request
from explorer.engine.views.viewer import Viewer
from models.frames import Frame
from models.protocol import GenerativeModel

__all__ = ["Recording"]

_log = logging.getLogger("explorer")
_MOST_PENDING = 8  # moments, each with a copy of the model
# Where a view takes longer than many steps, fewer moments are recorded: recording may take this share of the training
# time, and some seconds more.
_SHARE = 0.1
_FREE = 1.0
_END: Any = object()


@dataclass
class _Moment:
    """A step whose frames are being computed.

    Attributes:
        step: Rounds completed.
        frames: Frames by view; for a view of several frames the newest so far.
        streams: Views of several frames that are incomplete.
    """

    step: int
    frames: dict[str, Frame] = field(default_factory=dict)
    streams: dict[str, Iterator[Frame | None]] = field(default_factory=dict)


class Recording:
    """Computes the frames of recorded views and stores them by step.

    A view with one frame is computed at once. A view that yields several frames works on a frozen copy of the model:
    each call of `advance` computes one part of it, and the last frame is recorded. Moments are stored in the order of
    their steps when all their views are complete, so the result does not depend on when `advance` and `finish` are
    called.

    Args:
        viewer: Computes the views.
        recorder: Stores the frames.
        between: Called between two frames when several are computed in a row.

    Attributes:
        recorder: Stores the frames.
    """

    def __init__(self, viewer: Viewer, recorder: Recorder, between: Callable[[], None]):
        self.recorder = recorder
        self._viewer, self._between = viewer, between
        self._pending: deque[_Moment] = deque()
        self._spent = 0.0  # seconds
        self._failed: set[str] = set()

    def affordable(self, seconds: float) -> bool:
        """Whether recording took no more than its share of the training time so far."""
        return self._spent < _FREE + _SHARE * seconds

    def start(self, model: GenerativeModel, step: int) -> None:
        """Computes the views of a model after a step, and starts those of several frames."""
        with self._counting():
            self._start(model, step)

    def _start(self, model: GenerativeModel, step: int) -> None:
        while len(self._pending) >= _MOST_PENDING:
            self._complete_first()
        moment = _Moment(step)
        frozen: GenerativeModel | None = None
        for name, view in self._viewer.views.items():
            if not view.record or name in self._failed or not view.applies(type(model), model.config, model.spec):
                continue
            if view.streams:
                frozen = model.copy() if frozen is None else frozen
                moment.streams[name] = self._viewer.parts(Request(name, params=recorded_params(view, model)), frozen)
                continue
            try:
                moment.frames[name] = self._viewer.last_frame(Request(name, params=recorded_params(view, model)), model)
            except Exception as error:  # an error in a view must not end training
                self._leave_out(name, error)
        self._pending.append(moment)
        self._file()

    def advance(self) -> None:
        """Computes one part of the first view that is incomplete."""
        if not self._pending:
            return
        with self._counting():
            self._advance()

    def _advance(self) -> None:
        moment = self._pending[0]
        name, stream = next(iter(moment.streams.items()))
        try:
            part = next(stream, _END)
            if part is _END and name not in moment.frames:
                raise ValueError("it yielded no frame")
        except Exception as error:  # an error in a view must not end training
            self._leave_out(name, error)
            for each in self._pending:
                each.streams.pop(name, None)
                each.frames.pop(name, None)
        else:
            if part is _END:
                del moment.streams[name]
            elif part is not None:
                moment.frames[name] = part
        self._file()

    def finish(self) -> None:
        """Completes all moments."""
        while self._pending:
            self._complete_first()

    def _complete_first(self) -> None:
        moment = self._pending[0]
        while self._pending and self._pending[0] is moment:
            self.advance()
            self._between()

    @contextlib.contextmanager
    def _counting(self) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self._spent += time.perf_counter() - began

    def _file(self) -> None:
        while self._pending and not self._pending[0].streams:
            moment = self._pending.popleft()
            self.recorder.add(moment.step, moment.frames)

    def _leave_out(self, name: str, error: Exception) -> None:
        """Stops recording a view, and logs the reason."""
        self._failed.add(name)
        _log.warning("view %s is no longer recorded: %s", name, error)
