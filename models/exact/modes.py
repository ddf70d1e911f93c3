"""Modes of a mixture that samples cover, and their names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["GOOD", "ModeCounts", "count_modes", "mode_names"]

GOOD = 3.0  # standard deviations of a mode
NEAR = 0.3  # of the distance between neighbouring centres
HELD = 0.02  # share of all samples that a covered mode holds
_WINDS = ("E", "NE", "N", "NW", "W", "SW", "S", "SE")


@dataclass(frozen=True)
class ModeCounts:
    """Counts of samples by mode; each sample counts for the mode with the nearest center.

    Attributes:
        n: Number of samples.
        nearest: Samples to which a mode is the nearest one, (k,) int.
        good: Those of them within 3 standard deviations, (k,) int.
        near: Those within 0.3 of the distance between neighbouring centres, (k,) int.
    """

    n: int
    nearest: Tensor
    good: Tensor
    near: Tensor

    @property
    def held(self) -> Tensor:
        """Whether a mode holds at least 2 % of all samples near it, (k,) bool."""
        return self.near >= HELD * self.n

    @property
    def claimed(self) -> Tensor:
        """Whether a mode is the nearest one to at least 2 % of all samples, at any distance, (k,) bool."""
        return self.nearest >= HELD * self.n


def count_modes(x: Tensor, centers: Tensor, std: float) -> ModeCounts:
    """Counts samples by mode.

    Args:
        x: Samples, (n, 2).
        centers: Centres, (k, 2).
        std: Standard deviation of one mode.
    """
    centers = centers.to(x)
    k = len(centers)
    distance, nearest = torch.cdist(x, centers).min(1)  # (n,), (n,)
    between = torch.cdist(centers, centers)
    spacing = float(between[between > 0].min()) if k > 1 else math.inf

    def counted(chosen: Tensor) -> Tensor:
        return torch.bincount(nearest[chosen], minlength=k)

    everything = torch.ones_like(nearest, dtype=torch.bool)
    return ModeCounts(len(x), counted(everything), counted(distance <= GOOD * std), counted(distance <= NEAR * spacing))


def mode_names(centers: Tensor, classes: Sequence[str] = ()) -> tuple[str, ...]:
    """Names of modes: compass directions if they are on a circle, else the names of the classes.

    Args:
        centers: Centres, (k, 2).
        classes: Names that the data have for them; numbers if there are none.
    """
    k = len(centers)
    away = (centers - centers.mean(dim=0)).double()
    radius, eighths = away.norm(dim=1), torch.atan2(away[:, 1], away[:, 0]) / (math.pi / 4)
    on_circle = bool((radius - radius.mean()).abs().max() < 1e-3 * radius.mean())
    if 2 < k <= 8 and on_circle and bool((eighths - eighths.round()).abs().max() < 1e-3):
        return tuple(_WINDS[int(wind) % 8] for wind in eighths.round())
    return tuple(classes) if len(classes) == k else tuple(str(number + 1) for number in range(k))
