"""The bar at the bottom of the window."""

from __future__ import annotations

import os

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from explorer.engine.devices import describe, resolve, used_memory
from explorer.ui.controls import Button, ElidedLabel, text_label
from explorer.ui.theme import Theme, Tokens, color, mono_font

__all__ = ["StatusBar", "resident_memory"]


class _Dot(QWidget):
    """A round mark of 8 px in a token's colour."""

    def __init__(self, theme: Theme, token: str, parent: QWidget | None = None):
        super().__init__(parent)
        self._theme, self._token = theme, token
        self.setFixedSize(10, 10)
        theme.changed.connect(self.apply_theme)

    @Slot(object)
    def apply_theme(self, _tokens: Tokens) -> None:
        """Repaints."""
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(getattr(self._theme.tokens, self._token)))
        painter.drawEllipse(1, 1, 8, 8)
        painter.end()


class StatusBar(QFrame):
    """Device, memory, and the last message, which may offer an action that undoes something.

    Signals:
        action_asked: The offered action was chosen.

    Args:
        theme: Colours.
    """

    action_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self.setProperty("panel", "bar")
        self.setProperty("edge", "top")
        self.setFixedHeight(28)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(8)
        self._device = resolve("auto")
        row.addWidget(_Dot(theme, "ok"))
        row.addWidget(text_label(describe(self._device), "caption"))
        row.addSpacing(16)
        row.addWidget(text_label("Memory", "caption"))
        self._memory = text_label("", "caption")
        self._memory.setFont(mono_font(12))
        row.addWidget(self._memory)
        row.addSpacing(16)
        self.message = ElidedLabel("Ready", "caption")
        self.message.setObjectName("message")
        self.message.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.message, 1)
        self._button = Button(theme, "", "undo", "ghost")
        self._button.setObjectName("status_act")
        self._button.setAccessibleName("Take back")
        self._button.setFixedHeight(22)
        self._button.hide()
        self._button.clicked.connect(self._on_clicked)
        row.addWidget(self._button)
        self._timer = QTimer(self, interval=2000)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()
        self._on_timeout()

    @Slot(str)
    def show_message(self, text: str, action: str = "") -> None:
        """Shows a message, and a button with the name of an action unless that is ""."""
        self.message.setText(text)
        self.message.setAccessibleName(text)
        self._button.setText(action)
        self._button.setAccessibleName(action or "Take back")
        self._button.setVisible(bool(action))

    @Slot()
    def _on_clicked(self) -> None:
        self._button.hide()
        self.action_asked.emit()

    @Slot()
    def _on_timeout(self) -> None:
        used = used_memory(self._device)
        if used is not None:
            self._memory.setText(f"{used[0] / 2**30:.1f} / {used[1] / 2**30:.1f} GB")
        else:
            resident = resident_memory()
            self._memory.setText(f"{resident / 2**20:.0f} MB" if resident else "–")

    def sizeHint(self) -> QSize:
        """As wide as the window."""
        return QSize(400, 28)


def resident_memory() -> float:
    """Memory of this process, bytes; 0 where it is not known."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return float(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0.0
