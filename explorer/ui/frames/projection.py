"""The mapping between data units and the pixels of a pane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF

__all__ = ["Projection"]


@dataclass(frozen=True)
class Projection:
    """Where data stand in a rectangle. Logarithmic axes have exponents of ten as data units.

    Attributes:
        rect: The rectangle, px; that of a pane begins at the pane's own origin.
        extent: The visible range x0, x1, y0, y1.
    """

    rect: QRectF
    extent: tuple[float, float, float, float]

    @classmethod
    def square(cls, rect: QRectF, extent: tuple[float, float, float, float]) -> Projection:
        """A projection with equal units in both directions, which shows a range in the middle and more beside it."""
        x0, x1, y0, y1 = extent
        width, height = max(rect.width(), 1.0), max(rect.height(), 1.0)
        unit = min(width / (x1 - x0), height / (y1 - y0))
        half_x, half_y = width / unit / 2, height / unit / 2
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        return cls(rect, (x - half_x, x + half_x, y - half_y, y + half_y))

    def across(self, x: np.ndarray) -> np.ndarray:
        """Pixels of positions along the x axis."""
        x0, x1, _, _ = self.extent
        return (x - x0) * (self.rect.width() / (x1 - x0)) + self.rect.left()

    def down(self, y: np.ndarray) -> np.ndarray:
        """Pixels of positions along the y axis."""
        _, _, y0, y1 = self.extent
        return (y1 - y) * (self.rect.height() / (y1 - y0)) + self.rect.top()

    def to_pixels(self, xy: np.ndarray) -> np.ndarray:
        """Data units to pixels, (n, 2) to (n, 2)."""
        pixels = np.empty(np.shape(xy))
        pixels[:, 0] = self.across(xy[:, 0])
        pixels[:, 1] = self.down(xy[:, 1])
        return pixels

    def point(self, x: float, y: float) -> QPointF:
        """Position of one point, px."""
        x0, x1, y0, y1 = self.extent
        rect = self.rect
        return QPointF(
            rect.left() + (x - x0) / (x1 - x0) * rect.width(), rect.top() + (y1 - y) / (y1 - y0) * rect.height()
        )

    def to_data(self, at: QPointF) -> tuple[float, float]:
        """Pixels to data units."""
        x0, x1, y0, y1 = self.extent
        across, down = at.x() - self.rect.left(), at.y() - self.rect.top()
        width, height = max(self.rect.width(), 1.0), max(self.rect.height(), 1.0)
        return x0 + across / width * (x1 - x0), y1 - down / height * (y1 - y0)
