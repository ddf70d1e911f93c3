"""The text in the corner of a plot: what is under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from explorer.ui.theme import Tokens, color, ui_font

__all__ = ["ReadOut"]

_MARGIN = 6.0  # px around the text, and to the corner


class ReadOut(QGraphicsItem):
    """A line of text on the ground of the card, right-aligned at a corner of the scene."""

    def __init__(self, tokens: Tokens):
        super().__init__()
        self._tokens, self._text, self._box = tokens, "", QRectF()
        self.setZValue(1000)

    @property
    def text(self) -> str:
        """The text, or ""."""
        return self._text

    def show_text(self, text: str, corner: QPointF) -> None:
        """Shows a text below and to the left of a point, px; hides itself for ""."""
        if text != self._text or corner != self._box.topRight() + QPointF(_MARGIN, -_MARGIN):
            self.prepareGeometryChange()
            self._text = text
            width = QFontMetricsF(ui_font(11, tabular=True)).horizontalAdvance(text) + 2 * _MARGIN
            self._box = QRectF(corner.x() - _MARGIN - width, corner.y() + _MARGIN, width, 18)
            self.setVisible(bool(text))
            self.update()

    def restyle(self, tokens: Tokens) -> None:
        """Takes the colours of a theme."""
        self._tokens = tokens
        self.update()

    def boundingRect(self) -> QRectF:
        """The box of the text."""
        return self._box

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draws the text."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._tokens.bg2, 0.85))
        painter.drawRoundedRect(self._box, 4, 4)
        painter.setPen(color(self._tokens.text2))
        painter.setFont(ui_font(11, tabular=True))
        painter.drawText(self._box, Qt.AlignmentFlag.AlignCenter, self._text)
