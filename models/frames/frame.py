"""The base classes of frames and of the layers of a plane."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Frame", "Layer"]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One picture.

    Attributes:
        subtitle: Short description of the content: "posterior means, 200 validation digits".
        note: One sentence below the picture, or "".
        warning: Whether the note is a warning.
        alert: One sentence shown in a banner above all cards while the newest frame has it ("Collapsed: 2 of 8
            modes"), or "".
    """

    subtitle: str = ""
    note: str = ""
    warning: bool = False
    alert: str = ""


@dataclass(frozen=True)
class Layer:
    """One layer of a plane, in data units."""
