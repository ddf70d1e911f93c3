"""The canvas: a dialog for painting points of the plane."""

from explorer.ui.canvas.dialog import CanvasDialog

__all__ = ["CanvasDialog"]
