"""Where the frames on the cards of a board come from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from explorer.engine.views.from_text import inputs_as_text
from explorer.engine.views.requests import Request
from explorer.ui.numbers import count
from explorer.ui.page.state.origin import Origin
from explorer.ui.page.state.shown import Shown

__all__ = ["Origins"]


@dataclass(frozen=True)
class _Kept:
    """The origin of a frame, the request that asked for it, and its settings once they have been read."""

    origin: Origin
    request: Request | None = None
    settings: Mapping[str, Any] | None = None


class Origins:
    """Keeps the origin of the frame on each card, also while another run is shown and the frame stays.

    Args:
        shown: What the page shows.
    """

    def __init__(self, shown: Shown):
        self._shown = shown
        self._kept: dict[str, _Kept] = {}

    def note(self, name: str, step: int, request: Request | None = None, *, recorded: bool = False) -> None:
        """Notes that a card has a new frame of what the page shows."""
        self._kept[name] = _Kept(self._shown.origin(step, recorded=recorded), request)

    def settle(self, name: str) -> None:
        """Reads the settings of a frame that is to stay, while its model and data are at hand."""
        kept = self._kept.get(name)
        if kept is not None:
            self._kept[name] = dataclasses.replace(kept, request=None, settings=self._settings(name, kept))

    def leave(self) -> None:
        """Drops the requests, because another model and other data are shown."""
        self._kept = {name: dataclasses.replace(kept, request=None) for name, kept in self._kept.items()}

    def frozen_words(self, name: str) -> str:
        """What a frozen card says of its frame: its step, and its run where the page shows another one."""
        kept = self._kept.get(name)
        if kept is None or not kept.origin.title:
            return "frozen"
        origin, now = kept.origin, self._shown.origin(0)
        at = f"step {count(origin.step)}"
        same = (origin.run, origin.bundle) == (now.run, now.bundle)
        return f"frozen at {at}" if same else f"frozen: {origin.title}, {at}"

    def identity(self, name: str) -> dict[str, Any]:
        """What an exported figure of a card says of its origin."""
        kept = self._kept.get(name) or _Kept(self._shown.origin(self._shown.step))
        return {**kept.origin.identity(), "view": name, "set": dict(self._settings(name, kept))}

    def _settings(self, name: str, kept: _Kept) -> Mapping[str, Any]:
        """Parameters and inputs of a frame, the inputs as text; none for a recorded frame."""
        page = self._shown.model_or_lab
        if kept.settings is not None:
            return kept.settings
        if kept.request is None or page is None:
            return {}
        inputs = inputs_as_text(self._shown.views[name], page, self._shown.data, kept.request)
        return {**kept.request.params, **inputs}
