"""The painter of `Bars`: one row each, with the value, its error and a dashed reference."""

from __future__ import annotations

from typing import Any

import numpy as np

from explorer.figures.axes import draw_axes, foot_height
from explorer.figures.box import Box
from explorer.figures.scales import Scale, column, number, significant, span
from explorer.figures.surface import Surface
from models.frames import Bars

__all__ = ["paint", "with_error"]


def with_error(value: float, error: float | None) -> str:
    """A value with three digits, or with its standard error to the first two digits of the error."""
    if error is None or not np.isfinite(error) or error <= 0 or not np.isfinite(value):
        return significant(value)
    order = int(np.floor(np.log10(error)))
    if order < -5 or abs(value) >= 1e7:
        return f"{significant(value)} ± {significant(error, 2)}"
    decimals = max(0, 1 - order)
    return f"{number(value, decimals)} ± {number(error, decimals)}"


def _texts(frame: Bars, values: np.ndarray, errors: np.ndarray) -> list[str]:
    if frame.errors is None:
        texts = column(values.tolist())
    else:
        texts = [with_error(value, error) for value, error in zip(values.tolist(), errors.tolist(), strict=True)]
    waits = np.isnan(values) & frame.pending
    return ["not computed yet" if wait else text for text, wait in zip(texts, waits.tolist(), strict=True)]


def paint(surface: Surface, frame: Bars) -> None:
    """Draws bars from left to right, the first on top."""
    values = np.asarray(frame.values, float)
    n = len(values)
    errors = np.zeros(n) if frame.errors is None else np.nan_to_num(np.asarray(frame.errors, float))
    reference = np.full(n, np.nan) if frame.reference is None else np.asarray(frame.reference, float)
    texts = _texts(frame, values, errors)
    low, high = span(np.array(frame.ends()))
    margin = 0.03 * (high - low)
    x = Scale(low - margin if low < 0 else 0.0, high + margin if high > 0 else 0.0)
    below = foot_height(surface, frame.unit)
    box = surface.body(lambda width: n * min(2.1 * surface.label, 1.6 * width / max(n, 1)) + below)
    row = max(box.height - below, 4.0) / max(n, 1)
    # If rows are lower than a line of text, some labels and all values are left out.
    every = max(1, int(np.ceil(1.15 * surface.small / row)))
    printed = every == 1
    labels = [surface.elide(label, surface.label, 0.4 * box.width) for label in frame.labels]
    left = max((surface.measure(label, surface.label) for label in labels), default=0.0) + 0.7 * surface.label
    right = (
        max((surface.measure(t, surface.small) for t in texts), default=0.0) + 0.8 * surface.label if printed else 2.0
    )
    plot = Box(box.left + left, box.top, max(box.width - left - right, 4.0), row * n if n else 4.0)
    axes = draw_axes(surface, plot, x, Scale(0, max(n, 1)), x_name=frame.unit, grid="x", y_numbers=False, most=(4, 4))
    axes.axvline(0, color=surface.palette.text3, linewidth=0.6 * surface.stroke, zorder=5)
    for i in range(n):
        middle = n - i - 0.5
        color = surface.palette.role(frame.roles[i] if i < len(frame.roles) else "total")
        if np.isfinite(values[i]):
            axes.barh(middle, values[i], height=0.56, color=color, linewidth=0, zorder=2)
        if errors[i] > 0 and np.isfinite(values[i] + errors[i]):
            ends = [values[i] - errors[i], values[i] + errors[i]]
            axes.plot(ends, [middle, middle], color=surface.palette.paper, linewidth=2.0 * surface.stroke, zorder=3)
            axes.plot(ends, [middle, middle], color=surface.palette.text1, linewidth=0.8 * surface.stroke, zorder=4)
        if np.isfinite(reference[i]):
            place = [middle - 0.42, middle + 0.42]
            axes.plot([reference[i]] * 2, place, color=surface.palette.paper, linewidth=2.2 * surface.stroke, zorder=5)
            style: dict[str, Any] = {"linewidth": 1.0 * surface.stroke, "linestyle": (0, (2.0, 1.2)), "zorder": 6}
            axes.plot([reference[i]] * 2, place, color=surface.palette.text1, **style)
        base = box.top + (i + 0.5) * row + 0.36 * surface.label
        if i % every == 0 and i < len(labels):
            surface.text(
                plot.left - 0.6 * surface.label, base, labels[i], surface.label, surface.palette.text1, align="right"
            )
        if printed:
            edge = box.left + box.width
            surface.text(edge, base, texts[i], surface.small, surface.palette.text2, align="right")
