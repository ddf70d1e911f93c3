"""The painter of `Plane`: layers over one another, from back to front."""

from __future__ import annotations

import numpy as np

from explorer.figures.axes import draw_axes, foot_height, gutter, name_y
from explorer.figures.box import Box
from explorer.figures.key import Key
from explorer.figures.layers import LAYER_PAINTERS, ellipse_bounds
from explorer.figures.points import class_names, do_overlap
from explorer.figures.scales import Scale, significant, span, widened
from explorer.figures.style import FigureError
from explorer.figures.surface import Surface
from models.frames import Density, Ellipses, Field, Grid, Layer, Lines, Paths, Plane, Points

__all__ = ["extent_of", "paint"]

Extent = tuple[float, float, float, float]

_FILLS = 1.25  # a plane that may be shown this many times as wide fills a wide page


def paint(surface: Surface, frame: Plane) -> None:
    """Draws a plane."""
    for layer in frame.layers:
        if type(layer) not in LAYER_PAINTERS:
            raise FigureError(f"no painter is known for a layer of the kind {type(layer).__name__}")
    extent = extent_of(frame)
    maps = [layer.extent for layer in frame.layers if isinstance(layer, Density) and not layer.contours]
    heat = bool(maps)
    reach = _reach(extent, maps, frame.extent is not None)
    below = foot_height(surface, frame.x_label)
    keys = [key for layer in frame.layers for key in _keys(surface, layer, extent)]

    def left_of(extent: Extent) -> float:
        return gutter(surface, Scale(extent[2], extent[3]), frame.y_label)

    def natural(width: float) -> float:
        plot = width - left_of(extent)
        tall = (extent[3] - extent[2]) / (extent[1] - extent[0]) if frame.square else 0.72
        return below + plot * min(max(tall, 0.35), 1.4)

    is_fixed = frame.square and _ratio(reach) < _FILLS * _ratio(extent)
    box = surface.body(natural, keys, shape=natural if is_fixed else None)
    left = left_of(extent)
    plot = Box(box.left + left, box.top, max(box.width - left, 4.0), max(box.height - below, 4.0))
    if frame.square:
        plot, extent = _squared(plot, extent, reach)
    x, y = Scale(*extent[:2]), Scale(*extent[2:])
    axes = draw_axes(surface, plot, x, y, x_name=frame.x_label, grid="" if heat else "xy")
    name_y(surface, frame.y_label, plot, plot.left - left)
    for order, layer in enumerate(frame.layers):
        LAYER_PAINTERS[type(layer)](surface, axes, layer, order + 1.0, over_heat=heat)


def extent_of(frame: Plane) -> Extent:
    """The extent x0, x1, y0, y1 that a plane shows: its own, or that of its layers; never empty."""
    own = frame.extent is not None and np.isfinite(frame.extent).all()
    x0, x1, y0, y1 = frame.extent if own and frame.extent is not None else bounds(frame.layers)
    return (*widened(x0, x1), *widened(y0, y1))


def bounds(layers: tuple[Layer, ...]) -> Extent:
    """The extent x0, x1, y0, y1 of the layers, with a margin where no heat map sets the edge."""
    corners: list[np.ndarray] = []
    maps: list[np.ndarray] = []
    for layer in layers:
        if isinstance(layer, Density):
            x0, x1, y0, y1 = layer.extent
            if np.isfinite(layer.extent).all():
                maps.append(np.array([[x0, y0], [x1, y1]]))
        elif isinstance(layer, Ellipses):
            corners.append(ellipse_bounds(layer))
        elif isinstance(layer, Points | Field | Grid | Lines | Paths):
            corners.append(np.asarray(layer.xy, float).reshape(-1, 2))
    inside = np.concatenate([np.empty((0, 2)), *corners])
    inside = inside[np.isfinite(inside).all(1)]
    if maps:
        edge = np.concatenate(maps)
        low, high = edge.min(0), edge.max(0)
        if not len(inside) or ((inside >= low) & (inside <= high)).all():
            return float(low[0]), float(high[0]), float(low[1]), float(high[1])
        inside = np.concatenate([inside, edge])
    if not len(inside):
        return -1.0, 1.0, -1.0, 1.0
    return (*span(inside[:, 0], pad=0.04), *span(inside[:, 1], pad=0.04))


def _ratio(extent: Extent) -> float:
    return (extent[1] - extent[0]) / (extent[3] - extent[2])


def _reach(extent: Extent, maps: list[Extent], is_set: bool) -> Extent:
    """The extent up to which a plane may be shown where there is room: all that its heat maps cover, or any.

    Without maps, an extent that a frame sets is kept.
    """
    if not maps:
        return extent if is_set else (-np.inf, np.inf, -np.inf, np.inf)
    covered = np.array(maps)
    low, high = covered[:, ::2].max(0), covered[:, 1::2].min(0)
    x0, x1, y0, y1 = extent
    return min(x0, float(low[0])), max(x1, float(high[0])), min(y0, float(low[1])), max(y1, float(high[1]))


def _squared(plot: Box, extent: Extent, reach: Extent) -> tuple[Box, Extent]:
    """Makes one unit as long upwards as sideways: the extent grows up to `reach`, beyond that the plot shrinks.

    A plot that is narrower than its box stands in the middle.
    """
    x0, x1, y0, y1 = extent
    unit = min(plot.width / (x1 - x0), plot.height / (y1 - y0))
    more_x = max(0.0, min((plot.width / unit - (x1 - x0)) / 2, x0 - reach[0], reach[1] - x1))
    more_y = max(0.0, min((plot.height / unit - (y1 - y0)) / 2, y0 - reach[2], reach[3] - y1))
    x0, x1, y0, y1 = x0 - more_x, x1 + more_x, y0 - more_y, y1 + more_y
    wide, high = unit * (x1 - x0), unit * (y1 - y0)
    return Box(plot.left + (plot.width - wide) / 2, plot.top, wide, high), (x0, x1, y0, y1)


def _keys(surface: Surface, layer: Layer, extent: Extent) -> list[Key]:
    palette = surface.palette
    if isinstance(layer, Density) and not layer.contours:
        stops = palette.stops(layer.role)
        low, high = layer.low or 0.0, 1.0 if layer.high is None else layer.high
        if layer.role == "real-fake" and 0.0 <= low < high <= 1.0:
            return [Key(layer.name, palette.text1, "ramp", stops=stops, ends=(f"{low:g} fake", f"{high:g} real"))]
        low, high = span(layer.values)
        low, high = low if layer.low is None else layer.low, high if layer.high is None else layer.high
        low = 0.0 if abs(low) < 1e-3 * abs(high) else low
        ends = (significant(low, 2), significant(high, 2))
        return [Key(layer.name, palette.text1, "ramp", stops=stops, ends=ends)] if layer.name else []
    if isinstance(layer, Points) and layer.label is not None:
        listed = surface.style.class_legend
        listed = do_overlap(layer, extent) if listed is None else listed
        return [Key(name, palette.of_class(k), "dot") for k, name in class_names(layer).items()] if listed else []
    name = getattr(layer, "name", "")
    if not name or (isinstance(layer, Points) and layer.trail):
        return []  # a cloud with a trail is named by its paths
    role = "total" if layer.role == "real-fake" else layer.role  # type: ignore[attr-defined]
    if isinstance(layer, Points):
        mark = "dot"
    elif isinstance(layer, Field):
        mark = "arrow"
    else:
        if isinstance(layer, Paths) and layer.values is not None:
            low, high = layer.limits()
            name = f"{name}, {significant(low, 2)} → {significant(high, 2)}"
        mark = "dashed" if getattr(layer, "dashed", False) else "line"
    return [Key(name, palette.role(role), mark)]
