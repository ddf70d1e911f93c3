"""Standard units of points in the plane."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

__all__ = ["StandardUnits"]


@dataclass(frozen=True)
class StandardUnits:
    """Units in which the data have mean 0 and mean variance 1. Both networks of the GAN work in them.

    Attributes:
        center: Mean of the data, (2,).
        spread: Root of the mean of the variances of their coordinates, a scalar.
    """

    center: Tensor
    spread: Tensor

    def to_units(self, x: Tensor) -> Tensor:
        """Converts points from data units to standard units, (n, 2)."""
        return (x - self.center) / self.spread

    def from_units(self, u: Tensor) -> Tensor:
        """Converts points from standard units to data units, (n, 2)."""
        return self.center + self.spread * u
