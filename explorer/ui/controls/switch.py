"""A switch: on or off."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from explorer.ui.theme import Theme, Tokens, color

__all__ = ["Switch"]


class Switch(QAbstractButton):
    """A switch of 28 × 16 px. `toggled` reports every change, `clicked` those by the user."""

    def __init__(self, theme: Theme, checked: bool = False, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = theme.tokens
        self.setCheckable(True)
        self.setChecked(checked)
        self.setFixedSize(30, 18)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.apply_theme)

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        """The switch and its focus ring."""
        return QSize(30, 18)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws track and knob."""
        tokens, on = self._tokens, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = tokens.accent if on else tokens.line2
        if not self.isEnabled():
            track = tokens.bg4
        painter.setPen(QPen(color(tokens.accent_hi), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(color(track))
        painter.drawRoundedRect(QRectF(1, 1, 28, 16), 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("#FFFFFF" if self.isEnabled() else tokens.disabled))
        painter.drawEllipse(QRectF(15 if on else 3, 3, 12, 12))
        painter.end()
