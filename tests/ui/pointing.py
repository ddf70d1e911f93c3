"""Mouse and wheel over plots, as events that Qt would send, and a comparison of pictures."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

__all__ = ["difference", "drag", "wheel"]

_NONE = Qt.KeyboardModifier.NoModifier


def wheel(widget: QWidget, at: QPoint, notches: int, modifiers: Qt.KeyboardModifier = _NONE) -> None:
    """Turns the wheel away from the person by some notches."""
    place, angle = QPointF(at), QPoint(0, 120 * notches)
    phase, buttons = Qt.ScrollPhase.NoScrollPhase, Qt.MouseButton.NoButton
    event = QWheelEvent(place, widget.mapToGlobal(place), QPoint(), angle, buttons, modifiers, phase, False)
    QApplication.sendEvent(widget, event)


def drag(
    widget: QWidget,
    start: QPoint,
    end: QPoint,
    modifiers: Qt.KeyboardModifier = _NONE,
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
) -> None:
    """Presses, moves in five steps and lets go."""
    QTest.mousePress(widget, button, modifiers, start)
    for step in range(1, 6):
        place = QPointF(start + (end - start) * step / 5)
        move = QMouseEvent(
            QEvent.Type.MouseMove, place, widget.mapToGlobal(place), Qt.MouseButton.NoButton, button, modifiers
        )
        QApplication.sendEvent(widget, move)
    QTest.mouseRelease(widget, button, modifiers, end)


def difference(a: QImage, b: QImage) -> int:
    """Largest difference of a colour channel, 0 to 255; a stored picture may differ by rounding, 3 at most."""
    first, second = (
        np.frombuffer(image.convertToFormat(QImage.Format.Format_RGB32).constBits(), np.uint8) for image in (a, b)
    )
    return int(np.abs(first.astype(int) - second).max())
