"""A row of small pictures of the data, one of which a canvas starts from."""

from __future__ import annotations

import numpy as np
import torch
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.engine.data.tensors import TensorData
from explorer.ui.frames.sheet import sheet_image
from explorer.ui.theme import Theme, Tokens, color

__all__ = ["StartStrip"]

_SIDE, _GAP = 36, 4  # px of a picture, and between two
_RIM = 2  # px around, for the outline of the chosen one
_MOST, _USUAL = 24, 10  # pictures at most, and preferred


class StartStrip(QWidget):
    """As many pictures of a split as fit, the chosen one outlined; arrows choose the one before or after.

    Signals:
        chosen: Position of another picture in its split.

    Args:
        theme: Colours.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self.setAccessibleName("Start")
        self.setToolTip("The picture to start from")
        self._tokens = theme.tokens
        self._data: TensorData | None = None
        self._split = ""
        self._start: int | None = None
        self._first = 0  # position of the first picture in sight
        self._sheet: QImage | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.apply_theme)

    def show_start(self, data: TensorData, split: str, start: int | None) -> None:
        """Outlines the picture that a canvas started from, or none, without a signal."""
        if data is not self._data or split != self._split:
            self._data, self._split, self._first, self._sheet = data, split, 0, None
        self._start = start
        self.setAccessibleDescription("An empty picture" if start is None else f"Image {start} of {data.size(split)}")
        self._turn()
        self.update()

    def box(self, place: int) -> QRectF:
        """Where the picture at a position of the split is, px."""
        return QRectF(_RIM + (place - self._first) * (_SIDE + _GAP), _RIM, _SIDE, _SIDE)

    def _count(self) -> int:
        """Number of pictures in sight."""
        room = (self.width() - 2 * _RIM + _GAP) // (_SIDE + _GAP)
        size = 0 if self._data is None else self._data.size(self._split)
        return max(0, min(room, _MOST, size - self._first))

    def _turn(self) -> None:
        """Shows the stretch of the split that the start is in."""
        room = max(1, min(_MOST, (self.width() - 2 * _RIM + _GAP) // (_SIDE + _GAP)))
        first = self._first if self._start is None else self._start // room * room
        if first != self._first:
            self._first, self._sheet = first, None

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in other colours."""
        self._tokens, self._sheet = tokens, None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Chooses the picture under the pointer."""
        place = self._first + int((event.position().x() - _RIM) // (_SIDE + _GAP))
        if event.button() is Qt.MouseButton.LeftButton and self._first <= place < self._first + self._count():
            self.chosen.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right choose the picture before or after."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if not step or self._data is None:
            super().keyPressEvent(event)
            return
        place = self._first if self._start is None else self._start + step
        if 0 <= place < self._data.size(self._split):
            self.chosen.emit(place)

    def sizeHint(self) -> QSize:
        """Room for some pictures."""
        return QSize(_USUAL * (_SIDE + _GAP) - _GAP + 2 * _RIM, _SIDE + 2 * _RIM)

    def minimumSizeHint(self) -> QSize:
        """One picture."""
        return QSize(_SIDE + 2 * _RIM, _SIDE + 2 * _RIM)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows more pictures, or fewer."""
        self._sheet = None
        self._turn()
        super().resizeEvent(event)

    def _images(self, data: TensorData, count: int) -> np.ndarray:
        """The pictures in sight, (n, c, h, w)."""
        device = data.batch(self._split, 0, 1).x.device
        index = torch.arange(self._first, self._first + count, device=device)
        return data.pick(self._split, index).x.cpu().numpy()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the pictures and the outline."""
        count, ratio, tokens = self._count(), self.devicePixelRatioF(), self._tokens
        if self._data is None or not count:
            return
        painter = QPainter(self)
        if self._sheet is None or self._sheet.devicePixelRatio() != ratio:
            cell, gap = round(_SIDE * ratio), round(_GAP * ratio)
            images = self._images(self._data, count)
            self._sheet = sheet_image(images, count, (cell, cell), (gap, gap), (tokens.ink0, tokens.ink1))
            self._sheet.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(_RIM, _RIM), self._sheet)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in range(self._first, self._first + count):
            ink, width = (tokens.accent_hi, 2.0) if place == self._start else (tokens.line2, 1.0)
            painter.setPen(QPen(color(ink), width))
            painter.drawRoundedRect(self.box(place).adjusted(-0.5, -0.5, 0.5, 0.5), 4, 4)
        if self.hasFocus():
            painter.setPen(QPen(color(tokens.accent_hi), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.end()
