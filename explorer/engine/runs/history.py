"""Every metric at every step, in bounded memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Curve", "History", "metrics_of"]


@dataclass(frozen=True)
class Curve:
    """A metric over time, each entry a run of steps.

    Attributes:
        step: Last step of each run, (n,).
        mean, low, high: Of the values in it, (n,); where no steps were merged the three are the same.
        last: The newest value.
    """

    step: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    last: float


class _Track:
    """One metric: full buckets of `stride` values each, and the bucket being filled."""

    def __init__(self, capacity: int):
        self.stride = 1
        self.size = 0
        self.capacity = capacity
        self.step = np.empty(capacity, np.int64)
        self.total = np.empty(capacity)
        self.low = np.empty(capacity)
        self.high = np.empty(capacity)
        self.filled = 0
        self.last = float("nan")

    def add(self, step: int, value: float) -> None:
        self.last = value
        if self.filled in (0, self.stride):
            if self.size == self.capacity:
                self._halve()
            self.size += 1
            self.filled = 0
        at = self.size - 1
        if self.filled == 0:
            self.total[at], self.low[at], self.high[at] = value, value, value
        else:
            self.total[at] += value
            self.low[at] = min(self.low[at], value)
            self.high[at] = max(self.high[at], value)
        self.step[at] = step
        self.filled += 1

    def _halve(self) -> None:
        pairs = self.capacity // 2
        self.step[:pairs] = self.step[1::2]
        self.total[:pairs] = self.total[0::2] + self.total[1::2]
        self.low[:pairs] = np.minimum(self.low[0::2], self.low[1::2])
        self.high[:pairs] = np.maximum(self.high[0::2], self.high[1::2])
        self.size = pairs
        self.stride *= 2
        self.filled = self.stride

    def curve(self) -> Curve:
        counts = np.full(self.size, self.stride)
        if self.size:
            counts[-1] = self.filled
        return Curve(
            self.step[: self.size].copy(),
            self.total[: self.size] / counts,
            self.low[: self.size].copy(),
            self.high[: self.size].copy(),
            self.last,
        )


class History:
    """Metrics by name.

    With more than `capacity` steps, neighbours are merged, and mean, least and greatest value of each run
    of steps are kept: a spike stays visible however long the run.

    Args:
        capacity: Entries kept for each metric, even.

    Attributes:
        changed: Steps after which parameters were changed while the run trained.
    """

    def __init__(self, capacity: int = 4096):
        if capacity < 2 or capacity % 2:
            raise ValueError(f"capacity must be even and at least 2, not {capacity}")
        self._capacity = capacity
        self._tracks: dict[str, _Track] = {}
        self.changed: tuple[int, ...] = ()

    def add(self, step: int, values: dict[str, float]) -> None:
        """Adds the values that belong to a step; steps come in order."""
        for key, value in values.items():
            track = self._tracks.get(key)
            if track is None:
                track = self._tracks[key] = _Track(self._capacity)
            track.add(step, value)

    def __contains__(self, key: object) -> bool:
        """Whether a metric has values."""
        return key in self._tracks

    @property
    def step(self) -> int:
        """The last step that has values; 0 without any."""
        return max((int(track.step[track.size - 1]) for track in self._tracks.values()), default=0)

    def keys(self) -> list[str]:
        """Names of the metrics, in order of appearance."""
        return list(self._tracks)

    def curve(self, key: str) -> Curve:
        """A metric over time."""
        return self._tracks[key].curve()

    def last(self) -> dict[str, float]:
        """The newest value of each metric."""
        return {key: track.last for key, track in self._tracks.items()}


def metrics_of(line: Mapping[str, Any], ignored: Collection[str]) -> dict[str, float]:
    """The metrics in a line of `metrics.jsonl`, those of held-out data as "held_out.<key>"."""
    held_out = line.get("held_out")
    if held_out:
        return {f"held_out.{key}": value for key, value in held_out.items()}
    return {key: value for key, value in line.items() if key not in {"step", "time", *ignored}}
