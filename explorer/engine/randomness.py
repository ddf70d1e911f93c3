"""The sources of randomness: seeds, initial weights, and the order of the data."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.protocol import DataSpec, GenerativeModel

__all__ = ["BatchOrder", "build_model", "derive", "initialising"]

# torch initialises layers from its global generator; two sessions must not use it at the same time.
_initialisation = threading.Lock()


def derive(seed: int, *words: int | str) -> int:
    """Derives a seed below 2⁶³ for a purpose, so that different purposes have independent draws."""
    entropy = [seed, *(word if isinstance(word, int) else int.from_bytes(word.encode(), "big") for word in words)]
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0] >> np.uint64(1))


@contextlib.contextmanager
def initialising(seed: int) -> Iterator[None]:
    """Layers built in the block get initial weights from a seed; torch's global generator is restored afterwards."""
    with _initialisation:
        before = torch.get_rng_state()
        try:
            torch.default_generator.manual_seed(seed)
            yield
        finally:
            torch.set_rng_state(before)


def build_model(page: type[GenerativeModel], config: Any, spec: DataSpec, seed: int) -> GenerativeModel:
    """Builds a model with initial weights from a seed."""
    with initialising(derive(seed, "weights")):
        return page(config, spec)


class BatchOrder:
    """The order of the training data: a new permutation each epoch, a function of (seed, position) alone.

    Args:
        n: Number of data.
        seed: Seed of the permutations.
        device: Device of the indices. An epoch's permutation is copied there once.
    """

    def __init__(self, n: int, seed: int, device: torch.device):
        self.n = n
        self._seed, self._device = seed, device
        self._epoch = -1
        self._order = torch.empty(0, dtype=torch.int64)

    def take(self, position: int, count: int) -> Tensor:
        """Indices of `count` data from a position of the endless stream of epochs, (count,) int64."""
        parts: list[Tensor] = []
        while count:
            epoch, start = divmod(position, self.n)
            if epoch != self._epoch:
                self._epoch = epoch
                order = torch.from_numpy(np.random.default_rng([self._seed, epoch]).permutation(self.n))
                if self._device.type == "cuda":
                    order = order.pin_memory()  # so that the copy does not wait for what the device has to do
                self._order = order.to(self._device, non_blocking=True)
            part = self._order[start : start + count]
            parts.append(part)
            position += len(part)
            count -= len(part)
        return parts[0] if len(parts) == 1 else torch.cat(parts)
