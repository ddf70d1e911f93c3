"""Clouds of points, the names of their classes and their trails. Import it late: it needs pyqtgraph."""

from __future__ import annotations

from typing import Any

import numpy as np
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtGui import QPainter

from explorer.ui.frames.items.item import LayerItem, PaneItem, Space
from explorer.ui.frames.labels import ClassLabels
from explorer.ui.frames.paint import dot_row
from explorer.ui.frames.projection import Projection
from explorer.ui.frames.trails import Trails
from explorer.ui.theme import Tokens
from models.frames import Points

__all__ = ["CloudItem", "LabelsItem", "TrailItem"]

_SOFT = 0.78  # opacity of a dot of a class


class CloudItem(LayerItem):
    """The dots of a cloud, class by class, in one call of the painter."""

    def __init__(self, space: Space, level: float = 0.0):
        super().__init__(space, level)
        self._xy = np.empty((0, 2))  # class by class
        self._place: np.ndarray = np.empty(0)  # of the class of each among those that occur, (n,)
        self._classes: list[int] | None = None  # those that occur; None for points without a class
        self._size, self._role = 4.0, "data"
        self._tokens: Tokens | None = None
        self._fragments = PrimitiveArray(QPainter.PixmapFragment, 10)

    def set(self, layer: Points, tokens: Tokens) -> None:
        """Shows a cloud."""
        self._size, self._role, self._tokens = layer.size, layer.role, tokens
        xy = np.asarray(layer.xy, float)
        finite = np.isfinite(xy).all(axis=1)
        if layer.label is None:
            self._xy, self._classes = xy[finite], None
            self._place = np.zeros(len(self._xy))
        else:
            label = layer.label[finite]
            order = np.argsort(label, kind="stable")
            self._xy = xy[finite][order]
            classes, self._place = np.unique(label[order], return_inverse=True)
            self._classes = classes.tolist()
        self.change()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws the dots within the pane."""
        if self._tokens is None:
            return
        ratio = painter.device().devicePixelRatioF()
        width, height, size, tokens = view.rect.width(), view.rect.height(), self._size, self._tokens
        pixels = view.to_pixels(self._xy)
        within = np.all((pixels >= -size) & (pixels <= [width + size, height + size]), axis=1)
        at = pixels[within]
        if not len(at):
            return
        if self._classes is None:
            row = dot_row((tokens.role(self._role),), size, ratio)
        else:
            row = dot_row(tuple(tokens.of_class(label) for label in self._classes), size, ratio, _SOFT)
        self._fragments.resize(len(at))
        table = self._fragments.ndarray()  # x, y, source (x, y, width, height), scale (x, y), rotation, opacity
        table[:, 0:2] = at
        table[:, 2] = self._place[within] * row.height()
        table[:, 3] = 0
        table[:, 4:6] = row.height()
        table[:, 6:8] = 1 / ratio
        table[:, 8] = 0
        table[:, 9] = 1
        draw: Any = painter.drawPixmapFragments
        draw(*self._fragments.drawargs(), row)


class LabelsItem(PaneItem):
    """The names of the classes of a cloud, each where its points are densest."""

    def __init__(self, space: Space, level: float = 0.0):
        super().__init__(space, level)
        self.labels = ClassLabels()
        self._layer: Points | None = None
        self._tokens: Tokens | None = None

    def set(self, layer: Points, tokens: Tokens) -> None:
        """Names the classes of a cloud."""
        self._layer, self._tokens = layer, tokens
        self.change()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws the names."""
        if self._layer is not None and self._tokens is not None and len(self._layer.xy):
            self.labels.paint(painter, self._layer, view.to_pixels(self._layer.xy), view, self._tokens)


class TrailItem(PaneItem):
    """The last positions of the points of a cloud."""

    def __init__(self, space: Space, level: float = 0.0):
        super().__init__(space, level)
        self._trails: Trails | None = None
        self._layer: Points | None = None
        self._tokens: Tokens | None = None

    def set(self, trails: Trails, layer: Points, tokens: Tokens) -> None:
        """Shows the trails of a cloud."""
        self._trails, self._layer, self._tokens = trails, layer, tokens
        self.change()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws the trails."""
        if self._trails is not None and self._layer is not None and self._tokens is not None:
            self._trails.paint(painter, self._layer, view, self._tokens)
