"""The axis of rows or columns that have names. Import it late, as `canvas`: pyqtgraph takes 0.4 s."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from explorer.ui.frames.axis import PlotAxis
from explorer.ui.theme import Tokens, color, ui_font

__all__ = ["NameAxis"]

_LINE = 16.0  # px of a line of text
_PITCH = 13.0  # px between two names of rows


class NameAxis(PlotAxis):
    """Names of cells that are one unit long: the k-th from k to k + 1 sideways, or from −k to −k − 1 upwards.

    Attributes:
        size: Height of the names of columns, or width of those of rows, and of the name of the axis, px.
    """

    def __init__(self, side: str, tokens: Tokens):
        super().__init__(side, tokens)
        self.size = _LINE
        self._names: tuple[str, ...] = ()
        self._need = _PITCH  # px between two names

    def set_names(self, names: tuple[str, ...], axis: str, room: float) -> None:
        """Sets the names of the cells and of the axis.

        Args:
            names: Of the cells.
            axis: Name of the axis, or "".
            room: Largest width of names of rows, px.
        """
        metrics = QFontMetricsF(ui_font(11, tabular=True))
        if self.orientation == "bottom":
            self.size = (_LINE + 2 if names else 2.0) + (_LINE if axis else 0.0)
            self._need = max((metrics.horizontalAdvance(name) for name in names), default=0.0) + 6
        else:
            widest = max((metrics.horizontalAdvance(name) for name in names), default=-6.0)
            self.size = min(widest + 10, room) + (_LINE if axis else 0.0)
        self._names = names
        self.set_name(axis)
        self._change()

    def place(self, pane: QRectF) -> None:
        """Moves the axis to its side of a pane, px."""
        self.prepareGeometryChange()
        self._pane = pane
        if self.orientation == "bottom":
            self.setHeight(self.size)
            strip = QRectF(pane.left(), pane.bottom(), pane.width(), self.size)
        else:
            self.setWidth(self.size)
            strip = QRectF(pane.left() - self.size, pane.top(), self.size, pane.height())
        self.stand_at(strip)

    def positions(self) -> list[tuple[float, str]]:
        """Position along the pane, px from its left or top, and text of each name in view that has room."""
        low, high = self.range if self.orientation == "bottom" else (-self.range[1], -self.range[0])
        length = self._pane.width() if self.orientation == "bottom" else self._pane.height()
        unit = length / ((high - low) or 1.0)
        every = max(1, math.ceil(self._need / unit))
        middles = ((k + 0.5 - low, name) for k, name in enumerate(self._names) if k % every == 0)
        return [(at * unit, name) for at, name in middles if 0 <= at * unit <= length]

    def draw(self, painter: QPainter) -> None:
        """Draws the names of the cells and of the axis, px of the canvas."""
        pane, font = self._pane, ui_font(11, tabular=True)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(color(self._tokens.text3))
        if self.orientation == "bottom":
            for along, name in self.positions():
                half = metrics.horizontalAdvance(name) / 2 + 1
                box = QRectF(pane.left() + along - half, pane.bottom() + 2, 2 * half, _LINE)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
            below = QRectF(pane.left(), self.strip.bottom() - _LINE, pane.width(), _LINE)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self.name)
            return
        room = self.size - 8 - (_LINE if self.name else 0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for along, name in self.positions():
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(pane.left() - 6 - room, pane.top() + along - 8, room, 16), right, text)
        if self.name:
            painter.save()
            painter.rotate(-90)
            beside = QRectF(-pane.bottom(), self.strip.left(), pane.height(), _LINE)
            painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, self.name)
            painter.restore()
