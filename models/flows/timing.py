"""Times of computations on this machine, the least of several measurements, against a size."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import torch

__all__ = ["Sweep", "Timed", "TimedPasses", "threads"]

_SLICE = 0.0015  # s of a measurement, but at least one call
_LEAST = 2e-5  # s that the clock is read after at least
_ROUNDS = 10


class Timed:
    """A computation, and the least time that it has taken.

    The least time is that with the fewest interruptions by other work of the machine.

    Args:
        prepare: Makes the computation, as late as the first measurement: what it works on can be large.

    Attributes:
        seconds: Least time of one call, s; NaN before the first measurement.
    """

    def __init__(self, prepare: Callable[[], Callable[[], object]]):
        self.seconds = math.nan
        self._prepare = prepare
        self._calls = 1  # between two looks at the clock

    @functools.cached_property
    def _call(self) -> Callable[[], object]:
        return self._prepare()

    def measure(self) -> None:
        """Takes measurements for a moment: a single one of a call that takes longer."""
        call = self._call
        ends = time.perf_counter() + _SLICE
        while True:
            began = time.perf_counter()
            for _ in range(self._calls):
                call()
            now = time.perf_counter()
            took = (now - began) / self._calls
            if now - began < _LEAST:
                self._calls = math.ceil(_LEAST / max(took, 1e-8))
            else:
                self.seconds = min(took, self.seconds)  # in this order: NaN is not less than a number
                if now > ends:
                    return


class TimedPasses(Timed):
    """A computation in passes, one after another; its time is the sum of the least time of each pass.

    Args:
        prepare: Makes the computation: a function that begins it, and whose iterator makes a pass at each step.
    """

    def __init__(self, prepare: Callable[[], Callable[[], Iterator[object]]]):
        super().__init__(prepare)
        self._least: list[float] = []

    @functools.cached_property
    def _begin(self) -> Callable[[], Iterator[object]]:
        return self._prepare()  # type: ignore[return-value]

    def measure(self) -> None:
        """Goes through all passes once."""
        took, passes = [], self._begin()
        began = time.perf_counter()
        for _ in passes:
            now = time.perf_counter()
            took.append(now - began)
            began = now
        self._least = [min(pair) for pair in zip(took, self._least or took, strict=True)]
        self.seconds = sum(self._least)


class Sweep:
    """Times of several computations at several sizes, measured round by round, small sizes first.

    Args:
        ways: For each computation its sizes, and what is timed there.
        factors: Numbers that the times of a computation are multiplied by, one for each size; 1 where there are none.
    """

    def __init__(self, ways: Mapping[str, Mapping[int, Timed]], factors: Mapping[str, Mapping[int, int]] | None = None):
        self._ways = ways
        self._factors = factors or {}
        self._queue = sorted((size, name) for name, timed in ways.items() for size in timed)
        self._done = 0

    @property
    def finished(self) -> bool:
        """Whether all rounds are done."""
        return self._done >= _ROUNDS * len(self._queue)

    @property
    def progress(self) -> str:
        """How far the measurement is: "round 3 of 10", "least of 10"."""
        return f"least of {_ROUNDS}" if self.finished else f"round {self._done // len(self._queue) + 1} of {_ROUNDS}"

    def steps(self) -> Iterator[Sweep]:
        """The sweep after each measurement that is left; after none if all are taken."""
        if self.finished:
            yield self
        while not self.finished:
            self.advance()
            yield self

    def advance(self) -> None:
        """Takes the next measurement."""
        size, name = self._queue[self._done % len(self._queue)]
        self._ways[name][size].measure()
        self._done += 1

    def times(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """The sizes of a computation, and its least times so far, s; NaN where none is measured yet."""
        timed, factors = self._ways[name], self._factors.get(name, {})
        return np.array([*timed]), np.array([each.seconds * factors.get(size, 1) for size, each in timed.items()])


def threads() -> str:
    """The threads with which torch computes: "1 thread"."""
    count = torch.get_num_threads()
    return "1 thread" if count == 1 else f"{count} threads"
