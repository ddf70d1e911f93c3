"""A datum that is typed in place of the data of a split."""

from __future__ import annotations

import torch
from torch import Tensor

from models.protocol import BadValue, DataBatch, DataSpec, read_number

__all__ = ["datum_of", "in_place_of"]


def in_place_of(batch: DataBatch, text: str, spec: DataSpec) -> DataBatch:
    """The typed datum as the first of its split, in place of a batch; no datum in place of a later batch.

    A split is measured batch by batch, and the datum once.

    Raises:
        BadValue: The text is not a datum.
    """
    first = int((batch.index == 0).any())
    given = datum_of(text, spec, batch.x.device)
    return DataBatch(given[:first], None, batch.index[:first], split=batch.split)


def datum_of(text: str, spec: DataSpec, device: torch.device) -> Tensor:
    """The datum that a text gives, (1, *shape): its numbers, separated by blanks.

    Raises:
        BadValue: It holds no numbers, or not as many as a datum.
    """
    shape = spec.kind.shape
    size = int(torch.Size(shape).numel())
    words = text.split()
    try:
        numbers = [read_number(word) for word in words]
    except ValueError as error:
        raise BadValue("x", f"x takes {size} numbers separated by blanks: {error}") from None
    if len(numbers) != size:
        raise BadValue("x", f"x takes {size} numbers separated by blanks, not {len(numbers)}")
    return torch.tensor(numbers, dtype=torch.float32, device=device).reshape(1, *shape)
