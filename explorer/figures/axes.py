"""A pair of axes as figures have them: a few light grid lines, numbers beside them, no frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from explorer.figures.box import Box
from explorer.figures.scales import Scale
from explorer.figures.surface import Surface

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_axes", "foot_height", "gutter", "name_y"]


def gutter(surface: Surface, scale: Scale, name: str = "", most: int = 4) -> float:
    """Width in points that numbers and name of a y axis need on its left."""
    widest = max((surface.measure(text, surface.small) for _, text in scale.ticks(most)), default=0.0)
    return widest + 0.7 * surface.small + (1.5 * surface.label if name else 0)


def foot_height(surface: Surface, name: str = "") -> float:
    """Height in points that numbers and name of an x axis need below it."""
    return 1.75 * surface.small + (1.35 * surface.label if name else 0)


def name_y(surface: Surface, name: str, box: Box, left: float) -> None:
    """Writes the name of a y axis upwards at `left`, centred on a box."""
    if name:
        at = box.top + box.height / 2
        surface.text(left + surface.label, at, name, surface.label, surface.palette.text2, align="center", rotation=90)


def draw_axes(
    surface: Surface,
    box: Box,
    x: Scale,
    y: Scale,
    *,
    x_name: str = "",
    grid: str = "y",
    x_numbers: bool = True,
    y_numbers: bool = True,
    most: tuple[int, int] = (5, 4),
) -> Axes:
    """Draws grid lines and numbers of axes whose plot fills a box, and returns the axes to draw in.

    Args:
        surface: What is drawn on.
        box: Where the plot goes; numbers are written left of it and below.
        x: The scale along.
        y: The scale upwards.
        x_name: Name below the numbers.
        grid: Which lines are drawn: "x", "y", "xy" or "".
        x_numbers: Whether numbers are written below.
        y_numbers: Whether numbers are written on the left.
        most: Most numbers along x and y.
    """
    axes = surface.axes(
        box, (x.low, x.high), (y.low, y.high), xscale="log" if x.log else "linear", yscale="log" if y.log else "linear"
    )
    color = surface.palette.text3
    line: dict[str, Any] = {
        "color": surface.palette.grid,
        "linewidth": 0.6 * surface.stroke,
        "zorder": 0.5,
        "solid_capstyle": "butt",
    }
    for value, text in y.ticks(most[1]):
        if "y" in grid:
            axes.axhline(value, clip_on=False, **line)
        if y_numbers:
            at = box.top + (1 - y.place(value)) * box.height
            right = box.left - 0.55 * surface.small
            surface.text(right, at + 0.36 * surface.small, text, surface.small, color, align="right")
    end = surface.limits[0]
    for value, text in x.ticks(most[0]):
        if "x" in grid:
            axes.axvline(value, clip_on=False, **line)
        half = surface.measure(text, surface.small) / 2
        at = min(max(box.left + x.place(value) * box.width, surface.limits[0] + half), surface.limits[1] - 0.5 - half)
        if x_numbers and at - half >= end:
            surface.text(at, box.top + box.height + 1.4 * surface.small, text, surface.small, color, align="center")
            end = at + half + 0.5 * surface.small
    if x_name:
        below = box.top + box.height + 1.75 * surface.small + surface.label
        surface.text(box.left + box.width / 2, below, x_name, surface.label, surface.palette.text2, align="center")
    return axes
