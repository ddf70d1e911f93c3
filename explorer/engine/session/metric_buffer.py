"""A buffer of metrics on the device: read at once on a CPU, at display rate on a GPU."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import torch
from torch import Tensor

__all__ = ["MetricBuffer", "Record"]

_INTERVAL = 1 / 15  # seconds between two readings of a GPU; at each the CPU waits for it


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
        size: Greatest number of rounds before they are read.
    """

    def __init__(self, device: torch.device, size: int = 256):
        self._deferred = device.type == "cuda"
        self._size = size
        self._records: list[Record] = []
        self._rows: list[tuple[list[str], Tensor]] = []
        self._read = time.monotonic()

    def push(self, record: Record, metrics: dict[str, Tensor], finite: Tensor) -> None:
        """Adds a round with its metrics, scalars on the device."""
        self._records.append(record)
        if self._deferred:
            self._rows.append((list(metrics), torch.stack([finite.float(), *(v.float() for v in metrics.values())])))
        else:
            record.values = {key: value.item() for key, value in metrics.items()}
            record.finite = bool(finite)

    def due(self) -> bool:
        """Whether it is time to read."""
        if not self._deferred:
            return bool(self._records)
        return len(self._records) >= self._size or time.monotonic() - self._read >= _INTERVAL

    def flush(self) -> list[Record]:
        """The rounds since the last reading, in order."""
        if self._rows:
            flat = torch.cat([row for _, row in self._rows]).tolist()
            for record, (keys, row) in zip(self._records, self._rows, strict=True):
                finite, *values = flat[: len(row)]
                del flat[: len(row)]
                record.finite = bool(finite)
                record.values = dict(zip(keys, values, strict=True))
        records, self._records, self._rows = self._records, [], []
        self._read = time.monotonic()
        return records
