"""Where the panes of curves stand: below one another, or in columns of equal width."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF

from explorer.ui.theme import ui_font

__all__ = ["CurveLayout"]

_LEFT, _RIGHT, _BOTTOM, _TOP, _GAP = 46.0, 8.0, 24.0, 16.0, 18.0  # px, with room for names above the panes
_LINE = 13.0  # px of a name below the numbers of the x axis
_LONG = 0.22  # a name of the x axis that takes more of the width than this has a line of its own
_MIN_PANE, _MIN_ALL = 80, 96  # px of height of one of several panes, and of all
_COLUMN, _NARROW = 300, 200  # px of width of a column at least, and where the frame declares columns
_FIRST_PANE = 1.5  # height of the first of several panes in one column, relative to the others


@dataclass(frozen=True)
class CurveLayout:
    """Panes over one x axis.

    Attributes:
        panes: Their number.
        columns: Number of columns that they stand in, row by row.
        name_below: The name of the x axis has a line of its own below the numbers.
    """

    panes: int
    columns: int = 1
    name_below: bool = False

    @classmethod
    @functools.lru_cache(maxsize=64)
    def of(cls, panes: int, most: int, x_name: str, width: float, narrow: bool = False) -> CurveLayout:
        """The layout at a width.

        There are as many columns as there is room for, but no more than shorten them. A name of the x axis that would
        take the place of numbers stands below them.

        Args:
            panes: Number of panes.
            most: Greatest number of columns.
            x_name: Name of the x axis.
            width: Room, px.
            narrow: The columns may be narrow, since the panes are alike.
        """
        fitting = max(1, min(most, panes, int(width // (_NARROW if narrow else _COLUMN))))
        columns = max(1, math.ceil(panes / math.ceil(max(panes, 1) / fitting)))
        name = QFontMetricsF(ui_font(11, tabular=True)).horizontalAdvance(x_name)
        return cls(panes, columns, name > _LONG * width / columns)

    @property
    def _rows(self) -> int:
        return math.ceil(max(self.panes, 1) / self.columns)

    @property
    def _around(self) -> float:
        """Height of all but the panes of a column, px."""
        return _TOP + _BOTTOM + (_LINE if self.name_below else 0.0) + _GAP * (self._rows - 1)

    @property
    def least_height(self) -> int:
        """Height at which all panes can be read, px."""
        return int(self._around) + max(_MIN_PANE * self._rows, _MIN_ALL)

    def rects(self, width: float, height: float) -> list[QRectF]:
        """Rectangles of the panes without their axes, px, row by row; the first of several in one column is higher."""
        first = _FIRST_PANE if self.columns == 1 and self._rows > 1 else 1.0
        weights = [first, *[1.0] * (self._rows - 1)]
        unit = max(1.0, height - self._around) / sum(weights)
        across = width / self.columns
        rects = []
        for place in range(self.panes):
            row, column = divmod(place, self.columns)
            top = _TOP + _GAP * row + unit * sum(weights[:row])
            left = across * column + _LEFT
            rects.append(QRectF(left, top, max(1.0, across - _LEFT - _RIGHT), unit * weights[row]))
        return rects
