"""The painter of `Discs`: circles filled by their values, with names, and a headline in the middle."""

from __future__ import annotations

import numpy as np

from explorer.figures.box import Box
from explorer.figures.key import Key
from explorer.figures.scales import significant
from explorer.figures.surface import PX, Surface
from explorer.palette import mix
from models.frames import Discs

__all__ = ["paint"]

TALLEST = 0.9
"""Largest height as a share of the width where the style has none."""
_PALE = 0.5  # share of the role's colour in a disc around its core
_TELLING = 1.5  # a value beyond this multiple of its reference is written beside the name


def paint(surface: Surface, frame: Discs) -> None:
    """Draws discs."""
    from matplotlib.patches import Circle

    palette, radius, ring = surface.palette, frame.radius(), frame.is_ring()
    x0, x1, y0, y1 = frame.bounds()
    beside = 0.6 * (x1 - x0) / 2 if ring else 0.0  # room for names outside the circles
    x0, x1, y0, y1 = x0 - beside, x1 + beside, y0 - beside / 2, y1 + beside / 2
    core = "" if frame.cores is None else f"; core: {frame.core_name}"
    keys = [
        Key(f"disc: {frame.value_name}{core}", palette.role("model"), "dot", ""),
        Key(f"full circle: as in the {frame.reference_name}", palette.text3, "line", ""),
    ]

    def natural(width: float) -> float:
        return width * min((y1 - y0) / (x1 - x0), TALLEST)

    box = surface.body(natural, keys, shape=natural)
    unit = min(box.width / (x1 - x0), box.height / (y1 - y0))  # points
    wide, high = unit * (x1 - x0), unit * (y1 - y0)
    plot = Box(box.left + (box.width - wide) / 2, box.top + (box.height - high) / 2, wide, high)
    axes = surface.axes(plot, (x0, x1), (y0, y1))
    full, cores = frame.fillings()
    inks = (mix(palette.paper, palette.role("model"), _PALE), palette.role("model"))
    for place, label in enumerate(frame.labels):
        x, y = frame.xy[place].tolist()
        if not np.isfinite([x, y]).all():
            continue
        line = {"edgecolor": palette.text3, "linewidth": PX * surface.stroke}
        axes.add_patch(Circle((x, y), radius, facecolor="none", zorder=2, **line))
        for order, (share, ink) in enumerate(zip((full[place], cores[place]), inks, strict=True)):
            if share > 0:
                axes.add_patch(Circle((x, y), share * radius, facecolor=ink, edgecolor="none", zorder=3 + order))
        text, at = label, (x, y)
        if ring:
            if frame.values[place] > _TELLING * frame.reference[place]:
                text = f"{label} {significant(float(frame.values[place]))} {frame.unit}".rstrip()
            away = frame.xy[place] - frame.middle()
            away = away / max(float((away**2).sum()) ** 0.5, 1e-12)
            at = (x + 1.25 * radius * away[0], y + 1.25 * radius * away[1])
        sideways = 0.0 if not ring else (at[0] - x) / (1.25 * radius)
        align = "left" if sideways > 0.5 else "right" if sideways < -0.5 else "center"
        upright = "center" if not ring or abs(sideways) > 0.5 else "bottom" if at[1] > y else "top"
        surface.label_point(axes, *at, text, surface.label, palette.text1, 6, align=align, upright=upright)
    place_of_headline = frame.headline_place()
    if place_of_headline is not None:
        x, y = place_of_headline
        for text, size, color, side in (
            (frame.headline, 2.2 * surface.label, palette.text1, "bottom"),
            (frame.caption, surface.label, palette.text2, "top"),
        ):
            words = axes.text(x, y, text, color=color, fontproperties=surface.font(size), ha="center")
            words.set(va=side, parse_math=False, zorder=6)
