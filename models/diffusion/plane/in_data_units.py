"""Places of the process as pictures show them, and what the views of the page share."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from models.diffusion.process import Level
from models.diffusion.units import StandardUnits

__all__ = ["shown", "square"]

_REACH = 3.0  # standard deviations that pictures show


def shown(model: Any, x: Tensor, level: Level) -> Tensor:
    """x_t in data units, scaled to the variance of the data unless the model is shown `to_scale`; (n, 2)."""
    moved: Tensor = model.units.from_units(x if model.to_scale else x / level.scale)
    return moved


def square(units: StandardUnits) -> tuple[float, float, float, float]:
    """x0, x1, y0, y1 of what pictures show."""
    low, high = (units.from_units(torch.full((1, 2), side, dtype=torch.float64))[0] for side in (-_REACH, _REACH))
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])
