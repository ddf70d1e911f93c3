"""Places of the process as pictures show them, and what the views of the page share."""

from __future__ import annotations

import torch
from torch import Tensor

from models.diffusion.process import Level
from models.diffusion.units import StandardUnits

__all__ = ["shown", "square"]

_REACH = 3.0  # standard deviations that pictures show


def shown(units: StandardUnits, x: Tensor, level: Level) -> Tensor:
    """x_t, scaled to the variance of the data, in data units; (n, 2)."""
    return units.from_units(x / level.scale)


def square(units: StandardUnits) -> tuple[float, float, float, float]:
    """x0, x1, y0, y1 of what pictures show."""
    low, high = (units.from_units(torch.full((1, 2), side, dtype=torch.float64))[0] for side in (-_REACH, _REACH))
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])
