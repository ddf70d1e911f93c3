"""Frames as publication figures and as data files.

`save(frame, "map.pdf", style=Style(width_mm=85), identity={...})` writes one, `render` gives its bytes, `figure` the
matplotlib figure. A new kind of frame gets a painter in `PAINTERS`. matplotlib is imported with the first drawing.
"""

from __future__ import annotations

from explorer.figures.export import FORMATS, PAINTERS, check_path, figure, render, save, save_arrays
from explorer.figures.panels import Panel, Panels
from explorer.figures.sizes import SIZES, Size
from explorer.figures.style import FigureError, Style
from explorer.figures.titles import default_title

__all__ = [
    "FORMATS",
    "PAINTERS",
    "SIZES",
    "FigureError",
    "Panel",
    "Panels",
    "Size",
    "Style",
    "check_path",
    "default_title",
    "figure",
    "render",
    "save",
    "save_arrays",
]
