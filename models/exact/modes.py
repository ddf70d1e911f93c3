"""Modes of a mixture that samples cover, their names, and the mode that leads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["GOOD", "LEADS", "ModeCounts", "count_modes", "leading_mode", "mode_names"]

GOOD = 3.0  # standard deviations of a mode
NEAR = 0.3  # of the distance between neighbouring centres
WITHIN = 0.5  # of that distance: farther away, a sample is on no mode
HELD = 0.02  # least share of all samples that a mode must have to count
LEADS = 0.7
"""Share of the samples to which a leading mode is the nearest one."""

_WINDS = ("E", "NE", "N", "NW", "W", "SW", "S", "SE")


@dataclass(frozen=True)
class ModeCounts:
    """Counts of samples by mode; each sample counts for the mode with the nearest center.

    Attributes:
        n: Number of samples.
        nearest: Samples to which a mode is the nearest one, (k,) int.
        good: Those of them within 3 standard deviations, (k,) int.
        near: Those within 0.3 of the distance between neighbouring centres, (k,) int.
        within: Those within half of that distance, (k,) int.
    """

    n: int
    nearest: Tensor
    good: Tensor
    near: Tensor
    within: Tensor

    @property
    def covered(self) -> Tensor:
        """Whether a mode has 2 % of all samples within 0.3 of the spacing, (k,) bool: `modes_near` counts these."""
        return self.near >= HELD * self.n

    @property
    def held(self) -> Tensor:
        """Whether a mode has at least 2 % of all samples within 3 standard deviations, (k,) bool."""
        return self.good >= HELD * self.n

    @property
    def reached(self) -> Tensor:
        """Whether a mode has at least 2 % of all samples within half of the spacing, (k,) bool."""
        return self.within >= HELD * self.n

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

    limits = (math.inf, GOOD * std, NEAR * spacing, WITHIN * spacing)
    return ModeCounts(len(x), *(counted(distance <= limit) for limit in limits))


def leading_mode(x: Tensor, centers: Tensor) -> Tensor:
    """Number of the mode that is nearest to at least 70 % of the samples, -1 where none is; a float scalar.

    Nothing waits for the device.

    Args:
        x: Samples, (n, d).
        centers: Centres, (k, d).
    """
    nearest = torch.cdist(x, centers).argmin(dim=1)  # (n,)
    on = (nearest[:, None] == torch.arange(len(centers), device=x.device)) & x.isfinite().all(dim=1)[:, None]
    share, mode = on.float().mean(dim=0).max(dim=0)
    return torch.where(share >= LEADS, mode.float(), -1.0)


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
