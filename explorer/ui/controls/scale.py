"""Scales: the mapping between values of a parameter and positions of a slider, and the size of a step."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.protocol import Param, numbers_within

__all__ = ["Scale", "value_text"]

_POSITIONS = 1000
_LOG_DECADES = 5  # decades of a logarithmic slider whose lower limit is 0


@dataclass(frozen=True)
class Scale:
    """A range of numbers.

    Attributes:
        low, high: Limits; None for no limit.
        step: Increment of a key press or a notch of the wheel.
        whole: Whole numbers only.
        log: Logarithmic: equal distances are equal ratios.
    """

    low: float | None
    high: float | None
    step: float
    whole: bool = False
    log: bool = False

    @classmethod
    def of(cls, declared: Param) -> Scale:
        """The scale that a parameter declares."""
        step = declared.step
        if step is None:
            step = 1.0 if declared.type is int else _nice_step(declared)
        return cls(declared.low, declared.high, step, declared.type is int, declared.log)

    @property
    def accepts(self) -> str:
        """The numbers within the limits in words: "a whole number from 1 to 64"."""
        return numbers_within(self.low, self.high, whole=self.whole)

    @property
    def bounded(self) -> bool:
        """Whether both limits exist, as a slider needs."""
        return self.low is not None and self.high is not None and self.high > self.low

    @property
    def positions(self) -> int:
        """The largest position of a slider; the smallest is 0."""
        assert self.low is not None
        assert self.high is not None
        if self.whole and not self.log and self.high - self.low <= _POSITIONS:
            return int(self.high - self.low)
        return _POSITIONS

    def position(self, value: float) -> int:
        """The position of a value on a slider."""
        return round(self.share(value) * self.positions)

    def share(self, value: float) -> float:
        """The position of a value in the range, 0 to 1."""
        low, high = self._ends()
        if self.log:
            share = (math.log(max(value, low)) - math.log(low)) / (math.log(high) - math.log(low))
        else:
            share = (value - low) / (high - low)
        return min(1.0, max(0.0, share))

    def value(self, position: int) -> float:
        """The value at a position of a slider, rounded to few digits."""
        low, high = self._ends()
        if position <= 0:
            return self._whole(self.low or 0.0)
        if position >= self.positions:
            return self._whole(high)
        share = position / self.positions
        raw = low * (high / low) ** share if self.log else low + (high - low) * share
        return self.clamp(self._rounded(raw))

    def stepped(self, value: float, steps: float) -> float:
        """The value after some steps; one step of a logarithmic scale is a twentieth of a decade."""
        if self.log and value > 0:
            moved = value * 10 ** (steps / 20)
            if self.whole and round(moved) == round(value):
                moved = value + math.copysign(1, steps)
            return self.clamp(self._rounded(moved))
        return self.clamp(self._rounded(value + steps * self.step))

    def clamp(self, value: float) -> float:
        """The nearest value within the limits."""
        if self.low is not None:
            value = max(self.low, value)
        if self.high is not None:
            value = min(self.high, value)
        return self._whole(value)

    def _ends(self) -> tuple[float, float]:
        assert self.low is not None
        assert self.high is not None
        low = float(self.low)
        if self.log and low <= 0:
            low = self.high / 10**_LOG_DECADES
        return low, float(self.high)

    def _rounded(self, value: float) -> float:
        if self.whole:
            return float(round(value))
        if self.log:
            return float(f"{value:.1e}")
        return round(round(value / self.step) * self.step, 12)

    def _whole(self, value: float) -> float:
        return float(round(value)) if self.whole else float(value)


def _nice_step(declared: Param) -> float:
    if declared.low is None or declared.high is None or declared.high <= declared.low:
        return 0.1
    raw = (declared.high - declared.low) / 200
    decade = 10.0 ** math.floor(math.log10(raw))
    return decade * (1 if raw / decade < 2 else 2 if raw / decade < 5 else 5)


def value_text(value: float, scale: Scale) -> str:
    """A value as text: "1.00", "256", "1e-3"; parsing the text returns the value."""
    if scale.whole:
        return f"{round(value)}"
    size = abs(value)
    if value != 0 and (size < 1e-2 or size >= 1e5):
        mantissa, exponent = f"{value:.6e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    text = f"{value:.6f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"
