"""A dataset as tensors on a device: batches for training, inputs for views."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from typing import Any, TypeVar, cast

import numpy as np
import torch
from torch import Tensor

from explorer.data import Dataset, Split
from explorer.engine.data.instruments import open_instrument
from explorer.engine.data.spec import spec_of
from explorer.engine.randomness import BatchOrder, derive
from models.protocol import Data, DataBatch, DataPoint, Instrument

__all__ = ["TensorData"]

# Views request the same first data of a split fifteen times a second, and selecting and binarizing them takes longer
# than some views.
_KEPT_BATCHES = 16
_DRAWN_AT_ONCE = 4096
_KEPT_DATA = 2000

_InstrumentT = TypeVar("_InstrumentT", bound=Instrument)


class TensorData:
    """All of a dataset on one device.

    Args:
        data: The dataset.
        seed: Seed of the order of training data and of the fixed binarization for views.
        device: Device of the tensors.
    """

    def __init__(self, data: Dataset, seed: int, device: torch.device):
        self.data = data
        self.spec = spec_of(data)
        self._device = device
        self._order = BatchOrder(len(data.train), derive(seed, "order"), device)
        self._x = {name: self._put(split.x) for name, split in self._splits()}
        self._y = {name: None if split.y is None else self._put(split.y) for name, split in self._splits()}
        self._factors = {name: s.factors if s.factors is None else self._put(s.factors) for name, s in self._splits()}
        self._lengths = {name: s.lengths if s.lengths is None else self._put(s.lengths) for name, s in self._splits()}
        self._part_of = {name: split.part_of or name for name, split in self._splits()}
        self._fixed = derive(seed, "binarization")
        self._drawn: Tensor | None = None
        self._cache: dict[Hashable, Any] = {}
        self._kept: dict[tuple[str, int, int], DataBatch] = {}

    @property
    def parts(self) -> int:
        """Number of splits that hold different data; 1 for a bundled model, which has test data only."""
        return len(set(self._part_of.values()))

    def _splits(self) -> list[tuple[str, Split]]:
        return [("train", self.data.train), ("valid", self.data.valid), ("test", self.data.test)]

    def _put(self, array: np.ndarray) -> Tensor:
        # The dataset is shared and read-only; a copy keeps it so.
        return torch.from_numpy(np.array(array)).to(self._device)

    def size(self, split: str) -> int:
        """Number of data in a split."""
        return len(self._x[split])

    def instrument(self, kind: type[_InstrumentT]) -> _InstrumentT | None:
        """The instrument of a kind for these data, or None."""
        return cast(_InstrumentT | None, open_instrument(kind, self.data.name, self._device, self.data.digest))

    def train_batch(self, position: int, count: int, rng: torch.Generator) -> DataBatch:
        """The next training batch, from a position in the stream of epochs."""
        return self.drawn(self.order(position, count), rng)

    def order(self, position: int, count: int) -> Tensor:
        """Positions in the training split of the data from a position in the stream of epochs on, (count,)."""
        return self._order.take(position, count)

    def drawn(self, index: Tensor, rng: torch.Generator) -> DataBatch:
        """The training data at given positions, binarized anew where the dataset asks for it."""
        x = self._units(self._x["train"][index])
        if self.data.resample:
            x = torch.bernoulli(x, generator=rng)
        y = self._y["train"]
        return DataBatch(x, None if y is None else y[index], index, self._mask("train", index), split="train")

    def batch(self, split: str, start: int = 0, count: int | None = None) -> DataBatch:
        """Some data of a split in their stored order; the same each time, even if training resamples them."""
        stop = self.size(split) if count is None else min(start + count, self.size(split))
        batch = self._kept.get((split, start, stop))
        if batch is None:
            batch = self.pick(split, torch.arange(start, stop, device=self._device))
            if stop - start <= _KEPT_DATA and len(self._kept) < _KEPT_BATCHES:
                self._kept[split, start, stop] = batch
        return dataclasses.replace(batch, x=batch.x.detach())  # a new tensor, so that a view may set requires_grad

    def pick(self, split: str, index: Tensor) -> DataBatch:
        """The data at given positions of a split; the batch names the split that they come from."""
        if self.data.resample and split == "train":
            x = self._binarized()[index].to(torch.float32)
        else:
            x = self._units(self._x[split][index])
        y, factors = self._y[split], self._factors[split]
        return DataBatch(
            x,
            None if y is None else y[index],
            index,
            self._mask(split, index),
            split=self._part_of[split],
            factors=None if factors is None else factors[index],
        )

    def point(self, split: str, index: int) -> DataPoint:
        """One datum of a split; it names the split that it comes from."""
        batch = self.pick(split, torch.tensor([index], device=self._device))
        return DataPoint(batch.x, None if batch.y is None else int(batch.y[0]), index, batch.split, batch.mask)

    def _binarized(self) -> Tensor:
        """One binarization of the training data for views, (n, *shape) bool; computed on first use."""
        if self._drawn is None:
            rng = torch.Generator(self._device).manual_seed(self._fixed)
            parts = self._x["train"].split(_DRAWN_AT_ONCE)
            drawn = [torch.bernoulli(self._units(part), generator=rng).bool() for part in parts]
            self._drawn = torch.cat(drawn)
        return self._drawn

    def _mask(self, split: str, index: Tensor) -> Tensor | None:
        """1 where a symbol belongs to the sequence, 0 where it is padding, (n, length) float; None without lengths."""
        lengths = self._lengths[split]
        if lengths is None:
            return None
        places = torch.arange(self.spec.kind.shape[0], device=self._device)
        return (places < lengths[index, None]).to(torch.float32)

    def _units(self, raw: Tensor) -> Tensor:
        if self.spec.kind.dtype != torch.float32:
            return raw.to(self.spec.kind.dtype)
        x = raw.to(torch.float32)
        return x if self.data.scale == 1.0 else x.mul_(self.data.scale) if x is not raw else x * self.data.scale

    def whole(self) -> Data:
        """The whole dataset, for views that request it and for a model's preparation."""
        exact = self.data.log_prob

        def log_prob(x: Tensor) -> Tensor:
            assert exact is not None
            value: Any = exact(x.detach().cpu().double().numpy())
            return torch.from_numpy(value).to(x.device)

        centers = self.data.centers
        return Data(
            self.spec,
            lambda split, n: self.batch(split, 0, n),
            None if exact is None else log_prob,
            lambda: self.data.entropy,
            None if centers is None else torch.from_numpy(np.array(centers)).to(self._device),
            self.data.std,
            self._cache,
            self.data.log_marginal,
        )
