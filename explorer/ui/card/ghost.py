"""Placeholder of an empty card: a faint drawing of the kind of frame, and a sentence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.frames.paint import polygon, stroke
from explorer.ui.theme import Theme, Tokens, color, ui_font
from models.frames import Audio, Bars, Curves, Discs, Drawing, Film, Frame, Images, Matrix, Plane, Text

__all__ = ["Ghost"]


def _plane(painter: QPainter, box: QRectF) -> None:
    radius = min(box.width(), box.height()) / 2
    middle = box.center()
    pen = painter.pen()
    pen.setDashPattern([4, 3])
    painter.setPen(pen)
    for share in (1.0, 0.66, 0.33):
        painter.drawEllipse(middle, radius * share, radius * share)
    cloud = np.random.default_rng(3).normal(size=(64, 2)) * radius * 0.36
    painter.setBrush(pen.color())
    painter.setPen(Qt.PenStyle.NoPen)
    for x, y in cloud.tolist():
        painter.drawEllipse(middle + QPointF(x, y), 2.6, 2.6)


def _curves(painter: QPainter, box: QRectF) -> None:
    t = np.linspace(0, 1, 60)
    for y in (0.82 - 0.82 * np.exp(-5 * t), 0.62 + 0.38 * np.exp(-6 * t)):
        painter.drawPolyline(polygon(np.stack([box.left() + t * box.width(), box.top() + y * box.height()], axis=1)))


def _tiles(painter: QPainter, box: QRectF) -> None:
    side = min((box.width() - 24) / 4, (box.height() - 16) / 3)
    left = box.center().x() - (4 * side + 24) / 2
    for k in range(12):
        row, column = divmod(k, 4)
        painter.drawRoundedRect(QRectF(left + column * (side + 8), box.top() + row * (side + 8), side, side), 3, 3)


def _bars(painter: QPainter, box: QRectF) -> None:
    for k, share in enumerate((0.8, 0.5, 0.65, 0.3)):
        y = box.top() + (k + 0.5) * box.height() / 4
        painter.drawLine(QPointF(box.left(), y), QPointF(box.left() + share * box.width(), y))


def _wave(painter: QPainter, box: QRectF) -> None:
    t = np.linspace(0, 1, 120)
    y = 0.5 + 0.45 * np.sin(40 * t) * np.sin(np.pi * t) ** 2
    painter.drawPolyline(polygon(np.stack([box.left() + t * box.width(), box.top() + y * box.height()], axis=1)))


def _lines(painter: QPainter, box: QRectF) -> None:
    for k, share in enumerate((0.9, 0.6, 0.75, 1.0, 0.4)):
        y = box.top() + (k + 0.5) * box.height() / 5
        painter.drawLine(QPointF(box.left(), y), QPointF(box.left() + share * box.width(), y))


def _molecule(painter: QPainter, box: QRectF) -> None:
    radius = min(box.width(), box.height()) / 3
    turns = np.arange(7) * np.pi / 3 + np.pi / 6
    ring = np.stack([np.cos(turns), np.sin(turns)], axis=1) * radius + [box.center().x(), box.center().y()]
    painter.drawPolyline(polygon(ring))
    for k, way in ((0, 1), (2, -1)):
        corner = QPointF(*ring[k].tolist())
        painter.drawLine(corner, corner + QPointF(way * radius * 0.7, radius * 0.4))


def _circles(painter: QPainter, box: QRectF) -> None:
    reach = min(box.width(), box.height()) / 2
    for turn in (np.arange(8) * np.pi / 4).tolist():
        at = box.center() + QPointF(0.8 * reach * np.cos(turn), 0.8 * reach * np.sin(turn))
        painter.drawEllipse(at, 0.2 * reach, 0.2 * reach)


def _strip(painter: QPainter, box: QRectF) -> None:
    side = min((box.width() - 16) / 3, box.height() - 28)
    left = box.center().x() - (3 * side + 16) / 2
    for k in range(3):
        painter.drawRoundedRect(QRectF(left + k * (side + 8), box.top(), side, side), 3, 3)
    y = box.top() + side + 18
    painter.drawLine(QPointF(left, y), QPointF(left + 3 * side + 16, y))
    painter.setBrush(painter.pen().color())
    painter.drawEllipse(QPointF(left + 1.8 * side, y), 4, 4)


_DRAWINGS: dict[type[Frame], Callable[[QPainter, QRectF], None]] = {
    Plane: _plane,
    Curves: _curves,
    Images: _tiles,
    Matrix: _tiles,
    Bars: _bars,
    Audio: _wave,
    Text: _lines,
    Drawing: _molecule,
    Discs: _circles,
    Film: _strip,
}


class Ghost(QWidget):
    """A faint drawing and a sentence.

    Args:
        theme: Colours.
        kind: Class of the frame that will be shown.
        sentence: What will be shown, and when.
    """

    def __init__(self, theme: Theme, kind: type[Frame], sentence: str = "", parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens, self._kind = theme.tokens, kind
        self._sentence = sentence
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.set_sentence(sentence)
        theme.changed.connect(self.apply_theme)

    def set_sentence(self, sentence: str) -> None:
        """Changes the sentence."""
        self._sentence = sentence
        self.setAccessibleName(sentence)
        self.update()

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Room for the sentence."""
        return QSize(120, 72)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws drawing and sentence in the middle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(13))
        room = QRectF(self.rect()).adjusted(8, 0, -8, 0)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        room.setWidth(min(room.width(), 300.0))
        room.moveCenter(QPointF(self.width() / 2, room.center().y()))
        text = painter.boundingRect(room, int(flags), self._sentence)
        height = min(210.0, self.height() - text.height() - 32)
        top = max(0.0, (self.height() - height - 16 - text.height()) / 2)
        if height >= 32:
            width = min(self.width() - 48.0, 232.0)
            box = QRectF((self.width() - width) / 2, top, width, height)
            painter.setPen(QPen(stroke(self._tokens.bg4, 1.6)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            _DRAWINGS[self._kind](painter, box)
        else:
            height = -16.0
            top = (self.height() - text.height()) / 2 + 16 + height
        painter.setPen(color(self._tokens.text3))
        painter.drawText(
            QRectF(room.left(), top + height + 16, room.width(), text.height() + 2), int(flags), self._sentence
        )
        painter.end()
