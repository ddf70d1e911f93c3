"""What the views of the lab know of their data, in standard units and double precision."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from models.diffusion.process import T_MIN, Level, NoisedMixture
from models.diffusion.units import StandardUnits
from models.protocol import Data, DataSpec, Image, Planar, TimeStep

__all__ = ["distribution", "first", "images", "in_the_plane", "level_at", "time_of", "training_points"]


def in_the_plane(config: Any, spec: DataSpec | None) -> bool:
    """Whether the data are points of the plane."""
    return spec is None or isinstance(spec.kind, Planar)


def images(config: Any, spec: DataSpec | None) -> bool:
    """Whether the data are images."""
    return spec is not None and isinstance(spec.kind, Image)


def time_of(time: TimeStep) -> float:
    """The time of the slider, at least the one at which models are trained."""
    return max(time.t, T_MIN)


def level_at(lab: Any, time: TimeStep) -> Level:
    """α, σ and λ at the time of the slider."""
    level: Level = lab.schedule.at(torch.tensor(time_of(time), dtype=torch.float64))
    return level


def first(data: Data, split: str, n: int) -> Tensor:
    """The first n data of a split, in standard units, (n, d)."""
    return StandardUnits.of(data.spec).to_units(data.split(split, n).x.double())


def training_points(data: Data, n: int) -> NoisedMixture:
    """The first n training data as a distribution: the optimal denoiser of n data is that of this mixture."""
    return NoisedMixture.of_points(first(data, "train", n))


def distribution(data: Data, n: int) -> tuple[NoisedMixture, str]:
    """The density of the data where it is a known mixture, else that of n training data; and what it is in words."""
    if data.centers is not None and data.std is not None:
        units = StandardUnits.of(data.spec)
        centers = units.to_units(data.centers.double())
        return NoisedMixture.of_equal(centers, float(data.std) / float(units.spread)), "exact"
    return training_points(data, n), f"of {n:,} training data"
