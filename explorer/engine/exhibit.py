"""What a page shows while nothing trains: a lab, a bundled model, or a run that was opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from explorer.engine.history import History
from explorer.engine.recorder import Recorder
from explorer.engine.tensors import TensorData
from explorer.engine.viewer import Reply, Requests, Viewer
from models.protocol import Page

__all__ = ["Exhibit"]


@dataclass
class Exhibit:
    """A page with fixed weights, or none at all.

    Attributes:
        page: The model or lab.
        data: Its data, or None for a lab.
        step: Round of the weights.
        note: Where the weights come from, or "".
        history: What was measured while they were trained.
    """

    page: Page
    data: TensorData | None = None
    step: int = 0
    note: str = ""

    def __post_init__(self) -> None:
        """Makes what serves requests."""
        device = self.page.device if isinstance(self.page, nn.Module) else torch.device("cpu")
        self.viewer = Viewer(self.page, self.data, device)  # type: ignore[arg-type]
        self.history = History()
        self.recorder = Recorder()

    @property
    def config(self) -> Any:
        """The page's config."""
        return self.page.config  # type: ignore[attr-defined]

    def looked_at(self, raw: bool = False) -> Page:
        """The page itself: there are no other weights."""
        return self.page

    def answer(self, requests: Requests, reply: Callable[[Reply], None]) -> None:
        """Answers the requests that wait."""
        self.viewer.serve(requests, self.looked_at, self.step, reply)
