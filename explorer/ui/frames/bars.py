"""The widget of bars: named values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.base import LegendItem
from explorer.ui.frames.bounded import BoundedPlot
from explorer.ui.frames.items.bar_columns import ColumnsItem
from explorer.ui.frames.items.bar_rows import LEAST_ROW, RowLayout, RowsItem, row_layout
from explorer.ui.frames.ranges import StepRange
from explorer.ui.numbers import column, number
from explorer.ui.theme import Theme
from models.frames import Bars, Frame

if TYPE_CHECKING:  # pyqtgraph takes 0.4 s to import, see plot.py
    from explorer.ui.frames.canvas import Canvas, Pane
    from explorer.ui.frames.items.names import NameAxis

__all__ = ["BarsView"]

_TOP = 6.0  # px above columns
_LEFT = 46.0  # px of the numbers beside columns
_PENDING = "computing"
_FEWEST = 2.0  # columns in the most zoomed view


class BarsView(BoundedPlot):
    """One row for each value: name, bar, number. More values than rows fit are columns, which zoom and pan."""

    ideal = (320, 160)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self._axis = StepRange()
        self._texts: list[str] = []
        self._shown: tuple[bool, tuple[str, ...], int] | None = None
        self._rows: RowsItem | None = None
        self._columns: ColumnsItem | None = None
        self._names: NameAxis | None = None

    # The frame

    def show_frame(self, frame: Frame) -> None:
        """Shows bars."""
        assert isinstance(frame, Bars)
        self._axis.fit(*frame.ends(), pad=0.0)
        unit = f"\u2009{frame.unit}" if frame.unit else ""
        texts = [f"{text}{unit}" for text in column(frame.values.tolist())]
        waits = np.isnan(frame.values) & frame.pending
        self._texts = [_PENDING if wait else text for text, wait in zip(texts, waits.tolist(), strict=True)]
        super().show_frame(frame)

    @property
    def in_rows(self) -> bool:
        """Whether each value has a row of its own."""
        return isinstance(self._frame, Bars) and len(self._frame.values) * LEAST_ROW <= self.height()

    def legend(self) -> list[LegendItem]:
        """What whiskers and dashes are, where there are some."""
        frame, items = self._frame, []
        if not isinstance(frame, Bars):
            return []
        if frame.reference is not None and np.isfinite(frame.reference).any():
            items.append(LegendItem("reference", "total", "reference", dashed=True, hint="the dashed line at a bar"))
        if self.in_rows and frame.errors is not None and np.isfinite(frame.errors).any():
            items.append(LegendItem("error", "total", "± standard error", hint="the whisker at the end of a bar"))
        return items

    def build(self, canvas: Canvas) -> None:
        """Makes one pane for rows and columns."""
        from explorer.ui.frames.axis import PlotAxis
        from explorer.ui.frames.canvas import Pane
        from explorer.ui.frames.items.names import NameAxis

        self._names = NameAxis("bottom", self.tokens)
        pane = canvas.add_pane(Pane(), self._names, PlotAxis("left", self.tokens))
        self.add_pane(pane)
        self._rows, self._columns = RowsItem(pane), ColumnsItem(pane)

    def arrange(self) -> None:
        """Rows fill the widget; columns leave room for an axis of numbers and one of names."""
        pane, names, rows = self.panes[0], self._names, self.in_rows
        assert names is not None
        assert pane.left is not None
        for axis in (names, pane.left):
            axis.setVisible(not rows)
        if rows or not isinstance(self._frame, Bars):
            pane.place(QRectF(self.rect()))
            return
        names.set_names(self._frame.labels, "", 0.0)
        room = QRectF(self.rect()).adjusted(_LEFT, _TOP, 0, -max(names.size, _TOP))
        pane.place(QRectF(room.topLeft(), room.size().expandedTo(QSizeF(1, 1))))

    def show_content(self, frame: Frame) -> None:
        """Shows rows or columns."""
        assert isinstance(frame, Bars)
        assert self._rows is not None
        assert self._columns is not None
        pane, n = self.panes[0], len(frame.values)
        shown = self.in_rows, frame.labels, n
        if shown != self._shown:
            self._shown = shown
            self.is_free, pane.home = False, (0.0, 0.0, 0.0, 0.0)
            self.arrange()
            self._columns.emphasise(-1)  # another bar is under the pointer; rows forget theirs with each frame
        axis = self._axis.low, self._axis.high
        self.follow(pane, (0.0, float(max(n, 1))), axis)
        self._rows.setVisible(self.in_rows and n > 0)
        self._columns.setVisible(not self.in_rows)
        if self.in_rows and n:
            self._rows.show_rows(frame, self._texts, self._row_layout(frame), axis, self.tokens)
        else:
            self._columns.show_columns(frame, self.tokens)

    def _row_layout(self, frame: Bars) -> RowLayout:
        return row_layout(frame, self._texts, self.width(), self.height())

    # The range

    def smallest(self, pane: Pane) -> tuple[float, float]:
        """A few columns; rows do not zoom."""
        x0, x1, y0, y1 = pane.home
        return (x1 - x0, y1 - y0) if self.in_rows else (min(_FEWEST, x1 - x0), (y1 - y0) / 1000)

    def reset_ranges(self) -> None:
        """Fits the axis closely to the next frame."""
        self._axis.forget()

    # The pointer

    def place_at(self, at: QPointF) -> int:
        """The bar at a point of the widget, or -1."""
        frame = self._frame
        if not isinstance(frame, Bars) or not len(frame.values):
            return -1
        if self.in_rows:
            place = self._row_layout(frame).at(at.y())
        elif self.pane_at(at) is not None:
            pane = self.panes[0]
            place = int(np.floor(pane.projection.to_data(at - pane.pos())[0]))
        else:
            return -1
        return place if 0 <= place < len(frame.values) else -1

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms columns; over rows the page scrolls."""
        if self.in_rows:
            event.ignore()
        else:
            super().wheelEvent(event)

    def pointer_moved(self, at: QPointF | None) -> None:
        """Emphasises the bar under the pointer; the tooltip of a row has its whole name."""
        place = -1 if at is None else self.place_at(at)
        if self._rows is not None and self._columns is not None:
            (self._rows if self.in_rows else self._columns).emphasise(place)
        self.setToolTip(self._words(place) if self.in_rows and place >= 0 else "")

    def read_out_at(self, pane: Pane, x: float, y: float) -> str:
        """Name and value of a column; rows have them printed."""
        frame, place = self._frame, int(np.floor(x))
        if self.in_rows or not isinstance(frame, Bars) or not 0 <= place < len(frame.values):
            return ""
        return self._words(place)

    def _words(self, place: int) -> str:
        """Name, value, error and reference of a bar."""
        frame = self._frame
        assert isinstance(frame, Bars)
        words = f"{frame.labels[place] if place < len(frame.labels) else place}: {self._texts[place]}"
        if frame.errors is not None and np.isfinite(frame.errors[place]):
            words += f" ± {number(float(frame.errors[place]), 2)}"
        if frame.reference is not None and np.isfinite(frame.reference[place]):
            words += f", reference {number(float(frame.reference[place]))}"
        return words
