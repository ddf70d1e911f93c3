"""Painting points of the plane: brush, eraser and undo of strokes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from models.protocol import param

__all__ = ["MOST", "Brush", "Painting", "StrokeHistory"]

MOST = 20_000  # largest number of points
_STROKES = 100  # strokes that can be undone
_SPACING = 0.05  # data units between two dabs of a stroke; at least the jitter

S = TypeVar("S")


@dataclass(frozen=True)
class Brush:
    """Parameters of brush and eraser, in data units."""

    jitter: float = param(
        0.1, "Jitter σ", 0.0, 1.0, step=0.01, help="Standard deviation of the points around the stroke."
    )
    dab: int = param(
        4,
        "Points per dab",
        1,
        100,
        log=True,
        help="Points of one dab; dabs follow a stroke at a distance of 0.05 or σ.",
    )
    radius: float = param(
        0.3, "Eraser radius", 0.05, 2.0, log=True, help="Radius of the eraser, in units of the plane."
    )


class StrokeHistory(Generic[S]):
    """The states before each of the last strokes, and after those that were undone.

    States are compared by identity: a stroke makes a new one.
    """

    def __init__(self) -> None:
        self._past: list[S] = []
        self._undone: list[S] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to undo."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a stroke that was undone, and none after it."""
        return bool(self._undone)

    def note(self, state: S) -> None:
        """Notes the state at the beginning of a stroke."""
        self._undone = []
        if not self._past or self._past[-1] is not state:
            self._past = [*self._past[-_STROKES + 1 :], state]

    def undo(self, state: S) -> S:
        """The state before the last stroke that changed it, or the state itself where there is none."""
        while self._past:
            before = self._past.pop()
            if before is not state:
                self._undone.append(state)
                return before
        return state

    def redo(self, state: S) -> S:
        """The state after the stroke that was undone last, or the state itself where there is none."""
        if not self._undone:
            return state
        self._past.append(state)
        return self._undone.pop()


class Painting:
    """Points of the plane with a history for undo.

    Attributes:
        xy: The points, (n, 2) float64; never changed in place.

    Args:
        xy: Initial points.
        rng: Generator of the jitter.
    """

    def __init__(self, xy: np.ndarray, rng: np.random.Generator):
        self.xy = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
        self._rng = rng
        self._history: StrokeHistory[np.ndarray] = StrokeHistory()
        self._last: np.ndarray | None = None

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to undo."""
        return self._history.can_undo

    def begin(self) -> None:
        """Begins a stroke: undo brings the present points back."""
        self._history.note(self.xy)
        self._last = None

    def paint(self, x: float, y: float, brush: Brush) -> np.ndarray:
        """Continues a stroke to a point; returns the points that were added, (m, 2)."""
        at = np.array([x, y])
        if self._last is None:
            places = at[None]
        else:
            line = at - self._last
            count = int(np.hypot(*line) / max(_SPACING, brush.jitter))
            if count == 0:
                return np.empty((0, 2))
            places = self._last + line * (np.arange(1, count + 1) / count)[:, None]
        self._last = at
        room = MOST - len(self.xy)
        centers = np.repeat(places, brush.dab, axis=0)[:room]
        added = centers + brush.jitter * self._rng.standard_normal(centers.shape)
        self.xy = np.concatenate([self.xy, added])
        return added

    def erase(self, x: float, y: float, brush: Brush) -> int:
        """Removes the points within the eraser's radius; returns how many were removed."""
        kept = np.hypot(*(self.xy - [x, y]).T) > brush.radius
        gone = int((~kept).sum())
        if gone:
            self.xy = self.xy[kept]
        return gone

    def replace(self, xy: np.ndarray) -> None:
        """Puts other points in place of all; undo brings the present ones back."""
        self.begin()
        self.xy = np.asarray(xy, dtype=np.float64).reshape(-1, 2)[:MOST]

    def undo(self) -> None:
        """Undoes the last stroke."""
        self.xy = self._history.undo(self.xy)
