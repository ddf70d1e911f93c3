"""The axis of a plot: numbers and grid lines in the look of the application. Import it late, as `canvas`."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from explorer.ui.frames.paint import halo_picture, straight, stroke
from explorer.ui.frames.ranges import ticks
from explorer.ui.theme import Tokens, color, ui_font

__all__ = ["PlotAxis"]

_BOTTOM, _LEFT = 24.0, 46.0  # px, height and width of an axis
_EDGE = 2.0  # px from the edge of the pane to what stands inside it; lines through a number are covered up to the edge
_ABOVE = 8.0  # px from the bottom of the pane to the middle of numbers inside it
_INSIDE = (18.0, 34.0)  # px, the same of an axis whose numbers stand inside the pane
_APART = {"bottom": (56.0, 64.0), "left": (40.0, 64.0)}  # px between two numbers, outside and inside
_MOST_LINES = 6.0  # grid lines beside which more would be clutter
_LINE = 13.0  # px of a line of names
_COLUMN = 20.0  # px from one column of names to the other
_GRID = 0.16  # opacity of grid lines
_BESIDE = 8.0  # px between numbers and the pane that they stand beside


class PlotAxis(pg.AxisItem):
    """An axis without line and ticks: numbers of 11 px, beside the pane with grid lines or inside it with a halo.

    Over its strip the wheel and drags change its own range alone. An axis beside the pane is drawn by the canvas into
    its background, which Qt stores; `moved` is emitted when that must be drawn anew.

    Attributes:
        strip: Where the numbers are, px of the canvas.
        is_inside: Numbers stand inside the pane.
        name_below: The name of the bottom axis has a line of its own below the numbers.

    Args:
        side: "bottom" or "left".
        tokens: Colours.
        inside: Numbers stand inside the pane.
    """

    moved = Signal()

    def __init__(self, side: str, tokens: Tokens, *, inside: bool = False):
        super().__init__(side, showValues=False)
        self.enableAutoSIPrefix(False)
        self.name, self.log, self.name_below = "", False, False
        self.value_names: tuple[str, ...] = ()
        self.strip = QRectF()
        self._tokens, self.is_inside = tokens, inside
        self._pane = QRectF()
        self._positions: list[tuple[float, str]] | None = None
        self._reserved = 8.0  # px for the name
        self._bounds = QRectF()
        self.setZValue(1 if inside else -200)  # a pane has -100
        if inside:
            self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        size = (_INSIDE if inside else (_BOTTOM, _LEFT))[side == "left"]
        (self.setWidth if side == "left" else self.setHeight)(size)

    def set_name(self, name: str, log: bool = False, *, below: bool = False) -> None:
        """Sets the name at the end of the axis, and whether its range has exponents of ten.

        Args:
            name: Name of the axis.
            log: The range has exponents of ten.
            below: The name stands below the numbers, not in their line.
        """
        if (name, log, below) != (self.name, self.log, self.name_below):
            self.name, self.log, self.name_below = name, log, below
            width = QFontMetricsF(ui_font(11, tabular=True)).horizontalAdvance(name)
            self._reserved = width + 24 if name and not below else 8.0
            self.prepareGeometryChange()
            self._measure()
            self._change()

    def set_value_names(self, names: tuple[str, ...]) -> None:
        """Writes names in place of the numbers 0, 1, 2, …; numbers again where there are none."""
        if names != self.value_names:
            self.value_names = names
            self._change()

    def place(self, pane: QRectF) -> None:
        """Moves the axis to its side of a pane, px."""
        self.prepareGeometryChange()
        self._pane = pane
        if self.orientation == "bottom":
            size = _INSIDE[0] if self.is_inside else _BOTTOM
            strip = QRectF(pane.left(), pane.bottom() - (size if self.is_inside else 0), pane.width(), size)
        else:
            size = _INSIDE[1] if self.is_inside else _LEFT
            strip = QRectF(pane.left() - (0 if self.is_inside else size), pane.top(), size, pane.height())
        self.stand_at(strip)
        self._change()

    def stand_at(self, strip: QRectF) -> None:
        """Takes the rectangle of the numbers, px of the canvas."""
        self.strip = strip
        self._measure()
        self.setGeometry(strip)

    def restyle(self, tokens: Tokens) -> None:
        """Takes the colours of a theme."""
        self._tokens = tokens
        self._change()

    def linkedViewChanged(self, view: Any, newRange: Any = None) -> None:
        """Takes the range of the pane."""
        super().linkedViewChanged(view, newRange)
        self._change()

    def _measure(self) -> None:
        name = min(self._reserved, self._pane.width()) if self.is_inside else 0.0
        self._bounds = QRectF(0, 0, max(self.strip.width(), name), self.strip.height())

    def _change(self) -> None:
        self._positions = None
        self.update()
        if not self.is_inside:
            self.moved.emit()

    def positions(self) -> list[tuple[float, str]]:
        """Position along the pane, px, and text of each number."""
        if self._positions is None:
            self._positions = self._compute_positions()
        return self._positions

    def _compute_positions(self) -> list[tuple[float, str]]:
        low, high = self.range
        length = self._pane.width() if self.orientation == "bottom" else self._pane.height()
        about = max(2.2 if not self.is_inside else 1.0, length / _APART[self.orientation][self.is_inside])
        if self.orientation == "left":
            about = min(about, _MOST_LINES)
        if self.value_names:
            every = 1 if self.is_staggered else max(1, math.ceil(self._crowding()))
            chosen = range(max(0, math.ceil(low)), min(len(self.value_names), math.floor(high) + 1), every)
            places = [(float(k), self.value_names[k]) for k in chosen]
        else:
            places = self._fitting_ticks(low, high, about)
        return [((value - low) / ((high - low) or 1.0) * length, text) for value, text in places]

    def _fitting_ticks(self, low: float, high: float, about: float) -> list[tuple[float, str]]:
        """Ticks whose numbers have room beside the pane: fewer of them have fewer digits."""
        places = ticks(low, high, about, log=self.log)
        if self.orientation == "bottom" or self.is_inside:
            return places
        metrics = QFontMetricsF(ui_font(11, tabular=True))
        for fewer in (1.5, 2.0, 3.0):
            if all(metrics.horizontalAdvance(text) <= _LEFT - _BESIDE for _, text in places):
                break
            coarser = ticks(low, high, about / fewer, log=self.log)
            places = coarser if len(coarser) > 1 else places
        return places

    def numbers_below(self) -> list[tuple[float, str]]:
        """Position along the bottom of the pane, px, and text of each number that has room beside the name."""
        first, last = (_INSIDE[1] if self.is_inside else -1), self._pane.width() - self._reserved
        return [(along, text) for along, text in self.positions() if first <= along <= last]

    def _crowding(self) -> float:
        """Names that share the height of one line."""
        low, high = self.range
        return float((high - low) * _LINE / max(self._pane.height(), 1.0))

    @property
    def is_staggered(self) -> bool:
        """Whether names stand in two columns, because they have no room in one and every second one is short."""
        if not self.value_names or not 1 < self._crowding() <= 2:
            return False
        metrics = QFontMetricsF(ui_font(11, tabular=True))
        return all(metrics.horizontalAdvance(name) <= _COLUMN - 2 for name in self.value_names[1::2])

    def boundingRect(self) -> QRectF:
        """The strip, and beside it the rest of a name that is longer than its numbers."""
        return self._bounds

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None) -> None:
        """Draws numbers inside the pane; those beside it are in the background."""
        if self.is_inside:
            painter.translate(-self.strip.topLeft())
            self.draw(painter)

    def draw(self, painter: QPainter) -> None:
        """Draws grid lines, numbers and the name, px of the canvas."""
        painter.setFont(ui_font(11, tabular=True))
        if self.orientation == "bottom":
            self._draw_bottom(painter)
        else:
            self._draw_left(painter)

    def _draw_bottom(self, painter: QPainter) -> None:
        pane = self._pane
        y = self.strip.bottom() - _ABOVE if self.is_inside else pane.bottom() + 15
        for along, text in self.numbers_below():
            if self.is_inside:
                painter.fillRect(QRectF(pane.left() + along - 2, y, 4, pane.bottom() - y), color(self._tokens.bg2))
            self._write(painter, pane.left() + along, y, text, 0)
        below = _LINE if self.name_below else 0.0
        self._write(painter, pane.right() - (_EDGE if self.is_inside else 0), y + below, self.name, 1)

    def _draw_left(self, painter: QPainter) -> None:
        pane = self._pane
        right = self.strip.left() + _EDGE if self.is_inside else pane.left() - _BESIDE
        staggered = self.is_staggered
        for along, text in self.positions():
            y = pane.bottom() - along
            if not self.is_inside:
                painter.setPen(stroke(self._tokens.text3, 1.0, _GRID))
                straight(painter, pane.left(), round(y) + 0.5, pane.right(), round(y) + 0.5)
                aside = _COLUMN if staggered and self.value_names.index(text) % 2 else 0.0
                self._write(painter, right - aside, y, text, 1)
            elif pane.top() + (22 if self.name else 8) <= y <= pane.bottom() - _INSIDE[0] - 4:
                painter.fillRect(QRectF(pane.left(), y - 2, right - pane.left() + 2, 4), color(self._tokens.bg2))
                self._write(painter, right, y, text, -1)
        x, y = (right, pane.top() + 11) if self.is_inside else (pane.left(), pane.top() - 8)  # above the curves
        self._write(painter, x, y, self.name, -1)

    def _write(self, painter: QPainter, x: float, y: float, text: str, side: int) -> None:
        """Draws a text that ends at x (1), begins there (-1) or has its middle there (0)."""
        if not text:
            return
        if self.is_inside:
            picture = halo_picture(
                text, 11, 400, self._tokens.text2, self._tokens.bg2, painter.device().devicePixelRatioF()
            )
            size = picture.deviceIndependentSize()  # 4 px of halo around the text
            left = x - size.width() / 2 - side * (size.width() / 2 - 4)
            painter.drawPixmap(QPointF(left, y - size.height() / 2), picture)
            return
        painter.setPen(color(self._tokens.text3))
        room = QFontMetricsF(painter.font()).horizontalAdvance(text) + 2
        first = self.strip.left() + 2
        if side == 1 and room > x - first and self.orientation == "left":
            self._squeeze(painter, QRectF(first, y - 8, x - first, 16), text, room)
            return
        left = x - (room if side == 1 else 0 if side == -1 else room / 2)
        flags = {1: Qt.AlignmentFlag.AlignRight, -1: Qt.AlignmentFlag.AlignLeft, 0: Qt.AlignmentFlag.AlignHCenter}
        painter.drawText(QRectF(left, y - 8, room, 16), flags[side] | Qt.AlignmentFlag.AlignVCenter, text)

    def _squeeze(self, painter: QPainter, rect: QRectF, text: str, width: float) -> None:
        """Writes a text of a width into a narrower rectangle: a number that is cut would be another number."""
        painter.save()
        painter.translate(rect.topLeft())
        painter.scale(rect.width() / width, 1.0)
        painter.drawText(QRectF(0, 0, width, rect.height()), Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()

    def resizeEvent(self, event: Any = None) -> None:
        """Does nothing: the name is drawn by `paint`."""

    def wheelEvent(self, event: Any) -> None:
        """Zooms this axis alone."""
        self.linkedView().wheelEvent(event, axis=0 if self.orientation == "bottom" else 1)

    def mouseDragEvent(self, event: Any) -> None:
        """Moves this axis alone."""
        self.linkedView().mouseDragEvent(event, axis=0 if self.orientation == "bottom" else 1)
