"""The noise ladder: the noise of one exact sample as a stack beside the dimension of one datum."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.explain.noise import Dimension
from explorer.ui.frames.paint import stroke
from explorer.ui.numbers import count
from explorer.ui.theme import Theme, Tokens, color, mono_font, ui_font

__all__ = ["HEIGHT", "NoiseLadder", "RoleKey", "relation"]

HEIGHT = 176  # px
_DATA = 92  # px, height of the data dimension, the same in every ladder
_LEFT, _BOTTOM = 16, 12  # px
_NOISE_WIDTH, _DATA_WIDTH, _GAP = 52, 10, 6  # px
_LEAST, _SEAM = 4, 2  # px
_ROOM = 1.6  # tallest stack drawn to scale, relative to the data dimension
_MUCH = 10  # noise per data dimension from which the relation is ≫
_FADED = (1.0, 0.75, 0.55, 0.35)


def relation(bars: tuple[Dimension, ...]) -> str:
    """The relation of noise to data dimension: "noise > data"."""
    *parts, data = bars
    noise = sum(part.size for part in parts)
    sign = "≫" if noise > _MUCH * data.size else ">" if noise > data.size else "<" if noise < data.size else "="
    return f"noise {sign} data"


class NoiseLadder(QWidget):
    """A stack of noise, a bar of data, and a dashed line at the data dimension, whose height is the same everywhere.

    Args:
        theme: Colours.
        bars: Parts of the noise, the data last.
    """

    def __init__(self, theme: Theme, bars: tuple[Dimension, ...], parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = theme.tokens
        self._parts, self._data = bars[:-1], bars[-1]
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        text = ", ".join(f"{bar.label} {bar.symbol}: {bar.size:,}" for bar in bars)
        self.setAccessibleName(f"Noise of one sample and dimension of one datum. {text}")
        self.setToolTip(text)
        theme.changed.connect(self.apply_theme)

    @property
    def numbers(self) -> str:
        """Sizes of the parts: "2 + 784"."""
        return " + ".join(count(part.size) for part in self._parts)

    @property
    def labels(self) -> str:
        """Names of the parts."""
        return " + ".join(f"{part.label} {part.symbol}" for part in self._parts)

    @property
    def broken(self) -> bool:
        """Whether the stack is too tall to be drawn to scale."""
        return sum(part.size for part in self._parts) > _ROOM * self._data.size

    def stack(self) -> list[QRectF]:
        """Rectangles of the noise, px, from the bottom up, largest first; to scale, but at least 4 px tall."""
        floor = HEIGHT - _BOTTOM
        if self.broken:
            heights = [0.4 * _DATA] * len(_FADED)
        else:
            sizes = sorted((part.size for part in self._parts), reverse=True)
            heights = [max(_LEAST, _DATA * size / self._data.size) for size in sizes]
        tops = itertools.accumulate(heights, lambda below, height: below + height + _SEAM)
        return [QRectF(_LEFT, floor - top, _NOISE_WIDTH, height) for top, height in zip(tops, heights, strict=True)]

    @property
    def line(self) -> float:
        """Position of the dashed line, px from the top."""
        return HEIGHT - _BOTTOM - _DATA

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Room for the bars and a short label."""
        return QSize(180, HEIGHT)

    def sizeHint(self) -> QSize:
        """The width of one of five cards."""
        return QSize(236, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws blocks, bar, line and labels."""
        tokens = self._tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for block, share in zip(self.stack(), itertools.chain(_FADED, itertools.repeat(_FADED[-1])), strict=False):
            painter.setBrush(color(tokens.prior, share))
            painter.drawRoundedRect(block, 2, 2)
        if self.broken:
            top = self.stack()[-1].top()
            for dot, share in enumerate((0.5, 0.35, 0.2)):
                painter.setBrush(color(tokens.prior, share))
                painter.drawEllipse(QRectF(_LEFT + _NOISE_WIDTH / 2 - 1.5, top - 8 - 7 * dot, 3, 3))
        painter.setBrush(color(tokens.data))
        left = _LEFT + _NOISE_WIDTH + _GAP
        painter.drawRoundedRect(QRectF(left, self.line, _DATA_WIDTH, _DATA), 2, 2)
        painter.setPen(stroke(tokens.data, 1, dashed=True))
        painter.drawLine(0, round(self.line), self.width(), round(self.line))
        self._paint_labels(painter, left + _DATA_WIDTH + 12)
        painter.end()

    def _paint_labels(self, painter: QPainter, left: float) -> None:
        room = self.width() - left - 8
        painter.setPen(color(self._tokens.text1))
        painter.setFont(mono_font(12))
        painter.drawText(QRectF(left, self.line + 20, room, 18), int(Qt.AlignmentFlag.AlignVCenter), self.numbers)
        painter.setPen(color(self._tokens.text3))
        painter.setFont(ui_font(12))
        below = QRectF(left, self.line + 40, room, _DATA - 40 + _BOTTOM)
        painter.drawText(below, int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop), self.labels)


class RoleKey(QWidget):
    """An entry of a colour key: a dot in the colour of a role, and its meaning.

    Args:
        theme: Colours.
        role: Role of the colour.
        text: Meaning of the colour.
    """

    def __init__(self, theme: Theme, role: str, text: str, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens, self._role, self._text = theme.tokens, role, text
        self.setFont(ui_font(12))
        self.setAccessibleName(text)
        self.setFixedSize(14 + self.fontMetrics().horizontalAdvance(text) + 2, 18)
        theme.changed.connect(self.apply_theme)

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws dot and text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._tokens.role(self._role)))
        painter.drawEllipse(QRectF(0, self.height() / 2 - 4, 8, 8))
        painter.setPen(color(self._tokens.text2))
        painter.setFont(self.font())
        painter.drawText(self.rect().adjusted(14, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), self._text)
        painter.end()
