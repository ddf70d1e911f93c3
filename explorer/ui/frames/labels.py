"""Names of classes on the clusters of their points."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from explorer.ui.frames.paint import halo_text
from explorer.ui.frames.projection import Projection
from explorer.ui.theme import Tokens
from models.frames import Points

__all__ = ["ClassLabels"]

_BINS = 18  # cells of the search for a mode, in each direction
_KEEP = 0.8  # a label stays while its place holds this share of the points of the best place


class ClassLabels:
    """Position of the name of each class: its mode; the previous position as long as that is nearly as good."""

    def __init__(self) -> None:
        self._cells: dict[int, int] = {}

    def places(self, layer: Points, pixels: np.ndarray, view: Projection) -> dict[int, QPointF]:
        """Positions of the names, px, by class.

        Args:
            layer: The cloud; has labels.
            pixels: Positions of the points, (n, 2) px.
            view: The plane.
        """
        assert layer.label is not None
        rect = view.rect
        with np.errstate(invalid="ignore"):  # NaN compares as outside
            good = (
                np.abs(pixels - [rect.width() / 2, rect.height() / 2]) <= [rect.width() / 2, rect.height() / 2]
            ).all(1)
        if not good.any():
            return {}
        x, y, label = pixels[good, 0], pixels[good, 1], layer.label[good].astype(int)
        classes = int(label.max()) + 1
        column = np.clip(((x - rect.left()) / rect.width() * _BINS).astype(int), 0, _BINS - 1)
        row = np.clip(((y - rect.top()) / rect.height() * _BINS).astype(int), 0, _BINS - 1)
        place = (label * _BINS + row) * _BINS + column
        wide = np.zeros((3, classes, _BINS + 2, _BINS + 2))  # number of points, sums of x and of y; a rim of zeros
        for table, weights in zip(wide, (None, x, y), strict=True):
            sums = np.bincount(place, weights, classes * _BINS**2)
            table[:, 1:-1, 1:-1] = sums.reshape(classes, _BINS, _BINS)
        counts = wide[0]
        rows = counts[:, :-2] + counts[:, 1:-1] + counts[:, 2:]
        near = rows[:, :, :-2] + rows[:, :, 1:-1] + rows[:, :, 2:]  # of 3 × 3 cells, (classes, bins, bins)
        worth = (near * 8 + counts[:, 1:-1, 1:-1]).reshape(classes, -1)  # ties go to the fuller middle
        positions: dict[int, QPointF] = {}
        for k, best in enumerate(worth.argmax(axis=1).tolist()):
            if worth[k, best] == 0:
                continue
            old = self._cells.get(k, best)
            cell = self._cells[k] = old if worth[k, old] >= _KEEP * worth[k, best] else best
            top, left = divmod(cell, _BINS)
            number, sum_x, sum_y = wide[:, k, top : top + 3, left : left + 3].sum(axis=(1, 2)).tolist()
            if number:
                positions[k] = QPointF(sum_x / number, sum_y / number)
        return positions

    def paint(self, painter: QPainter, layer: Points, pixels: np.ndarray, view: Projection, tokens: Tokens) -> None:
        """Draws the names."""
        if layer.label is None:
            return
        for k, at in self.places(layer, pixels, view).items():
            name = layer.classes[k] if k < len(layer.classes) else str(k)
            halo_text(painter, at, name, tokens.of_class(k), tokens.bg2)
