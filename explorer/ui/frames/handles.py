"""The draggable items of a plane: a cross-hair and points."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter

from explorer.ui.frames.paint import hair, stroke
from explorer.ui.frames.projection import Projection
from explorer.ui.theme import Tokens, color

__all__ = ["HandleSet"]

_STEP, _LEAP = 0.05, 0.5  # data units an arrow key moves a handle, without and with Shift
_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_REACH = 12.0  # px from a handle within which a press takes it


class HandleSet:
    """Draggable points; with `cross` the first is a cross-hair.

    Attributes:
        xy: Positions, (k, 2), data units.
        cross: The first has lines through the whole plane.
        editable: Handles can be added and removed.
        held: The one that moves, or None.
        last: The one that keys move.
    """

    def __init__(self) -> None:
        self.xy = np.empty((0, 2))
        self.cross = False
        self.editable = False
        self.held: int | None = None
        self.last = 0

    def put(self, xy: np.ndarray, cross: bool, editable: bool = False) -> None:
        """Sets the positions; where one was added, keys move it."""
        before, self.xy = len(self.xy), np.array(xy, dtype=float).reshape(-1, 2)
        self.cross, self.editable = cross, editable
        if editable and 0 < before < len(self.xy):
            self.last = len(self.xy) - 1
        self.last = min(self.last, max(0, len(self.xy) - 1))
        if self.held is not None and self.held >= len(self.xy):
            self.held = None

    @property
    def comes(self) -> bool:
        """Whether a handle moves to where one presses far from all: the cross-hair, or a single one that stays."""
        return self.cross or (len(self.xy) == 1 and not self.editable)

    def near(self, at: QPointF, view: Projection) -> int | None:
        """Index of the point at a position on the widget, or None."""
        if not len(self.xy):
            return None
        distance = np.hypot(*(view.to_pixels(self.xy) - [at.x(), at.y()]).T)
        nearest = int(distance.argmin())
        return nearest if distance[nearest] <= _REACH else None

    def after_key(self, event: QKeyEvent) -> tuple[float, float] | None:
        """Where an arrow key takes the handle that was moved last, or None for other keys."""
        if event.key() not in _ARROWS or not len(self.xy):
            return None
        step = _LEAP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _STEP
        x, y = (self.xy[self.last] + step * np.array(_ARROWS[event.key()])).tolist()
        return x, y

    def paint(self, painter: QPainter, view: Projection, tokens: Tokens, focus: bool) -> None:
        """Draws the points in the colour of text with a halo."""
        rect = view.rect
        for number, (x, y) in enumerate(view.to_pixels(self.xy).tolist() if len(self.xy) else ()):
            if self.cross and number == 0:
                self._paint_cross(painter, rect, x, y, tokens)
            at = QPointF(x, y)
            if not rect.contains(at):
                continue
            painter.setBrush(color(tokens.bg2, 0.35))
            painter.setPen(stroke(tokens.bg2, 5))
            painter.drawEllipse(at, 7, 7)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(stroke(tokens.accent_hi if focus and number == self.last else tokens.text1, 2))
            painter.drawEllipse(at, 7, 7)

    def _paint_cross(self, painter: QPainter, rect: QRectF, x: float, y: float, tokens: Tokens) -> None:
        ink, halo = tokens.text1, tokens.bg2
        if rect.left() <= x <= rect.right():
            hair(painter, x, rect.top(), y - 7 - rect.top(), True, ink, halo)
            hair(painter, x, y + 7, rect.bottom() - y - 7, True, ink, halo)
        if rect.top() <= y <= rect.bottom():
            hair(painter, rect.left(), y, x - 7 - rect.left(), False, ink, halo)
            hair(painter, x + 7, y, rect.right() - x - 7, False, ink, halo)
