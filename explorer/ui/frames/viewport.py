"""The mapping between data units of a plane and pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from explorer.ui.frames.ticks import nice_step

__all__ = ["Viewport"]

_SHRINK = 0.62  # a range shrinks once the data use less than this share of it
_ZOOM = 64.0  # largest factor of zooming in and out


@dataclass
class Viewport:
    """The visible part of a plane.

    `wanted` is the range of the data or of the user's zoom. `extent` is the visible range: with `square` it extends
    `wanted` in one direction, so that a unit is equally long in both.

    Attributes:
        rect: Rectangle on the widget, px.
        wanted: x0, x1, y0, y1 in data units.
        square: A unit is equally long in both directions.
        free: The user zoomed or panned: the range does not follow the data until it is released.
        settled: The range has been fitted to data.
        home: Width before the user zoomed or panned, data units.
    """

    rect: QRectF = field(default_factory=lambda: QRectF(0, 0, 100, 100))
    wanted: tuple[float, float, float, float] = (-1.0, 1.0, -1.0, 1.0)
    square: bool = True
    free: bool = False
    settled: bool = False
    home: float = 2.0

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The visible range x0, x1, y0, y1, data units."""
        x0, x1, y0, y1 = self.wanted
        if not self.square:
            return self.wanted
        width, height = max(self.rect.width(), 1.0), max(self.rect.height(), 1.0)
        unit = min(width / (x1 - x0), height / (y1 - y0))
        half_x, half_y = width / unit / 2, height / unit / 2
        middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
        return middle_x - half_x, middle_x + half_x, middle_y - half_y, middle_y + half_y

    def follow(self, need: tuple[float, float, float, float] | None, *, exact: bool = False) -> None:
        """Fits the range to the data in round steps, unless it fits well already or the user moved it."""
        if need is None or self.free:
            return
        x0, x1, y0, y1 = need
        if exact:
            self.wanted, self.settled = (*_apart(x0, x1), *_apart(y0, y1)), True
            return
        a0, a1, b0, b1 = self.wanted
        inside = a0 <= x0 and x1 <= a1 and b0 <= y0 and y1 <= b1
        share = max((x1 - x0) / (a1 - a0), (y1 - y0) / (b1 - b0))
        if self.settled and inside and share >= _SHRINK:
            return
        step = nice_step(max(x1 - x0, y1 - y0, 1e-6), 10)
        self.wanted = (
            math.floor(x0 / step) * step,
            max(math.ceil(x1 / step), math.floor(x0 / step) + 1) * step,
            math.floor(y0 / step) * step,
            max(math.ceil(y1 / step), math.floor(y0 / step) + 1) * step,
        )
        self.settled = True

    def zoom(self, factor: float, at: QPointF) -> None:
        """Scales the range by a factor around the point at `at`, px."""
        x, y = self.to_data(at)
        x0, x1, y0, y1 = self.wanted
        span = (x1 - x0) * factor
        if not self.free:
            self.home = x1 - x0
        if not self.home / _ZOOM <= span <= self.home * _ZOOM:
            return
        self.wanted = tuple(c + (v - c) * factor for c, v in ((x, x0), (x, x1), (y, y0), (y, y1)))  # type: ignore[assignment]
        self.free = True

    def pan(self, move: QPointF) -> None:
        """Moves the plane by an offset in px."""
        x0, x1, y0, y1 = self.extent
        dx = -move.x() * (x1 - x0) / max(self.rect.width(), 1.0)
        dy = move.y() * (y1 - y0) / max(self.rect.height(), 1.0)
        if not self.free:
            self.home = self.wanted[1] - self.wanted[0]
        a0, a1, b0, b1 = self.wanted
        self.wanted = (a0 + dx, a1 + dx, b0 + dy, b1 + dy)
        self.free = True

    def release(self) -> None:
        """Follows the data again."""
        self.free = self.settled = False

    def to_pixels(self, xy: np.ndarray) -> np.ndarray:
        """Data units to pixels, (n, 2) to (n, 2)."""
        x0, x1, y0, y1 = self.extent
        rect = self.rect
        pixels = np.empty(np.shape(xy))
        pixels[:, 0] = (xy[:, 0] - x0) * (rect.width() / (x1 - x0)) + rect.left()
        pixels[:, 1] = (xy[:, 1] - y0) * (-rect.height() / (y1 - y0)) + rect.bottom()
        return pixels

    def point(self, x: float, y: float) -> QPointF:
        """Position of one point, px."""
        (px, py) = self.to_pixels(np.array([[x, y]]))[0].tolist()
        return QPointF(px, py)

    def to_data(self, at: QPointF) -> tuple[float, float]:
        """Pixels to data units."""
        x0, x1, y0, y1 = self.extent
        rect = self.rect
        return (
            x0 + (at.x() - rect.left()) / rect.width() * (x1 - x0),
            y0 + (rect.bottom() - at.y()) / rect.height() * (y1 - y0),
        )


def _apart(low: float, high: float) -> tuple[float, float]:
    """A range, widened where its ends are equal."""
    size = max(abs(low), abs(high))
    if high - low > 1e-9 * size:
        return low, high
    return low - (0.5 * size or 0.5), high + (0.5 * size or 0.5)
