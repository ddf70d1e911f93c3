"""Layers over one another in the plane."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.frames.frame import Frame, Layer

__all__ = ["Density", "Ellipses", "Field", "Grid", "Lines", "Paths", "Plane", "Points"]


@dataclass(frozen=True)
class Points(Layer):
    """A cloud of points.

    Attributes:
        xy: Positions, (n, 2).
        label: Class of each point, (n,) int, or None.
        classes: Names of the classes, printed on the clusters.
        index: Position of each datum in its split, (n,) int, or None.
        role: Colour of points without classes.
        name: Name in the legend.
        size: Diameter in pixels.
        trail: Name of a trail ("noise 0"), or "". The window shows where each point was in the previous frames with the
            same trail, whose points are the same in the same order. A figure shows `Paths` instead, where it has them.
    """

    xy: np.ndarray
    label: np.ndarray | None = None
    classes: tuple[str, ...] = ()
    index: np.ndarray | None = None
    role: str = "data"
    name: str = ""
    size: float = 4.0
    trail: str = ""


@dataclass(frozen=True)
class Density(Layer):
    """A function on a grid, as a heat map or as contours.

    Attributes:
        values: (rows, columns), the first row at y0.
        extent: x0, x1, y0, y1 of the outer edges.
        role: Colour of high values; "real-fake" is the map of a discriminator from 0 (model) over 0.5 to 1 (data).
        low: Value at the lower end of the ramp, None for the least.
        high: Value at the upper end, None for the greatest.
        contours: Levels to draw as lines; empty for a heat map.
        name: Name in the legend.
    """

    values: np.ndarray
    extent: tuple[float, float, float, float]
    role: str = "model"
    low: float | None = None
    high: float | None = None
    contours: tuple[float, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Field(Layer):
    """Arrows: uv (n, 2) at xy (n, 2), drawn with the largest at `longest` data units."""

    xy: np.ndarray
    uv: np.ndarray
    role: str = "total"
    longest: float = 0.3
    name: str = ""


@dataclass(frozen=True)
class Grid(Layer):
    """A warped mesh, (rows, columns, 2)."""

    xy: np.ndarray
    role: str = "prior"
    name: str = ""


@dataclass(frozen=True)
class Lines(Layer):
    """Polylines, or areas: the points of all of them, (n, 2), and the index at which each begins, (k,).

    Attributes:
        filled: The polygon that closes each line is filled with a pale tint of the colour, through which the layers
            behind it are seen; a width of 0 draws no outline.
    """

    xy: np.ndarray
    starts: np.ndarray
    role: str = "total"
    dashed: bool = False
    width: float = 1.0
    name: str = ""
    filled: bool = False

    def pieces(self) -> Iterator[np.ndarray]:
        """Each polyline, (m, 2)."""
        yield from np.split(self.xy, self.starts[1:])


@dataclass(frozen=True)
class Ellipses(Layer):
    """Ellipses: centres (n, 2), semi-axes (n, 2), angle of the first axis (n,) in radians, a label for each."""

    centers: np.ndarray
    axes: np.ndarray
    angles: np.ndarray
    labels: tuple[str, ...] = ()
    role: str = "prior"
    dashed: bool = True
    name: str = ""


@dataclass(frozen=True)
class Paths(Layer):
    """Trajectories of n points over t moments, each drawn as a line that is faint at low and strong at high values.

    Attributes:
        xy: Positions, (n, t, 2). A path is broken where a position is not finite.
        values: Value at each position, (n, t), that sets the strength of the colour; None for the moment, so that a
            path starts faint and ends strong.
        role: Colour.
        name: Name in the legend.
        width: Width of the lines, pixels.
    """

    xy: np.ndarray
    values: np.ndarray | None = None
    role: str = "model"
    name: str = ""
    width: float = 1.0

    def segments(self) -> tuple[np.ndarray, np.ndarray]:
        """The pieces of all paths between two moments, later moments last.

        Returns:
            Ends of the m segments with finite ends, (m, 2, 2), and the strength of each from 0 to 1, (m,): the mean
            of the values at its ends on a scale from the least to the greatest value.
        """
        n, moments = self.xy.shape[:2]
        values = np.broadcast_to(np.arange(moments), (n, moments)) if self.values is None else self.values
        low, high = self.limits()
        share = (np.asarray(values, float) - low) / ((high - low) or 1.0)
        ends = np.stack([self.xy[:, :-1], self.xy[:, 1:]], axis=2).swapaxes(0, 1).reshape(-1, 2, 2)
        strength = ((share[:, :-1] + share[:, 1:]) / 2).T.ravel()
        finite = np.isfinite(ends).all(axis=(1, 2))
        return ends[finite], np.clip(np.nan_to_num(strength[finite], nan=0.5), 0.0, 1.0)

    def limits(self) -> tuple[float, float]:
        """Least and greatest finite value; the first and the last moment where `values` is None."""
        if self.values is None:
            return 0.0, float(self.xy.shape[1] - 1)
        finite = self.values[np.isfinite(self.values)]
        return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


@dataclass(frozen=True)
class Plane(Frame):
    """Layers over one another in the plane.

    Attributes:
        layers: From back to front.
        x_label, y_label: Names of the axes.
        extent: x0, x1, y0, y1 to show, or None for the extent of the layers.
        dims: Latent dimensions along x and y where the plane is a section of latent space, or None.
        square: One unit is as long upwards as sideways.
        slack: A display goes on showing the extent of the frames before while that contains the new one and is at most
            this many times as wide, so that a range that follows moving points does not jitter; see `settled`.
    """

    layers: tuple[Layer, ...]
    x_label: str = ""
    y_label: str = ""
    extent: tuple[float, float, float, float] | None = None
    dims: tuple[int, int] | None = None
    square: bool = True
    slack: float = 1.0

    def settled(self, before: tuple[float, float, float, float]) -> tuple[float, float, float, float] | None:
        """The extent to show after one that was shown before, both x0, x1, y0, y1; None where the frame has none."""
        if self.extent is None or self.slack <= 1.0:
            return self.extent
        x0, x1, y0, y1 = self.extent
        a0, a1, b0, b1 = before
        contained = a0 <= x0 and x1 <= a1 and b0 <= y0 and y1 <= b1
        alike = a1 - a0 <= self.slack * (x1 - x0) and b1 - b0 <= self.slack * (y1 - y0)
        return before if contained and alike else self.extent
