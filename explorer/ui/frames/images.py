"""The widget of images: a contact sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPainterPath
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.base import FrameView, Hit
from explorer.ui.frames.paint import mark, stroke
from explorer.ui.frames.sheet import sheet_image
from explorer.ui.theme import Theme, color, ui_font
from models.frames import Frame, Images

__all__ = ["ImagesView"]

_ZOOM_SIDE = 96.0  # px of an image under the pointer
_CAPTION = 16.0  # px of a line of captions
_LARGEST = 168.0  # px beyond which one image does not grow
_LEAST_PIXEL = 6.0  # px of the outline of a pixel
_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_WAYS = dict(zip(_ARROWS, ((0, -1), (0, 1), (-1, 0), (1, 0)), strict=True))  # rows and columns that a key moves


@dataclass(frozen=True)
class _Layout:
    """Layout of the images: position of the first, size of each and their spacing, px."""

    columns: int
    rows: int
    origin: QPointF
    width: float
    height: float
    pitch_x: float
    pitch_y: float
    ratio: float

    def box(self, place: int) -> QRectF:
        """The rectangle of one image."""
        row, column = divmod(place, self.columns)
        x, y = self.origin.x() + column * self.pitch_x, self.origin.y() + row * self.pitch_y
        return QRectF(x, y, self.width, self.height)


class ImagesView(FrameView):
    """Images in rows, drawn as ink on the card's paper. Arrow keys move between them, or move the outlined pixel.

    A click gives a pixel and, with `frame.index`, a datum; Enter gives the datum, with Shift as the second of two.
    """

    ideal = (320, 320)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self._place = -1
        self._marks: dict[int, str] = {}
        self._pixel: tuple[int, int] | None = None
        self._layout: _Layout | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_frame(self, frame: Frame) -> None:
        """Shows images."""
        assert isinstance(frame, Images)
        super().show_frame(frame)
        if self._place >= len(frame.images):
            self._set_place(-1)

    def set_marks(self, marks: Mapping[int, str]) -> None:
        """Marks picked data: letter by position in the split."""
        if marks != self._marks:
            self._marks = dict(marks)
            self.update()

    def set_pixel(self, pixel: tuple[int, int] | None) -> None:
        """Outlines a pixel, row and column, in every image; None for none."""
        if pixel != self._pixel:
            self._pixel = pixel
            self.update()

    def pixel_box(self, place: int, pixel: tuple[int, int]) -> QRectF:
        """Where a pixel of an image is on the widget, px."""
        frame, box = self._frame, self.box(place)
        assert isinstance(frame, Images)
        height, width = frame.images.shape[-2:]
        side_x, side_y = box.width() / width, box.height() / height
        return QRectF(box.left() + pixel[1] * side_x, box.top() + pixel[0] * side_y, side_x, side_y)

    def box(self, place: int) -> QRectF:
        """The rectangle of one image, px."""
        layout = self._layout or self._fit()
        return QRectF() if layout is None else layout.box(place)

    def _fit(self) -> _Layout | None:
        """The layout with the largest images that fit, in whole device pixels."""
        frame = self._frame
        if not isinstance(frame, Images) or not len(frame.images):
            return None
        n, _, h, w = frame.images.shape
        ratio = self.devicePixelRatioF()
        left = 0.0
        if frame.row_labels:
            metrics = QFontMetricsF(ui_font(12))
            left = max(metrics.horizontalAdvance(text) for text in frame.row_labels) + 10
        caption = _CAPTION if frame.captions else 0.0
        gap = 0 if frame.sheet else max(1, round(2 * ratio))
        room_x, room_y = (self.width() - left) * ratio, self.height() * ratio
        best: tuple[float, int] | None = None
        for columns in (frame.columns,) if frame.columns > 0 else range(1, n + 1):
            rows = -(-n // columns)
            wide = ((room_x + gap) / columns - gap) / w
            tall = ((room_y + gap) / rows - gap - caption * ratio) / h
            scale = min(wide, tall, _LARGEST * ratio / max(h, w))
            if best is None or scale > best[0] * 1.0001:
                best = (scale, columns)
        assert best is not None
        scale, columns = best
        whole = int(scale)
        scale = whole if whole >= 2 and whole >= 0.85 * scale else scale  # a whole factor draws sharp pixels
        width, height = max(1, int(w * scale)), max(1, int(h * scale))
        rows = -(-n // columns)
        pitch_x, pitch_y = (width + gap) / ratio, (height + gap) / ratio + caption
        used_x, used_y = columns * pitch_x - gap / ratio, rows * pitch_y - gap / ratio
        x = round((left + (self.width() - left - used_x) / 2) * ratio) / ratio
        y = round(max(0.0, (self.height() - used_y) / 2) * ratio) / ratio
        return _Layout(columns, rows, QPointF(x, y), width / ratio, height / ratio, pitch_x, pitch_y, ratio)

    def paint_frame(self, painter: QPainter) -> None:
        """Draws the sheet, row labels and captions."""
        frame = self._frame
        assert isinstance(frame, Images)
        layout = self._layout = self._fit()
        if layout is None:
            return
        ratio = layout.ratio
        cell = (round(layout.height * ratio), round(layout.width * ratio))
        gap = (round(layout.pitch_y * ratio) - cell[0], round(layout.pitch_x * ratio) - cell[1])
        image = sheet_image(frame.images, layout.columns, cell, gap, (self.tokens.ink0, self.tokens.ink1))
        image.setDevicePixelRatio(ratio)
        outline = QPainterPath()
        size = image.deviceIndependentSize()
        outline.addRoundedRect(QRectF(layout.origin, size), 4, 4)
        painter.setClipPath(outline)
        painter.drawImage(layout.origin, image)
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(stroke(self.tokens.accent, 1.5))
        for place in frame.marked:
            painter.drawRect(layout.box(place).adjusted(-0.5, -0.5, 0.5, 0.5))
        self._paint_labels(painter, frame, layout)

    def _paint_labels(self, painter: QPainter, frame: Images, layout: _Layout) -> None:
        painter.setFont(ui_font(12))
        painter.setPen(color(self.tokens.text2))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for row, text in enumerate(frame.row_labels[: layout.rows]):
            box = layout.box(row * layout.columns)
            painter.drawText(QRectF(0, box.top(), box.left() - 8, box.height()), right, text)
        painter.setFont(ui_font(11, tabular=True))
        painter.setPen(color(self.tokens.text3))
        metrics = QFontMetricsF(painter.font())
        for place, text in enumerate(frame.captions[: len(frame.images)]):
            box = layout.box(place)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, layout.pitch_x - 2)
            below = QRectF(box.left() - 4, box.bottom(), box.width() + 8, _CAPTION)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, shown)

    def paint_over(self, painter: QPainter) -> None:
        """Draws marks, the outlined pixel, and the image under the pointer large."""
        frame, layout = self._frame, self._layout
        if layout is not None and isinstance(frame, Images) and self._pixel is not None:
            self._paint_pixel(painter, frame, self._pixel)
        if layout is not None and isinstance(frame, Images) and frame.index is not None:
            for index, letter in self._marks.items():
                for place in np.flatnonzero(frame.index == index)[:1].tolist():
                    mark(painter, layout.box(place).topLeft() + QPointF(6, 6), letter, self.tokens)
        if layout is None or not isinstance(frame, Images) or not 0 <= self._place < len(frame.images):
            return
        box = layout.box(self._place)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(stroke(self.tokens.accent_hi, 1.5))
        painter.drawRect(box.adjusted(-1, -1, 1, 1))
        if max(box.width(), box.height()) >= _ZOOM_SIDE * 0.8:
            return
        _, _, h, w = frame.images.shape
        side = _ZOOM_SIDE * layout.ratio / max(h, w)
        side = max(1, int(side)) if side >= 1 else side
        size = (max(1, int(h * side)), max(1, int(w * side)))
        one = frame.images[self._place : self._place + 1]
        image = sheet_image(one, 1, size, (0, 0), (self.tokens.ink0, self.tokens.ink1))
        image.setDevicePixelRatio(layout.ratio)
        zoomed = image.deviceIndependentSize()
        x = min(max(4.0, box.center().x() - zoomed.width() / 2), self.width() - zoomed.width() - 4)
        y = box.top() - zoomed.height() - 8
        if y < 4:
            y = min(box.bottom() + 8, self.height() - zoomed.height() - 4)
        frame_box = QRectF(x, y, zoomed.width(), zoomed.height())
        painter.setPen(stroke(self.tokens.line2, 1))
        painter.setBrush(color(self.tokens.bg2))
        painter.drawRoundedRect(frame_box.adjusted(-4, -4, 4, 4), 6, 6)
        painter.drawImage(frame_box.topLeft(), image)

    def _paint_pixel(self, painter: QPainter, frame: Images, pixel: tuple[int, int]) -> None:
        height, width = frame.images.shape[-2:]
        if pixel[0] >= height or pixel[1] >= width:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place in range(len(frame.images)):
            box = self.pixel_box(place, pixel)
            grown = max(0.0, _LEAST_PIXEL - min(box.width(), box.height())) / 2
            box.adjust(-grown, -grown, grown, grown)
            for pen in (stroke(self.tokens.bg2, 4), stroke(self.tokens.alt, 2)):
                painter.setPen(pen)
                painter.drawRect(box)

    def place_at(self, at: QPointF) -> int:
        """Index of the image at a point of the widget, or -1."""
        layout, frame = self._layout or self._fit(), self._frame
        if layout is None or not isinstance(frame, Images):
            return -1
        column = int(np.floor((at.x() - layout.origin.x()) / layout.pitch_x))
        row = int(np.floor((at.y() - layout.origin.y()) / layout.pitch_y))
        place = row * layout.columns + column
        return place if 0 <= column < layout.columns and 0 <= place < len(frame.images) else -1

    def _click(self, place: int, pixel: tuple[int, int] | None, modifiers: Qt.KeyboardModifier) -> None:
        frame = self._frame
        assert isinstance(frame, Images)
        datum = None if frame.index is None else int(frame.index[place])
        self.clicked.emit(Hit(pixel=pixel, datum=datum, second=bool(modifiers & Qt.KeyboardModifier.ShiftModifier)))

    def _pixel_at(self, at: QPointF, place: int) -> tuple[int, int] | None:
        """Row and column of the pixel of an image at a point of the widget, or None between the images."""
        frame, box = self._frame, self.box(place)
        assert isinstance(frame, Images)
        if not box.contains(at):
            return None
        height, width = frame.images.shape[-2:]
        row = int((at.y() - box.top()) / box.height() * height)
        column = int((at.x() - box.left()) / box.width() * width)
        return min(row, height - 1), min(column, width - 1)

    def _move_pixel(self, down: int, right: int) -> None:
        frame = self._frame
        if isinstance(frame, Images) and self._pixel is not None:
            (row, column), (height, width) = self._pixel, frame.images.shape[-2:]
            self.clicked.emit(Hit(pixel=(min(height - 1, max(0, row + down)), min(width - 1, max(0, column + right)))))

    def _set_place(self, place: int) -> None:
        if place != self._place:
            self._place = place
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Magnifies the image under the pointer."""
        self._set_place(self.place_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Picks the clicked image."""
        place = self.place_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and place >= 0:
            self._click(place, self._pixel_at(event.position(), place), event.modifiers())

    def leaveEvent(self, event: QEvent) -> None:
        """Hides the magnified image."""
        self._set_place(-1)
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hides the magnified image."""
        self._set_place(-1)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, or move the outlined pixel; Enter picks."""
        layout, frame = self._layout, self._frame
        if layout is None or not isinstance(frame, Images):
            super().keyPressEvent(event)
            return
        steps: dict[int, int] = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -layout.columns,
            Qt.Key.Key_Down: layout.columns,
        }
        step = steps.get(event.key())
        if step is not None and self._pixel is not None:
            self._move_pixel(*_WAYS[Qt.Key(event.key())])
        elif step is not None:
            self._set_place(min(len(frame.images) - 1, max(0, self._place + step)) if self._place >= 0 else 0)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._place >= 0:
            self._click(self._place, None, event.modifiers())
        else:
            super().keyPressEvent(event)
