"""Frames: every kind of picture, as data.

A frame is a frozen dataclass of NumPy arrays. The window has a widget and the figures a painter for each kind.
`Plane` composes layers; the others stand alone. Roles name colours that mean the same everywhere: "data", "model",
"prior" (noise, z, KL), "alt" (a rival), "total" (totals and rulers).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = [
    "FRAMES",
    "LAYERS",
    "Audio",
    "Bars",
    "Curves",
    "Density",
    "Ellipses",
    "Field",
    "Frame",
    "Grid",
    "Images",
    "Layer",
    "Lines",
    "Matrix",
    "Plane",
    "Points",
    "Series",
    "arrays_of",
]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One picture.

    Attributes:
        subtitle: What is shown, truthfully and briefly: "posterior means, 200 validation digits".
        note: One sentence below the picture, or "".
        warning: Whether the note is a warning.
        alert: One sentence that stands in a banner above all cards while the newest picture has it ("Collapsed: 2 of 8
            modes"), or "".
    """

    subtitle: str = ""
    note: str = ""
    warning: bool = False
    alert: str = ""


@dataclass(frozen=True)
class Layer:
    """One layer of a plane, in data units."""


@dataclass(frozen=True)
class Points(Layer):
    """A cloud of points.

    Attributes:
        xy: Positions, (n, 2).
        label: Class of each point, (n,) int, or None.
        classes: Names of the classes, printed on the clusters.
        index: What each point stands for, position in its split, (n,) int, or None.
        role: Colour where there are no classes.
        name: Name in the legend.
        size: Diameter in pixels.
        trail: Where not "", a display shows where each point was in the last frames with the same `trail` ("noise 0"):
            their points are the same ones, in the same order. A still figure has no trails.
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
    """Polylines: the points of all of them, (n, 2), and the index at which each begins, (k,)."""

    xy: np.ndarray
    starts: np.ndarray
    role: str = "total"
    dashed: bool = False
    width: float = 1.0
    name: str = ""

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
class Plane(Frame):
    """Layers over one another in the plane.

    Attributes:
        layers: From back to front.
        x_label, y_label: Names of the axes.
        extent: x0, x1, y0, y1 to show, or None for what the layers need.
        dims: Latent dimensions along x and y where the plane is a part of latent space, or None.
        square: One unit is as long upwards as sideways.
    """

    layers: tuple[Layer, ...]
    x_label: str = ""
    y_label: str = ""
    extent: tuple[float, float, float, float] | None = None
    dims: tuple[int, int] | None = None
    square: bool = True


@dataclass(frozen=True)
class Series:
    """One curve: x (n,), y (n,), and where known a band from low to high (n,).

    Attributes:
        pane: Series of one pane share a y axis.
        dashed: For exact values and equilibria beside estimates.
        smooth: A display may smooth it and show the raw curve behind.
    """

    key: str
    label: str
    x: np.ndarray
    y: np.ndarray
    role: str = "total"
    pane: str = ""
    unit: str = ""
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    dashed: bool = False
    smooth: bool = False


@dataclass(frozen=True)
class Curves(Frame):
    """Curves over one x axis, in stacked panes of one scale each."""

    series: tuple[Series, ...]
    x_label: str = "step"
    y_label: str = ""
    log_x: bool = False
    log_y: bool = False
    marker: float | None = None


@dataclass(frozen=True)
class Images(Frame):
    """Images in rows.

    Attributes:
        images: (n, c, h, w), 0 to 1, c is 1 or 3.
        columns: Images in a row; 0 lets the display choose.
        row_labels: A word for each row, or empty.
        captions: A word below each image, or empty.
        index: Position of each in its split, (n,) int, or None.
        sheet: No gaps, as for a manifold.
        marked: Places of images that are framed.
        direction: Where the images lie along a line in latent space, the vector from 0 to 1 along it, (latent,), or
            None: a window can keep it under a name.
    """

    images: np.ndarray
    columns: int = 0
    row_labels: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    index: np.ndarray | None = None
    sheet: bool = False
    marked: tuple[int, ...] = ()
    direction: np.ndarray | None = None


@dataclass(frozen=True)
class Bars(Frame):
    """Named values (n,), with standard errors (n,) or None, a role each, and a dashed reference each or None.

    Attributes:
        dims: The latent dimension of each bar, where they are of such; sliders then stand in the order of the values.
    """

    labels: tuple[str, ...]
    values: np.ndarray
    errors: np.ndarray | None = None
    roles: tuple[str, ...] = ()
    reference: np.ndarray | None = None
    unit: str = ""
    dims: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Matrix(Frame):
    """A table of numbers, (rows, columns), shown as shades with the values printed."""

    values: np.ndarray
    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    x_label: str = ""
    y_label: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Audio(Frame):
    """Sound: samples (n,) from -1 to 1 at `rate` a second."""

    samples: np.ndarray
    rate: int


FRAMES: tuple[type[Frame], ...] = (Plane, Curves, Images, Bars, Matrix, Audio)
LAYERS: tuple[type[Layer], ...] = (Density, Points, Field, Grid, Lines, Ellipses)


def arrays_of(part: Any, prefix: str = "") -> dict[str, np.ndarray]:
    """Every array of a frame, layer or series by its path: "layers.0.xy", "elbo.y"."""
    found: dict[str, np.ndarray] = {}
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        path = f"{prefix}{field.name}"
        if isinstance(value, np.ndarray):
            found[path] = value
        elif isinstance(value, tuple):
            for position, item in enumerate(value):
                if isinstance(item, Series):
                    found |= arrays_of(item, f"{item.key}.")
                elif dataclasses.is_dataclass(item):
                    found |= arrays_of(item, f"{path}.{position}.")
    return found
