"""Times of short computations on this machine: the least of several measurements."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import torch

__all__ = ["Timed", "threads"]

_SLICE = 0.0015  # s of a measurement, but at least one call
_LEAST = 2e-5  # s that the clock is read after at least


class Timed:
    """A computation, and the least time that it has taken.

    The least time is that with the fewest interruptions by other work of the machine.

    Attributes:
        seconds: Least time of one call, s; NaN before the first measurement.
    """

    def __init__(self, call: Callable[[], object]):
        self.seconds = math.nan
        self._call = call
        self._calls = 1  # between two looks at the clock

    def measure(self) -> None:
        """Takes measurements for a moment: a single one of a call that takes longer."""
        ends = time.perf_counter() + _SLICE
        while True:
            began = time.perf_counter()
            for _ in range(self._calls):
                self._call()
            now = time.perf_counter()
            took = (now - began) / self._calls
            if now - began < _LEAST:
                self._calls = math.ceil(_LEAST / max(took, 1e-8))
            else:
                self.seconds = min(took, self.seconds)  # in this order: NaN is not less than a number
                if now > ends:
                    return


def threads() -> str:
    """The threads with which torch computes: "1 thread"."""
    count = torch.get_num_threads()
    return "1 thread" if count == 1 else f"{count} threads"
