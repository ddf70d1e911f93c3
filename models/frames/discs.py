"""Places in the plane as circles that are filled by a share."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from models.frames.frame import Frame

__all__ = ["Discs"]

_RADIUS = 0.34  # of a circle, as a multiple of the distance between the two closest places
_MOST = 0.16  # largest radius as a share of the longer side of the places


@dataclass(frozen=True)
class Discs(Frame):
    """Places in the plane, each a circle that is filled from its middle by a share.

    The area of a disc is to that of its circle as the value is to the reference; a circle whose value reaches the
    reference is full. The core of a disc is drawn in the same way.

    Attributes:
        labels: Name of each place, k of them.
        xy: Positions, (k, 2), data units.
        values: Share of each, (k,), in `unit`.
        reference: Value at which a circle is full, (k,), above 0.
        cores: Part of the value that is drawn as the core of the disc, (k,), or None.
        unit: Unit of the values.
        headline: Text in the middle of the picture ("1/8"), or "".
        caption: Word below the headline ("held"), or "".
        value_name, reference_name, core_name: What the three numbers are, for legend and table.
    """

    labels: tuple[str, ...]
    xy: np.ndarray
    values: np.ndarray
    reference: np.ndarray
    cores: np.ndarray | None = None
    unit: str = "%"
    headline: str = ""
    caption: str = ""
    value_name: str = "value"
    reference_name: str = "reference"
    core_name: str = "core"

    def radius(self) -> float:
        """Radius of the circles, data units; no two overlap."""
        return self._radius

    @functools.cached_property
    def _radius(self) -> float:
        xy = self._placed
        apart = np.linalg.norm(xy[:, None] - xy[None], axis=-1)  # (k, k)
        apart = apart[apart > 0]
        side = float(np.ptp(xy, axis=0).max()) if len(xy) else 0.0
        return min(_RADIUS * float(apart.min()), _MOST * side) if apart.size else 1.0

    def fillings(self) -> tuple[np.ndarray, np.ndarray]:
        """Radius of each disc and of its core as multiples of that of its circle, (k,) each, from 0 to 1."""
        cores = np.zeros_like(self.values) if self.cores is None else self.cores
        full, core = (np.sqrt(np.clip(part / self.reference, 0.0, 1.0)) for part in (self.values, cores))
        return full, core

    def headline_place(self) -> tuple[float, float] | None:
        """Where the headline stands, data units: the middle of the places where it is free, else None."""
        return self._headline_place

    @functools.cached_property
    def _headline_place(self) -> tuple[float, float] | None:
        if not len(self._placed) or not self.headline:
            return None
        x, y = self.middle().tolist()
        free = float(np.hypot(*(self._placed - [x, y]).T).min()) > 2 * self._radius
        return (x, y) if free else None

    def middle(self) -> np.ndarray:
        """Middle of the places, (2,), data units; there must be one."""
        xy = self._placed
        return (xy.min(axis=0) + xy.max(axis=0)) / 2

    @functools.cached_property
    def _placed(self) -> np.ndarray:
        """Positions that are finite, (n, 2)."""
        return self.xy[np.isfinite(self.xy).all(axis=1)]

    def bounds(self) -> tuple[float, float, float, float]:
        """x0, x1, y0, y1 around the circles, data units."""
        xy = self._placed
        if not len(xy):
            return -1.0, 1.0, -1.0, 1.0
        reach = 1.15 * self._radius
        (x0, y0), (x1, y1) = xy.min(axis=0) - reach, xy.max(axis=0) + reach
        return float(x0), float(x1), float(y0), float(y1)

    def is_ring(self) -> bool:
        """Whether the places lie around a free middle, so that names stand outside the circles, not in them."""
        return self.headline_place() is not None
