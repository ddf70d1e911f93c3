"""Times of short computations on this machine: the least of several measurements."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import torch

__all__ = ["Timed", "threads"]

_SLICE = 0.0015  # s that a measurement lasts at least


class Timed:
    """A computation, and the least time that it has taken.

    The least time is that with the fewest interruptions by other work of the machine.

    Attributes:
        seconds: Least time of one call, s; NaN before the first measurement.
    """

    def __init__(self, call: Callable[[], object]):
        self.seconds = math.nan
        self._call = call
        self._calls = 0

    def measure(self) -> None:
        """Takes one measurement: the mean of so many calls that the clock's resolution does not matter."""
        if not self._calls:
            first = self._time(1)
            self._calls = max(1, round(_SLICE / first))
            if self._calls == 1:
                self.seconds = first
                return
        self.seconds = min(self._time(self._calls), self.seconds)  # in this order: NaN is not less than a number

    def _time(self, calls: int) -> float:
        began = time.perf_counter()
        for _ in range(calls):
            self._call()
        return (time.perf_counter() - began) / calls


def threads() -> str:
    """The threads with which torch computes: "1 thread"."""
    count = torch.get_num_threads()
    return "1 thread" if count == 1 else f"{count} threads"
