"""The painter of `Drawing`: strokes and labels, one unit as long upwards as sideways."""

from __future__ import annotations

import numpy as np

from explorer.figures.box import Box
from explorer.figures.surface import PX, Surface
from models.frames import Drawing

__all__ = ["paint"]

TALLEST = 0.9
"""Largest height as a share of the width if the style has none."""


def paint(surface: Surface, frame: Drawing) -> None:
    """Draws a line drawing."""
    x0, x1, y0, y1 = frame.bounds()

    def natural(width: float) -> float:
        return width * min((y1 - y0) / (x1 - x0), TALLEST)

    box = surface.body(natural, shape=natural)
    unit = min(box.width / (x1 - x0), box.height / (y1 - y0))  # points
    wide, high = unit * (x1 - x0), unit * (y1 - y0)
    plot = Box(box.left + (box.width - wide) / 2, box.top + (box.height - high) / 2, wide, high)
    axes = surface.axes(plot, (x0, x1), (y0, y1))
    for order, stroke in enumerate(frame.strokes):
        xy = np.asarray(stroke.xy, float).reshape(-1, 2)
        color = surface.palette.role(stroke.role)
        if stroke.filled:
            axes.fill(xy[:, 0], xy[:, 1], facecolor=color, edgecolor="none", zorder=order + 1)
        width = stroke.width * PX * surface.stroke
        if width > 0:
            closed = np.concatenate([xy, xy[:1]]) if stroke.filled else xy
            dashes = (0, (4.0 / max(width, 0.5), 3.0 / max(width, 0.5)))
            (line,) = axes.plot(closed[:, 0], closed[:, 1], color=color, linewidth=width, zorder=order + 1)
            line.set(linestyle=dashes if stroke.dashed else "solid", solid_joinstyle="round", clip_on=False)
    for label in frame.labels:
        # Letters are about 0.73 of their font's size high.
        size = label.height * unit / 0.73 if label.height > 0 else surface.label
        color, font = surface.palette.role(label.role), surface.font(size)
        text = axes.text(label.x, label.y, label.text, color=color, fontproperties=font, ha="center")
        text.set(va="center_baseline", parse_math=False, zorder=len(frame.strokes) + 2)
        if label.opaque:
            patch = {"facecolor": surface.palette.paper, "edgecolor": "none", "boxstyle": "round,pad=0.12"}
            text.set_bbox(patch)
