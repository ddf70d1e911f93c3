"""Handles on the curve of a density: at its mean, and a standard deviation beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.protocol import Drag

__all__ = ["density_handles"]


def density_handles(
    mean: str, std: str, density: Callable[[Any, float], float], apart: str | None = None
) -> tuple[Drag, Drag]:
    """Two handles on the curve of a density, one for each of two fields of the config.

    The handle of the mean moves the density, that of the standard deviation widens it. The latter stands on the side
    towards 0, where there is room in the picture.

    Args:
        mean: Field of the mean.
        std: Field of the standard deviation.
        density: Given the config and x, height of the curve.
        apart: Field of the distance of two modes, whose middle is the mean; None for one mode.
    """

    def side(config: Any) -> float:
        return -1.0 if getattr(config, mean) > 0 else 1.0

    def middle(config: Any) -> float:
        """Middle of the mode on that side."""
        away = 0.0 if apart is None else 0.5 * getattr(config, apart)
        return float(getattr(config, mean)) + side(config) * away

    def top(config: Any) -> float:
        return density(config, float(getattr(config, mean)))

    def flank(config: Any) -> float:
        return density(config, middle(config) + side(config) * getattr(config, std))

    return Drag(x=mean, at=top), Drag(x=std, at=flank, offset=middle, side=side)
