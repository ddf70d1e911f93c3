"""One painter for each kind of layer of a plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from explorer.figures.points import MANY, paint_points
from explorer.figures.scales import span
from explorer.figures.surface import Surface
from explorer.palette import mix
from models.frames import Density, Ellipses, Field, Grid, Layer, Lines, Paths, Points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["FAINTEST", "LAYER_PAINTERS", "ellipse_bounds"]

FAINTEST = 0.2
"""Share of the role's colour in the faintest segment of a path; the rest is the background's."""
_AREA = 0.22  # opacity of a filled area


def paint_density(surface: Surface, axes: Axes, layer: Density, order: float, *, over_heat: bool) -> None:
    """A function on a grid: a heat map between low and high, or lines at its contour levels."""
    values = np.asarray(layer.values, float)
    x0, x1, y0, y1 = layer.extent
    if not np.isfinite(layer.extent).all():
        return
    if layer.contours:
        finite = values[np.isfinite(values)]
        levels = sorted({c for c in layer.contours if finite.size and finite.min() < c < finite.max()})
        if levels and min(values.shape) > 1:
            rows, columns = values.shape
            x = x0 + (np.arange(columns) + 0.5) * (x1 - x0) / columns
            y = y0 + (np.arange(rows) + 0.5) * (y1 - y0) / rows
            color = surface.palette.role("total" if layer.role == "real-fake" else layer.role)
            masked = np.ma.masked_invalid(values)
            axes.contour(
                x, y, masked, levels, colors=[color], linewidths=0.7 * surface.stroke, linestyles="solid", zorder=order
            )
        return
    low, high = (0.0, 1.0) if layer.role == "real-fake" else span(values)
    low, high = low if layer.low is None else layer.low, high if layer.high is None else layer.high
    colors = surface.palette.shade((values - low) / ((high - low) or 1.0), surface.palette.stops(layer.role))
    axes.imshow(colors, extent=(x0, x1, y0, y1), origin="lower", aspect="auto", interpolation="bilinear", zorder=order)


def paint_field(surface: Surface, axes: Axes, layer: Field, order: float, *, over_heat: bool) -> None:
    """Arrows with an outline of paper, the longest of the length `longest`."""
    finite = np.isfinite(layer.xy).all(1) & np.isfinite(layer.uv).all(1)
    xy, uv = np.asarray(layer.xy, float)[finite], np.asarray(layer.uv, float)[finite]
    length = np.hypot(*uv.T)
    moved = length > 0
    if not moved.any():
        return
    axes.quiver(
        *xy[moved].T,
        *uv[moved].T,
        angles="xy",
        scale_units="xy",
        scale=float(length.max()) / layer.longest,
        units="inches",
        width=0.9 / 72 * surface.stroke,
        headwidth=4.2,
        headlength=4.6,
        headaxislength=4.0,
        minlength=0.5,
        color=surface.palette.role(layer.role),
        edgecolor=surface.palette.paper,
        linewidth=0.35 * surface.stroke,
        zorder=order,
    )


def paint_grid(surface: Surface, axes: Axes, layer: Grid, order: float, *, over_heat: bool) -> None:
    """A warped mesh: its rows and its columns as lines."""
    mesh = np.asarray(layer.xy, float)
    _lines(surface, axes, [*mesh, *mesh.swapaxes(0, 1)], layer.role, order, width=0.5, alpha=0.8)


def paint_lines(surface: Surface, axes: Axes, layer: Lines, order: float, *, over_heat: bool) -> None:
    """Polylines, and the areas that they enclose where they are filled."""
    from matplotlib.collections import PolyCollection

    pieces = list(layer.pieces())
    if layer.filled:
        areas = [piece[np.isfinite(piece).all(axis=1)] for piece in pieces]
        tint = PolyCollection(areas, facecolors=[surface.palette.role(layer.role)], alpha=_AREA, linewidths=0)
        tint.set_zorder(order)
        axes.add_collection(tint, autolim=False)
    if layer.width or not layer.filled:
        _lines(surface, axes, pieces, layer.role, order, width=0.75 * layer.width, dashed=layer.dashed)


def paint_paths(surface: Surface, axes: Axes, layer: Paths, order: float, *, over_heat: bool) -> None:
    """Trajectories, each segment in the tint of its strength."""
    from matplotlib.collections import LineCollection

    ends, strength = layer.segments()
    stops = mix(surface.palette.paper, surface.palette.role(layer.role), FAINTEST), surface.palette.role(layer.role)
    colors = surface.palette.shade(strength, stops) / 255
    lines = LineCollection(list(ends), colors=colors, linewidths=0.75 * layer.width * surface.stroke, zorder=order)
    lines.set(capstyle="round")
    lines.set_rasterized(len(ends) > MANY)
    axes.add_collection(lines, autolim=False)


def _lines(
    surface: Surface,
    axes: Axes,
    pieces: list[np.ndarray],
    role: str,
    order: float,
    *,
    width: float,
    dashed: bool = False,
    alpha: float = 1.0,
) -> None:
    from matplotlib.collections import LineCollection

    width *= surface.stroke
    pieces = [piece for piece in pieces if len(piece) > 1]
    lines = LineCollection(pieces, colors=[surface.palette.role(role)], linewidths=width, alpha=alpha, zorder=order)
    lines.set(linestyle=(0, (4.0 / max(width, 0.5), 3.0 / max(width, 0.5))) if dashed else "solid", joinstyle="round")
    axes.add_collection(lines, autolim=False)


def ellipse_bounds(layer: Ellipses) -> np.ndarray:
    """Corners of the boxes around ellipses, (2 n, 2)."""
    cos, sin = np.cos(layer.angles), np.sin(layer.angles)
    a, b = np.asarray(layer.axes, float).T
    half = np.stack([np.hypot(a * cos, b * sin), np.hypot(a * sin, b * cos)], axis=1)
    return np.concatenate([layer.centers - half, layer.centers + half])


def paint_ellipses(surface: Surface, axes: Axes, layer: Ellipses, order: float, *, over_heat: bool) -> None:
    """Ellipses, each with its label on the visible part of its outline."""
    from matplotlib.patches import Ellipse

    color = surface.palette.role(layer.role)
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    for i, (center, size, angle) in enumerate(zip(layer.centers, layer.axes, layer.angles, strict=True)):
        ring = Ellipse(center, *(2 * size), angle=float(np.degrees(angle)), fill=False, edgecolor=color)
        ring.set(linewidth=0.7 * surface.stroke, linestyle=(0, (4, 3)) if layer.dashed else "solid", zorder=order)
        axes.add_patch(ring)
        if i >= len(layer.labels) or not layer.labels[i]:
            continue
        turns = np.radians([45, 135, -45, -135, 90, 0, 180, -90])
        along, across = size[0] * np.cos(turns - angle), size[1] * np.sin(turns - angle)
        x = center[0] + along * np.cos(angle) - across * np.sin(angle)
        y = center[1] + along * np.sin(angle) + across * np.cos(angle)
        mx, my = 0.04 * (x1 - x0), 0.04 * (y1 - y0)
        seen = np.flatnonzero((x > x0 + mx) & (x < x1 - mx) & (y > y0 + my) & (y < y1 - my))
        if seen.size:
            place = x[seen[0]], y[seen[0]]
            surface.label_point(axes, *place, layer.labels[i], surface.small, color, order + 40)


LAYER_PAINTERS: Mapping[type[Layer], Callable[..., None]] = {
    Density: paint_density,
    Points: paint_points,
    Field: paint_field,
    Grid: paint_grid,
    Lines: paint_lines,
    Ellipses: paint_ellipses,
    Paths: paint_paths,
}
