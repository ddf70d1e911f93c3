"""Axes: ranges that change rarely and in round steps, and ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.ui.numbers import axis_number

__all__ = ["Axis", "finite_range", "nice_step"]

_FLAT = 2e-4  # relative variation below which data count as constant: tick labels would be equal
_SHRINK = 0.5  # a range shrinks once the data use less than this share of it


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


@dataclass
class Axis:
    """An axis that keeps its range as long as the data use enough of it.

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

    def shares(self, values: np.ndarray) -> np.ndarray:
        """Values as shares of the axis, 0 to 1 inside; NaN where the logarithm is undefined."""
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.where(values > 0, np.log10(values), np.nan)
        return (values - self.low) / (self.high - self.low)

    def value(self, share: float) -> float:
        """The value at a share of the axis."""
        raw = self.low + share * (self.high - self.low)
        return 10.0**raw if self.log else raw

    def ticks(self, about: float) -> list[tuple[float, str]]:
        """Ticks: share of the axis and label."""
        span = self.high - self.low
        if self.log:
            return self._log_ticks(about)
        step = nice_step(span, about)
        first = math.ceil(self.low / step - 1e-6)
        last = math.floor(self.high / step + 1e-6)
        return [((k * step - self.low) / span, axis_number(k * step, step)) for k in range(first, last + 1)]

    def _log_ticks(self, about: float) -> list[tuple[float, str]]:
        span = self.high - self.low
        every = max(1, round(span / max(about, 1)))
        powers = [k for k in range(math.ceil(self.low - 1e-6), math.floor(self.high + 1e-6) + 1) if k % every == 0]
        values = [10.0**k for k in powers]
        if len(values) < 2:
            values = [
                factor * 10.0**k
                for k in range(math.floor(self.low), math.ceil(self.high) + 1)
                for factor in (1, 2, 5)
                if self.low <= k + math.log10(factor) <= self.high
            ]
        return [((math.log10(v) - self.low) / span, axis_number(v, v)) for v in values]
