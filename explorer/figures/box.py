"""Rectangles on a page."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Box"]


class Box(NamedTuple):
    """A rectangle on the page, in points from the top left."""

    left: float
    top: float
    width: float
    height: float
