"""A slider over real numbers, linear or logarithmic."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSlider, QWidget

from explorer.ui.controls.scale import Scale
from explorer.ui.theme import Theme, Tokens, color

__all__ = ["Slider"]

_HANDLE = 14  # px
_GROOVE = 4


class Slider(QSlider):
    """A slider 16 px high. A click moves the handle to the pointer; the wheel needs the focus.

    Signals:
        moved: The new value, during a drag and at each key.
        settled: Value before and after a drag or key: one step of undo.

    Args:
        theme: Colours.
        scale: Limits; must be bounded.
        value: Initial value.
        role: Token of the colour of the filled part.
    """

    moved = Signal(float)
    settled = Signal(float, float)

    def __init__(self, theme: Theme, scale: Scale, value: float, role: str = "accent", parent: QWidget | None = None):
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._tokens, self._role = theme.tokens, role
        self._scale = scale
        self._value = scale.clamp(value)
        self._before = self._value
        self._hover = False
        self.setRange(0, scale.positions)
        self.setValue(scale.position(self._value))
        self.setFixedHeight(16)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        theme.changed.connect(self.apply_theme)

    @property
    def number(self) -> float:
        """The value, which may lie between two positions."""
        return self._value

    def set_number(self, value: float) -> None:
        """Sets the value without a signal."""
        value = self._scale.clamp(value)
        if value == self._value:
            return
        self._value = value
        self.setValue(self._scale.position(self._value))
        self.update()

    def set_scale(self, scale: Scale) -> None:
        """Changes limits and step, and clamps the value to them without a signal."""
        if scale == self._scale:
            return
        self._scale = scale
        self._value = self._before = scale.clamp(self._value)
        self.setRange(0, scale.positions)
        self.setValue(scale.position(self._value))
        self.update()

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self.update()

    def _move(self, value: float) -> None:
        if value != self._value:
            self.set_number(value)
            self.moved.emit(self._value)

    def _settle(self) -> None:
        if self._before != self._value:
            before, self._before = self._before, self._value
            self.settled.emit(before, self._value)

    def _at(self, x: float) -> float:
        span = max(1, self.width() - _HANDLE)
        return self._scale.value(round((x - _HANDLE / 2) / span * self._scale.positions))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Moves the handle to the pointer."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        self._before = self._value
        self.setSliderDown(True)
        self._move(self._at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags the handle."""
        if self.isSliderDown():
            self._move(self._at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends the drag."""
        if event.button() is Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)
            self._settle()
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move by one step, with Shift or Page by ten, Home and End to the limits."""
        key, many = event.key(), 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        steps: dict[int, int] = {
            Qt.Key.Key_Right: many,
            Qt.Key.Key_Up: many,
            Qt.Key.Key_Left: -many,
            Qt.Key.Key_Down: -many,
            Qt.Key.Key_PageUp: 10,
            Qt.Key.Key_PageDown: -10,
        }
        self._before = self._value
        if key in steps:
            self._move(self._scale.stepped(self._value, steps[key]))
        elif key == Qt.Key.Key_Home:
            self._move(self._scale.value(0))
        elif key == Qt.Key.Key_End:
            self._move(self._scale.value(self._scale.positions))
        else:
            super().keyPressEvent(event)
            return
        self._settle()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """One step per notch if the widget has the focus; else the panel scrolls."""
        if not self.hasFocus():
            event.ignore()
            return
        self._before = self._value
        self._move(self._scale.stepped(self._value, event.angleDelta().y() / 120))
        self._settle()
        event.accept()

    def sizeHint(self) -> QSize:
        """Preferred size."""
        return QSize(160, 16)

    def minimumSizeHint(self) -> QSize:
        """Smallest size in which the handle can move."""
        return QSize(48, 16)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws groove, fill and handle."""
        tokens, enabled = self._tokens, self.isEnabled()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2
        x = _HANDLE / 2 + self._scale.share(self._value) * (self.width() - _HANDLE)
        painter.setBrush(color(tokens.bg4))
        painter.drawRoundedRect(QRectF(0, middle - 2, self.width(), _GROOVE), 2, 2)
        if enabled:
            painter.setBrush(color(getattr(tokens, self._role)))
            painter.drawRoundedRect(QRectF(0, middle - 2, x, _GROOVE), 2, 2)
        if self.hasFocus():
            painter.setBrush(color(tokens.accent, 0.35))
            painter.drawEllipse(QRectF(x - 8, middle - 8, 16, 16))
        rim = tokens.accent_hi if self.hasFocus() else (tokens.text3 if not tokens.is_dark else tokens.text1)
        painter.setPen(QPen(color(rim if enabled else tokens.line2), 1))
        painter.setBrush(color("#FFFFFF" if enabled else tokens.bg4))
        painter.drawEllipse(QRectF(x - 6.5, middle - 6.5, 13, 13))
        painter.end()
