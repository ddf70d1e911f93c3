"""The controls of a pixel: its row, column and channel."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from explorer.ui.controls import Scale, Segmented, ValueBox, text_label
from explorer.ui.theme import Theme
from models.protocol import Pixel

__all__ = ["PixelBar"]

_BOX = 48  # px
_CHANNELS = {0: "R", 1: "G", 2: "B"}


class PixelBar(QFrame):
    """A row with a box for row and column each and, for images in colour, a choice of channels.

    Signals:
        moved: Another `Pixel`.

    Args:
        theme: Colours.
        name: Object name; those of the controls begin with it.
    """

    moved = Signal(object)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Pixel")
        self.row, self.column = self._box("Row of the pixel", f"{name}.row"), self._box("Column", f"{name}.column")
        self.channel = Segmented(theme, _CHANNELS, 0)
        self.channel.setObjectName(f"{name}.channel")
        self.channel.setAccessibleName("Channel of the pixel")
        self.channel.setFixedWidth(Segmented.needed_width(_CHANNELS))
        self.channel.hide()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        for widget in (text_label("Row", "label"), self.row, text_label("Column", "label"), self.column, self.channel):
            line.addWidget(widget)
        line.addStretch(1)
        self.channel.chosen.connect(self._on_channel)

    def _box(self, label: str, name: str) -> ValueBox:
        box = ValueBox(Scale(0, 0, 1, whole=True), 0)
        box.explain_refusals()
        box.setObjectName(name)
        box.setAccessibleName(label)
        box.setFixedWidth(_BOX)
        box.committed.connect(self._on_committed)
        return box

    def set_shape(self, channels: int, height: int, width: int) -> None:
        """Sets the limits from the shape of an image."""
        self.row.set_scale(Scale(0, height - 1, 1, whole=True))
        self.column.set_scale(Scale(0, width - 1, 1, whole=True))
        self.channel.setVisible(channels == len(_CHANNELS))

    def show_pixel(self, pixel: Pixel) -> None:
        """Shows a pixel without a signal."""
        self.row.set_number(pixel.row)
        self.column.set_number(pixel.column)
        self.channel.set_value(pixel.channel)

    @property
    def pixel(self) -> Pixel:
        """The pixel that is shown."""
        return Pixel(round(self.row.number), round(self.column.number), int(self.channel.value))

    @Slot(float, float)
    def _on_committed(self, _before: float, _now: float) -> None:
        self.moved.emit(self.pixel)

    @Slot(object, object)
    def _on_channel(self, _before: object, _now: object) -> None:
        self.moved.emit(self.pixel)
