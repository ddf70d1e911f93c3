"""The mapping between data units and the pixels of a pane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF

__all__ = ["Projection"]


@dataclass(frozen=True)
class Projection:
    """Where data stand in a pane. Logarithmic axes have exponents of ten as data units.

    Attributes:
        rect: The pane, px; its top left corner is the origin.
        extent: The visible range x0, x1, y0, y1.
    """

    rect: QRectF
    extent: tuple[float, float, float, float]

    def across(self, x: np.ndarray) -> np.ndarray:
        """Pixels of positions along the x axis."""
        x0, x1, _, _ = self.extent
        return (x - x0) * (self.rect.width() / (x1 - x0))

    def down(self, y: np.ndarray) -> np.ndarray:
        """Pixels of positions along the y axis."""
        _, _, y0, y1 = self.extent
        return (y1 - y) * (self.rect.height() / (y1 - y0))

    def to_pixels(self, xy: np.ndarray) -> np.ndarray:
        """Data units to pixels, (n, 2) to (n, 2)."""
        pixels = np.empty(np.shape(xy))
        pixels[:, 0] = self.across(xy[:, 0])
        pixels[:, 1] = self.down(xy[:, 1])
        return pixels

    def point(self, x: float, y: float) -> QPointF:
        """Position of one point, px."""
        x0, x1, y0, y1 = self.extent
        return QPointF((x - x0) / (x1 - x0) * self.rect.width(), (y1 - y) / (y1 - y0) * self.rect.height())

    def to_data(self, at: QPointF) -> tuple[float, float]:
        """Pixels to data units."""
        x0, x1, y0, y1 = self.extent
        width, height = max(self.rect.width(), 1.0), max(self.rect.height(), 1.0)
        return x0 + at.x() / width * (x1 - x0), y1 - at.y() / height * (y1 - y0)
