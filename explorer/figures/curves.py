"""The painter of `Curves`: panes over one another on one x axis, each with its legend above it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from explorer.figures.axes import draw_axes, foot_height, gutter, name_y
from explorer.figures.box import Box
from explorer.figures.key import Key
from explorer.figures.legend import draw_legend, legend_height
from explorer.figures.scales import Scale, significant, span
from explorer.figures.surface import Surface
from models.frames import Curves, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["paint", "smoothed", "thinned"]

MOST = 2_000
"""Most bins of a curve; more would be finer than print."""
REACH = 0.02
"""Part of a curve on each side over which it is averaged."""
RAW_ALPHA = 0.25


def paint(surface: Surface, frame: Curves) -> None:
    """Draws curves."""
    panes: dict[str, list[Series]] = {}
    for series in frame.series:
        panes.setdefault(series.pane, []).append(series)
    x = Scale(*span(*(s.x for s in frame.series), positive=frame.log_x), log=frame.log_x)
    members = list(panes.values()) or [[]]
    named = len(frame.y_names)
    scales = [
        (Scale(-0.5, named - 0.5), "") if named else _y_scale(pane, frame.log_y or name in frame.log_panes)
        for name, pane in panes.items()
    ] or [_y_scale([], frame.log_y)]
    most = 4 if len(members) == 1 else 3
    widest = max((surface.measure(name, surface.small) for name in frame.y_names), default=0.0)
    left = max(widest + 0.8 * surface.label, *(gutter(surface, y, frame.y_label, most) for y, _ in scales))
    legends = [_keys(surface, pane) for pane in members]
    if frame.changes:
        legends[0].append(Key("parameters changed", surface.palette.text2, "dashed", ""))
    below, apart = foot_height(surface, frame.x_label), 0.8 * surface.label

    beside = 1.5 * surface.label if frame.y_label and len(members) > 1 else 0.0

    def above(width: float) -> list[float]:
        return [legend_height(surface, keys, width - beside) + 0.3 * surface.label for keys in legends]

    def natural(width: float) -> float:
        each = (0.5 if len(members) == 1 else 0.3) * width
        return len(members) * each + sum(above(width)) + (len(members) - 1) * apart + below

    box = surface.body(natural)
    heads = above(box.width)
    room = box.height - below - sum(heads) - (len(members) - 1) * apart
    each = max(room / len(members), 4.0)
    top = box.top
    first: Axes | None = None
    for number, (pane, (y, beyond), keys) in enumerate(zip(members, scales, legends, strict=True)):
        draw_legend(surface, keys, box.left + beside, top, box.width - beside)
        plot = Box(box.left + left, top + heads[number], max(box.width - left - 2, 4.0), each)
        last = number == len(members) - 1
        name = frame.x_label if last else ""
        axes = draw_axes(surface, plot, x, y, x_name=name, x_numbers=last, y_numbers=not named, most=(5, most))
        for place, word in enumerate(frame.y_names):
            base = plot.top + plot.height * (1 - (place + 0.5) / named) + 0.36 * surface.small
            ink = surface.palette.text2
            surface.text(plot.left - 0.5 * surface.label, base, word, surface.small, ink, align="right")
        if first is not None:
            axes.sharex(first)
        first = first or axes
        for series, color in zip(pane, _colors(surface, pane), strict=True):
            _draw(axes, series, color, surface.stroke)
        for change in frame.changes:
            line = axes.axvline(change, color=surface.palette.text2, linewidth=0.7 * surface.stroke, zorder=5)
            line.set_linestyle((0, (2.0, 1.5)))
        if frame.marker is not None and x.low <= frame.marker <= x.high:
            axes.axvline(frame.marker, color=surface.palette.text1, linewidth=0.7 * surface.stroke, zorder=6)
        if beyond:
            size = surface.small
            surface.text(plot.left + plot.width, plot.top + size, beyond, size, surface.palette.text3, align="right")
        top = plot.top + plot.height + apart
    whole = Box(box.left, box.top + heads[0], box.width, top - apart - box.top - heads[0])
    name_y(surface, frame.y_label, whole, box.left)


def smoothed(y: np.ndarray, reach: float = REACH) -> np.ndarray:
    """The centred mean over 2 % of the points on each side, taken twice: a triangular window without lag.

    Near the start the window reaches back a fifth of the way, which keeps the first fall steep; at the end it is
    truncated. Values that are not finite are ignored.
    """
    n = len(y)
    at = np.arange(n)
    half = np.minimum(max(1, int(reach * n)), at // 5)
    low, high = at - half, np.minimum(n, at + half + 1)
    out = np.asarray(y, float)
    for _ in range(2):
        finite = np.isfinite(out)
        total = np.concatenate([[0.0], np.cumsum(np.where(finite, out, 0.0))])
        count = np.concatenate([[0], np.cumsum(finite)])
        inside = count[high] - count[low]
        out = np.where(inside > 0, (total[high] - total[low]) / np.maximum(inside, 1), np.nan)
    return out


def thinned(x: np.ndarray, y: np.ndarray, most: int = MOST) -> tuple[np.ndarray, np.ndarray]:
    """Thins a long curve to the least and the greatest value of each of `most` bins, in their order."""
    n = len(x)
    if n <= 2 * most:
        return x, y
    edges = np.linspace(0, n, most + 1).astype(int)
    values = np.where(np.isfinite(y), y, np.nan)
    keep: list[int] = []
    for start, stop in pairwise(edges):
        part = values[start:stop]
        if np.isnan(part).all():
            keep.append(int(start))
        else:
            keep += sorted({int(start + np.nanargmin(part)), int(start + np.nanargmax(part))})
    return x[keep], y[keep]


def _y_scale(pane: list[Series], log: bool) -> tuple[Scale, str]:
    """The scale of a pane, and a hint where a spike of raw values is cut off.

    If the outermost 3 % of the values of a smoothed series span more than twice as much as the others, as the first
    steps of a loss do, the pane ends a little beyond the others.
    """
    arrays: list[np.ndarray] = []
    whole: list[np.ndarray] = []
    for series in pane:
        parts = [np.asarray(p, float) for p in (series.y, series.low, series.high) if p is not None]
        whole += parts
        finite = parts[0][np.isfinite(parts[0])]
        if series.smooth and finite.size > 100 and not log:
            parts[0] = np.array(_without_spike(finite))
        arrays += parts
    low, high = span(*arrays, pad=0.05, positive=log)
    if not log and arrays and low < 0 <= min(float(np.nanmin(s, initial=np.inf)) for s in arrays):
        low = 0.0
    least, greatest = span(*whole, positive=log)
    beyond = [f"↑ to {significant(greatest)}"] if greatest > high else []
    beyond += [f"↓ to {significant(least)}"] if least < low else []
    return Scale(low, high, log), "  ".join(beyond)


def _without_spike(y: np.ndarray) -> tuple[float, float]:
    least, low, high, greatest = (float(v) for v in np.percentile(y, (0, 3, 97, 100)))
    if greatest - high > 2 * (high - least) > 0:
        return least, high + 0.25 * (high - least)
    if low - least > 2 * (greatest - low) > 0:
        return low - 0.25 * (greatest - low), greatest
    return least, greatest


def _colors(surface: Surface, pane: list[Series]) -> list[str]:
    """The colour of each series: those of one role in one pane get tints, the k-th dashed one that of the k-th line."""
    seen: dict[tuple[str, bool], int] = {}
    colors = []
    for series in pane:
        kind = (series.role, series.dashed)
        colors.append(surface.palette.tint(series.role, seen.get(kind, 0)))
        seen[kind] = seen.get(kind, 0) + 1
    return colors


def _keys(surface: Surface, pane: list[Series]) -> list[Key]:
    keys = [
        Key(series.label or series.key, color, "dashed" if series.dashed else "line", series.unit)
        for series, color in zip(pane, _colors(surface, pane), strict=True)
    ]
    if len({key.unit for key in keys}) == 1:
        keys = [replace(key, unit="") for key in keys[:-1]] + keys[-1:]
    return keys


def _draw(axes: Axes, series: Series, color: str, stroke: float) -> None:
    x, y = (np.asarray(values, float) for values in series.pieces())
    if series.low is not None and series.high is not None:
        axes.fill_between(x, series.low, series.high, color=color, alpha=0.18, linewidth=0, zorder=2)
    if len(x) == 1:
        axes.plot(x, y, marker="o", markersize=3 * stroke, color=color, markeredgewidth=0, zorder=4)
        return
    raw_x, raw_y = (x, y) if series.levels else thinned(x, y)
    if series.smooth and len(x) > 20:
        axes.plot(raw_x, raw_y, color=color, linewidth=0.4 * stroke, alpha=RAW_ALPHA, zorder=3)
        raw_x, raw_y = thinned(x, smoothed(y))
    style = (0, (3.5, 2.2)) if series.dashed else "solid"
    axes.plot(raw_x, raw_y, color=color, linewidth=1.1 * stroke, linestyle=style, solid_joinstyle="round", zorder=4)
