"""The window that shows two runs of a page side by side."""

from explorer.ui.compare.window import CompareWindow

__all__ = ["CompareWindow"]
