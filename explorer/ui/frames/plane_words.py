"""Legend and read-out of a plane."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.ui.frames.base import LegendItem
from explorer.ui.frames.layers import density_limits
from explorer.ui.numbers import number
from models.frames import Density, Layer, Paths, Plane, Points

__all__ = ["layer_legend", "map_value", "plane_read_out"]


def layer_legend(layers: Sequence[Layer]) -> list[LegendItem]:
    """The named layers, and the colour scale of a heat map; the classes of points are labelled in the picture."""
    items: list[LegendItem] = []
    for place, layer in enumerate(layers):
        name = getattr(layer, "name", "")
        role = getattr(layer, "role", "total")
        if isinstance(layer, Density) and not layer.contours:
            limits = density_limits(layer)
            share = role == "real-fake" and 0.0 <= limits[0] < limits[1] <= 1.0
            ends = (f"{limits[0]:g} fake", f"{limits[1]:g} real")
            if name or share:
                ends = ends if share else (number(limits[0], 2), number(limits[1], 2))
                items.append(LegendItem(f"layer.{place}", role, "" if share else name, ramp=ends))
        elif name and isinstance(layer, Paths) and layer.values is not None:
            low, high = layer.limits()
            items.append(LegendItem(f"layer.{place}", role, f"{name}, {number(low, 2)} → {number(high, 2)}"))
        elif name and not (isinstance(layer, Points) and layer.label is not None):
            items.append(LegendItem(f"layer.{place}", role, name, dashed=bool(getattr(layer, "dashed", False))))
    return items


def map_value(layer: Density, x: float, y: float) -> float:
    """The value of a map at a point, NaN outside it."""
    x0, x1, y0, y1 = layer.extent
    rows, columns = layer.values.shape
    across, up = (x - x0) / (x1 - x0), (y - y0) / (y1 - y0)
    if not (0 <= across < 1 and 0 <= up < 1):
        return float("nan")
    return float(layer.values[int(up * rows), int(across * columns)])


def plane_read_out(frame: Plane, x: float, y: float) -> str:
    """The coordinates of a point and the value of the topmost heat map there, as text."""
    parts = [f"{frame.x_label or 'x'} {number(x)}", f"{frame.y_label or 'y'} {number(y)}"]
    maps = [layer for layer in frame.layers if isinstance(layer, Density) and not layer.contours]
    if maps:
        value = map_value(maps[-1], x, y)
        if np.isfinite(value):
            name = "share real" if maps[-1].role == "real-fake" and not maps[-1].name else maps[-1].name
            parts.append(f"{name or 'value'} {number(value)}")
    return "  ·  ".join(parts)
