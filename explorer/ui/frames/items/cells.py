"""The cells of a matrix: shades with the numbers printed on them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter

from explorer.ui.frames.items.item import PaneItem
from explorer.ui.frames.paint import heat_image, ramp_table, straight, stroke
from explorer.ui.frames.projection import Projection
from explorer.ui.numbers import MINUS, number
from explorer.ui.theme import Tokens, color, ui_font
from models.frames import Matrix

__all__ = ["CellItem", "CellsItem"]

_PRINTED = (20.0, 14.0)  # px, smallest width and height of a cell whose number is printed
_LETTERS = (11, 9)  # px, sizes of numbers that are tried
_SHORT = 0.1  # end of a scale from which two decimals are enough
_DARK = 0.6  # share of the scale above which a number is in the colour of the ground


def _box(view: Projection, row: float, column: float, rows: float = 1, columns: float = 1) -> QRectF:
    """Where cells stand, px: a unit each, columns to the right and rows downwards from 0."""
    return QRectF(view.point(column, -row), view.point(column + columns, -row - rows))


def _text(value: float, reach: float) -> str:
    """A value for a cell: two decimals below 1 where the scale reaches farther than that, else two digits."""
    if abs(value) < 1 and reach >= _SHORT:
        return f"{value:.2f}".replace("-", MINUS) if abs(value) >= 0.005 else "0"
    return number(value, 2)


class CellsItem(PaneItem):
    """Draws the cells in view."""

    _frame: Matrix | None = None
    _image: QImage
    _texts: dict[tuple[int, int], str]
    _tokens: Tokens
    _reach: float

    def show_cells(self, frame: Matrix, low: float, high: float, role: str, tokens: Tokens) -> None:
        """Shows a table with shades of a role from a low to a high value."""
        self._frame, self._tokens, self._reach = frame, tokens, max(abs(low), abs(high), 1e-300)
        self._image = heat_image(frame.values, low, high, ramp_table(tokens.ramp(role)))
        self._texts = {}
        self.change()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws shades, lines between cells and numbers."""
        frame = self._frame
        if frame is None or not frame.values.size:
            return
        (rows, columns), (x0, x1, y0, y1) = frame.values.shape, view.extent
        left, right = max(0, int(x0)), min(columns, int(np.ceil(x1)))
        top, bottom = max(0, int(-y1)), min(rows, int(np.ceil(-y0)))
        if left >= right or top >= bottom:
            return
        area = _box(view, top, left, bottom - top, right - left)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(area, self._image, QRectF(left, top, right - left, bottom - top))
        cell = _box(view, top, left)
        if cell.width() < _PRINTED[0] or cell.height() < _PRINTED[1]:
            return
        places = [(i, j) for i in range(top, bottom) for j in range(left, right)]
        for place in places:
            if place not in self._texts:
                self._texts[place] = _text(float(frame.values[place]), self._reach)
        longest = max((self._texts[place] for place in places), key=len)
        fonts = (ui_font(size, tabular=True) for size in _LETTERS)
        font = next((font for font in fonts if QFontMetricsF(font).horizontalAdvance(longest) <= cell.width()), None)
        if font is None:
            return
        painter.setPen(color(self._tokens.bg2))
        for j in range(left + 1, right):
            x = view.point(j, 0).x()
            straight(painter, x, area.top(), x, area.bottom())
        for i in range(top + 1, bottom):
            y = view.point(0, -i).y()
            straight(painter, area.left(), y, area.right(), y)
        painter.setFont(font)
        inks, center = (color(self._tokens.text1), color(self._tokens.bg2)), Qt.AlignmentFlag.AlignCenter
        wide, tall = cell.width(), cell.height()
        with np.errstate(invalid="ignore"):
            strong = np.abs(frame.values) > _DARK * self._reach
        for on in (False, True):
            painter.setPen(inks[on])
            for i, j in places:
                if strong[i, j] == on:
                    at = QRectF(cell.left() + (j - left) * wide, cell.top() + (i - top) * tall, wide, tall)
                    painter.drawText(at, center, self._texts[i, j])


class CellItem(PaneItem):
    """Draws a border around one cell."""

    _tokens: Tokens
    follows_pointer = True
    _cell: tuple[int, int] | None = None

    def show_cell(self, cell: tuple[int, int] | None, tokens: Tokens) -> None:
        """Shows a cell, row and column, or none."""
        self._tokens = tokens
        if cell != self._cell:
            self._cell = cell
            self.change()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws the border."""
        if self._cell is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(stroke(self._tokens.text1, 1.5))
            painter.drawRect(_box(view, *self._cell))
