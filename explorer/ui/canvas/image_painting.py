"""Painting a partly given image: strokes of pen, eraser, hide and show, which can be undone and redone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from explorer.ui.canvas.painting import StrokeHistory

__all__ = ["OPPOSITE", "TOOLS", "ImagePainting", "Picture"]

TOOLS: Mapping[str, str] = {"pen": "Pen", "eraser": "Eraser", "hide": "Hide", "show": "Show"}
"""Labels of the tools by name."""

OPPOSITE: Mapping[str, str] = {"pen": "eraser", "eraser": "pen", "hide": "show", "show": "hide"}
"""The tool of the other button of the mouse."""

_BRUSHES = 10  # brushes side by side that cover an image at first


@dataclass(frozen=True, eq=False)
class Picture:
    """A partly given image; its arrays are never changed in place.

    Attributes:
        x: The image, (c, h, w), 0 to 1.
        mask: True where the image is given, (h, w).
        start: Position in its split of the image that it was drawn on, or None for an empty one.
    """

    x: np.ndarray
    mask: np.ndarray
    start: int | None = None

    @classmethod
    def blank(cls, shape: tuple[int, ...]) -> Picture:
        """An empty image, (c, h, w), all of it given."""
        return cls(np.zeros(shape, np.float32), np.ones(shape[1:], dtype=bool))


class ImagePainting:
    """A partly given image while it is painted.

    Attributes:
        picture: The image and its mask.
        size: Diameter of the brush, pixels.
        ink: Value that the pen gives to all channels, 0 to 1.
        tool: Name of the chosen tool.

    Args:
        picture: The image at first.
    """

    def __init__(self, picture: Picture):
        self.picture = picture
        self.size = max(1, round(min(picture.mask.shape) / _BRUSHES))
        self.ink = 1.0
        self.tool = "pen"
        self._history: StrokeHistory[Picture] = StrokeHistory()
        self._last: tuple[float, float] | None = None  # position of the stroke
        self._noted = False  # the history has the picture before this stroke

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to undo."""
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is a stroke that was undone."""
        return self._history.can_redo

    @property
    def largest(self) -> int:
        """Largest diameter of the brush: it covers the whole image."""
        return max(self.picture.mask.shape)

    def resize(self, size: int) -> None:
        """Takes another brush, from one pixel to the whole image."""
        self.size = min(self.largest, max(1, size))

    def begin(self) -> None:
        """Begins a stroke: undo brings the present picture back."""
        self._last, self._noted = None, False

    def paint(self, row: float, column: float, tool: str) -> bool:
        """Continues a stroke of a tool to a position in pixels; returns whether the picture changed.

        What the pen paints becomes given. The eraser blanks given pixels, and leaves unknown ones unknown.
        """
        before, self._last = self._last or (row, column), (row, column)
        far = max(abs(row - before[0]), abs(column - before[1]))
        count = max(1, int(np.ceil(2 * far / self.size)))
        covered = np.zeros_like(self.picture.mask)
        for share in np.arange(1, count + 1) / count:
            covered |= self.under(*(b + share * (n - b) for b, n in zip(before, self._last, strict=True)))
        return self._take(self._painted(covered, tool))

    def _painted(self, covered: np.ndarray, tool: str) -> Picture:
        x, mask = self.picture.x, self.picture.mask
        if tool == "pen":
            x, mask = np.where(covered, np.float32(self.ink), x), mask | covered
        elif tool == "eraser":
            x = np.where(covered & mask, np.float32(0), x)
        else:
            mask = mask | covered if tool == "show" else mask & ~covered
        return replace(self.picture, x=x, mask=mask)

    def _take(self, picture: Picture) -> bool:
        before = self.picture
        if np.array_equal(picture.x, before.x) and np.array_equal(picture.mask, before.mask):
            return False
        if not self._noted:
            self._history.note(before)
            self._noted = True
        self.picture = picture
        return True

    def under(self, row: float, column: float) -> np.ndarray:
        """The pixels under the brush, (h, w): those whose centers it covers, and the one it is over."""
        height, width = self.picture.mask.shape
        rows, columns = np.arange(height)[:, None], np.arange(width)
        covered = np.hypot(rows + 0.5 - row, columns + 0.5 - column) <= self.size / 2
        return covered | ((rows == np.floor(row)) & (columns == np.floor(column)))

    def replace(self, picture: Picture) -> None:
        """Puts another picture in place of this one; undo brings this one back."""
        self.begin()
        if not self._take(picture):
            self.picture = picture

    def restart(self, picture: Picture) -> None:
        """Puts another picture in place of this one, with nothing to undo."""
        self.begin()
        self._history = StrokeHistory()
        self.picture = picture

    def undo(self) -> None:
        """Undoes the last stroke, of whichever tool."""
        self.begin()
        self.picture = self._history.undo(self.picture)

    def redo(self) -> None:
        """Repeats the stroke that was undone last."""
        self.begin()
        self.picture = self._history.redo(self.picture)
