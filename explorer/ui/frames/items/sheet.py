"""The images of a contact sheet, with the names of rows and captions, in a pane."""

from __future__ import annotations

import functools
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPainterPath

from explorer.ui.frames.image_layout import CAPTION, ImageLayout
from explorer.ui.frames.items.item import PaneItem
from explorer.ui.frames.paint import stroke
from explorer.ui.frames.projection import Projection
from explorer.ui.frames.sheet import sheet_image
from explorer.ui.theme import Tokens, color, ui_font
from models.frames import Images

__all__ = ["SheetItem", "coloured", "in_view"]

_ROUND = 4.0  # px, radius of the corners of a sheet
_SMOOTH = 2.0  # device px; smaller pixels of an image are interpolated


def in_view(box: QRectF, view: Projection) -> QRectF:
    """Where a rectangle of the layout stands in the pane, px; data units are px to the right and, negative, down."""
    return QRectF(view.point(box.left(), -box.top()), view.point(box.right(), -box.bottom()))


def coloured(frame: Images, tokens: Tokens) -> Images:
    """Images whose roles are in the colours of a theme; the frame itself where it has none."""
    if frame.role_of is None:
        return frame
    ink = (_rgb(tokens.ink0), _rgb(tokens.ink1))
    images = frame.tinted(ink, {name: _rgb(tokens.role(name)) for name in frame.roles})
    return replace(frame, images=images, role_of=None)


def _rgb(name: str) -> tuple[float, float, float]:
    shade = color(name)
    return shade.redF(), shade.greenF(), shade.blueF()


class SheetItem(PaneItem):
    """Draws images sharp at the size of the layout, and from their own pixels where the user has zoomed."""

    _frame: Images | None = None
    _layout: ImageLayout | None = None
    _tokens: Tokens
    _blocks: list[tuple[QPointF, QImage]] | None = None
    _source: QImage | None = None

    def show_images(self, frame: Images, layout: ImageLayout | None, tokens: Tokens) -> None:
        """Shows images; None where there are none."""
        self._frame, self._layout, self._tokens = coloured(frame, tokens), layout, tokens
        self._blocks = self._source = None
        self.change()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws images, borders of marked images, names of rows and captions."""
        frame, layout = self._frame, self._layout
        if frame is None or layout is None:
            return
        first = in_view(layout.box(0), view)
        if abs(first.width() - layout.width) < 1e-6 and abs(first.top() - layout.origin.y()) < 1e-6:
            self._draw_blocks(painter, frame, layout)
        else:
            self._draw_zoomed(painter, frame, layout, view)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(stroke(self._tokens.accent, 1.5))
        for place in frame.marked:
            painter.drawRect(in_view(layout.box(place), view).adjusted(-0.5, -0.5, 0.5, 0.5))
        self._draw_names(painter, frame, layout, view)
        self._draw_captions(painter, frame, layout, view)

    def _draw_blocks(self, painter: QPainter, frame: Images, layout: ImageLayout) -> None:
        if self._blocks is None:
            self._blocks = [self._block(frame, layout, block) for block in range(layout.blocks)]
        for at, image in self._blocks:
            painter.drawImage(at, image)

    def _block(self, frame: Images, layout: ImageLayout, block: int) -> tuple[QPointF, QImage]:
        ratio, across = layout.ratio, min(layout.across, layout.columns - block * layout.across)
        images = frame.images if layout.blocks == 1 else frame.images[layout.places(block)]
        cell = (round(layout.height * ratio), round(layout.width * ratio))
        gap = (round(layout.pitch_y * ratio) - cell[0], round(layout.pitch_x * ratio) - cell[1])
        image = sheet_image(images, across, cell, gap, (self._tokens.ink0, self._tokens.ink1))
        image.setDevicePixelRatio(ratio)
        _round_corners(image)
        return layout.box(block * layout.across).topLeft(), image

    def _draw_zoomed(self, painter: QPainter, frame: Images, layout: ImageLayout, view: Projection) -> None:
        n, _, h, w = frame.images.shape
        if self._source is None:
            ink = (self._tokens.ink0, self._tokens.ink1)
            self._source = sheet_image(frame.images, layout.columns, (h, w), (0, 0), ink)
        pixel = in_view(layout.box(0), view).height() / h * layout.ratio
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, pixel < _SMOOTH)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for place in range(n):
            box = in_view(layout.box(place), view)
            if box.intersects(view.rect):
                row, column = divmod(place, layout.columns)
                painter.drawImage(box, self._source, QRectF(column * w, row * h, w, h))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _draw_names(self, painter: QPainter, frame: Images, layout: ImageLayout, view: Projection) -> None:
        """Draws the name of each row at its left, in every block."""
        painter.setFont(ui_font(12))
        painter.setPen(color(self._tokens.text2))
        metrics = QFontMetricsF(painter.font())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for row, text in enumerate(frame.row_labels[: layout.rows]):
            for block in range(layout.blocks):
                place = layout.place(block * layout.rows + row, 0)
                if place >= 0:
                    box = in_view(layout.box(place), view)
                    room = QRectF(view.point(0, 0).x(), box.top(), 0, box.height())
                    room.setRight(box.left() - 8)
                    painter.drawText(room, right, metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width()))

    def _draw_captions(self, painter: QPainter, frame: Images, layout: ImageLayout, view: Projection) -> None:
        painter.setFont(ui_font(11, tabular=True))
        painter.setPen(color(self._tokens.text3))
        metrics = QFontMetricsF(painter.font())
        for place, text in enumerate(frame.captions[: len(frame.images)]):
            box = in_view(layout.box(place), view)
            below = QRectF(box.left() - 4, box.bottom(), box.width() + 8, CAPTION)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, shown)


def _round_corners(image: QImage) -> None:
    """Makes the corners of an image transparent, which takes less time than a round clip path while painting."""
    size = image.deviceIndependentSize()
    side = min(_ROUND, size.width() / 2, size.height() / 2)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
    for x, y in ((0.0, 0.0), (size.width(), 0.0), (0.0, size.height()), (size.width(), size.height())):
        corner = _corner(side if x == 0 else -side, side if y == 0 else -side)
        painter.fillPath(corner.translated(x, y), Qt.GlobalColor.black)
    painter.end()


@functools.lru_cache(maxsize=16)
def _corner(x: float, y: float) -> QPainterPath:
    """What a round corner leaves of the rectangle from the origin to a point."""
    corner, disc = QPainterPath(), QPainterPath()
    corner.addRect(QRectF(QPointF(0, 0), QPointF(x, y)).normalized())
    disc.addEllipse(QPointF(x, y), abs(x), abs(y))
    return corner.subtracted(disc)
