"""The view and argument for which an input is created."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from explorer.engine.data.tensors import TensorData
from explorer.engine.errors import BadInput
from explorer.engine.runs.history import History
from models.protocol import GenerativeModel, Kind, MetricCurve, Page, View

__all__ = ["InputContext", "chosen_split"]

_CPU = torch.device("cpu")


def chosen_split(view: View, params: Mapping[str, Any]) -> str:
    """The chosen split among those of a view; by default the first.

    Raises:
        BadInput: The view has no such split.
    """
    split = str(params.get("split", view.splits[0]))
    if split not in view.splits:
        raise BadInput(f"split takes {' or '.join(view.splits)}, not {split}")
    return split


@dataclass(frozen=True)
class InputContext:
    """The view and argument for which an input is created.

    Attributes:
        view: The view.
        page: The model or lab.
        data: Its data, or None.
        device: Device of the input's tensors.
        params: Values of the view's controls.
        name: The argument. The second datum of a view has another default than the first; a batch called train, valid
            or test comes from the split of that name.
        history: What the run has measured, or None where there is no run.
    """

    view: View
    page: Page
    data: TensorData | None = None
    device: torch.device = _CPU
    params: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    history: History | None = None

    @property
    def changed(self) -> tuple[int, ...]:
        """Steps after which parameters of the run were changed while it trained."""
        return () if self.history is None else self.history.changed

    def measured(self, key: str) -> MetricCurve:
        """A metric of the run over its steps; empty where it was not measured."""
        measured = [] if self.history is None else self.history.keys()
        if self.history is None or key not in measured:
            return MetricCurve.empty()
        curve = self.history.curve(key)
        return MetricCurve(curve.step, curve.mean, curve.low, curve.high)

    @property
    def split(self) -> str:
        """The split that the view's data come from."""
        return chosen_split(self.view, self.params)

    @property
    def kind(self) -> Kind | None:
        """Kind of the data, or None if the page has none."""
        if self.data is not None:
            return self.data.spec.kind
        return self.page.spec.kind if isinstance(self.page, GenerativeModel) else None

    def need(self, what: str, missing: str) -> BadInput:
        """The error of a page that cannot supply an input."""
        return BadInput(f"{self.view.title} needs {what}, and {self.page.title} has no {missing}")
