"""Painting which pixels of an image are given: strokes of a brush, each of which can be undone."""

from __future__ import annotations

import numpy as np

from explorer.ui.canvas.painting import StrokeHistory

__all__ = ["MaskPainting"]

_BRUSHES = 7  # brushes side by side that cover an image at first


class MaskPainting:
    """A mask while it is painted.

    Attributes:
        mask: True where the image is given, (h, w); never changed in place.
        size: Diameter of the brush, pixels.

    Args:
        mask: The mask at first, (h, w).
    """

    def __init__(self, mask: np.ndarray):
        self.mask = np.array(mask, dtype=bool)
        self.size = max(1, round(min(self.mask.shape) / _BRUSHES))
        self._history = StrokeHistory()
        self._last: tuple[float, float] | None = None

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to undo."""
        return self._history.can_undo

    def resize(self, step: int) -> None:
        """Makes the brush larger or smaller by some pixels, from one pixel to the whole image."""
        self.size = min(max(self.mask.shape), max(1, self.size + step))

    def begin(self) -> None:
        """Begins a stroke: undo brings the present mask back."""
        self._history.note(self.mask)
        self._last = None

    def paint(self, row: float, column: float, given: bool) -> bool:
        """Continues a stroke to a position in pixels; returns whether the mask changed."""
        before, self._last = self._last or (row, column), (row, column)
        far = max(abs(row - before[0]), abs(column - before[1]))
        count = max(1, int(np.ceil(2 * far / self.size)))
        covered = np.zeros_like(self.mask)
        for share in np.arange(1, count + 1) / count:
            covered |= self.under(*(b + share * (n - b) for b, n in zip(before, self._last, strict=True)))
        painted = np.where(covered, given, self.mask)
        if np.array_equal(painted, self.mask):
            return False
        self.mask = painted
        return True

    def under(self, row: float, column: float) -> np.ndarray:
        """The pixels under the brush, (h, w): those whose centers it covers, and the one it is over."""
        height, width = self.mask.shape
        rows, columns = np.arange(height)[:, None], np.arange(width)
        covered = np.hypot(rows + 0.5 - row, columns + 0.5 - column) <= self.size / 2
        return covered | ((rows == np.floor(row)) & (columns == np.floor(column)))

    def replace(self, mask: np.ndarray) -> None:
        """Puts another mask in place of this one; undo brings this one back."""
        self.begin()
        self.mask = np.array(mask, dtype=bool)

    def undo(self) -> None:
        """Undoes the last stroke."""
        self.mask = self._history.undo(self.mask)
