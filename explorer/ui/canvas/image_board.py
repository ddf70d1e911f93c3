"""The board on which one draws an image and which pixels of it are given."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.canvas.image_drawing import PixelGrid, draw_picture
from explorer.ui.canvas.image_painting import OPPOSITE, ImagePainting, Picture
from explorer.ui.frames.paint import stroke
from explorer.ui.theme import Theme, Tokens, color

__all__ = ["ImageBoard"]

_LEAP = 4  # pixels an arrow key moves the brush with Shift
_SIDES = (96, 200)  # px, least and preferred
_WAYS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_BRUSHES = {Qt.Key.Key_BracketLeft: -1, Qt.Key.Key_Minus: -1, Qt.Key.Key_BracketRight: 1, Qt.Key.Key_Plus: 1}
_KEYS = QKeySequence.StandardKey


class ImageBoard(QWidget):
    """An image on which one draws, hides and shows pixels with the left button, and the opposite with the right one.

    Arrows move the brush, with Shift further, Space paints, Delete paints the opposite, [ and ] change the size of the
    brush, Ctrl+Z undoes a stroke and Ctrl+Shift+Z or Ctrl+Y repeats it. Unknown pixels are hatched and faint.

    Signals:
        changed: Another picture.
        resized: Another size of the brush.

    Attributes:
        painting: The picture, the brush and the tool.

    Args:
        theme: Colours.
    """

    changed = Signal()
    resized = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription(
            "Arrows move the brush, with Shift further; Space uses the tool, Delete its opposite; [ and ] change the "
            "width; Ctrl Z undoes, Ctrl Shift Z redoes"
        )
        self.painting = ImagePainting(Picture.blank((1, 1, 1)))
        self._tokens = theme.tokens
        self._drawn: QPixmap | None = None  # the picture as it is painted, without the brush
        self._at: QPointF | None = None  # pointer, px
        self._spot = (0, 0)  # row and column of the brush that keys move
        self._held: Qt.MouseButton | None = None
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)  # the right button paints
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.apply_theme)

    def show_painting(self, painting: ImagePainting) -> None:
        """Shows a painting as it is now, without a signal."""
        if painting is not self.painting:
            rows, columns = painting.picture.mask.shape
            self._spot, self._held = (rows // 2, columns // 2), None
        self.painting = painting
        self._redraw()

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in other colours."""
        self._tokens = tokens
        self._redraw()

    @Slot()
    def undo(self) -> None:
        """Undoes the last stroke."""
        self.painting.undo()
        self._tell()

    @Slot()
    def redo(self) -> None:
        """Repeats the stroke that was undone last."""
        self.painting.redo()
        self._tell()

    def _tell(self) -> None:
        self._redraw()
        self.changed.emit()

    def _redraw(self) -> None:
        self._drawn = None
        self.update()

    @property
    def grid(self) -> PixelGrid:
        """Where the pixels are."""
        rows, columns = self.painting.picture.mask.shape
        return PixelGrid.fit(self.width(), self.height(), rows, columns)

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
            self._paint(*self.grid.position(self._at), opposite=self._held is Qt.MouseButton.RightButton)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends a stroke."""
        if event.button() is self._held:
            self._held = None

    def _paint(self, row: float, column: float, *, opposite: bool) -> None:
        tool = self.painting.tool
        if self.painting.paint(row, column, OPPOSITE[tool] if opposite else tool):
            self._tell()

    def event(self, event: QEvent) -> bool:
        """Keeps the keys of undo and redo from the window, where they are for edits of the setup."""
        key = event if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride else None
        if key is not None and (key.matches(_KEYS.Undo) or _redoes(key)):
            key.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moves the brush, paints, changes the brush, undoes or redoes."""
        key = Qt.Key(event.key())
        if event.matches(_KEYS.Undo):
            self.undo()
        elif _redoes(event):
            self.redo()
        elif key in _WAYS:
            self._move(*_WAYS[key], _LEAP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif key in _BRUSHES:
            self.painting.resize(self.painting.size + _BRUSHES[key])
            self.update()
            self.resized.emit()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.painting.begin()
            self._paint(self._spot[0] + 0.5, self._spot[1] + 0.5, opposite=key is not Qt.Key.Key_Space)
        else:
            super().keyPressEvent(event)

    def _move(self, down: int, right: int, step: int) -> None:
        (row, column), (rows, columns) = self._spot, self.painting.picture.mask.shape
        self._spot = (min(rows - 1, max(0, row + step * down)), min(columns - 1, max(0, column + step * right)))
        self._at = None
        self.update()

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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draws anew."""
        self._redraw()
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the picture and the brush."""
        ratio, grid, tokens = self.devicePixelRatioF(), self.grid, self._tokens
        if self._drawn is None or self._drawn.devicePixelRatio() != ratio:
            size = (self.width(), self.height())
            self._drawn = draw_picture(self.painting.picture, grid, tokens, size, ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(tokens.accent_hi if self.hasFocus() else tokens.line2), 1))
        painter.drawRect(grid.box.adjusted(-0.5, -0.5, 0.5, 0.5))
        self._draw_brush(painter, grid)
        painter.end()

    def _draw_brush(self, painter: QPainter, grid: PixelGrid) -> None:
        row, column = self._spot
        at = self._at or (grid.point(row + 0.5, column + 0.5) if self.hasFocus() else None)
        if at is None:
            return
        radius = max(3.0, self.painting.size / 2 * grid.cell)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(grid.box)
        for pen in (stroke(self._tokens.bg2, 4), stroke(self._tokens.accent_hi, 2)):
            painter.setPen(pen)
            painter.drawEllipse(at, radius, radius)


def _redoes(event: QKeyEvent) -> bool:
    """Whether a key repeats what was undone: Ctrl+Shift+Z or Ctrl+Y, on every platform."""
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    pressed = (event.key(), event.modifiers())
    return pressed in ((Qt.Key.Key_Z, control | shift), (Qt.Key.Key_Y, control))
