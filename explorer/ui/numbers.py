"""Formatting of numbers: thin spaces between thousands, a true minus sign, only significant digits."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["MINUS", "THIN_SPACE", "axis_number", "column", "count", "number"]

MINUS = "\u2212"
THIN_SPACE = "\u2009"
MISSING = "–"


def count(value: float) -> str:
    """A whole number with thin spaces between thousands: "12 000"."""
    if not math.isfinite(value):
        return MISSING
    return f"{round(value):,}".replace(",", THIN_SPACE).replace("-", MINUS)


def _scientific(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}".replace("-", MINUS)


def number(value: float, digits: int = 3, *, sign: bool = False) -> str:
    """A measured value with about `digits` significant digits: "139.5", "0.693", "6e−3", "NaN".

    Args:
        value: Any float.
        digits: Significant digits below 100; 100 and more keep one decimal, 1 000 and more none.
        sign: Whether a positive value gets a plus sign.
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    size = abs(value)
    if size == 0:
        text = "0"
    elif size >= 1e6 or size < 1e-2:
        text = _scientific(value, digits - 1)
    elif size >= 1000:
        text = count(value)
    else:
        decimals = max(1 if digits > 2 else 0, digits - 1 - math.floor(math.log10(size)))
        text = f"{value:.{decimals}f}".replace("-", MINUS)
    return f"+{text}" if sign and value > 0 else text


def column(values: Sequence[float]) -> list[str]:
    """Values of a column, all with the same number of decimals; whole numbers have none."""
    finite = [abs(value) for value in values if math.isfinite(value)]
    largest = max(finite, default=0.0)
    if largest >= 1e6 or 0 < largest < 1e-2:
        return [number(value) for value in values]
    whole = all(value == round(value) for value in finite)
    decimals = 0 if whole or largest >= 1000 else max(1 if largest >= 100 else 2, 2 - math.floor(math.log10(largest)))
    return [_rounded(value, decimals) if math.isfinite(value) else number(value) for value in values]


def _rounded(value: float, decimals: int) -> str:
    """A number with some decimals; one that is rounded to 0 has no sign."""
    rounded = round(value, decimals) + 0.0  # −0 becomes 0
    return f"{rounded:,.{decimals}f}".replace(",", THIN_SPACE).replace("-", MINUS)


def axis_number(value: float, step: float) -> str:
    """A tick of an axis whose ticks are `step` apart: "−2", "0.5", "8k", "1.2M".

    Args:
        value: Position of the tick.
        step: Distance to the next tick, which determines the number of decimals.
    """
    size = abs(value)
    if size < 1e-6 * step or value == 0:
        return "0"
    if size >= 1e12:
        return _scientific(value, 1)
    for unit, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size >= unit * (2 if unit == 1e3 else 1) or (size >= unit and step >= unit / 2):
            return _plain(value / unit, step / unit) + suffix
    if size < 1e-3:
        return _scientific(value, 1)
    return _plain(value, step)


def _plain(value: float, step: float) -> str:
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    text = f"{value:.{min(decimals, 6)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", MINUS)
