"""Where the panes of curves stand."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF

from explorer.ui.theme import ui_font

__all__ = ["CurveLayout"]

_LEFT, _RIGHT, _BOTTOM, _TOP, _GAP = 46.0, 8.0, 24.0, 16.0, 18.0  # px, with room for names above the panes
_LINE = 13.0  # px of a name below the numbers of the x axis
_LONG = 0.22  # a name of the x axis that takes more of the width than this has a line of its own
_MIN_PANE = 80  # px
_FIRST_PANE = 1.5  # height of the first of several panes, relative to the others


@dataclass(frozen=True)
class CurveLayout:
    """Stacked panes over one x axis.

    Attributes:
        panes: Their number.
        name_below: The name of the x axis has a line of its own below the numbers.
    """

    panes: int
    name_below: bool

    @classmethod
    def of(cls, panes: int, x_name: str, width: float) -> CurveLayout:
        """The layout at a width, px: a name that would take the place of numbers stands below them."""
        return cls(panes, QFontMetricsF(ui_font(11, tabular=True)).horizontalAdvance(x_name) > _LONG * width)

    @property
    def _around(self) -> float:
        """Height of all but the panes, px."""
        return _TOP + _BOTTOM + (_LINE if self.name_below else 0.0) + _GAP * (self.panes - 1)

    @property
    def least_height(self) -> int:
        """Height at which all panes can be read, px."""
        return int(self._around) + max(_MIN_PANE * self.panes, 96)

    def rects(self, width: float, height: float) -> list[QRectF]:
        """Rectangles of the panes in a widget, px; the first of several is higher."""
        weights = [_FIRST_PANE if place == 0 and self.panes > 1 else 1.0 for place in range(self.panes)]
        free = max(1.0, height - self._around)
        top, rects = _TOP, []
        for weight in weights:
            share = free * weight / sum(weights)
            rects.append(QRectF(_LEFT, top, max(1.0, width - _LEFT - _RIGHT), share))
            top += share + _GAP
        return rects
