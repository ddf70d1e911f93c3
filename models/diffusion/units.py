"""Standard units, in which the noise is added: mean 0 and mean variance 1."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

from models.protocol import DataSpec

__all__ = ["StandardUnits"]


@dataclass(frozen=True)
class StandardUnits:
    """Between data and rows of numbers of mean 0 and mean variance 1.

    Attributes:
        center: Mean of the data, of a shape that broadcasts with one datum.
        spread: Root of the mean of the variances of the entries, a scalar.
        shape: Shape of one datum.
    """

    center: Tensor
    spread: Tensor
    shape: tuple[int, ...]
    _kept: dict[tuple[torch.device, torch.dtype], tuple[Tensor, Tensor]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def _like(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Center and spread on the device of a tensor, copied there once: a captured round must not wait for them."""
        key = x.device, x.dtype
        if key not in self._kept:
            self._kept[key] = self.center.to(x), self.spread.to(x)
        return self._kept[key]

    @classmethod
    def of(cls, spec: DataSpec) -> StandardUnits:
        """Those of the training data."""
        shape = spec.kind.shape
        center = torch.tensor(spec.mean, dtype=torch.float64)
        center = center.reshape(-1, *(1 for _ in shape[1:]))
        square = sum(std**2 for std in spec.std) / len(spec.std)
        return cls(center, torch.tensor(math.sqrt(square) or 1.0, dtype=torch.float64), shape)

    def to_units(self, x: Tensor) -> Tensor:
        """Data (n, *shape) to rows (n, d)."""
        center, spread = self._like(x)
        return ((x - center) / spread).flatten(1)

    def from_units(self, u: Tensor) -> Tensor:
        """Rows (n, d) to data (n, *shape)."""
        center, spread = self._like(u)
        return center + spread * u.reshape(-1, *self.shape)
