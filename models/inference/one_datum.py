"""A datum that is typed."""

from __future__ import annotations

import torch
from torch import Tensor

from models.protocol import BadValue, DataSpec, read_number

__all__ = ["datum_of"]


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
