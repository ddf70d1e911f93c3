"""The widget of a matrix: shades with the numbers printed on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.base import LegendItem
from explorer.ui.frames.bounded import BoundedPlot
from explorer.ui.frames.items.cells import CellItem, CellsItem
from explorer.ui.frames.ranges import finite_range
from explorer.ui.numbers import number
from explorer.ui.theme import Theme
from models.frames import Frame, Matrix

if TYPE_CHECKING:  # pyqtgraph takes 0.4 s to import, see plot.py
    from explorer.ui.frames.canvas import Canvas, Pane
    from explorer.ui.frames.items.names import NameAxis

__all__ = ["MatrixView"]

_NAMES = 0.4  # largest share of the width for the names of rows


class MatrixView(BoundedPlot):
    """A table as shades: from the background to the colour of data, or diverging where numbers have both signs."""

    ideal = (320, 260)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self._shown: tuple[object, ...] = ()
        self._cells: CellsItem | None = None
        self._cell: CellItem | None = None
        self._axes: tuple[NameAxis, NameAxis] | None = None

    def show_frame(self, frame: Frame) -> None:
        """Shows a table."""
        assert isinstance(frame, Matrix)
        super().show_frame(frame)

    @staticmethod
    def _scale(frame: Matrix) -> tuple[float, float, str]:
        low, high = finite_range(frame.values) or (0.0, 1.0)
        if low < 0:
            reach = max(-low, high)
            return -reach, reach, "diverging"
        return 0.0, high if high > 0 else 1.0, "rising"

    def legend(self) -> list[LegendItem]:
        """The scale of the shades."""
        if not isinstance(self._frame, Matrix) or not self._frame.values.size:
            return []
        low, high, role = self._scale(self._frame)
        return [LegendItem("scale", role, self._frame.unit, ramp=(number(low, 2), number(high, 2)))]

    def build(self, canvas: Canvas) -> None:
        """Makes the pane with names of columns and rows."""
        from explorer.ui.frames.canvas import Pane
        from explorer.ui.frames.items.names import NameAxis

        self._axes = bottom, left = NameAxis("bottom", self.tokens), NameAxis("left", self.tokens)
        pane = canvas.add_pane(Pane(), bottom, left)
        self.add_pane(pane)
        self._cells, self._cell = CellsItem(pane), CellItem(pane, 1.0)

    def arrange(self) -> None:
        """Leaves room for the names."""
        frame = self._frame
        if self._axes is not None and isinstance(frame, Matrix):
            bottom, left = self._axes
            bottom.set_names(frame.column_labels, frame.x_label, 0.0)
            left.set_names(frame.row_labels, frame.y_label, _NAMES * self.width())
            size = QSizeF(self.width() - left.size, self.height() - bottom.size).expandedTo(QSizeF(1, 1))
            self.panes[0].place(QRectF(QPointF(left.size, 0), size))

    def show_content(self, frame: Frame) -> None:
        """Shows the cells; a cell is a unit, rows from 0 downwards."""
        assert isinstance(frame, Matrix)
        assert self._cells is not None
        rows, columns = frame.values.shape
        shown = rows, columns, frame.row_labels, frame.column_labels, frame.x_label, frame.y_label
        if shown != self._shown:
            self._shown = shown
            self.is_free, self.panes[0].home = False, (0.0, 0.0, 0.0, 0.0)
            self.arrange()
        self.follow(self.panes[0], (0.0, float(max(columns, 1))), (-float(max(rows, 1)), 0.0))
        self._cells.show_cells(frame, *self._scale(frame), self.tokens)

    def smallest(self, pane: Pane) -> tuple[float, float]:
        """One cell."""
        return 1.0, 1.0

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column of the cell at a point of the pane, or None."""
        frame = self._frame
        if not isinstance(frame, Matrix) or x < 0 or y > 0:
            return None
        rows, columns = frame.values.shape
        cell = int(-y), int(x)
        return cell if cell[0] < rows and cell[1] < columns else None

    def pointer_moved(self, at: QPointF | None) -> None:
        """Draws a border around the cell under the pointer."""
        pane = self.pane_at(at) if at is not None else None
        cell = self.cell_at(*pane.projection.to_data(at - pane.pos())) if at is not None and pane is not None else None
        if self._cell is not None:
            self._cell.show_cell(cell, self.tokens)

    def read_out_at(self, pane: Pane, x: float, y: float) -> str:
        """Names of row and column, and the value."""
        frame, cell = self._frame, self.cell_at(x, y)
        if not isinstance(frame, Matrix) or cell is None:
            return ""
        labels = [
            names[k] if k < len(names) else str(k)
            for names, k in zip((frame.row_labels, frame.column_labels), cell, strict=True)
        ]
        return f"{labels[0]}, {labels[1]}: {number(float(frame.values[cell]))} {frame.unit}".strip()
