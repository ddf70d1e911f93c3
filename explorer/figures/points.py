"""The painter of `Points`: dots in the colour of their role or class, and the names of classes on their clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explorer.figures.surface import PX, Surface
from models.frames import Points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["class_names", "cluster_places", "do_overlap", "paint_points"]

MANY = 20_000
"""Number of points above which they are rasterised in an SVG or PDF, because viewers draw so many slowly."""
CELLS = 48
"""Cells along each side of the grid on which the mode of a class is searched."""


def paint_points(surface: Surface, axes: Axes, layer: Points, order: float, *, over_heat: bool) -> None:
    """A cloud of points."""
    xy = np.asarray(layer.xy, float).reshape(-1, 2)
    label = None if layer.label is None else np.asarray(layer.label)
    if label is None:
        color: str | list[str] = surface.palette.role(layer.role)
    else:
        color = [surface.palette.of_class(int(k)) for k in label]
    diameter = layer.size * PX * surface.stroke
    dots = axes.scatter(xy[:, 0], xy[:, 1], s=diameter**2, c=color, marker="o", zorder=order, alpha=0.8)
    dots.set(
        edgecolors=surface.palette.paper if over_heat else "none", linewidths=0.3 * surface.stroke if over_heat else 0.0
    )
    dots.set_rasterized(len(xy) > MANY)
    if label is not None:
        _print_names(surface, axes, layer, xy, label, order)


def class_names(layer: Points) -> dict[int, str]:
    """The names of the classes that points of a layer have, by class."""
    label = np.empty(0, int) if layer.label is None else np.asarray(layer.label)
    present = [int(k) for k in np.unique(label[label >= 0])]
    return {k: layer.classes[k] if k < len(layer.classes) else str(k) for k in present}


def do_overlap(layer: Points, extent: tuple[float, float, float, float]) -> bool:
    """Whether one class is denser than another where that one is densest, so that its name stands on the wrong points.

    Args:
        layer: Points with classes.
        extent: x0, x1, y0, y1 of the plot.
    """
    xy, label = np.asarray(layer.xy, float).reshape(-1, 2), np.asarray(layer.label)
    maps = _densities(xy, label, list(class_names(layer)), extent)
    modes = [np.unravel_index(int(each.argmax()), each.shape) for each in maps if each.max() > 0]
    own = [each.max() for each in maps if each.max() > 0]
    return any(max(each[mode] for each in maps) > most for mode, most in zip(modes, own, strict=True))


def _densities(
    xy: np.ndarray, label: np.ndarray, present: list[int], extent: tuple[float, float, float, float]
) -> list[np.ndarray]:
    """The density of each class: a histogram within the extent, smoothed by a Gaussian of one and a half cells."""
    from scipy.ndimage import gaussian_filter

    x0, x1, y0, y1 = extent
    maps = []
    for k in present:
        mine = xy[label == k]
        mine = mine[np.isfinite(mine).all(1)]
        counts, _, _ = np.histogram2d(mine[:, 0], mine[:, 1], bins=CELLS, range=((x0, x1), (y0, y1)))
        maps.append(gaussian_filter(counts, 1.5, mode="constant"))
    return maps


def _print_names(surface: Surface, axes: Axes, layer: Points, xy: np.ndarray, label: np.ndarray, order: float) -> None:
    present, names = list(class_names(layer)), list(class_names(layer).values())
    short = all(len(name) <= 2 for name in names)
    size = 1.2 * surface.label if short else surface.small
    box = axes.get_position()
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    unit_x, unit_y = (x1 - x0) / (box.width * surface.width), (y1 - y0) / (box.height * surface.height)
    sizes = [(surface.measure(name, size, True) * unit_x, 1.15 * size * unit_y) for name in names]
    places = cluster_places(xy, label, present, sizes, (x0, x1, y0, y1))
    for k, name, place in zip(present, names, places, strict=True):
        if place is None:
            continue
        surface.label_point(axes, *place, name, size, surface.palette.of_class(k), order + 50, bold=True, halo=2.4)


def cluster_places(
    xy: np.ndarray,
    label: np.ndarray,
    present: list[int],
    sizes: list[tuple[float, float]],
    extent: tuple[float, float, float, float],
) -> list[tuple[float, float] | None]:
    """Positions of the names of classes: at the mode of the class, or at its densest place that is still free.

    Args:
        xy: Points, (n, 2).
        label: Class of each point, (n,).
        present: Classes to name.
        sizes: Width and height of each name in data units.
        extent: x0, x1, y0, y1 of the plot.

    Returns:
        Centre of each name, None for a class without a point in the extent.
    """
    x0, x1, y0, y1 = extent
    x = x0 + (np.arange(CELLS) + 0.5) * (x1 - x0) / CELLS
    y = y0 + (np.arange(CELLS) + 0.5) * (y1 - y0) / CELLS
    maps = _densities(xy, label, present, extent)
    places: list[tuple[float, float] | None] = [None] * len(present)
    taken: list[tuple[float, float, float, float]] = []
    for i in sorted(range(len(present)), key=lambda i: -maps[i].max()):
        if maps[i].max() <= 0:
            continue
        wide, high = sizes[i]
        free = np.ones((CELLS, CELLS), bool)
        for cx, cy, w, h in taken:
            free &= ~((np.abs(x - cx) < (wide + w) / 2)[:, None] & (np.abs(y - cy) < (high + h) / 2)[None])
        density = np.where(free, maps[i], 0.0)
        if density.max() < 0.1 * maps[i].max():
            density = maps[i]
        column, row = np.unravel_index(int(density.argmax()), density.shape)
        cx = min(max(float(x[column]), x0 + wide / 2), x1 - wide / 2)
        cy = min(max(float(y[row]), y0 + high / 2), y1 - high / 2)
        places[i] = (cx, cy)
        taken.append((cx, cy, wide, high))
    return places
