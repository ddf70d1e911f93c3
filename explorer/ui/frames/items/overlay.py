"""What lies above the content of a pane and follows the pointer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QPainter

from explorer.ui.frames.items.item import PaneItem, Space
from explorer.ui.frames.projection import Projection

__all__ = ["Overlay"]


class Overlay(PaneItem):
    """Drawn by its plot, above everything else.

    Args:
        space: The pane.
        draw_over: Draws it.
    """

    follows_pointer = True

    def __init__(self, space: Space, draw_over: Callable[[QPainter, Projection], None]):
        super().__init__(space, level=100)
        self._draw_over = draw_over

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws it."""
        self._draw_over(painter, view)
