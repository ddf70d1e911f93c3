"""Draws a partly given image: pixels, hatching of those that are unknown, their boundary, and words in both parts."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QLine, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPixmap, QRegion

from explorer.ui.canvas.image_painting import Picture
from explorer.ui.frames.paint import halo_text, stroke
from explorer.ui.frames.sheet import sheet_image
from explorer.ui.theme import Tokens, color, ui_font

__all__ = ["PixelGrid", "draw_picture"]

_FAINT = 0.15  # opacity of unknown pixels under the hatching
_HATCH, _STRENGTH = 9.0, 0.45  # px between its lines, and their opacity
_CELL = 8.0  # px of a pixel from which lines separate the pixels
_BLOCK = 2.0  # device pixels of a pixel under which the image is filtered
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

    def lines(self, ends: list[tuple[int, int, int, int]]) -> list[QLine]:
        """Lines between pixels, in whole px, each from a row and column to a row and column."""
        return [
            QLine(self.point(top, left).toPoint(), self.point(bottom, right).toPoint())
            for top, left, bottom, right in ends
        ]

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
    shape = (grid.rows, grid.columns)
    if grid.cell * ratio < _BLOCK:
        shape = (max(1, round(grid.box.height() * ratio)), max(1, round(grid.box.width() * ratio)))
    image = sheet_image(picture.x[None], 1, shape, (0, 0), (tokens.ink0, tokens.ink1))
    painter.drawImage(grid.box, image)  # Qt enlarges pixels to blocks in less time
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
    rows = [(row, 0, row, grid.columns) for row in range(1, grid.rows)]
    painter.drawLines(grid.lines(rows + [(0, column, grid.rows, column) for column in range(1, grid.columns)]))


def _draw_unknown(painter: QPainter, mask: np.ndarray, grid: PixelGrid, tokens: Tokens) -> None:
    area = QRegion()
    for top, bottom in pairwise([0, *(np.flatnonzero((mask[1:] != mask[:-1]).any(axis=1)) + 1).tolist(), len(mask)]):
        for left, right in _runs(~mask[top]):  # the rows in between are alike
            area += grid.rect(top, left, bottom, right).toRect()
    if area.isEmpty():
        return
    size = grid.box.size().toSize()
    painter.setClipRegion(area)
    painter.fillRect(grid.box, color(tokens.inset, 1 - _FAINT))
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(grid.box.topLeft(), _hatching(size.width(), size.height(), tokens.text3, ratio))
    painter.setClipping(False)


@functools.lru_cache(maxsize=8)
def _hatching(width: int, height: int, ink: str, ratio: float) -> QPixmap:
    """Lines across a rectangle, px; kept, because antialiased lines take longer than all else of a picture."""
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(stroke(ink, 1.0, _STRENGTH))
    for start in np.arange(-height, width, _HATCH).tolist():
        painter.drawLine(QLineF(start, height, start + height, 0))
    painter.end()
    return pixmap


def _draw_boundary(painter: QPainter, mask: np.ndarray, grid: PixelGrid, tokens: Tokens) -> None:
    lines = []
    for row in range(1, grid.rows):
        lines += [(row, left, row, right) for left, right in _runs(mask[row] != mask[row - 1])]
    for column in range(1, grid.columns):
        lines += [(top, column, bottom, column) for top, bottom in _runs(mask[:, column] != mask[:, column - 1])]
    painter.setPen(stroke(tokens.model, 2.0, dashed=True))
    painter.drawLines(grid.lines(lines))


def _draw_words(painter: QPainter, mask: np.ndarray, grid: PixelGrid, tokens: Tokens) -> None:
    """Says whose part is whose, where each is one rectangle with room for the words."""
    if mask.all():
        return
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
