"""The inputs of a page's views, as they are chosen: those that several views share, and those of a single view."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from torch import Tensor

from explorer.engine import Request
from explorer.ui.page.state.shown import PageState, Shown
from models.protocol import Input, LatentPoint, View

__all__ = ["Inputs"]

_COALESCE = 16  # ms; interactive requests are no more frequent
_Key = tuple[type[Input], str, str]  # kind, view or "", argument or ""


class Inputs(QObject):
    """One value for each kind of input; a change asks every view that takes the kind to be computed anew.

    A value is set for the whole page, for all arguments of a name (the first and the second of two data), or for one
    view alone (its noise); the most specific one is used. Where none is set, the engine uses the default of the kind.

    Attributes:
        z: The latent point in double precision, (latent,); its `LatentPoint` is derived from it.
        raw: The raw weights are looked at even where averaged ones exist.
        in_sight: Names of the views in sight that follow the training; the board tells which.

    Signals:
        touched: An input was set by hand; emitted before it changes.
        changed: The kind whose value changed.
        raw_changed: `raw` changed.
        asked: A `Request` that should be answered soon.
        requests_changed: At least one view has another request now.

    Args:
        shown: What the page shows.
    """

    touched = Signal()
    changed = Signal(object)
    raw_changed = Signal()
    asked = Signal(object)
    requests_changed = Signal()

    def __init__(self, shown: Shown, parent: QObject | None = None):
        super().__init__(parent)
        self._shown = shown
        self.z = np.zeros(0)
        self.raw = False
        self.in_sight: frozenset[str] = frozenset()
        self._values: dict[_Key, Input] = {}
        self._params: dict[str, dict[str, Any]] = {name: {} for name in shown.views}
        self._stamps = dict.fromkeys(shown.views, 0)
        self._requests: dict[str, tuple[torch.device, Request]] = {}  # the newest for each view
        self._taken_by: dict[tuple[type[Input], str, frozenset[str]], list[str]] = {}
        self._due: set[str] = set()
        self._pending = False  # a change that was not signalled yet
        self._timer = QTimer(self, interval=_COALESCE, singleShot=True)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def views(self) -> tuple[View, ...]:
        """The views of the page."""
        return tuple(self._shown.views.values())

    # Requests

    def request(self, view: View) -> Request:
        """The request for a view with its present inputs; its stamp is a new one where they changed."""
        device, stamp = self._shown.device, self._stamps[view.name]
        of, request = self._requests.get(view.name, (None, None))
        if request is None or request.stamp != stamp or of != device:
            request = Request(view.name, self._inputs(view), dict(self._params[view.name]), stamp, self.raw)
            self._requests[view.name] = device, request
        return request

    def _inputs(self, view: View) -> dict[str, Input]:
        values = {name: self.value(kind, view.name, name) for name, kind in view.inputs.items()}
        return {name: _on_device(value, self._shown.device) for name, value in values.items() if value is not None}

    # Values

    def value(self, kind: type[Input], view: str = "", argument: str = "") -> Input | None:
        """The value that a view's argument gets, or None where the default is used."""
        for key in ((kind, view, ""), (kind, "", argument), (kind, "", "")):
            if key in self._values:
                return self._values[key]
        return None

    def set(self, value: Input, *, view: str = "", arguments: Iterable[str] = ("",), dragged: bool = False) -> None:
        """Sets an input by hand.

        Args:
            value: The input; its class is the kind.
            view: The view it is for, or "" for every view that takes the kind.
            arguments: Names of the arguments it is for, where views take several of the kind.
            dragged: More values follow soon: while a model trains, only the first view in sight is asked at once, not
                one that sets the kind and shows it already, and the others follow with the next snapshot.
        """
        self.touch()
        kind, names = type(value), set(arguments)
        self._values |= {(kind, view, name): value for name in names}
        self._announce(kind, self._takers(kind, view, names - {""}), dragged)

    def unset(self, *kinds: type[Input]) -> None:
        """Goes back to the defaults of some kinds; does not count as touched."""
        for kind in kinds:
            self._values = {key: value for key, value in self._values.items() if key[0] is not kind}
            self._announce(kind, self._takers(kind), False)

    def set_point(self, z: np.ndarray) -> None:
        """Moves the latent point, (latent,)."""
        self.z = np.asarray(z, dtype=float)
        self.set(LatentPoint(torch.tensor(self.z[None], dtype=torch.float32)), dragged=True)

    def set_raw(self, raw: bool) -> None:
        """Looks at the raw weights, or at the averaged ones where there are some."""
        if raw != self.raw:
            self.touch()
            self.raw = raw
            self.raw_changed.emit()
            self._ask(list(self._shown.views))

    def params(self, view: str) -> dict[str, Any]:
        """Values of a view's own parameters, as far as they were set."""
        return self._params[view]

    def set_param(self, view: str, name: str, value: Any) -> None:
        """Sets a parameter of a view."""
        self._params[view][name] = value
        self._ask([view])

    def touch(self) -> None:
        """Tells that something was set by hand, which returns the page to the live moment."""
        self.touched.emit()

    def _takers(self, kind: type[Input], view: str = "", arguments: Iterable[str] = ()) -> list[str]:
        """Views that take a kind, at one of some arguments where any are named."""
        key = kind, view, frozenset(arguments)
        if key not in self._taken_by:
            views = (v for v in self._shown.views.values() if not view or v.name == view)
            named = key[2]
            self._taken_by[key] = [
                v.name for v in views if any(k is kind and (not named or a in named) for a, k in v.inputs.items())
            ]
        return self._taken_by[key]

    def _announce(self, kind: type[Input], views: list[str], dragged: bool) -> None:
        self.changed.emit(kind)
        one = dragged and self._shown.state is PageState.TRAINING
        follow = [name for name in views if self._is_askable(name) and self._shown.views[name].sets is not kind]
        self._ask(views, follow[:1] if one else None)

    # Asking

    def _ask(self, views: list[str], soon: list[str] | None = None) -> None:
        """Gives views new stamps, and asks for some of them soon, for all where None."""
        for name in views:
            self._stamps[name] += 1
        self._due.update(views if soon is None else soon)
        self._pending = True
        if not self._timer.isActive():  # at once where the last one was long ago, else together with those that follow
            self._emit_due()
            self._timer.start()

    @Slot()
    def _on_timeout(self) -> None:
        if self._pending:
            self._emit_due()
            self._timer.start()

    def _is_askable(self, name: str) -> bool:
        """Whether a view is in sight and answered at once; streams are computed because they are watched."""
        view = self._shown.views[name]
        return name in self.in_sight and not view.streams and self._shown.applies(view)

    def _emit_due(self) -> None:
        for name in sorted(self._due):
            if self._is_askable(name):
                self.asked.emit(self.request(self._shown.views[name]))
        self._due.clear()
        self._pending = False
        self.requests_changed.emit()


def _on_device(value: Any, device: torch.device) -> Input:
    """An input with its tensors on a device."""
    tensors = {f.name: t for f in dataclasses.fields(value) if isinstance(t := getattr(value, f.name), Tensor)}
    moved = {name: tensor.to(device) for name, tensor in tensors.items() if tensor.device != device}
    return dataclasses.replace(value, **moved) if moved else value
