"""One latent dimension in the latent panel."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from explorer.ui.controls import IconButton, Slider, ValueBox, text_label
from explorer.ui.controls.scale import Scale
from explorer.ui.theme import Theme, color
from models.views.latent_space import axis_label

__all__ = ["LatentRow"]


class LatentRow(QFrame):
    """One dimension: name, slider, value, lock.

    Signals:
        moved: Dimension and value, when the value is changed here.
        locked: Dimension, and whether it is locked.
    """

    moved = Signal(int, float)
    locked = Signal(int, bool)

    def __init__(self, theme: Theme, dim: int, limit: float, parent: QWidget | None = None):
        super().__init__(parent)
        self.dim = dim
        scale = _scale(limit)
        name = axis_label(dim)
        self.slider = Slider(theme, scale, 0.0, "prior")
        self.slider.setObjectName(f"latent.{dim}")
        self.slider.setAccessibleName(f"Latent dimension {dim + 1}")
        self.box = ValueBox(scale, 0.0)
        self.box.explain_refusals()
        self.box.setObjectName(f"latent_value.{dim}")
        self.box.setAccessibleName(f"Value of latent dimension {dim + 1}")
        self.lock = IconButton(theme, "unlock", f"Lock {name}: Sample and Walk leave it alone", "text3")
        self.lock.setObjectName(f"latent_lock.{dim}")
        self.lock.setCheckable(True)
        self._theme, self._name = theme, name
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # a move of the slider paints nothing below the row
        label = text_label(name, "label")
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(4)
        head.addWidget(label)
        head.addStretch(1)
        head.addWidget(self.lock)
        head.addWidget(self.box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.slider)
        self.slider.moved.connect(self._on_moved)
        self.box.committed.connect(self._on_committed)
        self.lock.toggled.connect(self._on_locked)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fills the background with that of the card."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), color(self._theme.tokens.bg2))
        painter.end()

    def set_limit(self, limit: float) -> None:
        """Lets slider and box reach as far as a limit on both sides."""
        self.slider.set_scale(_scale(limit))
        self.box.set_scale(_scale(limit))

    def set_value(self, value: float) -> None:
        """Shows a value without a signal."""
        self.slider.set_number(value)
        self.box.set_number(value)

    @Slot(float)
    def _on_moved(self, value: float) -> None:
        self.box.set_number(value)
        self.moved.emit(self.dim, value)

    @Slot(float, float)
    def _on_committed(self, _before: float, value: float) -> None:
        self.slider.set_number(value)
        self.moved.emit(self.dim, value)

    @Slot(bool)
    def _on_locked(self, locked: bool) -> None:
        word = "Unlock" if locked else "Lock"
        self.lock.set_face("lock" if locked else "unlock", f"{word} {self._name}", "accent_text" if locked else "text3")
        self.locked.emit(self.dim, locked)


def _scale(limit: float) -> Scale:
    return Scale(-limit, limit, 0.05)
