"""Painters of the layers of a plane, points and maps apart, and the extent of all."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from explorer.ui.frames.paint import draw_lines, draw_polyline, halo_text, polygon, stroke
from explorer.ui.frames.projection import Projection
from explorer.ui.frames.ranges import finite_range
from explorer.ui.theme import Tokens, color, mix
from models.frames import Density, Ellipses, Field, Grid, Layer, Lines, Paths, Points

__all__ = ["PAINTERS", "density_limits", "layer_extent", "needed_extent"]

_TURN = np.linspace(0, 2 * math.pi, 73)
_CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)  # the outline of an ellipse
_LABEL_PLACE = np.array([[math.cos(math.radians(68)), math.sin(math.radians(68))]])  # where on it its label sits
_SHADES = 16  # tints of a path from faint to strong
_FAINTEST = 0.2  # share of the role's colour in the faintest tint
_AREA = 0.22  # opacity of a filled area
_HEAD = 4.0  # px of an arrow's head


def density_limits(layer: Density) -> tuple[float, float]:
    """Values at the ends of the ramp."""
    low, high = finite_range(layer.values) or (0.0, 1.0)
    if layer.role == "real-fake":
        low, high = 0.0, 1.0
    return low if layer.low is None else layer.low, high if layer.high is None else layer.high


def _paint_field(painter: QPainter, layer: Field, view: Projection, tokens: Tokens) -> None:
    length = np.hypot(layer.uv[:, 0], layer.uv[:, 1])
    good = np.isfinite(length) & np.isfinite(layer.xy).all(axis=1)
    if not good.any() or length[good].max() == 0:
        return
    start = layer.xy[good]
    tip = start + layer.uv[good] * (layer.longest / length[good].max())
    a, b = view.to_pixels(start), view.to_pixels(tip)
    along = b - a
    size = np.hypot(along[:, 0], along[:, 1])
    keep = size > 0.75  # shorter than a pixel says nothing
    a, b, along, size = a[keep], b[keep], along[keep], size[keep]
    unit = along / size[:, None]
    side = np.stack([-unit[:, 1], unit[:, 0]], axis=1)
    head = np.minimum(_HEAD, size * 0.6)[:, None]
    left, right = b - unit * head + side * head * 0.6, b - unit * head - side * head * 0.6
    lines = np.concatenate([np.hstack(pair) for pair in ((a, b), (b, left), (b, right))])
    painter.setPen(stroke(tokens.role(layer.role), 1.0, 0.9))
    draw_lines(painter, lines)


def _paint_grid(painter: QPainter, layer: Grid, view: Projection, tokens: Tokens) -> None:
    rows, columns, _ = layer.xy.shape
    xy = view.to_pixels(layer.xy.reshape(-1, 2)).reshape(rows, columns, 2)
    painter.setPen(stroke(tokens.role(layer.role), 1.0, 0.6))
    for line in (*xy, *xy.transpose(1, 0, 2)):
        draw_polyline(painter, line)


def _paint_lines(painter: QPainter, layer: Lines, view: Projection, tokens: Tokens) -> None:
    if not len(layer.xy):
        return
    pieces = np.split(view.to_pixels(layer.xy), layer.starts[1:])
    if layer.filled:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(tokens.role(layer.role), _AREA))
        for piece in pieces:
            painter.drawPolygon(polygon(piece[np.isfinite(piece).all(axis=1)]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if layer.filled and not layer.width:
        return
    painter.setPen(stroke(tokens.role(layer.role), layer.width, 0.85, layer.dashed))
    for piece in pieces:
        draw_polyline(painter, piece)


def _paint_ellipses(painter: QPainter, layer: Ellipses, view: Projection, tokens: Tokens) -> None:
    if not len(layer.centers):
        return
    ink = tokens.role(layer.role)
    pixels = view.to_pixels(_around(layer, _CIRCLE).reshape(-1, 2)).reshape(len(layer.centers), -1, 2)
    labelled = view.to_pixels(_around(layer, _LABEL_PLACE)[:, 0])
    painter.setPen(stroke(ink, 1.0, 0.75, layer.dashed))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    finite = np.isfinite(pixels).all(axis=(1, 2)).tolist()
    for outline, drawn in zip(pixels, finite, strict=True):
        if drawn:
            painter.drawPolyline(polygon(outline))
    for label, place, drawn in zip(layer.labels, labelled.tolist(), finite, strict=False):
        if drawn:
            halo_text(painter, QPointF(*place), label, ink, tokens.bg2, 11, 500)


def _around(layer: Ellipses, unit: np.ndarray) -> np.ndarray:
    """Points of a unit circle, (m, 2), as points of each ellipse, (n, m, 2), in data units."""
    cos, sin = np.cos(layer.angles)[:, None], np.sin(layer.angles)[:, None]
    x, y = (layer.axes[:, axis, None] * unit[:, axis] for axis in (0, 1))  # (n, m)
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=2) + layer.centers[:, None]


def _paint_paths(painter: QPainter, layer: Paths, view: Projection, tokens: Tokens) -> None:
    ends, strength = layer.segments()
    if not len(ends):
        return
    lines = view.to_pixels(ends.reshape(-1, 2)).reshape(-1, 4)
    shades = np.minimum((strength * _SHADES).astype(int), _SHADES - 1)
    for shade in np.unique(shades).tolist():
        share = _FAINTEST + (1 - _FAINTEST) * shade / (_SHADES - 1)
        pen = stroke(mix(tokens.bg2, tokens.role(layer.role), share), layer.width)
        if layer.width <= 2:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)  # round ends of many short thin pieces look like beads
        painter.setPen(pen)
        draw_lines(painter, lines[shades == shade])


PAINTERS: dict[type[Layer], Callable[[QPainter, Any, Projection, Tokens], None]] = {
    Field: _paint_field,
    Grid: _paint_grid,
    Lines: _paint_lines,
    Ellipses: _paint_ellipses,
    Paths: _paint_paths,
}


def layer_extent(layer: Layer) -> tuple[float, float, float, float] | None:
    """x0, x1, y0, y1 that a layer needs, or None; of a cloud, one point in 200 may lie outside on each side."""
    if isinstance(layer, Density):
        return layer.extent
    if isinstance(layer, Ellipses):
        reach = layer.axes.max(axis=1, keepdims=True) if len(layer.axes) else layer.axes
        xy = np.concatenate([layer.centers - reach, layer.centers + reach])
    elif isinstance(layer, (Points, Field, Grid, Lines, Paths)):
        xy = layer.xy.reshape(-1, 2)
    else:
        return None
    xy = xy[np.isfinite(xy).all(axis=1)]
    if not len(xy):
        return None
    spare = len(xy) // 200 if isinstance(layer, Points) else 0
    ordered = np.sort(xy, axis=0)
    (x0, y0), (x1, y1) = ordered[spare], ordered[-1 - spare]
    margin = 0.04 * max(x1 - x0, y1 - y0) if isinstance(layer, (Points, Field)) else 0.0
    return float(x0 - margin), float(x1 + margin), float(y0 - margin), float(y1 + margin)


def needed_extent(layers: tuple[Layer, ...]) -> tuple[float, float, float, float] | None:
    """x0, x1, y0, y1 that several layers need together, or None."""
    parts = [part for part in map(layer_extent, layers) if part is not None]
    if not parts:
        return None
    x0, x1, y0, y1 = zip(*parts, strict=True)
    return min(x0), max(x1), min(y0), max(y1)
