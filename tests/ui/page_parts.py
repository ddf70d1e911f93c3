"""Helpers for tests of single parts of a page: a host that records its calls, and the state of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pages
from PySide6.QtCore import QCoreApplication, QEvent, QObject

from explorer.engine import Session
from explorer.engine.host.host import Snapshot
from explorer.engine.views.requests import Reply, Request
from explorer.engine.views.static_page import StaticPage
from explorer.ui.page.state.draft import Draft
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.page.state.moment import Moment
from explorer.ui.page.state.scenes import Scenes
from explorer.ui.page.state.shown import Shown
from models.frames import Frame
from models.protocol import CURVES, Page, scenes_of

__all__ = ["FakeHost", "State", "delete_made", "reply", "views"]


_made: list[QObject] = []


def delete_made() -> None:
    """Deletes every state with its children, as Qt does with a page; garbage collection has an order of its own."""
    for state in _made:
        state.deleteLater()
    _made.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


class FakeHost:
    """A host without a thread: notes each command with its arguments, and makes nothing."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.snapshots: list[Snapshot] = []
        self.progress = None

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name not in {"train", "pause", "step", "substep", "slow_down", "read_recorded", "ask", "watch"}:
            raise AttributeError(name)
        return lambda *arguments: self.told.append((name, *arguments))

    def open(self, make: Callable[[], Session | StaticPage], **how: Any) -> None:
        """Notes what is to be opened; `open_now` makes it."""
        self.make = make
        self.told.append(("open", how))

    def set_lab(self, make: Callable[[], StaticPage]) -> None:
        """Notes the config of the lab."""
        self.told.append(("set_lab", make().config))

    def change(self, **values: Any) -> None:
        """Notes live values."""
        self.told.append(("change", values))

    def take(self) -> Snapshot | None:
        """The next of the snapshots."""
        return self.snapshots.pop(0) if self.snapshots else None


class State(QObject):
    """The state of a page, by default one of the fixtures; other parts may be its children."""

    def __init__(self, name: str, page: type[Page] | None = None):
        super().__init__()
        page = page or pages.FIXTURES.pages[name]
        self.draft = Draft(name, page, self)
        self.shown = Shown(name, page, self.draft.config(), self)
        self.inputs = Inputs(self.shown, self)
        self.moment = Moment(self)
        curves = (CURVES,) if self.shown.is_model else ()
        self.scenes = Scenes(scenes_of(page), (*self.shown.views, *curves), self)
        self.inputs.touched.connect(self.moment.go_live)
        _made.append(self)


def reply(view: str, frame: Frame | None, *, stamp: int = 0, step: int = 0, error: str = "") -> Reply:
    """A reply as a host gives it."""
    return Reply(Request(view, {}, {}, stamp), frame, step, 0.0, error=error)


def views(requests: Iterable[Request]) -> list[str]:
    """Names of the views that are asked for."""
    return [request.view for request in requests]
