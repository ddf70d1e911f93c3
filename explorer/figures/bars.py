"""The painter of `Bars`: one row each, with the value, its error and a dashed reference."""

from __future__ import annotations

import numpy as np

from explorer.figures.axes import draw_axes, foot_height
from explorer.figures.box import Box
from explorer.figures.scales import Scale, number, significant, span
from explorer.figures.sheet import Page
from models.frames import Bars

__all__ = ["paint", "with_error"]


def with_error(value: float, error: float | None) -> str:
    """A value as it is printed: three digits, or with its standard error to the error's first two digits."""
    if error is None or not np.isfinite(error) or error <= 0 or not np.isfinite(value):
        return significant(value)
    order = int(np.floor(np.log10(error)))
    if order < -5 or abs(value) >= 1e7:
        return f"{significant(value)} ± {significant(error, 2)}"
    decimals = max(0, 1 - order)
    return f"{number(value, decimals)} ± {number(error, decimals)}"


def paint(page: Page, frame: Bars) -> None:
    """Draws bars from left to right, the first on top."""
    values = np.asarray(frame.values, float)
    n = len(values)
    errors = np.zeros(n) if frame.errors is None else np.nan_to_num(np.asarray(frame.errors, float))
    reference = np.full(n, np.nan) if frame.reference is None else np.asarray(frame.reference, float)
    texts = [with_error(v, None if frame.errors is None else float(e)) for v, e in zip(values, errors, strict=True)]
    low, high = span(values - errors, values + errors, reference, np.zeros(1))
    margin = 0.03 * (high - low)
    x = Scale(low - margin if low < 0 else 0.0, high + margin if high > 0 else 0.0)
    below = foot_height(page, frame.unit)
    box = page.body(lambda width: n * min(2.1 * page.label, 1.6 * width / max(n, 1)) + below)
    row = max(box.height - below, 4.0) / max(n, 1)
    # Rows lower than a line of text get every so many labels, and no printed values.
    every = max(1, int(np.ceil(1.15 * page.small / row)))
    printed = every == 1
    labels = [page.elide(label, page.label, 0.4 * box.width) for label in frame.labels]
    left = max((page.measure(label, page.label) for label in labels), default=0.0) + 0.7 * page.label
    right = max((page.measure(t, page.small) for t in texts), default=0.0) + 0.8 * page.label if printed else 2.0
    plot = Box(box.left + left, box.top, max(box.width - left - right, 4.0), row * n if n else 4.0)
    axes = draw_axes(page, plot, x, Scale(0, max(n, 1)), x_name=frame.unit, grid="x", y_numbers=False, most=(4, 4))
    axes.axvline(0, color=page.palette.text3, linewidth=0.6 * page.stroke, zorder=5)
    for i in range(n):
        middle = n - i - 0.5
        color = page.palette.role(frame.roles[i] if i < len(frame.roles) else "total")
        if np.isfinite(values[i]):
            axes.barh(middle, values[i], height=0.56, color=color, linewidth=0, zorder=2)
        if errors[i] > 0 and np.isfinite(values[i] + errors[i]):
            ends = [values[i] - errors[i], values[i] + errors[i]]
            axes.plot(ends, [middle, middle], color=page.palette.paper, linewidth=2.0 * page.stroke, zorder=3)
            axes.plot(ends, [middle, middle], color=page.palette.text1, linewidth=0.8 * page.stroke, zorder=4)
        if np.isfinite(reference[i]):
            place = [middle - 0.42, middle + 0.42]
            axes.plot([reference[i]] * 2, place, color=page.palette.paper, linewidth=2.2 * page.stroke, zorder=5)
            style = {"linewidth": 1.0 * page.stroke, "linestyle": (0, (2.0, 1.2)), "zorder": 6}
            axes.plot([reference[i]] * 2, place, color=page.palette.text1, **style)
        base = box.top + (i + 0.5) * row + 0.36 * page.label
        if i % every == 0 and i < len(labels):
            page.text(plot.left - 0.6 * page.label, base, labels[i], page.label, page.palette.text1, align="right")
        if printed:
            edge = box.left + box.width
            page.text(edge, base, texts[i], page.small, page.palette.text2, align="right")
