"""Ranges of axes that change rarely and in round steps, and ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.ui.numbers import axis_number

__all__ = ["PlaneRange", "StepRange", "finite_range", "nice_step", "ticks"]

_FLAT = 2e-4  # relative variation below which data count as constant: tick labels would be equal
_SHRINK = 0.5  # the range of an axis shrinks once the data use less than this share of it
_SHRINK_PLANE = 0.62  # as above, for the range of a plane


def nice_step(span: float, ticks: float) -> float:
    """The round step (1, 2 or 5 times a power of ten) that gives about the wanted number of ticks."""
    if not math.isfinite(span) or span <= 0:
        return 1.0
    raw = span / max(ticks, 1.0)
    decade = 10.0 ** math.floor(math.log10(raw))
    return decade * next(factor for factor in (1, 2, 5, 10) if raw <= factor * decade * 1.0001)


def finite_range(*arrays: np.ndarray | None) -> tuple[float, float] | None:
    """Smallest and largest finite value, or None without finite values."""
    parts = [a[np.isfinite(a)] for a in arrays if a is not None]
    parts = [part for part in parts if part.size]
    if not parts:
        return None
    return min(float(p.min()) for p in parts), max(float(p.max()) for p in parts)


def ticks(low: float, high: float, about: float, *, log: bool = False) -> list[tuple[float, str]]:
    """Positions of about so many round numbers between two ends, and their texts.

    Args:
        low: Lower end of the axis; an exponent of ten on a logarithmic axis, as are the positions.
        high: Upper end.
        about: Wanted number of ticks.
        log: The axis is logarithmic.
    """
    if log:
        return _log_ticks(low, high, about)
    step = nice_step(high - low, about)
    first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    return [(k * step, axis_number(k * step, step)) for k in range(first, last + 1)]


def _log_ticks(low: float, high: float, about: float) -> list[tuple[float, str]]:
    every = max(1, round((high - low) / max(about, 1)))
    powers = [k for k in range(math.ceil(low - 1e-6), math.floor(high + 1e-6) + 1) if k % every == 0]
    exponents = [float(k) for k in powers]
    if len(exponents) < 2:
        exponents = [
            k + math.log10(factor)
            for k in range(math.floor(low), math.ceil(high) + 1)
            for factor in (1, 2, 5)
            if low <= k + math.log10(factor) <= high
        ]
    return [(exponent, axis_number(10.0**exponent, 10.0**exponent)) for exponent in exponents]


@dataclass
class StepRange:
    """The range of one axis; it stays as long as the data use enough of it, and changes in round steps.

    Attributes:
        low, high: The range, in data units; exponents of ten on a logarithmic axis.
        log: The axis is logarithmic.
    """

    low: float = 0.0
    high: float = 1.0
    log: bool = False
    settled: bool = False

    def fit(self, low: float, high: float, *, pad: float = 0.04, log: bool = False) -> bool:
        """Fits the range to data from `low` to `high`; returns whether it changed."""
        if log:
            low, high = math.log10(low), math.log10(high)
        if high - low < _FLAT * max(1e-3, abs(low)):
            middle, half = (low + high) / 2, max(abs(low) * 0.05, 0.5 if log else 1e-3)
            low, high = middle - half, middle + half
        span = high - low
        inside = self.low <= low and high <= self.high
        if self.settled and self.log == log and inside and span >= _SHRINK * (self.high - self.low):
            return False
        step = nice_step(span, 8)
        self.low = math.floor((low - pad * span) / step) * step
        self.high = math.ceil((high + pad * span) / step) * step
        if not log and low >= 0:
            self.low = max(self.low, 0.0)
        if not log and high <= 0:
            self.high = min(self.high, 0.0)
        self.log, self.settled = log, True
        return True

    def forget(self) -> None:
        """Lets the next fit follow the data closely."""
        self.settled = False


@dataclass
class PlaneRange:
    """The range of a plane; it stays as long as the data use enough of it, and changes in round steps.

    Attributes:
        extent: x0, x1, y0, y1 in data units.
        settled: The range has been fitted to data.
    """

    extent: tuple[float, float, float, float] = (-1.0, 1.0, -1.0, 1.0)
    settled: bool = False

    def fit(self, need: tuple[float, float, float, float] | None, *, exact: bool = False) -> None:
        """Fits the range to what must be visible, x0, x1, y0, y1; with `exact` it is the range itself."""
        if need is None:
            return
        x0, x1, y0, y1 = need
        if exact:
            self.extent, self.settled = (*_apart(x0, x1), *_apart(y0, y1)), True
            return
        a0, a1, b0, b1 = self.extent
        inside = a0 <= x0 and x1 <= a1 and b0 <= y0 and y1 <= b1
        share = max((x1 - x0) / (a1 - a0), (y1 - y0) / (b1 - b0))
        if self.settled and inside and share >= _SHRINK_PLANE:
            return
        step = nice_step(max(x1 - x0, y1 - y0, 1e-6), 10)
        self.extent = (
            math.floor(x0 / step) * step,
            max(math.ceil(x1 / step), math.floor(x0 / step) + 1) * step,
            math.floor(y0 / step) * step,
            max(math.ceil(y1 / step), math.floor(y0 / step) + 1) * step,
        )
        self.settled = True

    def forget(self) -> None:
        """Lets the next fit follow the data closely."""
        self.settled = False


def _apart(low: float, high: float) -> tuple[float, float]:
    """A range, widened where its ends are equal."""
    size = max(abs(low), abs(high))
    if high - low > 1e-9 * size:
        return low, high
    return low - (0.5 * size or 0.5), high + (0.5 * size or 0.5)
