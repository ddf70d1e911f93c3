"""Where the panes of curves stand: below one another, or in columns of equal width."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSizeF

__all__ = ["columns_that_fit", "least_height", "pane_rects"]

_LEFT, _RIGHT, _BOTTOM, _TOP, _GAP = 46.0, 8.0, 24.0, 16.0, 18.0  # px, with room for names above the panes
_MIN_PANE, _MIN_ALL = 80, 96  # px of height of one of several panes, and of all
_COLUMN = 300  # px of width of a column at least
_FIRST_PANE = 1.5  # height of the first of several panes in one column, relative to the others


def columns_that_fit(count: int, most: int, width: float) -> int:
    """Number of columns for a number of panes: as many as there is room for, but no more than shorten the columns.

    Args:
        count: Number of panes.
        most: Greatest number of columns.
        width: Room, px.
    """
    fitting = max(1, min(most, count, int(width // _COLUMN)))
    return max(1, math.ceil(count / math.ceil(max(count, 1) / fitting)))


def least_height(count: int, columns: int) -> int:
    """Height in which the panes are readable, px."""
    rows = math.ceil(max(count, 1) / columns)
    return int(_TOP + _BOTTOM + _GAP * (rows - 1)) + max(_MIN_PANE * rows, _MIN_ALL)


def pane_rects(count: int, columns: int, size: QSizeF) -> list[QRectF]:
    """Rectangles of the panes without their axes, px, row by row; the first of several in one column is higher."""
    rows = math.ceil(max(count, 1) / columns)
    weights = [_FIRST_PANE if row == 0 and columns == 1 and rows > 1 else 1.0 for row in range(rows)]
    free = max(1.0, size.height() - _TOP - _BOTTOM - _GAP * (rows - 1))
    width = size.width() / columns
    rects = []
    for place in range(count):
        row, column = divmod(place, columns)
        top = _TOP + _GAP * row + free * sum(weights[:row]) / sum(weights)
        height = free * weights[row] / sum(weights)
        rects.append(QRectF(width * column + _LEFT, top, max(1.0, width - _LEFT - _RIGHT), height))
    return rects
