"""The board on which one paints which pixels of an image are given."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.canvas.mask_painting import MaskPainting
from explorer.ui.frames.paint import stroke
from explorer.ui.frames.sheet import sheet_image
from explorer.ui.theme import Theme, Tokens, color

__all__ = ["MaskBoard"]

_FAINT = 0.25  # opacity of the hidden pixels under the hatching
_SIDES = (96, 200)  # px, least and preferred
_WAYS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_BRUSHES = {Qt.Key.Key_BracketLeft: -1, Qt.Key.Key_Minus: -1, Qt.Key.Key_BracketRight: 1, Qt.Key.Key_Plus: 1}


class MaskBoard(QWidget):
    """An image of which pixels are hidden with the left button and shown again with the right one.

    Arrows move the brush, Space paints, Delete paints the opposite, [ and ] change the size of the brush, Ctrl+Z undoes
    a stroke. Hidden pixels are hatched and faint.

    Signals:
        changed: Another mask.

    Attributes:
        painting: The mask and the brush.
        showing: The left button and Space show pixels, the right button and Delete hide them.

    Args:
        theme: Colours.
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self.setAccessibleName("Given pixels")
        self.setAccessibleDescription(
            "Arrows move the brush; Space hides pixels, Delete shows them; [ and ] change the brush"
        )
        self.setToolTip("Left button hides pixels, right button shows them; [ and ] change the brush")
        self.painting = MaskPainting(np.ones((1, 1)))
        self.showing = False
        self._tokens = theme.tokens
        self._image = np.zeros((1, 1, 1))  # (c, h, w)
        self._at: QPointF | None = None  # pointer, px
        self._spot = (0, 0)  # row and column of the brush that keys move
        self._held: Qt.MouseButton | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.apply_theme)

    def show_image(self, image: np.ndarray, painting: MaskPainting) -> None:
        """Shows an image, (c, h, w), and the painting of its mask without a signal."""
        if painting is not self.painting:
            self._spot = (painting.mask.shape[0] // 2, painting.mask.shape[1] // 2)
        self._image, self.painting = image, painting
        self.update()

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in other colours."""
        self._tokens = tokens
        self.update()

    @Slot()
    def undo(self) -> None:
        """Undoes the last stroke."""
        self.painting.undo()
        self._tell()

    def _tell(self) -> None:
        self.update()
        self.changed.emit()

    # Geometry

    def box(self) -> QRectF:
        """Where the image is, px."""
        height, width = self.painting.mask.shape
        scale = max(1.0, min((self.width() - 2) / width, (self.height() - 2) / height))
        side_x, side_y = int(scale * width), int(scale * height)
        return QRectF((self.width() - side_x) // 2, (self.height() - side_y) // 2, side_x, side_y)

    def position_of(self, row: float, column: float) -> QPointF:
        """The point of the widget at a position in pixels of the image."""
        box, (height, width) = self.box(), self.painting.mask.shape
        return QPointF(box.left() + column / width * box.width(), box.top() + row / height * box.height())

    def _pixel_at(self, at: QPointF) -> tuple[float, float]:
        box, (height, width) = self.box(), self.painting.mask.shape
        return (at.y() - box.top()) / box.height() * height, (at.x() - box.left()) / box.width() * width

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begins a stroke."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton) and self._held is None:
            self._held = event.button()
            self.painting.begin()
            self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Continues a stroke."""
        self._at = event.position()
        if self._held is not None:
            row, column = self._pixel_at(self._at)
            self._paint(row, column, self.showing is (self._held is Qt.MouseButton.LeftButton))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends a stroke."""
        if event.button() is self._held:
            self._held = None

    def _paint(self, row: float, column: float, given: bool) -> None:
        if self.painting.paint(row, column, given):
            self._tell()

    def event(self, event: QEvent) -> bool:
        """Keeps Ctrl+Z from the window, where it undoes edits of the setup."""
        key = event if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride else None
        if key is not None and key.matches(QKeySequence.StandardKey.Undo):
            key.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moves the brush, paints, changes the brush or undoes."""
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif key in _WAYS:
            height, width = self.painting.mask.shape
            (row, column), (down, right) = self._spot, _WAYS[key]
            self._spot = (min(height - 1, max(0, row + down)), min(width - 1, max(0, column + right)))
            self._at = None
            self.update()
        elif key in _BRUSHES:
            self.painting.resize(_BRUSHES[key])
            self.update()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.painting.begin()
            self._paint(self._spot[0] + 0.5, self._spot[1] + 0.5, self.showing is (key is Qt.Key.Key_Space))
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is elsewhere."""
        self._at = None
        self.update()
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows the brush that keys move."""
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hides the brush that keys move."""
        self.update()
        super().focusOutEvent(event)

    # Painting

    def sizeHint(self) -> QSize:
        """The preferred size."""
        return QSize(_SIDES[1], _SIDES[1])

    def minimumSizeHint(self) -> QSize:
        """The least size at which single pixels of small images can be hit."""
        return QSize(_SIDES[0], _SIDES[0])

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the image, the hatching of hidden pixels and the brush."""
        painter, tokens, box = QPainter(self), self._tokens, self.box()
        ratio, width = self.devicePixelRatioF(), self.painting.mask.shape[1]
        size = (max(1, round(box.height() * ratio)), max(1, round(box.width() * ratio)))
        inks = (tokens.ink0, tokens.ink1)
        picture = sheet_image(self._image[None], 1, size, (0, 0), inks)
        painter.drawImage(box, picture)
        rows, columns = np.nonzero(~self.painting.mask)
        cells = [  # in whole pixels, so that they neither overlap nor leave gaps
            QRectF(self.position_of(row, column).toPoint(), self.position_of(row + 1, column + 1).toPoint())
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        ]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(tokens.bg2, 1 - _FAINT))
        painter.drawRects(cells)
        painter.setBrush(QBrush(color(tokens.alt), Qt.BrushStyle.BDiagPattern))
        painter.drawRects(cells)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_brush(painter, box, width)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(tokens.accent_hi if self.hasFocus() else tokens.line2), 1))
        painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5))
        painter.end()

    def _draw_brush(self, painter: QPainter, box: QRectF, width: int) -> None:
        row, column = self._spot
        at = self._at or (self.position_of(row + 0.5, column + 0.5) if self.hasFocus() else None)
        if at is None:
            return
        radius = max(3.0, self.painting.size / 2 * box.width() / width)
        painter.setClipRect(box)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (stroke(self._tokens.bg2, 3), stroke(self._tokens.text1, 1.5)):
            painter.setPen(pen)
            painter.drawEllipse(at, radius, radius)
        painter.setClipping(False)
