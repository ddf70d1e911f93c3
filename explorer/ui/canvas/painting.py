"""A painting in points: brush, eraser, and a way back from each stroke."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.protocol import param

__all__ = ["MOST", "Brush", "Painting"]

MOST = 20_000  # points
_STROKES = 100  # that can be taken back
_SPACING = 0.05  # data units of a stroke between two dabs, or the jitter where that is wider


@dataclass(frozen=True)
class Brush:
    """How points are painted and erased, data units."""

    jitter: float = param(0.1, "Jitter σ", 0.0, 1.0, step=0.01, help="Spread of the points about the stroke.")
    dab: int = param(4, "Points a dab", 1, 100, log=True, help="A stroke is a row of dabs, one each 0.05 to σ of way.")
    radius: float = param(0.3, "Eraser radius", 0.05, 2.0, log=True, help="Of the eraser, in units of the plane.")


class Painting:
    """Points of the plane while they are painted.

    Attributes:
        xy: The points, (n, 2) float64; never changed in place.

    Args:
        xy: Points at first.
        rng: Of the jitter.
    """

    def __init__(self, xy: np.ndarray, rng: np.random.Generator):
        self.xy = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
        self._rng = rng
        self._past: list[np.ndarray] = []
        self._last: np.ndarray | None = None

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to take back."""
        return bool(self._past)

    def begin(self) -> None:
        """A stroke begins: what is there now is what undo brings back."""
        if not self._past or self._past[-1] is not self.xy:
            self._past = [*self._past[-_STROKES + 1 :], self.xy]
        self._last = None

    def paint(self, x: float, y: float, brush: Brush) -> np.ndarray:
        """Goes on with a stroke to a point; returns the points that came, (m, 2)."""
        at = np.array([x, y])
        if self._last is None:
            places = at[None]
        else:
            way = at - self._last
            count = int(np.hypot(*way) / max(_SPACING, brush.jitter))
            if count == 0:
                return np.empty((0, 2))
            places = self._last + way * (np.arange(1, count + 1) / count)[:, None]
        self._last = at
        room = MOST - len(self.xy)
        centers = np.repeat(places, brush.dab, axis=0)[:room]
        came = centers + brush.jitter * self._rng.standard_normal(centers.shape)
        self.xy = np.concatenate([self.xy, came])
        return came

    def erase(self, x: float, y: float, brush: Brush) -> int:
        """Takes away what is within the eraser's radius; returns how many points went."""
        kept = np.hypot(*(self.xy - [x, y]).T) > brush.radius
        gone = int((~kept).sum())
        if gone:
            self.xy = self.xy[kept]
        return gone

    def replace(self, xy: np.ndarray) -> None:
        """Other points in place of all; undo brings these back."""
        self.begin()
        self.xy = np.asarray(xy, dtype=np.float64).reshape(-1, 2)[:MOST]

    def undo(self) -> None:
        """Takes the last stroke back."""
        while self._past:
            before = self._past.pop()
            if before is not self.xy:
                self.xy = before
                return
