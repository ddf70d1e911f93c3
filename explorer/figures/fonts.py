"""Fonts of figures: those of the window, bundled with the application, and matplotlib's own for other characters."""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import functools
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # matplotlib is imported with the first drawing
    from matplotlib.font_manager import FontProperties

__all__ = ["ADVANCE", "font"]

ADVANCE = 0.6
"""Width of a character of JetBrains Mono as a multiple of its size."""

_FILES = ("Inter-Regular.ttf", "Inter-SemiBold.ttf", "JetBrainsMono-Regular.ttf", "NotoSansMath-Regular.ttf")
_TEXT = ["Inter", "Noto Sans Math", "DejaVu Sans"]  # a character is drawn in the first font that has it
_MONO = ["JetBrains Mono", "Inter", "Noto Sans Math", "DejaVu Sans Mono"]
_BOLD = 600
_files = contextlib.ExitStack()
atexit.register(_files.close)


@functools.cache
def _register() -> None:
    """Makes the bundled fonts known to matplotlib, before any installed ones of the same names."""
    from matplotlib.font_manager import fontManager

    known = len(fontManager.ttflist)
    for name in _FILES:
        path = _files.enter_context(resources.as_file(resources.files("assets") / "fonts" / name))
        fontManager.addfont(path)
    added = fontManager.ttflist[known:]
    # Fonts for single characters have no semibold: their closest weight stands in for it.
    closest = {("Noto Sans Math", 400), ("DejaVu Sans", 700)}
    added += [
        dataclasses.replace(entry, weight=_BOLD)
        for entry in fontManager.ttflist
        if (entry.name, entry.weight) in closest and entry.style == "normal"
    ]
    fontManager.ttflist[:] = [*added, *fontManager.ttflist[:known]]


def font(size: float, bold: bool = False, mono: bool = False) -> FontProperties:
    """Inter, or JetBrains Mono, in a size in points.

    Args:
        size: Size in points.
        bold: Semibold, for titles; there is no bold `mono`.
        mono: All characters are equally wide.
    """
    from matplotlib.font_manager import FontProperties

    _register()
    return FontProperties(family=_MONO if mono else _TEXT, weight=_BOLD if bold and not mono else 400, size=size)
