"""The painter of `Curves`: panes on one x axis, over one another or in columns, with legends above them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from explorer.figures.axes import draw_axes, foot_height, gutter, name_y
from explorer.figures.box import Box
from explorer.figures.key import Key
from explorer.figures.legend import draw_legend
from explorer.figures.pane_grid import PaneGrid
from explorer.figures.scales import Scale, significant, span, widened
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
TRANSIENT = 0.03
"""First share of training whose values may lie beyond the y axis."""
FEW = 20
"""Most points of a curve that is not smoothed."""


def paint(surface: Surface, frame: Curves) -> None:
    """Draws curves."""
    panes: dict[str, list[Series]] = {}
    for series in frame.series:
        panes.setdefault(series.pane, []).append(series)
    shown = {name: widened(low, high) for name, low, high in frame.y_ranges}
    reach = frame.x_range or span(*(series.x for series in frame.series), positive=frame.log_x)
    x = Scale(*widened(*reach), log=frame.log_x)
    members = list(panes.values()) or [[]]
    named = len(frame.y_names)
    logs = [frame.log_y or name in frame.log_panes for name in panes or [""]]
    scales = [
        (Scale(*shown[name], log), "") if name in shown
        else (Scale(-0.5, named - 0.5), "") if named
        else _y_scale(pane, log)
        for (name, pane), log in zip(panes.items(), logs, strict=True)
    ] if panes else [_y_scale([], frame.log_y)]  # fmt: skip
    names = [_axis_name(frame, name, log) for name, log in zip(panes or [""], logs, strict=True)]
    beside = 1.5 * surface.label if any(names) else 0.0
    most = 4 if len(members) == 1 else 3
    widest = max((surface.measure(name, surface.small) for name in frame.y_names), default=0.0)
    numbers = widest + 0.8 * surface.label if named else max(gutter(surface, y, most=most) for y, _ in scales)
    left = beside + numbers
    legends = [_keys(surface, pane) for pane in members]
    if frame.changes:
        legends[0].append(Key("parameters changed", surface.palette.text2, "dashed", ""))
    below, apart = foot_height(surface, frame.x_label), 0.8 * surface.label

    def grid(width: float) -> PaneGrid:
        return PaneGrid.of(surface, legends, frame.columns, width)

    def natural(width: float) -> float:
        longest = max(surface.measure(name, surface.label) for name in names)
        laid = grid(width)
        each = max(
            (0.5 if len(members) == 1 else 0.3 if laid.columns == 1 else 0.2) * width, min(longest + 2, 0.5 * width)
        )  # heights are rounded to pixels
        return laid.rows * each + laid.height_above(apart) + below

    box = surface.body(natural)
    laid = grid(box.width)
    if laid.common:
        draw_legend(surface, legends[0], box.left, box.top, box.width)
    places = laid.places(box, below, apart)
    first: Axes | None = None
    for number, (pane, (y, beyond), keys, place) in enumerate(zip(members, scales, legends, places, strict=True)):
        if not laid.common:
            draw_legend(surface, keys, place.left, place.top - laid.head(number), place.width)
        plot = Box(place.left + left, place.top, max(place.width - left - 2, 4.0), place.height)
        last = number + laid.columns >= len(members)
        name = frame.x_label if last else ""
        name_y(surface, surface.elide(names[number], surface.label, place.height), plot, place.left)
        axes = draw_axes(surface, plot, x, y, x_name=name, x_numbers=last, y_numbers=not named, most=(5, most))
        for level, word in enumerate(frame.y_names):
            base = plot.top + plot.height * (1 - (level + 0.5) / named) + 0.36 * surface.small
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


def _axis_name(frame: Curves, pane: str, log: bool) -> str:
    """The name of a pane's y axis: the pane, what all panes measure, and whether it is logarithmic."""
    parts = [part for part in (pane, frame.y_label) if part]
    return ", ".join([*parts, "log"] if log and parts else parts)


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
    """The scale of a pane, as in the window: smoothed values without the first steps of training, all others whole.

    The text says how far curves go beyond it.
    """
    drawn: list[np.ndarray] = []
    settled: list[np.ndarray] = []
    trains = any(series.smooth and len(series.x) > FEW for series in pane)
    for series in pane:
        y = smoothed(series.y) if series.smooth and len(series.x) > FEW else np.asarray(series.y, float)
        bands = [] if series.smooth else [np.asarray(b, float) for b in (series.low, series.high) if b is not None]
        drawn += [y, *bands]
        settled += [y[_is_late(series.x)] if trains and not bands and len(y) > FEW else y, *bands]
    low, high = span(*settled, pad=0.05, positive=log)
    if not log and drawn and low < 0 <= min(float(np.nanmin(y, initial=np.inf)) for y in drawn):
        low = 0.0
    least, greatest = span(*drawn, positive=log)
    beyond = [f"↑ to {significant(greatest)}"] if greatest > high else []
    beyond += [f"↓ to {significant(least)}"] if least < low else []
    return Scale(low, high, log), "  ".join(beyond)


def _is_late(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x, float)
    return x >= x[0] + TRANSIENT * (x[-1] - x[0])


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
        Key(series.label or series.key, color, _mark(series), series.unit)
        for series, color in zip(pane, _colors(surface, pane), strict=True)
    ]
    if len({key.unit for key in keys}) == 1:
        keys = [replace(key, unit="") for key in keys[:-1]] + keys[-1:]
    return keys


def _mark(series: Series) -> str:
    return "dashed" if series.dashed else "dotted" if series.dotted else "line"


def _draw(axes: Axes, series: Series, color: str, stroke: float) -> None:
    x, y = (np.asarray(values, float) for values in series.pieces())
    if series.low is not None and series.high is not None:
        axes.fill_between(x, series.low, series.high, color=color, alpha=0.18, linewidth=0, zorder=2)
    if len(x) == 1:
        axes.plot(x, y, marker="o", markersize=3 * stroke, color=color, markeredgewidth=0, zorder=4)
        return
    raw_x, raw_y = (x, y) if series.levels else thinned(x, y)
    if series.smooth and len(x) > FEW:
        axes.plot(raw_x, raw_y, color=color, linewidth=0.4 * stroke, alpha=RAW_ALPHA, zorder=3)
        raw_x, raw_y = thinned(x, smoothed(y))
    style = (0, (3.5, 2.2)) if series.dashed else (0, (0.01, 2.0)) if series.dotted else "solid"
    (line,) = axes.plot(raw_x, raw_y, color=color, linewidth=1.1 * stroke, linestyle=style, zorder=4)
    line.set(solid_joinstyle="round", dash_capstyle="round" if series.dotted else "butt")
