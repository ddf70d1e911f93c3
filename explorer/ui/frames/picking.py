"""Which point of a cloud is where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF

from explorer.ui.frames.projection import Projection
from models.frames import Plane, Points

__all__ = ["CloudPoint", "clouds", "datum_of", "in_sight", "point_at"]


@dataclass(frozen=True, eq=False)
class CloudPoint:
    """One point of a cloud.

    Attributes:
        cloud: The cloud.
        number: Which of its points.
    """

    cloud: Points
    number: int

    def __eq__(self, other: object) -> bool:
        """Whether it is the same point of the same cloud."""
        return isinstance(other, CloudPoint) and self.cloud is other.cloud and self.number == other.number

    __hash__ = None  # type: ignore[assignment]


def clouds(plane: Plane) -> list[Points]:
    """The clouds of a plane that have points."""
    return [layer for layer in plane.layers if isinstance(layer, Points) and len(layer.xy)]


def datum_of(point: CloudPoint | None) -> int | None:
    """The datum that a point stands for, or None where its cloud does not say."""
    if point is None or point.cloud.index is None:
        return None
    return int(point.cloud.index[point.number])


def point_at(plane: Plane, view: Projection, at: QPointF, within: float) -> CloudPoint | None:
    """The point nearest to a position, at most some px away; of the topmost cloud where several are as near."""
    smallest, hit = within, None
    for cloud in clouds(plane):
        pixels = view.to_pixels(np.asarray(cloud.xy, float))
        distance = np.hypot(pixels[:, 0] - at.x(), pixels[:, 1] - at.y())
        distance[np.isnan(distance)] = np.inf
        nearest = int(distance.argmin())
        if np.isfinite(distance[nearest]) and distance[nearest] <= smallest:
            smallest, hit = float(distance[nearest]), CloudPoint(cloud, nearest)
    return hit


def in_sight(view: Projection, xy: np.ndarray) -> list[QPointF]:
    """The positions, px, of those points (n, 2) that are visible."""
    pixels = view.to_pixels(np.asarray(xy, float))
    with np.errstate(invalid="ignore"):  # NaN compares as outside
        within = ((pixels >= 0) & (pixels <= [view.rect.width(), view.rect.height()])).all(axis=1)
    return [QPointF(x, y) for x, y in pixels[within].tolist()]
