"""Mouse and wheel over widgets, as events that Qt would send, and a comparison of pictures.

`QTest.mouseMove` moves the cursor of the platform, which sends nothing where the cursor is there already.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

__all__ = ["LEFT", "difference", "drag", "pixels", "point_at", "wheel"]

LEFT, _NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
_NONE = Qt.KeyboardModifier.NoModifier


def point_at(
    widget: QWidget, at: QPoint, buttons: Qt.MouseButton = _NO_BUTTON, modifiers: Qt.KeyboardModifier = _NONE
) -> None:
    """Moves the pointer to a place in a widget, with the buttons that are held."""
    place = QPointF(at)
    event = QMouseEvent(QEvent.Type.MouseMove, place, widget.mapToGlobal(place), _NO_BUTTON, buttons, modifiers)
    QApplication.sendEvent(widget, event)


def wheel(widget: QWidget, at: QPoint, notches: int, modifiers: Qt.KeyboardModifier = _NONE) -> None:
    """Turns the wheel away from the person by some notches."""
    place, angle = QPointF(at), QPoint(0, 120 * notches)
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(place, widget.mapToGlobal(place), QPoint(), angle, _NO_BUTTON, modifiers, phase, False)
    QApplication.sendEvent(widget, event)


def drag(
    widget: QWidget,
    start: QPoint,
    end: QPoint,
    modifiers: Qt.KeyboardModifier = _NONE,
    button: Qt.MouseButton = LEFT,
) -> None:
    """Presses, moves in five steps and lets go."""
    QTest.mousePress(widget, button, modifiers, start)
    for step in range(1, 6):
        point_at(widget, start + (end - start) * step / 5, button, modifiers)
    QTest.mouseRelease(widget, button, modifiers, end)


def difference(a: QImage, b: QImage) -> int:
    """Largest difference of a colour channel, 0 to 255; a stored picture may differ by rounding, 3 at most."""
    return int(np.abs(pixels(a).astype(int) - pixels(b)).max())


def pixels(image: QImage) -> np.ndarray:
    """The colours of an image, (height, width, 4) uint8."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.width(), 4).copy()
