"""A buffer of metrics on the device: read at once on a CPU, at display rate on a GPU."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from explorer.engine.devices import is_deferred

__all__ = ["MetricBuffer", "Record", "Scalars"]

_INTERVAL = 1 / 15  # seconds between two readings of a GPU; at each the CPU waits for it


@dataclass(frozen=True)
class Scalars:
    """Scalars of a round on the device: whether all its updates were made, and its metrics.

    Attributes:
        keys: Names of the metrics.
        values: The scalars, the flag first: one tensor each, or all in one tensor, (1 + metrics,).
    """

    keys: tuple[str, ...]
    values: tuple[Tensor, ...] | Tensor

    @classmethod
    def of(cls, finite: Tensor, metrics: Mapping[str, Tensor]) -> Scalars:
        """The flag and the metrics of a round."""
        return cls(tuple(metrics), (finite, *metrics.values()))

    def packed(self) -> Scalars:
        """The same in one tensor."""
        if isinstance(self.values, Tensor):
            return self
        return Scalars(self.keys, torch.stack([value.float() for value in self.values]))

    def copy(self) -> Scalars:
        """A copy that later rounds do not overwrite."""
        values = self.packed().values
        assert isinstance(values, Tensor)
        return Scalars(self.keys, values.clone())


@dataclass
class Record:
    """The metrics of one round.

    Attributes:
        step: Number of the round, from 1.
        time: Training seconds up to its end.
        lr: Learning rate of each training field.
        values: The metrics.
        finite: Whether all its updates were made.
    """

    step: int
    time: float
    lr: dict[str, float]
    values: dict[str, float] = field(default_factory=dict)
    finite: bool = True


class MetricBuffer:
    """Rounds whose metrics have not been read yet.

    Args:
        device: Device of the metrics.
        first: Whether this process is the first of those that train together. The others read later: the first is
            the one that finds a number that is not finite, and writes how the run has ended.
        size: Greatest number of rounds before the first process reads them.
    """

    def __init__(self, device: torch.device, first: bool = True, size: int = 256):
        self._deferred, self._first = is_deferred(device), first
        self._size = size if first else 4 * size
        self._records: list[Record] = []
        self._scalars: list[Scalars] = []
        self._read = time.monotonic()

    def push(self, record: Record, scalars: Scalars) -> None:
        """Adds a round with its scalars on the device."""
        self._records.append(record)
        if self._deferred:
            self._scalars.append(scalars.packed())
        else:
            _fill(record, scalars.keys, [value.item() for value in scalars.values])

    def due(self) -> bool:
        """Whether it is time to read."""
        if not self._deferred:
            return bool(self._records)
        return len(self._records) >= self._size or (self._first and time.monotonic() - self._read >= _INTERVAL)

    def flush(self) -> list[Record]:
        """The rounds since the last reading, in order."""
        if self._scalars:
            flat = iter(torch.cat([scalars.values for scalars in self._scalars]).tolist())  # type: ignore[misc]
            for record, scalars in zip(self._records, self._scalars, strict=True):
                _fill(record, scalars.keys, list(itertools.islice(flat, 1 + len(scalars.keys))))
        records, self._records, self._scalars = self._records, [], []
        self._read = time.monotonic()
        return records


def _fill(record: Record, keys: tuple[str, ...], numbers: list[float]) -> None:
    finite, *values = numbers
    record.finite, record.values = bool(finite), dict(zip(keys, values, strict=True))
