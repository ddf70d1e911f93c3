"""Scales of axes: positions of values, ticks, and the text of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Scale", "number", "significant", "span", "widened"]

MINUS, THIN = "\u2212", "\u2009"
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, decimals: int = 0) -> str:
    """A number with a fixed number of decimals, a real minus sign and thin spaces between thousands."""
    text = f"{value:,.{decimals}f}".replace(",", THIN)
    if text.startswith("-"):
        text = text[1:] if float(text[1:].replace(THIN, "")) == 0 else MINUS + text[1:]
    return text


def power(value: float, digits: int = 3) -> str:
    """A number in scientific notation: 3.2×10⁻⁵."""
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    ten = "10" + str(int(exponent)).translate(SUPERSCRIPTS)
    return ten if mantissa == "1" else f"{mantissa.replace('-', MINUS)}×{ten}"


def significant(value: float, digits: int = 3) -> str:
    """A number with `digits` significant digits: 0.0123, 4.56, 1 234, 3.2×10⁻⁷."""
    if not math.isfinite(value):
        return "not finite" if math.isnan(value) else (MINUS if value < 0 else "") + "∞"
    if value == 0:
        return "0"
    order = math.floor(math.log10(abs(value)))
    if order < -4 or order >= 7:
        return power(value, digits)
    text = number(value, max(0, digits - 1 - order))
    return text.rstrip("0").rstrip(".") if "." in text else text


def column(values: Sequence[float]) -> list[str]:
    """Numbers of one column with the same decimals, so that terms add up to their sum as far as they are printed.

    The smallest has three significant digits, the largest at most five. Numbers of very different sizes are printed
    with three significant digits each.
    """
    sizes = [abs(value) for value in values if math.isfinite(value) and value]
    if not sizes or max(sizes) > 1e4 * min(sizes) or not 1e-4 <= max(sizes) < 1e7:
        return [significant(value) for value in values]
    least, most = (math.floor(math.log10(size)) for size in (min(sizes), max(sizes)))
    decimals = max(0, min(2 - least, 4 - most))
    if all(size == round(size) for size in sizes):
        decimals = 0
    return [number(value, decimals) if math.isfinite(value) else significant(value) for value in values]


def span(*arrays: np.ndarray, pad: float = 0.0, positive: bool = False) -> tuple[float, float]:
    """Least and greatest finite value with a margin; never empty.

    Args:
        arrays: Values of any shape.
        pad: Margin at each end as a part of the whole.
        positive: Only values above 0 count and the margin is one of logarithms.
    """
    values = np.concatenate([np.asarray(a, float).ravel() for a in arrays]) if arrays else np.empty(0)
    values = values[np.isfinite(values) & ((values > 0) | (not positive))]
    if not values.size:
        return (0.1, 1.0) if positive else (0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    if positive:
        low, high = math.log10(low), math.log10(high)
    low, high = widened(low, high, half=0.5 if positive else 0.0)
    margin = pad * (high - low)
    low, high = low - margin, high + margin
    return (10**low, 10**high) if positive else (low, high)


def widened(low: float, high: float, half: float = 0.0) -> tuple[float, float]:
    """The ends of an axis, finite and in any order, with some length between them.

    Args:
        low: One end.
        high: The other.
        half: Half of the length where they coincide; 0 for half of their size.
    """
    low, high = min(low, high), max(low, high)
    if high - low > 1e-12 * max(abs(low), abs(high)):
        return low, high
    half = half or 0.5 * (abs(low) or 1.0)
    return low - half, high + half


@dataclass(frozen=True)
class Scale:
    """An axis from low to high, linear or logarithmic."""

    low: float
    high: float
    log: bool = False

    def place(self, value: float) -> float:
        """Position of a value on the axis, 0 at low and 1 at high."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self, most: int = 4) -> list[tuple[float, str]]:
        """Round values inside the axis with their text: about `most`, at most two more."""
        if self.log:
            return self._log_ticks(most)
        width = self.high - self.low
        order = math.floor(math.log10(width / most))
        finer: tuple[list[float], int] | None = None
        for exponent in (order, order + 1, order + 2):
            for factor in (1, 2, 5):
                step = factor * 10.0**exponent
                first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
                values = [k * step for k in range(first, last + 1)]
                if len(values) <= most:
                    # One number alone does not define a scale.
                    if len(values) < 2 and finer is not None and len(finer[0]) <= most + 2:
                        values, exponent = finer
                    return list(zip(values, self._texts(values, exponent), strict=True))
                finer = values, exponent
        raise AssertionError("a step of ten times the axis leaves at most two values")

    def _texts(self, values: list[float], exponent: int) -> list[str]:
        largest = max((abs(v) for v in values), default=0.0)
        if exponent < -4 or largest >= 1e7:
            return ["0" if v == 0 else power(v, 1 + max(0, round(math.log10(largest)) - exponent)) for v in values]
        return [number(v, max(0, -exponent)) for v in values]

    def _log_ticks(self, most: int) -> list[tuple[float, str]]:
        low, high = math.log10(self.low), math.log10(self.high)
        decades = [10.0**k for k in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)]
        if len(decades) >= 2:
            every = math.ceil(len(decades) / most)
            chosen = [d for d in decades if round(math.log10(d)) % every == 0]
            plain = all(1e-3 <= d <= 1e4 for d in chosen)
            return [(d, significant(d) if plain else power(d)) for d in chosen]
        rungs = [f * 10.0**k for k in range(math.floor(low), math.ceil(high) + 1) for f in (1, 2, 5)]
        inside = [r for r in rungs if self.low <= r <= self.high]
        if len(inside) >= 2:
            return [(r, significant(r)) for r in inside[:: math.ceil(len(inside) / most)]]
        return [(v, significant(v)) for v, _ in Scale(self.low, self.high).ticks(most) if v > 0]
