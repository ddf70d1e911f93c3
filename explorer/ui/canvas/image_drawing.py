"""Draws a partly given image: pixels, hatching of those that are unknown, their boundary, and words in both parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from explorer.ui.canvas.image_painting import Picture
from explorer.ui.frames.paint import halo_text, stroke
from explorer.ui.frames.sheet import sheet_image
from explorer.ui.theme import Tokens, color, ui_font

__all__ = ["PixelGrid", "draw_picture"]

_FAINT = 0.15  # opacity of unknown pixels under the hatching
_HATCH = 9.0  # px between its lines
_CELL = 8.0  # px of a pixel from which lines separate the pixels
_GIVEN, _UNKNOWN = "you draw this part", "the model draws this part"
_WORDS, _AROUND = 12, 8.0  # px, size of the words and room around them


@dataclass(frozen=True)
class PixelGrid:
    """Where the pixels of an image are on a widget.

    Attributes:
        box: The image, px.
        rows: Pixels of the image from top to bottom.
        columns: Pixels from left to right.
    """

    box: QRectF
    rows: int
    columns: int

    @classmethod
    def fit(cls, width: int, height: int, rows: int, columns: int) -> PixelGrid:
        """The largest grid in the middle of a widget with whole px a pixel, unless that wastes a tenth of the room."""
        exact = max(1.0, min((width - 2) / columns, (height - 2) / rows))
        scale = int(exact) if int(exact) >= 0.9 * exact else exact
        side_x, side_y = int(scale * columns), int(scale * rows)
        return cls(QRectF((width - side_x) // 2, (height - side_y) // 2, side_x, side_y), rows, columns)

    @property
    def cell(self) -> float:
        """Width of a pixel, px."""
        return self.box.width() / self.columns

    def point(self, row: float, column: float) -> QPointF:
        """The point of the widget at a position in pixels of the image."""
        box = self.box
        return QPointF(box.left() + column / self.columns * box.width(), box.top() + row / self.rows * box.height())

    def position(self, at: QPointF) -> tuple[float, float]:
        """Row and column, in pixels of the image, at a point of the widget."""
        box = self.box
        return (at.y() - box.top()) / box.height() * self.rows, (at.x() - box.left()) / box.width() * self.columns

    def rect(self, top: int, left: int, bottom: int, right: int) -> QRectF:
        """Some rows and columns, in whole px, so that neighbours neither overlap nor leave gaps."""
        return QRectF(self.point(top, left).toPoint(), self.point(bottom, right).toPoint())


def draw_picture(picture: Picture, grid: PixelGrid, tokens: Tokens, size: tuple[int, int], ratio: float) -> QPixmap:
    """A partly given image as a pixmap.

    Args:
        picture: The image and which pixels of it are given.
        grid: Where its pixels are.
        tokens: Colours.
        size: Width and height of the pixmap, px.
        ratio: Device pixels in a px.
    """
    pixmap = QPixmap(round(size[0] * ratio), round(size[1] * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    box = grid.box
    device = (max(1, round(box.height() * ratio)), max(1, round(box.width() * ratio)))
    painter.drawImage(box, sheet_image(picture.x[None], 1, device, (0, 0), (tokens.ink0, tokens.ink1)))
    _draw_lines(painter, grid, tokens)
    _draw_unknown(painter, picture.mask, grid, tokens)
    _draw_boundary(painter, picture.mask, grid, tokens)
    _draw_words(painter, picture.mask, grid, tokens)
    painter.end()
    return pixmap


def _draw_lines(painter: QPainter, grid: PixelGrid, tokens: Tokens) -> None:
    if grid.cell < _CELL:
        return
    painter.setPen(QPen(color(tokens.line), 1))
    for row in range(1, grid.rows):
        painter.drawLine(grid.point(row, 0).toPoint(), grid.point(row, grid.columns).toPoint())
    for column in range(1, grid.columns):
        painter.drawLine(grid.point(0, column).toPoint(), grid.point(grid.rows, column).toPoint())


def _draw_unknown(painter: QPainter, mask: np.ndarray, grid: PixelGrid, tokens: Tokens) -> None:
    area = QPainterPath()
    area.setFillRule(Qt.FillRule.WindingFill)
    for row, given in enumerate(mask):
        for left, right in _runs(~given):
            area.addRect(grid.rect(row, left, row + 1, right))
    if area.isEmpty():
        return
    painter.save()
    painter.setClipPath(area)
    painter.fillRect(grid.box, color(tokens.inset, 1 - _FAINT))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(stroke(tokens.text3, 1.0, 0.45))
    box = grid.box
    for start in np.arange(box.left() - box.height(), box.right(), _HATCH).tolist():
        painter.drawLine(QLineF(start, box.bottom(), start + box.height(), box.top()))
    painter.restore()


def _draw_boundary(painter: QPainter, mask: np.ndarray, grid: PixelGrid, tokens: Tokens) -> None:
    lines = []
    for row in range(1, grid.rows):
        lines += [(row, left, row, right) for left, right in _runs(mask[row] != mask[row - 1])]
    for column in range(1, grid.columns):
        lines += [(top, column, bottom, column) for top, bottom in _runs(mask[:, column] != mask[:, column - 1])]
    painter.setPen(stroke(tokens.model, 2.0, dashed=True))
    for top, left, bottom, right in lines:
        painter.drawLine(QLineF(grid.point(top, left).toPoint(), grid.point(bottom, right).toPoint()))


def _draw_words(painter: QPainter, mask: np.ndarray, grid: PixelGrid, tokens: Tokens) -> None:
    """Says whose part is whose, where each is one rectangle with room for the words."""
    metrics = QFontMetricsF(ui_font(_WORDS))
    for flags, words in ((mask, _GIVEN), (~mask, _UNKNOWN)):
        part = _rectangle(flags)
        room = QRectF() if part is None else grid.rect(*part).adjusted(_AROUND, _AROUND, -_AROUND, -_AROUND)
        width, height = metrics.horizontalAdvance(words), metrics.height()
        if room.width() >= width and room.height() >= height:
            corner = room.bottomLeft() + QPointF(width / 2, -height / 2)
            at = room.center() if words is _UNKNOWN else corner
            halo_text(painter, at, words, tokens.text2, tokens.inset, _WORDS, 400)


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Where flags are set: start of each run, and the place after its end."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _rectangle(flags: np.ndarray) -> tuple[int, int, int, int] | None:
    """Top, left, bottom and right of the flags that are set, or None unless they are one rectangle."""
    rows, columns = np.flatnonzero(flags.any(axis=1)), np.flatnonzero(flags.any(axis=0))
    if not len(rows):
        return None
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    return (top, left, bottom, right) if flags[top:bottom, left:right].all() else None
