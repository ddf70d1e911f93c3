"""The painter of `Matrix`: shades with the values printed on them."""

from __future__ import annotations

from typing import Any

import numpy as np

from explorer.figures.box import Box
from explorer.figures.palette import rgb
from explorer.figures.scales import number, significant
from explorer.figures.surface import Surface
from explorer.palette import REAL_FAKE_DEPTH, mix
from models.frames import Matrix

__all__ = ["paint", "texts_of"]

LEAST = 4.0
"""Smallest print of a value in points."""


def texts_of(values: np.ndarray) -> np.ndarray:
    """Values as printed, all with equally many decimals: three digits for the greatest, none for whole numbers."""
    finite = values[np.isfinite(values)]
    largest = float(np.abs(finite).max(initial=0.0))
    if largest and not 1e-4 <= largest < 1e6:
        return np.vectorize(lambda v: significant(v, 2), otypes=[object])(values)
    whole = bool((finite == np.round(finite)).all())
    decimals = 0 if whole or not largest else max(0, 2 - max(0, int(np.floor(np.log10(largest)))))
    return np.vectorize(lambda v: number(v, decimals) if np.isfinite(v) else significant(v), otypes=[object])(values)


def paint(surface: Surface, frame: Matrix) -> None:
    """Draws a table of numbers.

    Values of one sign are shaded from paper to ink with their size; where both signs occur, negative ones in the
    colour of the model and positive ones in that of the data, equally far from paper.
    """
    values = np.atleast_2d(np.asarray(frame.values, float))
    rows, columns = values.shape
    label = surface.label
    y_name = 1.5 * label if frame.y_label else 0.0
    left = y_name + max((surface.measure(t, label) for t in frame.row_labels), default=0.0)
    left += 0.6 * label if frame.row_labels else 0.0
    widths = [surface.measure(t, label) for t in frame.column_labels]

    def head(cell: float) -> tuple[float, bool]:
        turned = max(widths, default=0.0) > cell - 0.3 * label
        tall = max(widths, default=0.0) if turned else label
        return (tall + 0.6 * label if widths else 0.0) + (1.35 * label if frame.x_label else 0.0), turned

    def natural(width: float) -> float:
        cell = (width - left) / columns
        return head(cell)[0] + rows * min(cell, max(2.6 * label, 0.42 * cell)) + (1.6 * label if frame.unit else 0)

    box = surface.body(natural)
    wide = max(box.width - left, 4.0) / columns
    above, turned = head(wide)
    below = 1.6 * label if frame.unit else 0.0
    high = max(box.height - above - below, 4.0) / rows
    plot = Box(box.left + left, box.top + above, wide * columns, high * rows)
    axes = surface.axes(plot, (0, columns), (rows, 0))
    colors = _shades(surface, values)
    axes.imshow(colors, extent=(0, columns, rows, 0), aspect="auto", interpolation="nearest")
    if min(wide, high) > 6:
        edges: dict[str, Any] = {"color": surface.palette.paper, "linewidth": 0.8}
        for k in range(1, columns):
            axes.axvline(k, **edges)
        for k in range(1, rows):
            axes.axhline(k, **edges)
    _print_values(surface, plot, values, colors, wide, high)
    for i, text in enumerate(frame.row_labels[:rows]):
        base = plot.top + (i + 0.5) * high + 0.36 * label
        surface.text(plot.left - 0.5 * label, base, text, label, surface.palette.text2, align="right")
    for j, text in enumerate(frame.column_labels[:columns]):
        x, base = plot.left + (j + 0.5) * wide, plot.top - 0.45 * label
        if turned:
            surface.text(x + 0.36 * label, base, text, label, surface.palette.text2, rotation=90)
        else:
            surface.text(x, base, text, label, surface.palette.text2, align="center")
    if frame.x_label:
        middle = plot.left + plot.width / 2
        surface.text(middle, box.top + label, frame.x_label, label, surface.palette.text2, align="center")
    if frame.y_label:
        middle = plot.top + plot.height / 2
        surface.text(box.left + label, middle, frame.y_label, label, surface.palette.text2, align="center", rotation=90)
    if frame.unit:
        under = plot.top + plot.height + 1.4 * label
        surface.text(plot.left + plot.width, under, frame.unit, label, surface.palette.text3, align="right")


def _shades(surface: Surface, values: np.ndarray) -> np.ndarray:
    palette = surface.palette
    finite = values[np.isfinite(values)]
    low, high = float(finite.min(initial=0.0)), float(finite.max(initial=0.0))
    if low < 0 < high:
        reach = max(-low, high)
        low_end, high_end = (mix(palette.paper, palette.role(role), REAL_FAKE_DEPTH) for role in ("model", "data"))
        return palette.shade((values / reach + 1) / 2, (low_end, palette.paper, high_end))
    reach = max(-low, high) or 1.0
    faint = mix(palette.paper, palette.role("total"), 0.05)
    return palette.shade(np.abs(values) / reach, (faint, mix(palette.paper, palette.role("total"), 0.72)))


def _print_values(
    surface: Surface, plot: Box, values: np.ndarray, colors: np.ndarray, wide: float, high: float
) -> None:
    texts = texts_of(values)
    longest = max((str(t) for t in texts.flat), key=len, default="")
    size = min(
        surface.small, 0.7 * high, surface.small * 0.9 * wide / max(surface.measure(longest, surface.small), 1e-6)
    )
    if size < LEAST:
        return
    ink, paper = surface.palette.text1, surface.palette.paper
    for (i, j), text in np.ndenumerate(texts):
        back = colors[i, j, :3] / 255
        color = ink if _contrast(rgb(ink), back) >= _contrast(rgb(paper), back) else paper
        x, y = plot.left + (j + 0.5) * wide, plot.top + (i + 0.5) * high + 0.36 * size
        surface.text(x, y, str(text), size, color, align="center")


def _contrast(first: np.ndarray, second: np.ndarray) -> float:
    """Ratio of luminances, WCAG 2.1."""
    light = []
    for color in (first, second):
        linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
        light.append(float(linear @ (0.2126, 0.7152, 0.0722)) + 0.05)
    return max(light) / min(light)
