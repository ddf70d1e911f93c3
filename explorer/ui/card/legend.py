"""The legend: name, swatch and live value of each series, in the head of a card or in a popup."""

from __future__ import annotations

import functools

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.frames.base import LegendItem
from explorer.ui.frames.paint import gradient_bar, stroke
from explorer.ui.theme import Theme, Tokens, color, mono_font, ui_font

__all__ = ["Legend"]

_ROW, _BETWEEN, _SWATCH, _BAR = 22.0, 14.0, 12.0, 88.0  # px


@functools.lru_cache(maxsize=512)
def _advance(text: str, mono: bool) -> float:
    return QFontMetricsF(mono_font(12) if mono else ui_font(12)).horizontalAdvance(text)


class Legend(QWidget):
    """Shows legend items in as many rows as the width requires, or in one row those that fit.

    A value keeps the width of its widest text so far, so that nothing moves while numbers change.

    Signals:
        hovered: Key of the item under the pointer, or "".

    Args:
        theme: Colours.
        one_row: Leave out the items that do not fit into one row.
    """

    hovered = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, one_row: bool = False):
        super().__init__(parent)
        self._one_row = one_row
        self._tokens = theme.tokens
        self._items: list[LegendItem] = []
        self._reserved: dict[str, float] = {}
        self._key = ""
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.apply_theme)

    @property
    def items(self) -> list[LegendItem]:
        """The items shown."""
        return self._items

    def set_items(self, items: list[LegendItem]) -> None:
        """Sets the items."""
        if items == self._items:
            return
        keys = [item.key for item in items]
        if keys != [item.key for item in self._items]:
            self._reserved = {}
        before = self.line_width()
        self._items = items
        metrics = QFontMetricsF(mono_font(12))
        for item in items:
            self._reserved[item.key] = max(self._reserved.get(item.key, 0.0), metrics.horizontalAdvance(item.value))
        self.setAccessibleName("Legend: " + ", ".join(f"{item.label} {item.value}".strip() for item in items))
        if self.line_width() != before:
            self.updateGeometry()
        self.update()

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self.update()

    def _width(self, item: LegendItem) -> float:
        words = _advance(item.label, False)
        if item.ramp is not None:
            ends = sum(_advance(end, True) for end in item.ramp)
            return words + (8 if item.label else 0) + ends + _BAR + 16
        return _SWATCH + 6 + words + (6 + self._reserved.get(item.key, 0.0) if item.value else 0)

    def line_width(self) -> int:
        """Width of all items in one row, px."""
        if not self._items:
            return 0
        return int(sum(map(self._width, self._items)) + _BETWEEN * (len(self._items) - 1)) + 1

    def fitting_width(self, width: int) -> tuple[int, int]:
        """Width of the first items that fit into one row, px, and the number of the others.

        Args:
            width: Room, px.
        """
        x = 0.0
        for place, item in enumerate(self._items):
            right = x + self._width(item)
            if right > width:
                return int(max(0.0, x - _BETWEEN)) + (1 if x else 0), len(self._items) - place
            x = right + _BETWEEN
        return self.line_width(), 0

    def boxes(self) -> list[tuple[LegendItem, QRectF]]:
        """The items and their rectangles."""
        x, y, boxes = 0.0, 0.0, []
        for item in self._items:
            width = self._width(item)
            if self._one_row and x + width > self.width() + 1:
                break
            if x and x + width > self.width():
                x, y = 0.0, y + _ROW
            boxes.append((item, QRectF(x, y, width, _ROW)))
            x += width + _BETWEEN
        return boxes

    def heightForWidth(self, width: int) -> int:
        """Height of the rows at a width, px."""
        x, rows = 0.0, 1
        for item in self._items:
            if x and x + self._width(item) > width:
                x, rows = 0.0, rows + 1
            x += self._width(item) + _BETWEEN
        return int(rows * _ROW)

    def sizeHint(self) -> QSize:
        """Size of one row."""
        return QSize(self.line_width(), int(_ROW))

    def minimumSizeHint(self) -> QSize:
        """One row of any width; a narrower legend needs more rows."""
        return QSize(0, int(_ROW))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws swatches, names and values."""
        tokens = self._tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        for item, box in self.boxes():
            ink = tokens.role(item.role)
            words = QFontMetricsF(ui_font(12)).horizontalAdvance(item.label)
            if item.ramp is not None:
                self._paint_ramp(painter, item, box, words)
                continue
            failed = item.value == "NaN"
            painter.setPen(stroke(tokens.err if failed else ink, 2.5, 1.0, item.dashed, item.dotted))
            middle = box.center().y()
            painter.drawLine(QPointF(box.left() + 1.5, middle), QPointF(box.left() + _SWATCH - 1.5, middle))
            painter.setFont(ui_font(12))
            painter.setPen(color(tokens.text1 if item.key == self._key else tokens.text2))
            painter.drawText(box.adjusted(_SWATCH + 6, 0, 4, 0), left, item.label)
            if item.value:
                painter.setFont(mono_font(12))
                painter.setPen(color(tokens.err if failed else ink))
                painter.drawText(box.adjusted(_SWATCH + 12 + words, 0, 8, 0), left, item.value)
        painter.end()

    def _paint_ramp(self, painter: QPainter, item: LegendItem, box: QRectF, words: float) -> None:
        assert item.ramp is not None
        tokens, left = self._tokens, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        inks = (tokens.model, tokens.data) if item.role == "real-fake" else (tokens.text3, tokens.text3)
        painter.setFont(ui_font(12))
        painter.setPen(color(tokens.text2))
        painter.drawText(box, left, item.label)
        painter.setFont(mono_font(12))
        advance = QFontMetricsF(mono_font(12)).horizontalAdvance
        x = box.left() + words + (8 if item.label else 0)
        painter.setPen(color(inks[0]))
        painter.drawText(QRectF(x, box.top(), 200, box.height()), left, item.ramp[0])
        x += advance(item.ramp[0]) + 8
        bar = max(16.0, min(_BAR, self.width() - x - advance(item.ramp[1]) - 8))
        gradient_bar(painter, QRectF(x, box.center().y() - 3, bar, 6), tokens, item.role)
        painter.setPen(color(inks[1]))
        painter.drawText(QRectF(x + bar + 8, box.top(), 200, box.height()), left, item.ramp[1])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Emits the item under the pointer and sets the tooltip."""
        hit = next((item for item, box in self.boxes() if box.contains(event.position())), None)
        parts = () if hit is None else (hit.label, hit.unit, hit.hint)
        self.setToolTip(", ".join(part for part in parts if part))
        self._set_key("" if hit is None else hit.key)

    def leaveEvent(self, event: QEvent) -> None:
        """Emits that no item is under the pointer."""
        self._set_key("")
        super().leaveEvent(event)

    def _set_key(self, key: str) -> None:
        if key != self._key:
            self._key = key
            self.update()
            self.hovered.emit(key)
