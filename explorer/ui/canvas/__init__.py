"""The canvas on which points of the plane are painted."""

from explorer.ui.canvas.dialog import CanvasDialog

__all__ = ["CanvasDialog"]
