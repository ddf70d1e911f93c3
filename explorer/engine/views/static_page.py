"""A page with fixed weights: a lab, a bundled model, or an opened run."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from explorer.engine.data.tensors import TensorData
from explorer.engine.runs.history import History
from explorer.engine.runs.recorder import Recorder
from explorer.engine.views.requests import Reply, Request, RequestQueue
from explorer.engine.views.viewer import Viewer
from models.protocol import DataBatch, DataSpec, GenerativeModel, Input, Lab, Page, View

__all__ = ["StaticPage"]

_MANY, _ALL = 500, 2000


@dataclass
class StaticPage:
    """A page with fixed weights, or without weights.

    Attributes:
        page: The model or lab.
        data: Its data, or None for a lab that accepts none.
        step: Round of the weights.
        note: Where the weights come from, or "".
        title: Title of the bundled model, or "" where it is none.
        history: What was measured while they were trained.
    """

    page: Page
    data: TensorData | None = None
    step: int = 0
    note: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        """Creates viewer, history and recorder."""
        device = self.page.device if isinstance(self.page, nn.Module) else torch.device("cpu")
        self.viewer = CachingViewer(self.page, self.data, device)  # type: ignore[arg-type]
        self.history = History()
        self.recorder = Recorder()

    @property
    def config(self) -> Any:
        """The page's config."""
        return self.page.config  # type: ignore[attr-defined]

    @property
    def spec(self) -> DataSpec | None:
        """The description of the data of the model or lab; None for a lab without data."""
        if isinstance(self.page, GenerativeModel):
            return self.page.spec
        return None if self.data is None else self.data.spec

    @functools.cached_property
    def last(self) -> Mapping[str, float]:
        """The newest value of each metric, or the values of a lab."""
        return self.page.values() if isinstance(self.page, Lab) else self.history.last()

    def display_model(self, raw: bool = False) -> Page:
        """The page itself: it has no other weights."""
        return self.page

    def answer(
        self, requests: RequestQueue, reply: Callable[[Reply], None], *, interrupted: Callable[[], bool] = lambda: False
    ) -> None:
        """Serves the waiting requests and continues each stream, unless interrupted between two of them."""
        self.viewer.serve(requests, self.display_model, self.step, reply, interrupted=interrupted)


class CachingViewer(Viewer):
    """A viewer of fixed weights: a frame is computed once for the same inputs and parameters.

    Views of 500 data or more get 2,000 here, because they are computed only once.
    """

    def __init__(self, page: Page, data: TensorData | None = None, device: torch.device | None = None):
        super().__init__(page, data, device)
        self._made: dict[str, tuple[Hashable, Reply]] = {}

    def default(self, view: View, kind: type[Input], params: Mapping[str, Any], name: str = "") -> Input:
        """The default input; batches of data are larger than for other pages."""
        if kind is DataBatch and view.batch >= _MANY:
            view = view.but(batch=max(_ALL, view.batch))
        return super().default(view, kind, params, name)

    def renew(self, history: History) -> None:
        """Forgets all frames, because the weights are others, and takes what was measured."""
        self._made.clear()
        self._history = history

    def answer(self, request: Request, page: Page, step: int) -> Reply:
        """The reply with the first frame; computed only if inputs or parameters differ from the last request."""
        asked = _content(request)
        content, reply = self._made.get(request.view, (None, None))
        if reply is None or content != asked:
            reply = super().answer(request, page, step)
            self._made[request.view] = asked, reply
        return Reply(request, reply.frame, reply.step, reply.seconds, reply.final, reply.error)


def _content(request: Request) -> Hashable:
    """Inputs, parameters and weights of a request, without its stamp, as a value that can be compared."""
    inputs = tuple((name, type(given), _plain(vars(given))) for name, given in sorted(request.inputs.items()))
    return inputs, _plain(request.params), request.raw


def _plain(values: Mapping[str, Any]) -> Hashable:
    return tuple((name, _whole(value)) for name, value in sorted(values.items()))


def _whole(value: Any) -> Hashable:
    if isinstance(value, (Tensor, np.ndarray)):
        array = np.asarray(value.detach().cpu() if isinstance(value, Tensor) else value)
        return array.dtype.str, array.shape, array.tobytes()
    return repr(value)
