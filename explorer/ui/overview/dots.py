"""Samples in the plane as a thumbnail."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from explorer.engine.recent import Cloud
from explorer.ui.theme import Theme, Tokens, color

__all__ = ["Dots"]

_MOST = 300  # points drawn of each kind
_MARGIN = 2.0  # px


class Dots(QWidget):
    """Data and, above them, samples of a model, in a square.

    Args:
        theme: Colours.
        cloud: The points.
        side: Width and height, px.
    """

    def __init__(self, theme: Theme, cloud: Cloud, side: int, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens, self._cloud = theme.tokens, cloud
        self.setFixedSize(QSize(side, side))
        self.setAccessibleName("Newest samples")
        theme.changed.connect(self.apply_theme)

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the points."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._tokens.bg3))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        for xy, role, width in ((self._cloud.data, "data", 1.5), (self._cloud.samples, "model", 2.0)):
            pen = QPen(color(self._tokens.role(role), 0.8), width)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPoints(self._placed(xy))
        painter.end()

    def _placed(self, xy: np.ndarray) -> list[QPointF]:
        left, right, low, high = self._cloud.extent
        span = max(right - left, high - low, 1e-9)
        room = self.width() - 2 * _MARGIN
        middle = np.array([left + right, low + high]) / 2
        at = (xy[:_MOST] - middle) / span * room * [1, -1] + self.width() / 2
        inside = (np.abs(at - self.width() / 2) <= room / 2).all(axis=1) if len(at) else np.zeros(0, dtype=bool)
        return [QPointF(x, y) for x, y in at[inside].tolist()]
