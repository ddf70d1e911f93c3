"""Values as horizontal bars, one row each, with names and numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from explorer.ui.frames.items.item import PaneItem
from explorer.ui.frames.paint import straight, stroke
from explorer.ui.frames.projection import Projection
from explorer.ui.theme import Tokens, color, mono_font, ui_font
from models.frames import Bars

__all__ = ["LEAST_ROW", "RowLayout", "RowsItem", "row_layout"]

LEAST_ROW = 15.0  # px, smallest height of a row
_MOST_ROW = 64.0  # px, largest height
_TWO_LINES = 27.0  # px, smallest height of a row with the bar below the name
_MOST_BAR = 20.0  # px, largest thickness of a bar
_NAMES = 0.45  # largest share of the width for names beside bars
_SPAN = 80.0  # px; where bars would be shorter than this they go below the names
_GAP = 12.0  # px between name, bar and number
_REACH, _REACH_BELOW = 5.0, 2.0  # px that a line at a bar reaches beyond it, beside names and below them


@dataclass(frozen=True)
class RowLayout:
    """Where the parts of the rows stand, px.

    Attributes:
        top: Top of the first row.
        row: Height of a row.
        text: Size of the letters.
        bar: Thickness of a bar.
        names: Room for a name.
        left: Left end of the bars.
        span: Length of the axis of the bars.
        below: The bar is below the name.
    """

    top: float
    row: float
    text: int
    bar: float
    names: float
    left: float
    span: float
    below: bool

    def middle(self, place: int) -> float:
        """Middle of the line of a row that holds the name."""
        return self.top + self.row * (place + (0.32 if self.below else 0.5))

    def bar_middle(self, place: int) -> float:
        """Middle of the bar of a row."""
        return self.top + self.row * (place + (0.78 if self.below else 0.5))

    def zero_line(self, rows: int) -> list[tuple[float, float]]:
        """Top and bottom of the pieces of the line at 0: one at each bar where names stand between the bars."""
        if not self.below:
            return [(self.top, self.top + self.row * rows)]
        reach = self.bar / 2 + _REACH_BELOW
        return [(self.bar_middle(k) - reach, self.bar_middle(k) + reach) for k in range(rows)]

    def at(self, y: float) -> int:
        """The row at a height, which may not exist."""
        return int((y - self.top) // self.row)


def row_layout(frame: Bars, texts: list[str], width: float, height: float) -> RowLayout:
    """Rows as high as there is room, up to a limit; around the upper third where they are few.

    Args:
        frame: At least one value.
        texts: The values as text.
        width: Of the widget, px.
        height: Of the widget, px.
    """
    n = len(frame.values)
    row = min(_MOST_ROW, height / n)
    text = 12 if row < 26 else 13 if row < 36 else 14 if row < 52 else 15
    top = max(0.0, min((height - row * n) / 2, height / 3 - row * n / 2))
    names, numbers = QFontMetricsF(ui_font(text)), QFontMetricsF(mono_font(text))
    widest = max((names.horizontalAdvance(label) for label in frame.labels), default=-_GAP) + _GAP
    right = max(map(numbers.horizontalAdvance, texts)) + _GAP
    left = min(widest, width * _NAMES)
    if row >= _TWO_LINES and (left < widest or width - left - right < _SPAN):
        return RowLayout(top, row, text, min(_MOST_BAR, row * 0.32), width - right, 0.0, max(8.0, width), True)
    left = max(min(left, width - right - _SPAN / 2), 0.0)
    return RowLayout(top, row, text, min(_MOST_BAR, row / 3), left, left, max(8.0, width - left - right), False)


class RowsItem(PaneItem):
    """Draws the rows."""

    _frame: Bars | None = None
    _tokens: Tokens
    _texts: list[str]
    _layout: RowLayout
    _range: tuple[float, float]
    _place: int

    def show_rows(
        self, frame: Bars | None, texts: list[str], layout: RowLayout, axis: tuple[float, float], tokens: Tokens
    ) -> None:
        """Shows rows; no frame for none.

        Args:
            frame: Values, names, errors and references.
            texts: The values as text.
            layout: Where the rows stand.
            axis: Values at both ends of the axis.
            tokens: Colours.
        """
        self._frame, self._texts, self._layout, self._range, self._tokens = frame, texts, layout, axis, tokens
        self._place = -1
        self.change()

    def emphasise(self, place: int) -> None:
        """Draws the name of a row, or of none (-1), as strong as its number."""
        if self._frame is not None and place != self._place:
            self._place = place
            self.change()

    def _x(self, value: float) -> float:
        low, high = self._range
        return self._layout.left + min(max((value - low) / (high - low), 0.0), 1.0) * self._layout.span

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws names, bars, numbers, errors and references."""
        frame = self._frame
        if frame is None:
            return
        layout, tokens = self._layout, self._tokens
        names, zero = QFontMetricsF(ui_font(layout.text)), self._x(0.0)
        half = layout.bar / 2
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        for k, value in enumerate(frame.values.tolist()):
            middle, line = layout.bar_middle(k), QRectF(0, layout.middle(k) - 10, view.rect.width(), 20)
            painter.setFont(ui_font(layout.text))
            painter.setPen(color(tokens.text1 if k == self._place else tokens.text2))
            name = frame.labels[k] if k < len(frame.labels) else ""
            name = names.elidedText(name, Qt.TextElideMode.ElideRight, layout.names - _GAP + 2)
            painter.drawText(line, left, name)
            painter.setFont(mono_font(layout.text))
            painter.setPen(color(tokens.text1 if np.isfinite(value) else tokens.text3 if frame.pending else tokens.err))
            painter.drawText(line, right, self._texts[k])
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(tokens.bg4))
            painter.drawRoundedRect(QRectF(layout.left, middle - half, layout.span, layout.bar), 2, 2)
            if np.isfinite(value):
                end = self._x(value)
                painter.setBrush(color(tokens.role(frame.roles[k] if k < len(frame.roles) else "total")))
                painter.drawRoundedRect(QRectF(min(zero, end), middle - half, abs(end - zero), layout.bar), 2, 2)
        finite = frame.values[np.isfinite(frame.values)]
        if finite.size and finite.min() < 0:
            painter.setPen(color(tokens.text2))
            for low, high in layout.zero_line(len(frame.values)):
                straight(painter, round(zero) + 0.5, low, round(zero) + 0.5, high)
        for k in range(len(frame.values)):
            self._draw_marks(painter, frame, k)

    def _draw_marks(self, painter: QPainter, frame: Bars, k: int) -> None:
        tokens, value, middle = self._tokens, float(frame.values[k]), self._layout.bar_middle(k)
        half = self._layout.bar / 2
        if frame.errors is not None and np.isfinite(frame.errors[k]) and np.isfinite(value):
            a, b = (self._x(value + side * float(frame.errors[k])) for side in (-1, 1))
            cap = max(4.0, half * 0.8)
            for ink, width in ((tokens.bg2, 3.0), (tokens.text1, 1.0)):  # a rim, to be seen on its bar
                painter.setPen(stroke(ink, width))
                ends = (QLineF(x, middle - cap, x, middle + cap) for x in (a, b))
                painter.drawLines([QLineF(a, middle, b, middle), *ends])
        if frame.reference is not None and np.isfinite(frame.reference[k]):
            x = self._x(float(frame.reference[k]))
            reach = half + (_REACH_BELOW if self._layout.below else _REACH)
            painter.setPen(stroke(tokens.text1, 1.5, 0.9, dashed=True))
            painter.drawLine(QPointF(x, middle - reach), QPointF(x, middle + reach))
