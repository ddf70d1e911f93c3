"""Every action of the window, by name: menus, keys and the command palette are made from this list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Act"]


@dataclass(frozen=True)
class Act:
    """Something a person can do.

    Attributes:
        id: Name by which keys find it; no two acts share one.
        title: What it does, as an imperative.
        run: Does it.
        group: Heading under which it is listed.
        key: Key sequence that does it too, or "".
    """

    id: str
    title: str
    run: Callable[[], None]
    group: str = ""
    key: str = ""
