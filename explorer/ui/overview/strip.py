"""A row of small images."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.ui.frames.sheet import sheet_image
from explorer.ui.theme import Theme, Tokens, color

__all__ = ["Strip"]

_GAP = 4  # px
_ROUND = 4  # px


class Strip(QWidget):
    """Images side by side; empty places are drawn as wells.

    Args:
        theme: Colours.
        places: Number of places.
        side: Height of the widget and, where the width allows, of each image, px.
    """

    def __init__(self, theme: Theme, places: int, side: int, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = theme.tokens
        self._places = places
        self._images: np.ndarray | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_side(side)
        theme.changed.connect(self.apply_theme)

    @property
    def images(self) -> np.ndarray | None:
        """The images, of which the first are shown, (n, c, h, w), or None."""
        return self._images

    def set_side(self, side: int) -> None:
        """Sets the height, px."""
        self.setFixedHeight(side)
        self.updateGeometry()

    def set_places(self, places: int) -> None:
        """Sets the number of places."""
        self._places = places
        self.updateGeometry()
        self.update()

    def show_images(self, images: np.ndarray | None) -> None:
        """Shows as many of the first images of an array (n, c, h, w), values from 0 to 1, as there are places."""
        self._images = images
        self.update()

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self.update()

    def sizeHint(self) -> QSize:
        """One square for each place."""
        return QSize(self._places * (self.height() + _GAP) - _GAP, self.height())

    def minimumSizeHint(self) -> QSize:
        """Images shrink in a narrow card."""
        return QSize(self._places * (20 + _GAP) - _GAP, self.height())

    def boxes(self) -> list[QRectF]:
        """Rectangles of the places, px, aligned to device pixels."""
        ratio = self.devicePixelRatioF()
        room = (self.width() - _GAP * (self._places - 1)) / self._places
        side = int(min(room, self.height()) * ratio) / ratio
        return [QRectF(round(place * (side + _GAP) * ratio) / ratio, 0.0, side, side) for place in range(self._places)]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws images and wells."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ratio, ink = self.devicePixelRatioF(), (self._tokens.ink0, self._tokens.ink1)
        for place, box in enumerate(self.boxes()):
            outline = QPainterPath()
            outline.addRoundedRect(box, _ROUND, _ROUND)
            painter.fillPath(outline, color(self._tokens.inset))
            if self._images is None or place >= len(self._images):
                continue
            side = max(1, round(box.width() * ratio))
            image = sheet_image(self._images[place : place + 1], 1, (side, side), (0, 0), ink)
            image.setDevicePixelRatio(ratio)
            painter.save()
            painter.setClipPath(outline, Qt.ClipOperation.IntersectClip)
            painter.drawImage(box.topLeft(), image)
            painter.restore()
        painter.end()
