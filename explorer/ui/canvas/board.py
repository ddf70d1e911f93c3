"""The board of the canvas, on which the mouse or the keyboard paints points."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.canvas.painting import Brush, Painting
from explorer.ui.frames.paint import polygon, straight, stroke
from explorer.ui.frames.projection import Projection
from explorer.ui.frames.ranges import ticks
from explorer.ui.theme import Theme, Tokens, color, ui_font

__all__ = ["Board"]

_DOT = 4.0  # px
_MANY = 3000  # points from which dots are drawn square
_STEP, _LEAP = 0.1, 0.5  # data units an arrow key moves the brush, without and with Shift
_MARGIN = 10.0  # px
_EDGE = 28.0  # px along the edges without tick labels


class Board(QWidget):
    """Paints with the left button and erases with the right; arrows move the brush, Space paints, Delete erases.

    Signals:
        changed: Points were added or removed.

    Attributes:
        brush: The brush.
        erasing: Whether the left button and Space erase.

    Args:
        theme: Colours.
        painting: The points.
        reach: Half the side of the visible square, data units.
    """

    changed = Signal()

    def __init__(self, theme: Theme, painting: Painting, reach: float, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("board")
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription("Arrows move the brush, with Shift further; Space paints, Delete erases")
        self.painting, self.brush, self.erasing = painting, Brush(), False
        self._reach = reach
        self._tokens = theme.tokens
        self._picture: QPixmap | None = None
        self._at: QPointF | None = None  # position of the pointer, px
        self._spot = (0.0, 0.0)  # position of the brush for the keyboard, data units
        self._held: Qt.MouseButton | None = None
        self.set_reach(reach)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.apply_theme)

    def set_reach(self, reach: float) -> None:
        """Shows the square from -reach to reach."""
        self._reach = reach
        self.redraw()

    @property
    def view(self) -> Projection:
        """Where data units are on the widget."""
        rect = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        return Projection.square(rect, (-self._reach, self._reach, -self._reach, self._reach))

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self.redraw()

    def redraw(self) -> None:
        """Drops the kept pixmap and repaints."""
        self._picture = None
        self.update()

    # Mouse and keyboard

    def _stroke_to(self, x: float, y: float, erasing: bool) -> None:
        if erasing:
            if self.painting.erase(x, y, self.brush):
                self.redraw()
                self.changed.emit()
            return
        added = self.painting.paint(x, y, self.brush)
        if len(added):
            if len(self.painting.xy) - len(added) <= _MANY < len(self.painting.xy):
                self.redraw()  # all dots change their shape
            elif self._picture is not None:
                painter = QPainter(self._picture)
                self._draw_points(painter, added)
                painter.end()
            self.changed.emit()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Starts a stroke."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton) and self._held is None:
            self._held = event.button()
            self.painting.begin()
            self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Continues a stroke."""
        self._at = event.position()
        if self._held is not None:
            self._spot = self.view.to_data(self._at)
            self._stroke_to(*self._spot, self.erasing or self._held is Qt.MouseButton.RightButton)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends a stroke."""
        if event.button() is self._held:
            self._held = None

    def leaveEvent(self, event: QEvent) -> None:
        """Hides the brush."""
        self._at = None
        self.update()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moves the brush, paints or erases."""
        key = event.key()
        directions: dict[int, tuple[int, int]] = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        direction = directions.get(key)
        if direction is not None:
            step = _LEAP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _STEP
            x, y = (
                min(max(c + d * step, -self._reach), self._reach) for c, d in zip(self._spot, direction, strict=True)
            )
            self._spot = (x, y)
            self.update()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.painting.begin()
            self._stroke_to(*self._spot, self.erasing or key != Qt.Key.Key_Space)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draws the brush of the keyboard."""
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hides the brush of the keyboard."""
        self.update()
        super().focusOutEvent(event)

    # Drawing

    def sizeHint(self) -> QSize:
        """Preferred size."""
        return QSize(520, 520)

    def minimumSizeHint(self) -> QSize:
        """Smallest usable size."""
        return QSize(240, 240)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drops the kept pixmap."""
        self._picture = None
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the points from a kept pixmap, and the brush above them."""
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatioF() != ratio:
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(color(self._tokens.inset))
            painter = QPainter(self._picture)
            self._draw_grid(painter)
            self._draw_points(painter, self.painting.xy)
            painter.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_brush(painter)
        ring = self._tokens.accent_hi if self.hasFocus() else self._tokens.line2
        painter.setPen(QPen(color(ring), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    def _draw_grid(self, painter: QPainter) -> None:
        view = self.view
        rect, (x0, x1, y0, y1) = view.rect, view.extent
        painter.setFont(ui_font(11, tabular=True))
        for value, text in ticks(x0, x1, rect.width() / 80):
            x = view.point(value, 0).x()
            painter.setPen(color(self._tokens.line))
            straight(painter, x, 0, x, self.height())
            painter.setPen(color(self._tokens.text3))
            if _EDGE < x < self.width() - _EDGE:
                painter.drawText(QRectF(x + 4, self.height() - 20, 60, 16), Qt.AlignmentFlag.AlignLeft, text)
        for value, text in ticks(y0, y1, rect.height() / 80):
            y = view.point(0, value).y()
            painter.setPen(color(self._tokens.line))
            straight(painter, 0, y, self.width(), y)
            painter.setPen(color(self._tokens.text3))
            if _EDGE < y < self.height() - _EDGE:
                painter.drawText(QRectF(6, y - 17, 60, 16), Qt.AlignmentFlag.AlignLeft, text)

    def _draw_points(self, painter: QPainter, xy: np.ndarray) -> None:
        many = len(self.painting.xy) > _MANY  # a round dot costs 3 µs, a square one a tenth of that
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not many)
        pen = stroke(self._tokens.data, _DOT - 1 if many else _DOT, 0.8)
        if many:
            pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        painter.setPen(pen)
        painter.drawPoints(polygon(self.view.to_pixels(xy)))

    def _draw_brush(self, painter: QPainter) -> None:
        at = self._at if self._at is not None else self.view.point(*self._spot) if self.hasFocus() else None
        if at is None:
            return
        erasing = self.erasing or self._held is Qt.MouseButton.RightButton
        unit = self.view.rect.width() / (self.view.extent[1] - self.view.extent[0])
        size = max(3.0, unit * (self.brush.radius if erasing else 2 * self.brush.jitter))
        painter.setPen(stroke(self._tokens.err if erasing else self._tokens.text1, 1.5, dashed=erasing))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, size, size)
