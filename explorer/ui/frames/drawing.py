"""The widget of a drawing: strokes and labels, one unit as long upwards as sideways."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.bounded import BoundedPlot
from explorer.ui.frames.items.strokes import StrokesItem
from explorer.ui.theme import Theme
from models.frames import Drawing, Frame

if TYPE_CHECKING:  # pyqtgraph takes 0.4 s to import, see plot.py
    from explorer.ui.frames.canvas import Canvas, Pane

__all__ = ["DrawingView"]

_INSET = 4.0  # px around the drawing
_MOST_ZOOM = 64.0  # largest factor of zooming in

_Range = tuple[float, float]


class DrawingView(BoundedPlot):
    """A drawing as large as fits, in the middle."""

    ideal = (320, 240)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self._strokes: StrokesItem | None = None

    def show_frame(self, frame: Frame) -> None:
        """Shows a drawing."""
        assert isinstance(frame, Drawing)
        super().show_frame(frame)

    def build(self, canvas: Canvas) -> None:
        """Makes the pane."""
        from explorer.ui.frames.canvas import Pane

        pane = canvas.add_pane(Pane(square=True))
        self.add_pane(pane)
        self._strokes = StrokesItem(pane)

    def arrange(self) -> None:
        """Fills the widget but for a margin."""
        inside = QRectF(self.rect()).adjusted(_INSET, _INSET, -_INSET, -_INSET)
        self.panes[0].place(inside if inside.isValid() else QRectF(0, 0, 1, 1))

    def show_content(self, frame: Frame) -> None:
        """Shows strokes and labels."""
        assert isinstance(frame, Drawing)
        assert self._strokes is not None
        x0, x1, y0, y1 = frame.bounds()
        self.follow(self.panes[0], (x0, x1), (y0, y1))
        self._strokes.show_drawing(frame, self.tokens)

    def in_view(self) -> Frame | None:
        """The drawing in the range to which the user has zoomed it."""
        if not self.is_free or not isinstance(self._frame, Drawing):
            return None
        (x0, x1), (y0, y1) = self.panes[0].viewRange()
        return replace(self._frame, extent=(x0, x1, y0, y1))

    def whole(self, pane: Pane) -> tuple[_Range, _Range]:
        """What is in view before zooming: the drawing, and what fills the pane beside it."""
        x0, x1, y0, y1 = pane.home
        width, height = pane.rect().width(), pane.rect().height()
        unit = min(width / (x1 - x0), height / (y1 - y0))  # px
        x, y, half_x, half_y = (x0 + x1) / 2, (y0 + y1) / 2, width / unit / 2, height / unit / 2
        return (x - half_x, x + half_x), (y - half_y, y + half_y)

    def smallest(self, pane: Pane) -> tuple[float, float]:
        """A part of the drawing."""
        (x0, x1), (y0, y1) = self.whole(pane)
        return (x1 - x0) / _MOST_ZOOM, (y1 - y0) / _MOST_ZOOM

    def point(self, x: float, y: float) -> QPointF:
        """Position on the widget, px, of a point of the drawing."""
        return self.panes[0].pos() + self.panes[0].projection.point(x, y)
