"""A line drawing, such as a molecule or a schematic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.frames.frame import Frame

__all__ = ["Drawing", "Label", "Stroke"]

_MARGIN = 0.04
"""Share of the longer side that is left free around strokes and labels if a drawing has no extent."""


@dataclass(frozen=True)
class Stroke:
    """A polyline or a filled polygon.

    Attributes:
        xy: Corners in data units, (n, 2).
        role: Colour.
        width: Width of the line, pixels; 0 draws no outline.
        filled: The polygon that closes the line is filled with the colour.
        dashed: The line is dashed.
    """

    xy: np.ndarray
    role: str = "total"
    width: float = 1.5
    filled: bool = False
    dashed: bool = False


@dataclass(frozen=True)
class Label:
    """A word centred on a position.

    Attributes:
        x, y: Position, data units.
        text: The word.
        role: Colour.
        height: Height of the letters in data units; 0 gives the size of labels in the display.
        opaque: A patch of the background's colour behind the word hides the strokes that it covers.
    """

    x: float
    y: float
    text: str
    role: str = "total"
    height: float = 0.0
    opaque: bool = True


@dataclass(frozen=True)
class Drawing(Frame):
    """Strokes and labels in data units, one unit as long upwards as sideways, without axes.

    Attributes:
        strokes: From back to front.
        labels: In front of all strokes.
        extent: x0, x1, y0, y1 to show, or None for what strokes and labels need.
    """

    strokes: tuple[Stroke, ...] = ()
    labels: tuple[Label, ...] = ()
    extent: tuple[float, float, float, float] | None = None

    def bounds(self) -> tuple[float, float, float, float]:
        """The extent, or else the smallest one around strokes and labels with a margin; never empty."""
        if self.extent is not None:
            return self.extent
        corners = [np.asarray(stroke.xy, float).reshape(-1, 2) for stroke in self.strokes]
        for label in self.labels:
            half = np.array([0.32 * label.height * max(len(label.text), 1), 0.6 * label.height])
            corners.append(np.array([label.x, label.y]) + np.stack([-half, half]))
        xy = np.concatenate([np.empty((0, 2)), *corners])
        xy = xy[np.isfinite(xy).all(axis=1)]
        if not len(xy):
            return -1.0, 1.0, -1.0, 1.0
        (x0, y0), (x1, y1) = xy.min(axis=0).tolist(), xy.max(axis=0).tolist()
        margin = _MARGIN * max(x1 - x0, y1 - y0) or 1.0
        return x0 - margin, x1 + margin, y0 - margin, y1 + margin
