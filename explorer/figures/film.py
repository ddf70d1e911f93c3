"""The painter of `Film`: a strip of frames, evenly chosen, with the position on the axis under each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.figures.box import Box
from explorer.figures.key import Key
from explorer.figures.plane import extent_of
from explorer.figures.scales import significant, span
from explorer.figures.stills import STILL_PAINTERS
from explorer.figures.style import FigureError
from explorer.figures.surface import Surface
from models.frames import Density, Drawing, Film, Frame, Images, Layer, Matrix, Plane

if TYPE_CHECKING:  # matplotlib is imported with the first drawing
    from matplotlib.axes import Axes

__all__ = ["MOST", "Cell", "paint"]

MOST = 8
"""Most frames of a strip."""
NARROWEST: Mapping[type[Frame], float] = {Drawing: 7.0, Matrix: 8.0, Plane: 9.0}
"""Least width of a frame of each kind, in label sizes; images have 1.5 for each in a row, 15 all others."""


class Cell(Surface):
    """The part of a figure for one frame of a strip, without title, legend and note.

    Attributes:
        natural: Height in points that suits the frame at the width of the cell, known after `body`.
        keys: Legend of the frame, known after `body`.
        middle: Centre of the frame's axes, points from the left; of the cell if it has none.

    Args:
        sheet: The whole figure.
        box: Position of the cell.
        draw: Whether to draw on the figure of the sheet; else on a temporary one, to measure.
    """

    def __init__(self, sheet: Surface, box: Box, draw: bool) -> None:
        super().__init__(sheet.style, sheet.figure if draw else None)
        self.height = sheet.height if draw else box.height
        self.pixels_high = sheet.pixels_high if draw else max(1, round(box.height * self.dpi / 72))
        self.limits = box.left, box.left + box.width
        self.natural = 0.0
        self.keys: tuple[Key, ...] = ()
        self._box = box
        self._covered: list[Box] = []

    @property
    def middle(self) -> float:
        """Centre of the frame's axes, points."""
        boxes = self._covered or [self._box]
        return (min(box.left for box in boxes) + max(box.left + box.width for box in boxes)) / 2

    def body(
        self,
        natural: Callable[[float], float],
        keys: Sequence[Key] = (),
        *,
        shape: Callable[[float], float] | None = None,
    ) -> Box:
        """Keeps height and legend for the strip, and returns the box of the cell."""
        self.natural, self.keys = natural(self._box.width), tuple(keys)
        return self._box

    def axes(self, box: Box, x: tuple[float, float], y: tuple[float, float], **options: Any) -> Axes:
        """Axes on a box, which determines `middle`."""
        self._covered.append(box)
        return super().axes(box, x, y, **options)


@dataclass(frozen=True)
class _Strip:
    """Rows and columns of a strip, and the width of a frame and the gap between two, points."""

    rows: int
    columns: int
    width: float
    gap: float


def paint(surface: Surface, film: Film) -> None:
    """Draws a strip of at most `MOST` frames."""
    painter = STILL_PAINTERS.get(film.kind)
    if painter is None:
        raise FigureError(f"no painter is known for a frame of the kind {film.kind.__name__}")
    chosen = film.thinned(MOST)
    frames = _comparable(chosen.frames)
    caption = 1.5 * surface.small
    name = 1.5 * surface.label if film.axis else 0.0
    strip = _strip(surface, frames, surface.limits[1] - surface.limits[0])
    natural, keys = _measure(surface, painter, frames, strip.width)

    def height_of(frame: float) -> float:
        return strip.rows * (frame + caption) + (strip.rows - 1) * strip.gap + name

    box = surface.body(lambda _width: height_of(natural), keys)
    height = max(4.0, (box.height - height_of(0.0)) / strip.rows)
    for number, (frame, at) in enumerate(zip(frames, chosen.at.tolist(), strict=True)):
        row, column = divmod(number, strip.columns)
        left = box.left + column * (strip.width + strip.gap)
        top = box.top + row * (height + caption + strip.gap)
        cell = Cell(surface, Box(left, top, strip.width, height), draw=True)
        painter(cell, frame)
        text = surface.elide(significant(at), surface.small, strip.width + strip.gap)
        base = top + height + 1.15 * surface.small
        surface.text(cell.middle, base, text, surface.small, surface.palette.text2, align="center")
    if film.axis:
        wide = strip.columns * strip.width + (strip.columns - 1) * strip.gap
        base = box.top + height_of(height) - 0.35 * surface.label
        text = surface.elide(film.axis, surface.label, box.width)
        surface.text(box.left + wide / 2, base, text, surface.label, surface.palette.text2, align="center")


def _strip(surface: Surface, frames: Sequence[Frame], width: float) -> _Strip:
    """As few rows as the narrowest frames allow, filled as evenly as possible."""
    n, first = len(frames), frames[0]
    gap = (0.5 if isinstance(first, Images) else 1.1) * surface.label
    least = NARROWEST.get(type(first), 15.0) * surface.label
    if isinstance(first, Images):
        images = len(first.images)
        across = first.columns or (images if images <= 10 else math.ceil(math.sqrt(images)))
        least = min(max(3.6, 1.5 * across), 15.0) * surface.label
    most = max(1, int((width + gap) / (least + gap)))
    rows = math.ceil(n / most)
    columns = math.ceil(n / rows)
    each = (width - (columns - 1) * gap) / columns
    return _Strip(rows, columns, each, gap)


def _measure(
    surface: Surface, painter: Callable[..., None], frames: Sequence[Frame], width: float
) -> tuple[float, tuple[Key, ...]]:
    """The height of the tallest frame at a width, and the legend of all, by painting them on temporary figures."""
    cells = [Cell(surface, Box(0.0, 0.0, width, width), draw=False) for _ in frames]
    for cell, frame in zip(cells, frames, strict=True):
        painter(cell, frame)
    keys = dict.fromkeys(key for cell in cells for key in cell.keys)
    return max(cell.natural for cell in cells), tuple(keys)


def _comparable(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """The frames with one extent for all planes and drawings, and one colour scale for each heat map of planes."""
    drawings = [frame for frame in frames if isinstance(frame, Drawing)]
    planes = [frame for frame in frames if isinstance(frame, Plane)]
    if drawings:
        extent = _union([drawing.bounds() for drawing in drawings])
        return tuple(replace(drawing, extent=extent) for drawing in drawings)
    if not planes:
        return frames
    planes = [replace(plane, layers=layers) for plane, layers in zip(planes, _one_scale(planes), strict=True)]
    extent = _union([extent_of(plane) for plane in planes])
    return tuple(plane if plane.extent else replace(plane, extent=extent) for plane in planes)


def _union(extents: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    x0, x1, y0, y1 = np.array(extents).T
    return float(x0.min()), float(x1.max()), float(y0.min()), float(y1.max())


def _one_scale(planes: Sequence[Plane]) -> list[tuple[Layer, ...]]:
    """The layers of each plane; heat maps at the same place in all of them share the limits that they do not set."""
    stacks = [list(plane.layers) for plane in planes]
    for place in range(min(map(len, stacks))):
        layers = [stack[place] for stack in stacks]
        maps = [layer for layer in layers if isinstance(layer, Density) and not layer.contours]
        if len(maps) == len(layers) and maps[0].role != "real-fake":
            low, high = span(*(layer.values for layer in maps))
            for stack, layer in zip(stacks, maps, strict=True):
                least, most = low if layer.low is None else layer.low, high if layer.high is None else layer.high
                stack[place] = replace(layer, low=least, high=most)
    return [tuple(stack) for stack in stacks]
