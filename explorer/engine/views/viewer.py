"""Computes the views of a model or lab: fills in the inputs, serves requests and continues streams."""

from __future__ import annotations

import collections
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import nn

from explorer.engine.data.tensors import TensorData
from explorer.engine.errors import BadInput
from explorer.engine.runs.history import History
from explorer.engine.views.input_context import InputContext, chosen_split
from explorer.engine.views.input_kinds import KINDS, settable
from explorer.engine.views.requests import Reply, Request, RequestQueue
from models.frames import Frame
from models.protocol import BadValue, GenerativeModel, Input, Page, View, views_of

__all__ = ["Viewer", "eval_mode"]


@contextlib.contextmanager
def eval_mode(page: Page) -> Iterator[None]:
    """Puts the model in eval mode for the block. Entering once for several views is cheaper than once for each."""
    if not isinstance(page, nn.Module) or not page.training:
        yield
        return
    page.eval()
    try:
        yield
    finally:
        page.train()


_END: Any = object()
_FIRST = 0.02  # seconds at once for a view that has no frame yet


@contextlib.contextmanager
def _looking(page: Page, view: View) -> Iterator[None]:
    try:
        with eval_mode(page), torch.set_grad_enabled(view.grad):
            yield
    except BadValue as error:  # limits that depend on the config are checked in the view
        raise BadInput(str(error)) from None


class Viewer:
    """Computes the views of one page.

    Attributes:
        views: By name.
        data: The data, or None for a lab.

    Args:
        page: The model or lab.
        data: Its data, or None for a lab.
        device: Device of the inputs.
        history: What the run has measured, or None where there is no run.
    """

    def __init__(
        self,
        page: Page,
        data: TensorData | None = None,
        device: torch.device | None = None,
        history: History | None = None,
    ):
        self.views = views_of(type(page))
        self._page = page
        self.data = data
        self._device = device or torch.device("cpu")
        self._history = history
        self._streams: dict[str, tuple[Request, Iterator[Frame | None], int]] = {}
        self._shown: set[str] = set()  # streams that have had a frame

    def view(self, name: str) -> View:
        """The view of a name.

        Raises:
            BadInput: The page has no view of that name.
        """
        if name not in self.views:
            raise BadInput(f"there is no view {name}; there are {', '.join(self.views)}")
        return self.views[name]

    def default(self, view: View, kind: type[Input], params: Mapping[str, Any], name: str = "") -> Input:
        """The default input of a view.

        Args:
            view: The view.
            kind: Kind of the input.
            params: Values of the view's controls.
            name: The argument.

        Raises:
            BadInput: The page cannot supply one.
        """
        context = InputContext(view, self._page, self.data, self._device, params, name, self._history)
        return KINDS[kind].default(context)

    def frames(self, request: Request, page: Page | None = None) -> Iterator[Frame]:
        """The frames of a request: one, or those of a stream as they are computed. See `parts` for the arguments."""
        yield from (frame for frame in self.parts(request, page) if frame is not None)

    def parts(self, request: Request, page: Page | None = None) -> Iterator[Frame | None]:
        """The frames of a request, and None wherever a stream may be interrupted before its next frame.

        Args:
            request: The request.
            page: The model or lab to compute it for, such as the copy with averaged weights; None for the viewer's
                page.

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
                part = next(result, _END)
            if part is _END:
                return
            yield part

    def _params(self, view: View, given: Mapping[str, Any]) -> dict[str, Any]:
        params = {}
        for name, value in given.items():
            if name == "split" and len(view.splits) > 1:
                chosen_split(view, given)
                continue
            if name not in view.params:
                known = ", ".join(settable(view)) or "none"
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
            raise BadInput(f"view {request.view} yielded no frame")
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
        """Serves the waiting requests: one frame for each plain view, and one part of each stream in progress.

        A stream works on a frozen copy of the weights, and its replies carry the step of that copy; a newer request
        closes it. An error in a view is returned in its reply and never ends a training run. A view that has not had a
        frame yet is given several parts at once, so that its card does not stay empty for long.

        Args:
            requests: The queue.
            page: Given whether raw weights are wanted, returns the model or lab to compute the views for.
            step: Rounds completed.
            reply: Called with each reply.
            interrupted: Called after each frame of a stream but the first; if it returns True, the remaining streams
                wait for the next call.
        """
        taken = requests.take()
        with eval_mode(page(False)):
            for request in taken:
                display_model = page(request.raw)
                if request.view in self.views and self.views[request.view].streams:
                    frozen = display_model.copy() if isinstance(display_model, GenerativeModel) else display_model
                    self._streams[request.view] = (request, self.parts(request, frozen), step)
                else:
                    reply(self.answer(request, display_model, step))
        new = {request.view for request in taken}
        for name, (request, frames, began) in list(self._streams.items()):
            until = time.perf_counter() + (0.0 if name in self._shown else _FIRST)
            answer = self._answer(request, frames, began, final=False)
            while answer is None and time.perf_counter() < until:
                answer = self._answer(request, frames, began, final=False)
            if answer is not None:
                self._shown.add(name)
                if answer.final:
                    del self._streams[name]
                reply(answer)
            if name not in new and interrupted():
                return

    def close(self, name: str) -> None:
        """Ends the stream of a view, if there is one, before its last frame."""
        self._streams.pop(name, None)

    @property
    def streaming(self) -> bool:
        """Whether a stream is in progress."""
        return bool(self._streams)

    def answer(self, request: Request, page: Page, step: int) -> Reply:
        """The reply with the first frame of a request; a window asks for the other frames of a stream separately."""
        answer = self._answer(request, self.frames(request, page), step, final=True)
        assert answer is not None
        return answer

    def _answer(self, request: Request, parts: Iterator[Frame | None], step: int, *, final: bool) -> Reply | None:
        """The reply with the next part of a request; None where a stream has no new frame yet."""
        began = time.perf_counter()
        try:
            frame = next(parts, _END)
        except Exception as error:  # shown on the card; training continues
            return Reply(request, None, step, time.perf_counter() - began, error=str(error) or type(error).__name__)
        if frame is None:
            return None
        seconds = time.perf_counter() - began
        return Reply(request, None if frame is _END else frame, step, seconds, final=final or frame is _END)
