"""Rectangles on a figure."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Box"]


class Box(NamedTuple):
    """A rectangle on a figure, in points from its top left corner."""

    left: float
    top: float
    width: float
    height: float
