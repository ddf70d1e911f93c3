"""The layers of a plane, points apart."""

from __future__ import annotations

from typing import Any

import contourpy
import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from explorer.ui.frames.items.item import LayerItem, Space
from explorer.ui.frames.layers import PAINTERS, density_limits
from explorer.ui.frames.paint import draw_polyline, heat_image, ramp_table, stroke
from explorer.ui.frames.projection import Projection
from explorer.ui.theme import Tokens
from models.frames import Density, Layer

__all__ = ["ContoursItem", "HeatItem", "PaintedItem", "level_lines"]


class PaintedItem(LayerItem):
    """A field of arrows, a mesh, lines, ellipses or paths."""

    def __init__(self, space: Space, level: float = 0.0):
        super().__init__(space, level)
        self._layer: Layer | None = None
        self._tokens: Tokens | None = None

    def set(self, layer: Layer, tokens: Tokens) -> None:
        """Shows a layer."""
        self._layer, self._tokens = layer, tokens
        self.change()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws the layer."""
        if self._layer is not None and self._tokens is not None:
            PAINTERS[type(self._layer)](painter, self._layer, view, self._tokens)


class HeatItem(LayerItem):
    """A map as colours, smooth between its values."""

    def __init__(self, space: Space, level: float = 0.0):
        super().__init__(space, level)
        self._image: QImage | None = None
        self._extent = (0.0, 1.0, 0.0, 1.0)

    def set(self, layer: Density, tokens: Tokens) -> None:
        """Shows a map."""
        low, high = density_limits(layer)
        self._image = heat_image(layer.values[::-1], low, high, ramp_table(tokens.ramp(layer.role)))
        self._extent = layer.extent
        self.change()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws the image over its extent."""
        if self._image is not None:
            x0, x1, y0, y1 = self._extent
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(view.point(x0, y1), view.point(x1, y0)), self._image)


class ContoursItem(LayerItem):
    """Level lines of a map."""

    def __init__(self, space: Space, level: float = 0.0):
        super().__init__(space, level)
        self._lines: list[np.ndarray] = []
        self._ink = "#000000"

    def set(self, layer: Density, tokens: Tokens) -> None:
        """Shows the level lines of a map."""
        self._lines = level_lines(layer)
        self._ink = tokens.role(layer.role)
        self.change()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws the lines."""
        pen = stroke(self._ink, 1.0, 0.9)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for line in self._lines:
            draw_polyline(painter, view.to_pixels(line))


def level_lines(layer: Density) -> list[np.ndarray]:
    """The level lines of a map, each (m, 2) in data units; none through cells with a value that is not finite."""
    rows, columns = layer.values.shape
    if min(rows, columns) < 2:
        return []
    x0, x1, y0, y1 = layer.extent
    x = x0 + (np.arange(columns) + 0.5) / columns * (x1 - x0)
    y = y0 + (np.arange(rows) + 0.5) / rows * (y1 - y0)
    generator = contourpy.contour_generator(x, y, np.ma.masked_invalid(layer.values), corner_mask=False)
    lines: list[Any] = [line for level in layer.contours for line in generator.lines(level)]
    return lines
