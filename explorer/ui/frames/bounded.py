"""The base of plots whose content has an edge, such as images: beyond it there is nothing to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QMouseEvent

from explorer.ui.frames.plot import Plot

if TYPE_CHECKING:  # pyqtgraph takes 0.4 s to import, see plot.py
    from explorer.ui.frames.canvas import Pane

__all__ = ["BoundedPlot"]

_Range = tuple[float, float]


class BoundedPlot(Plot):
    """A plot that zooms and pans inside the range of its frames. Once all of it is in view, it follows the frames."""

    def smallest(self, pane: Pane) -> tuple[float, float]:
        """Smallest width and height of the visible range, data units."""
        return 0.0, 0.0

    def whole(self, pane: Pane) -> tuple[_Range, _Range]:
        """The range inside which the user moves, by default what the frames show."""
        return pane.home[:2], pane.home[2:]

    def range_moved(self) -> None:
        """Takes a range that the user has set back to the inside of the whole."""
        at_home = True
        for pane in self.panes:
            visible, whole = pane.viewRange(), self.whole(pane)
            ranges = [_inside(*part) for part in zip(visible, whole, self.smallest(pane), strict=True)]
            pane.setRange(xRange=ranges[0], yRange=ranges[1], padding=0)
            at_home &= all(new == full for new, full in zip(ranges, whole, strict=True))
        if at_home:
            self.reset_view()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags the range, or follows the pointer; no item reacts to a pointer without a button."""
        if event.buttons():
            super().mouseMoveEvent(event)
        else:
            self.set_pointer(event.position())


def _inside(visible: _Range, whole: _Range, smallest: float) -> _Range:
    """The range next to the visible one that lies inside the whole, and is no smaller than allowed."""
    low, high = whole
    size = max(visible[1] - visible[0], smallest)
    if size >= (high - low) * (1 - 1e-6):
        return whole
    start = min(max((visible[0] + visible[1] - size) / 2, low), high - size)
    return start, start + size
