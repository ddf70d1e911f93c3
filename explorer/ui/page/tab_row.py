"""Tabs in as many lines as they need."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

__all__ = ["TabRow"]

_GAP, _BELOW = 2, 4  # px


class TabRow(QFrame):
    """Buttons from left to right; those for which a line has no room stand in the next."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._buttons: list[QPushButton] = []

    def add(self, button: QPushButton) -> None:
        """Adds a button at the end."""
        button.setParent(self)
        self._buttons.append(button)

    def arrange(self) -> None:
        """Gives every button that is not hidden its place, and takes the height that they need."""
        x = y = height = 0
        for button in self._buttons:
            if button.isHidden():
                continue
            size = button.sizeHint()
            if x > 0 and x + size.width() > self.width():
                x, y, height = 0, y + height + _GAP, 0
            button.setGeometry(x, y, min(size.width(), self.width()), size.height())
            x, height = x + size.width() + _GAP, max(height, size.height())
        self.setFixedHeight(y + height + _BELOW)

    def minimumSizeHint(self) -> QSize:
        """As narrow as the card below."""
        return QSize(0, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Breaks the lines anew."""
        super().resizeEvent(event)
        self.arrange()
