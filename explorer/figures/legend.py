"""Legends: lines of swatches with names, above the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from explorer.figures.box import Box
from explorer.figures.key import Key
from explorer.figures.surface import Surface

__all__ = ["draw_legend", "legend_height"]


def legend_height(surface: Surface, keys: Sequence[Key], width: float) -> float:
    """Height of a legend at a width in points."""
    return len(_rows(surface, keys, width)) * surface.line


def draw_legend(surface: Surface, keys: Sequence[Key], left: float, top: float, width: float) -> None:
    """Draws a legend from the left: swatch, name and unit of each entry."""
    for row, entries in enumerate(_rows(surface, keys, width)):
        x, middle = left, top + (row + 0.5) * surface.line
        base = middle + 0.36 * surface.label
        for key in entries:
            if key.mark == "ramp":
                x = _ramp(surface, key, x, middle)
            else:
                swatch = _swatch_width(surface, key)
                if swatch:
                    _swatch(surface, key, x, middle, swatch - 0.5 * surface.label)
                surface.text(x + swatch, base, key.name, surface.label, surface.palette.text1)
            if key.unit:
                end = x + _width(surface, replace(key, unit="")) + 0.4 * surface.label
                surface.text(end, base, key.unit, surface.label, surface.palette.text3)
            x += _width(surface, key) + 1.6 * surface.label if key.mark != "ramp" else 1.6 * surface.label


def _swatch_width(surface: Surface, key: Key) -> float:
    """Width of a swatch and of the gap after it."""
    return (1.2 if key.mark == "dot" else 2.1) * surface.label


def _width(surface: Surface, key: Key) -> float:
    width = surface.measure(key.name, surface.label) + (surface.measure(key.unit, surface.label) if key.unit else 0)
    if key.mark == "ramp":
        ends = sum(surface.measure(end, surface.small) for end in key.ends)
        return (width + 0.6 * surface.label if key.name else 0) + ends + 0.8 * surface.label + 5 * surface.label
    return _swatch_width(surface, key) + width + (0.4 * surface.label if key.unit else 0)


def _rows(surface: Surface, keys: Sequence[Key], width: float) -> list[list[Key]]:
    rows: list[list[Key]] = []
    used = 0.0
    for key in keys:
        more = _width(surface, key)
        if rows and used + 1.6 * surface.label + more <= width:
            rows[-1].append(key)
            used += 1.6 * surface.label + more
        else:
            rows.append([key])
            used = more
    return rows


def _swatch(surface: Surface, key: Key, x: float, y: float, width: float) -> None:
    from matplotlib.lines import Line2D

    ends = ([x / surface.width, (x + width) / surface.width], [1 - y / surface.height] * 2)
    if key.mark == "dot":
        dot = Line2D([(x + width / 2) / surface.width], [ends[1][0]], marker="o", color=key.color, linestyle="none")
        dot.set(markersize=0.7 * surface.label, markeredgewidth=0)
        surface.figure.add_artist(dot)
        return
    line = Line2D(*ends, color=key.color, linewidth=0.2 * surface.label, solid_capstyle="round")
    if key.mark == "dashed":
        line.set(linestyle=(0, (2.2, 1.6)), linewidth=0.15 * surface.label)
    if key.mark == "dotted":
        line.set(linestyle=(0, (0.01, 2.0)), dash_capstyle="round")
    surface.figure.add_artist(line)
    if key.mark == "arrow":
        head = Line2D([ends[0][1]], [ends[1][0]], marker=">", color=key.color, linestyle="none")
        head.set(markersize=0.55 * surface.label, markeredgewidth=0)
        surface.figure.add_artist(head)


def _ramp(surface: Surface, key: Key, x: float, y: float) -> float:
    base, gap = y + 0.36 * surface.label, 0.4 * surface.label
    if key.name:
        surface.text(x, base, key.name, surface.label, surface.palette.text1)
        x += surface.measure(key.name, surface.label) + 0.6 * surface.label
    low, high = key.ends
    surface.text(x, base, low, surface.small, surface.palette.text2)
    x += surface.measure(low, surface.small) + gap
    box = Box(x, y - 0.4 * surface.label, 5 * surface.label, 0.8 * surface.label)
    axes = surface.axes(box, (0, 1), (0, 1))
    colors = surface.palette.shade(np.linspace(0, 1, 64)[None], key.stops)
    axes.imshow(colors, extent=(0, 1, 0, 1), aspect="auto", interpolation="bilinear")
    x += box.width + gap
    surface.text(x, base, high, surface.small, surface.palette.text2)
    return x + surface.measure(high, surface.small)
