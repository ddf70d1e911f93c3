"""Legends: a line of swatches with names above what they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from explorer.figures.box import Box

if TYPE_CHECKING:
    from explorer.figures.sheet import Page

__all__ = ["Key", "draw_legend", "legend_height"]


@dataclass(frozen=True)
class Key:
    """One entry of a legend.

    Attributes:
        name: What is named.
        color: Its colour.
        mark: "line", "dashed", "dot", "arrow" or "ramp".
        unit: Printed after the name.
        stops: Colours of a ramp.
        ends: Texts at both ends of a ramp.
    """

    name: str
    color: str
    mark: str = "line"
    unit: str = ""
    stops: tuple[str, ...] = ()
    ends: tuple[str, str] = ("", "")


def legend_height(page: Page, keys: Sequence[Key], width: float) -> float:
    """Height of a legend at a width in points."""
    return len(_rows(page, keys, width)) * page.line


def draw_legend(page: Page, keys: Sequence[Key], left: float, top: float, width: float) -> None:
    """Draws a legend from the left: swatch, name and unit of each entry."""
    for row, entries in enumerate(_rows(page, keys, width)):
        x, middle = left, top + (row + 0.5) * page.line
        base = middle + 0.36 * page.label
        for key in entries:
            if key.mark == "ramp":
                x = _ramp(page, key, x, middle)
            else:
                swatch = _swatch_width(page, key)
                _swatch(page, key, x, middle, swatch)
                page.text(x + swatch + 0.5 * page.label, base, key.name, page.label, page.palette.text1)
            if key.unit:
                end = x + _width(page, replace(key, unit="")) + 0.4 * page.label
                page.text(end, base, key.unit, page.label, page.palette.text3)
            x += _width(page, key) + 1.6 * page.label if key.mark != "ramp" else 1.6 * page.label


def _swatch_width(page: Page, key: Key) -> float:
    return (0.7 if key.mark == "dot" else 1.6) * page.label


def _width(page: Page, key: Key) -> float:
    width = page.measure(key.name, page.label) + (page.measure(key.unit, page.label) if key.unit else 0)
    if key.mark == "ramp":
        ends = sum(page.measure(end, page.small) for end in key.ends)
        return (width + 0.6 * page.label if key.name else 0) + ends + 0.8 * page.label + 5 * page.label
    return _swatch_width(page, key) + 0.5 * page.label + width + (0.4 * page.label if key.unit else 0)


def _rows(page: Page, keys: Sequence[Key], width: float) -> list[list[Key]]:
    rows: list[list[Key]] = []
    used = 0.0
    for key in keys:
        more = _width(page, key)
        if rows and used + 1.6 * page.label + more <= width:
            rows[-1].append(key)
            used += 1.6 * page.label + more
        else:
            rows.append([key])
            used = more
    return rows


def _swatch(page: Page, key: Key, x: float, y: float, width: float) -> None:
    from matplotlib.lines import Line2D

    ends = ([x / page.width, (x + width) / page.width], [1 - y / page.height] * 2)
    if key.mark == "dot":
        dot = Line2D([(x + width / 2) / page.width], [ends[1][0]], marker="o", color=key.color, linestyle="none")
        dot.set(markersize=0.7 * page.label, markeredgewidth=0)
        page.figure.add_artist(dot)
        return
    line = Line2D(*ends, color=key.color, linewidth=0.2 * page.label, solid_capstyle="round")
    if key.mark == "dashed":
        line.set(linestyle=(0, (2.2, 1.6)), linewidth=0.15 * page.label)
    page.figure.add_artist(line)
    if key.mark == "arrow":
        head = Line2D([ends[0][1]], [ends[1][0]], marker=">", color=key.color, linestyle="none")
        head.set(markersize=0.55 * page.label, markeredgewidth=0)
        page.figure.add_artist(head)


def _ramp(page: Page, key: Key, x: float, y: float) -> float:
    base, gap = y + 0.36 * page.label, 0.4 * page.label
    if key.name:
        page.text(x, base, key.name, page.label, page.palette.text1)
        x += page.measure(key.name, page.label) + 0.6 * page.label
    low, high = key.ends
    page.text(x, base, low, page.small, page.palette.text2)
    x += page.measure(low, page.small) + gap
    box = Box(x, y - 0.4 * page.label, 5 * page.label, 0.8 * page.label)
    axes = page.axes(box, (0, 1), (0, 1))
    colors = page.palette.shade(np.linspace(0, 1, 64)[None], key.stops)
    axes.imshow(colors, extent=(0, 1, 0, 1), aspect="auto", interpolation="bilinear")
    x += box.width + gap
    page.text(x, base, high, page.small, page.palette.text2)
    return x + page.measure(high, page.small)
