"""Views of a model or lab: inputs filled in, requests served, of each view the newest."""

from __future__ import annotations

import collections
import contextlib
import copy
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn

from explorer.engine.data.tensors import TensorData
from explorer.engine.errors import BadInput
from models.frames import Frame
from models.protocol import (
    BadValue,
    Data,
    DataBatch,
    DataPoint,
    Direction,
    HasDecoder,
    Input,
    Instrument,
    Lab,
    LatentPoint,
    Noise,
    Page,
    Points,
    TimeStep,
    View,
    views_of,
)

__all__ = ["Reply", "Request", "RequestQueue", "Viewer", "eval_mode"]

_SPLITS = ("train", "valid", "test")


@dataclass(frozen=True)
class Request:
    """A wish to see a view.

    Attributes:
        view: Name of the view.
        inputs: Input values by argument name; defaults where missing.
        params: Values of the card's controls; defaults where missing.
        stamp: Comes back with the reply, so that late ones can be told.
        raw: The raw weights are wanted even where averaged ones exist.
    """

    view: str
    inputs: Mapping[str, Input] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    stamp: int = 0
    raw: bool = False


@dataclass(frozen=True)
class Reply:
    """A frame that was asked for, or why there is none.

    Attributes:
        request: What was asked.
        frame: The picture, or None.
        step: Round of the weights it shows.
        seconds: Time it took.
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
    def age(self) -> tuple[int, int]:
        """Of two replies for a view that with the smaller age is the older: asked before, or of earlier weights."""
        return self.request.stamp, self.step


class RequestQueue:
    """Wishes of other threads; of each view only the newest is kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Request] = {}

    def ask(self, request: Request) -> None:
        """Leaves a wish, in place of an older one for the same view."""
        with self._lock:
            self._waiting.pop(request.view, None)
            self._waiting[request.view] = request

    def __bool__(self) -> bool:
        """Whether any wait."""
        return bool(self._waiting)  # asked between any two steps; reading a dict's size needs no lock

    def take(self) -> list[Request]:
        """All wishes that wait, oldest first; none wait afterwards."""
        with self._lock:
            taken, self._waiting = list(self._waiting.values()), {}
        return taken


@contextlib.contextmanager
def eval_mode(page: Page) -> Iterator[None]:
    """Has a model behave as it does when it is used, not trained; around several views it is cheaper than in each."""
    if not isinstance(page, nn.Module) or not page.training:
        yield
        return
    page.eval()
    try:
        yield
    finally:
        page.train()


@contextlib.contextmanager
def _looking(page: Page, view: View) -> Iterator[None]:
    try:
        with eval_mode(page), torch.set_grad_enabled(view.grad):
            yield
    except BadValue as error:  # some limits depend on the config, and only the view knows them
        raise BadInput(str(error)) from None


class Viewer:
    """Computes the views of one page.

    Args:
        page: The model or lab.
        data: Its data, or None for a lab.
        device: Where inputs are made.
    """

    def __init__(self, page: Page, data: TensorData | None = None, device: torch.device | None = None):
        self.views = views_of(type(page))
        self._page = page
        self._data = data
        self._device = device or torch.device("cpu")
        self._streams: dict[str, tuple[Request, Iterator[Frame], int]] = {}

    def view(self, name: str) -> View:
        """The view of a name.

        Raises:
            BadInput: No such view.
        """
        if name not in self.views:
            raise BadInput(f"there is no view {name}; there are {', '.join(self.views)}")
        return self.views[name]

    def default(self, view: View, kind: type[Input], params: Mapping[str, Any], name: str = "") -> Input:
        """The input a view gets where nothing was chosen: first data, middle of latent space, the same noise.

        Args:
            view: The view.
            kind: Of the input.
            params: Values of the view's controls.
            name: The argument: the second datum of a view is another one than the first.
        """
        if kind is Noise:
            return Noise(0)
        if kind is TimeStep:
            return TimeStep(0.0)
        if kind is Points:
            return Points(np.zeros((0, 2)))
        if issubclass(kind, Instrument) and self._data is not None:
            instrument = self._data.instrument(kind)
            if instrument is None:
                raise BadInput(f"{view.title} needs a {kind.label}, and none comes with {self._data.data.title}")
            return instrument
        if kind in (LatentPoint, Direction) and isinstance(self._page, HasDecoder):
            zeros = torch.zeros(1, self._page.latent_dim, device=self._device)
            return LatentPoint(zeros) if kind is LatentPoint else Direction("", zeros)
        if self._data is not None and kind in (Data, DataBatch, DataPoint):
            if kind is Data:
                return self._data.whole()
            split = self._split(view, kind, params, name)
            if kind is DataBatch:
                return self._data.batch(split, 0, view.batch)
            place = view.data_points.index(name) if name in view.data_points else 0
            return self._data.point(split, min(place, self._data.size(split) - 1))
        raise BadInput(f"{view.title} needs a {kind.__name__} that was not given")

    @staticmethod
    def _split(view: View, kind: type[Input], params: Mapping[str, Any], name: str) -> str:
        """Where data come from: a batch called train, valid or test from there, others from where was chosen."""
        return name if kind is DataBatch and name in _SPLITS else str(params.get("split", view.splits[0]))

    def frames(self, request: Request, page: Page | None = None) -> Iterator[Frame]:
        """The frames of a request: one, or those of a stream as they are made.

        Args:
            request: What is wanted.
            page: Whose view it is; the viewer's own where None (averaged weights are a page of their own).

        Raises:
            BadInput: Unknown view, parameter or value.
        """
        view = self.view(request.view)
        page = page or self._page
        params = self._params(view, request.params)
        inputs = {
            name: request.inputs[name] if name in request.inputs else self.default(view, kind, request.params, name)
            for name, kind in view.inputs.items()
        }
        with _looking(page, view):
            result = view(page, **inputs, **params)
        if not view.streams:
            yield result
            return
        while True:
            with _looking(page, view):  # around each frame, not around a yield: the mode must not leak into training
                frame = next(result, None)
            if frame is None:
                return
            yield frame

    def _params(self, view: View, given: Mapping[str, Any]) -> dict[str, Any]:
        params = {}
        for name, value in given.items():
            if name == "split" and len(view.splits) > 1:
                if value not in view.splits:
                    raise BadInput(f"split takes {' or '.join(view.splits)}, not {value}")
                continue
            if name not in view.params:
                known = ", ".join([*view.params, *(["split"] if len(view.splits) > 1 else [])]) or "none"
                raise BadInput(f"view {view.name} has no parameter {name}; there are: {known}")
            try:
                params[name] = view.params[name].check(value)
            except BadValue as error:
                raise BadInput(str(error)) from None
        return params

    def last_frame(self, request: Request, page: Page | None = None) -> Frame:
        """The result of a request: its only frame, or the last of a stream."""
        newest = collections.deque(self.frames(request, page), maxlen=1)
        if not newest:
            raise BadInput(f"view {request.view} gave no frame")
        return newest[0]

    def serve(
        self,
        requests: RequestQueue,
        page: Callable[[bool], Page],
        step: int,
        reply: Callable[[Reply], None],
        *,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> None:
        """Answers what waits: one frame for each plain view, and one `next` for each stream under way.

        A stream works on a frozen copy of the weights and says of which step; a newer request closes it. A view
        that fails answers with the error: it never ends a training run.

        Args:
            requests: What waits.
            page: The page to look at, given whether raw weights are wanted.
            step: Rounds completed.
            reply: Called with each answer.
            interrupted: Asked after each frame of a stream but the first: whether the others wait for the next call.
        """
        taken = requests.take()
        with eval_mode(page(False)):
            for request in taken:
                display_model = page(request.raw)
                if request.view in self.views and self.views[request.view].streams:
                    frozen = display_model if isinstance(display_model, Lab) else copy.deepcopy(display_model)
                    self._streams[request.view] = (request, self.frames(request, frozen), step)
                else:
                    reply(self._answer(request, self.frames(request, display_model), step, final=True))
        new = {request.view for request in taken}
        for name, (request, frames, began) in list(self._streams.items()):
            answer = self._answer(request, frames, began, final=False)
            if answer.final:
                del self._streams[name]
            reply(answer)
            if name not in new and interrupted():
                return

    @property
    def streaming(self) -> bool:
        """Whether a stream is under way."""
        return bool(self._streams)

    def answer(self, request: Request, page: Page, step: int) -> Reply:
        """A frame, at once: of a stream its first, which a window replaces by those that follow on request."""
        return self._answer(request, self.frames(request, page), step, final=True)

    def _answer(self, request: Request, frames: Iterator[Frame], step: int, *, final: bool) -> Reply:
        began = time.perf_counter()
        try:
            frame = next(frames, None)
        except Exception as error:  # whatever a view raises is its card's to show, not the run's to die of
            return Reply(request, None, step, time.perf_counter() - began, error=str(error) or type(error).__name__)
        return Reply(request, frame, step, time.perf_counter() - began, final=final or frame is None)
