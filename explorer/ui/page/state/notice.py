"""A message above the cards, as data."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Notice"]


@dataclass(frozen=True)
class Notice:
    """A message with up to two ways out.

    Attributes:
        kind: "error" or "welcome".
        title: What happened, in a line.
        text: Why, what is kept, what to do.
        fix: Word of the accent button, or "" for none.
        other: Word of the other button, or "" for none.
        details: Traceback to copy, or "".
    """

    kind: str
    title: str
    text: str
    fix: str = ""
    other: str = ""
    details: str = ""
