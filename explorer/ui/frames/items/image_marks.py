"""What lies above a contact sheet: picked images, the outlined pixel, and the image under the pointer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from explorer.ui.frames.image_layout import ImageLayout
from explorer.ui.frames.items.item import PaneItem
from explorer.ui.frames.items.sheet import coloured, in_view
from explorer.ui.frames.paint import mark, stroke
from explorer.ui.frames.projection import Projection
from explorer.ui.frames.sheet import sheet_image
from explorer.ui.theme import Tokens, color
from models.frames import Images

__all__ = ["MarksItem", "pixel_box"]

_LARGE = 96.0  # px of the magnified image
_LEAST_PIXEL = 6.0  # px of the outline of a pixel


class MarksItem(PaneItem):
    """Draws marks, an outlined pixel, the border of the image under the pointer, and this image magnified."""

    follows_pointer = True
    _frame: Images | None = None
    _layout: ImageLayout | None = None
    _tokens: Tokens
    _state: tuple[Mapping[int, str], tuple[int, int] | None, int, bool] = ({}, None, -1, False)
    _large: QImage | None = None

    def show_images(self, frame: Images, layout: ImageLayout | None, tokens: Tokens) -> None:
        """Takes the images that are shown; None where there are none."""
        self._frame, self._layout, self._tokens = frame and coloured(frame, tokens), layout, tokens
        self._large = None
        self.change()

    def set_state(self, marks: Mapping[int, str], pixel: tuple[int, int] | None, place: int, magnifies: bool) -> None:
        """Sets what is marked.

        Args:
            marks: Letter by position in the split.
            pixel: Row and column that are outlined in each image, or None.
            place: The image under the pointer, or -1.
            magnifies: The image under the pointer is drawn large beside its place, where it is small.
        """
        state = (marks, pixel, place, magnifies)
        if state != self._state:
            self._state = state
            self._large = None
            self.change()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws the marks."""
        frame, layout, tokens = self._frame, self._layout, self._tokens
        if frame is None or layout is None:
            return
        marks, pixel, place, magnifies = self._state
        if pixel is not None:
            self._draw_pixel(painter, frame, layout, pixel, view)
        if frame.index is not None:
            for index, letter in marks.items():
                for marked in np.flatnonzero(frame.index == index)[:1].tolist():
                    mark(painter, in_view(layout.box(marked), view).topLeft() + QPointF(6, 6), letter, tokens)
        if 0 <= place < len(frame.images):
            box = in_view(layout.box(place), view)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(stroke(tokens.accent_hi, 1.5))
            painter.drawRect(box.adjusted(-1, -1, 1, 1))
            if magnifies and max(box.width(), box.height()) < _LARGE * 0.8:
                self._draw_large(painter, frame.images[place : place + 1], box, layout.ratio, view.rect)

    def _draw_pixel(
        self, painter: QPainter, frame: Images, layout: ImageLayout, pixel: tuple[int, int], view: Projection
    ) -> None:
        height, width = frame.images.shape[-2:]
        if pixel[0] >= height or pixel[1] >= width:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place in range(len(frame.images)):
            box = pixel_box(in_view(layout.box(place), view), (height, width), pixel)
            grown = max(0.0, _LEAST_PIXEL - min(box.width(), box.height())) / 2
            box.adjust(-grown, -grown, grown, grown)
            for pen in (stroke(self._tokens.bg2, 4), stroke(self._tokens.alt, 2)):
                painter.setPen(pen)
                painter.drawRect(box)

    def _draw_large(self, painter: QPainter, image: np.ndarray, box: QRectF, ratio: float, room: QRectF) -> None:
        if self._large is None:
            h, w = image.shape[-2:]
            side = _LARGE * ratio / max(h, w)
            side = max(1, int(side)) if side >= 1 else side
            size = (max(1, int(h * side)), max(1, int(w * side)))
            self._large = sheet_image(image, 1, size, (0, 0), (self._tokens.ink0, self._tokens.ink1))
            self._large.setDevicePixelRatio(ratio)
        shown = self._large.deviceIndependentSize()
        x = min(max(4.0, box.center().x() - shown.width() / 2), room.width() - shown.width() - 4)
        y = box.top() - shown.height() - 8
        if y < 4:
            y = min(box.bottom() + 8, room.height() - shown.height() - 4)
        around = QRectF(x, y, shown.width(), shown.height())
        painter.setPen(stroke(self._tokens.line2, 1))
        painter.setBrush(color(self._tokens.bg2))
        painter.drawRoundedRect(around.adjusted(-4, -4, 4, 4), 6, 6)
        painter.drawImage(around.topLeft(), self._large)


def pixel_box(box: QRectF, shape: tuple[int, int], pixel: tuple[int, int]) -> QRectF:
    """Where a pixel, row and column, of an image of some height and width stands, when the image fills a box."""
    side_x, side_y = box.width() / shape[1], box.height() / shape[0]
    return QRectF(box.left() + pixel[1] * side_x, box.top() + pixel[0] * side_y, side_x, side_y)
