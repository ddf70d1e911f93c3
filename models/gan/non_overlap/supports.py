"""Two distributions of the same shape, one shifted against the other by θ, and their divergences in closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

__all__ = ["RADIUS", "SUPPORTS", "Divergences", "Supports", "lift"]

SUPPORTS = {"points": "Two points", "segments": "Parallel segments", "disks": "Two disks"}
RADIUS = 0.5  # of a disk, and half the length of a segment
_ON_SEGMENT, _ON_DISK = 64, 192


@dataclass(frozen=True)
class Divergences:
    """Divergences of data and model: nats, except total variation and the distance `wasserstein`.

    Attributes:
        kl: KL(data ‖ model).
        jensen_shannon: At most log 2.
        total_variation: At most 1.
        wasserstein: Wasserstein-1.
    """

    kl: float
    jensen_shannon: float
    total_variation: float
    wasserstein: float


@dataclass(frozen=True)
class Supports:
    """Data around the origin of a plane, and a model of the same shape moved to (θ, 0); both are uniform.

    The segments are upright, so that they are parallel and never meet: example 1 of Arjovsky et al., 2017
    (arXiv 1701.07875).

    Attributes:
        shape: Key of `SUPPORTS`.
    """

    shape: str = "segments"

    def nodes(self) -> np.ndarray:
        """Points that represent the data, evenly spread over the support, (n, 2)."""
        if self.shape == "points":
            return np.zeros((1, 2))
        if self.shape == "segments":
            u = (np.arange(_ON_SEGMENT) + 0.5) / _ON_SEGMENT * 2.0 - 1.0
            return np.stack([np.zeros(_ON_SEGMENT), RADIUS * u], axis=1)
        k = np.arange(_ON_DISK) + 0.5  # Vogel's sunflower: equal areas, golden angle
        turn, r = k * math.pi * (3.0 - math.sqrt(5.0)), RADIUS * np.sqrt(k / _ON_DISK)
        spread = np.stack([r * np.cos(turn), r * np.sin(turn)], axis=1)
        return spread - spread.mean(axis=0)

    @property
    def half_width(self) -> float:
        """Half the extent of the support along the direction of θ."""
        return RADIUS if self.shape == "disks" else 0.0

    def overlap(self, theta: float) -> float:
        """Mass of each distribution on the support of the other, 0 to 1."""
        if self.shape != "disks":
            return 1.0 if theta == 0.0 else 0.0
        half = min(abs(theta) / (2.0 * RADIUS), 1.0)
        return (2.0 * math.acos(half) - 2.0 * half * math.sqrt(1.0 - half * half)) / math.pi  # the lens

    def divergences(self, theta: float) -> Divergences:
        """All four divergences, exactly: where both densities are positive they are equal."""
        alone = 1.0 - self.overlap(theta)
        return Divergences(math.inf if alone > 0.0 else 0.0, alone * math.log(2.0), alone, abs(theta))


def lift(d: int, *, seed: int = 0) -> Tensor:
    """An isometry of the plane into d dimensions: orthonormal columns, (d, 2), float64; the identity where d = 2."""
    if d == 2:
        return torch.eye(2, dtype=torch.float64)
    drawn = torch.randn(d, 2, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return torch.linalg.qr(drawn).Q
