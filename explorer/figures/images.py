"""The painter of `Images`: each pixel of the data is a square of whole pixels with the grey of the data."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.figures.box import Box
from explorer.figures.key import Key
from explorer.figures.palette import rgb
from explorer.figures.style import FigureError
from explorer.figures.surface import Surface
from models.frames import Images

__all__ = ["paint"]

GAP = 1.8
"""Space between images in points."""
_INK = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
WIDEST = 0.45
"""Largest share of the figure's width that one image takes."""


@dataclass(frozen=True)
class _Layout:
    """Sizes in pixels of the figure; `scale` is the number of them per pixel of the data, below 1 for large images."""

    rows: int
    columns: int
    scale: float
    cell: tuple[int, int]
    gap: int
    caption: int

    @property
    def width(self) -> int:
        return self.columns * (self.cell[1] + self.gap) - self.gap

    @property
    def height(self) -> int:
        return self.rows * (self.cell[0] + self.caption + self.gap) - self.gap


def paint(surface: Surface, frame: Images) -> None:
    """Draws images in rows."""
    if frame.images.ndim != 4 or frame.images.shape[1] not in (1, 3):
        raise FigureError(f"images are (n, 1 or 3, height, width), not {frame.images.shape}")
    labels = max((surface.measure(label, surface.label) for label in frame.row_labels), default=0.0)
    labels += 0.8 * surface.label if labels else 0.0
    box = surface.body(
        lambda width: surface.points(_layout(surface, frame, width - labels).height),
        _keys(surface, frame),
        shape=lambda width: surface.points(_layout(surface, frame, width - labels, whole=False).height),
    )
    layout = _layout(surface, frame, box.width - labels, box.height)
    if not len(frame.images):
        surface.text(box.left, box.top + surface.label, "no images", surface.label, surface.palette.text3)
        return
    mosaic = _mosaic(surface, frame, layout)
    high, wide = mosaic.shape[:2]
    beside = (box.width - labels - surface.points(wide)) / 2 if surface.style.height_mm else 0.0
    place = Box(box.left + beside + labels, box.top, surface.points(wide), surface.points(high))
    axes = surface.axes(place, (0, wide), (high, 0))
    axes.imshow(mosaic, extent=(0, wide, high, 0), aspect="auto", interpolation="none")
    pitch = [surface.points(size + layout.gap) for size in (layout.cell[0] + layout.caption, layout.cell[1])]
    for row, label in enumerate(frame.row_labels[: layout.rows]):
        middle = box.top + row * pitch[0] + surface.points(layout.cell[0]) / 2
        surface.text(box.left + beside, middle + 0.36 * surface.label, label, surface.label, surface.palette.text2)
    cell_wide = surface.points(layout.cell[1])
    for i, caption in enumerate(frame.captions[: len(frame.images)]):
        row, column = divmod(i, layout.columns)
        base = box.top + row * pitch[0] + surface.points(layout.cell[0]) + 1.05 * surface.small
        middle = place.left + column * pitch[1] + cell_wide / 2
        room = cell_wide + surface.points(layout.gap) / 2
        size = surface.small * min(1.0, max(0.7, room / max(surface.measure(caption, surface.small), 1e-6)))
        text = surface.elide(caption, size, room)
        surface.text(middle, base, text, size, surface.palette.text2, align="center")


def _keys(surface: Surface, frame: Images) -> list[Key]:
    """The legend: roles of pixels, or the scale of a map's shades."""
    palette = surface.palette
    if frame.unit:
        shade = palette.role(frame.roles[0]) if frame.roles else "#ffffff"
        return [Key(frame.unit, shade, "ramp", stops=("#000000", shade), ends=("0", f"{frame.full:.2g}"))]
    return [Key(name, palette.role(role), "dot") for role, name in zip(frame.roles, frame.role_names, strict=True)]


def _layout(
    surface: Surface, frame: Images, width: float, height: float | None = None, *, whole: bool = True
) -> _Layout:
    """The largest scale at which the rows fit a width, and a height, in points: a whole one, as pixels are drawn."""
    n, _, h, w = frame.images.shape
    pixel = surface.dpi / 72
    gap = 0 if frame.sheet else max(1, round(GAP * pixel))
    caption = round(1.5 * surface.small * pixel) if frame.captions else 0
    wide = math.floor(width * pixel + 1e-6)

    def fit(columns: int) -> _Layout:
        rows = max(1, math.ceil(n / columns))
        scale = (wide - (columns - 1) * gap) / (columns * w)
        scale = min(scale, WIDEST * surface.pixels_wide / w)
        if height is not None:
            scale = min(scale, (round(height * pixel) - (rows - 1) * gap - rows * caption) / (rows * h))
        scale = math.floor(scale + 1e-9) if scale >= 1 and whole else max(scale, 1 / min(h, w))
        cell = (max(1, int(h * scale)), max(1, int(w * scale)))
        return _Layout(rows, columns, scale, cell, gap, caption)

    if frame.columns > 0:
        return fit(frame.columns)
    if frame.row_labels:
        return fit(max(1, math.ceil(n / len(frame.row_labels))))
    around = max(1, round(math.sqrt(n * h / w)))
    if n <= 10 and height is None:
        return fit(max(1, n))
    if around * around == n:
        return fit(around)
    choices = {c for c in range(around - 1, around + 5) if 1 <= c <= max(n, 1)} or {1}
    # Fewest empty places first, then the widest.
    return max((fit(c) for c in sorted(choices)), key=lambda a: (-(a.rows * a.columns - n), a.width))


def _mosaic(surface: Surface, frame: Images, layout: _Layout) -> np.ndarray:
    """All images with the gaps between them, (height, width, 3) bytes; NaN has the colour of the paper."""
    roles = {name: rgb(surface.palette.role(name)) for name in frame.roles}
    paper = np.round(255 * rgb(surface.palette.paper)).astype(np.uint8)
    grey = np.asarray(frame.tinted(_INK, roles), float).transpose(0, 2, 3, 1)  # (n, h, w, c)
    data = np.round(255 * np.clip(np.nan_to_num(grey), 0, 1)).astype(np.uint8)
    data = np.where(np.isnan(grey).all(axis=-1, keepdims=True), paper, data)  # (n, h, w, 3)
    out = np.empty((layout.height, layout.width, 3), np.uint8)
    out[:] = paper
    high, wide = layout.cell
    for i, image in enumerate(data):
        row, column = divmod(i, layout.columns)
        top, left = row * (high + layout.caption + layout.gap), column * (wide + layout.gap)
        out[top : top + high, left : left + wide] = _sized(image, layout)
    return out


def _sized(image: np.ndarray, layout: _Layout) -> np.ndarray:
    if layout.scale >= 1:
        return image.repeat(int(layout.scale), 0).repeat(int(layout.scale), 1)
    from PIL import Image

    small = Image.fromarray(np.ascontiguousarray(image)).resize(layout.cell[::-1], Image.Resampling.BOX)
    return np.asarray(small)
