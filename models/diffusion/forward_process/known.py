"""What the views of the lab know of their data, in standard units and double precision."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from models.diffusion.forward_process.optimum import Optimum
from models.diffusion.process import T_MIN, Level, NoisedMixture
from models.diffusion.units import StandardUnits
from models.protocol import Data, DataSpec, Image, Planar, TimeStep
from models.views.words import decimal

__all__ = ["at_time", "distribution", "first", "images", "in_the_plane", "level_at", "noise_like", "optimum", "time_of"]


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


def at_time(lab: Any, time: TimeStep) -> str:
    """The time of the slider with its α, σ and log-SNR, for a subtitle."""
    level = level_at(lab, time)
    alpha, sigma, log_snr = (decimal(float(each), 2) for each in (level.alpha, level.sigma, level.log_snr))
    return f"t = {time_of(time):.3g}, α = {alpha}, σ = {sigma}, log-SNR {log_snr} nats"


def noise_like(x: Tensor) -> Tensor:
    """Standard normal noise, the same at all times and for all schedules, so that pictures differ by these alone."""
    return torch.randn(x.shape, generator=torch.Generator().manual_seed(0), dtype=x.dtype)


def first(data: Data, split: str, n: int) -> Tensor:
    """The first n data of a split, in standard units, (n, d)."""
    return StandardUnits.of(data.spec).to_units(data.split(split, n).x.double())


def optimum(lab: Any, data: Data) -> Optimum:
    """The optimal denoiser of the first n training data."""
    return Optimum(first(data, "train", lab.config.n))


def distribution(lab: Any, data: Data) -> tuple[NoisedMixture, str]:
    """The density of the data where it is a known mixture, else that of n training data; and what it is in words."""
    if data.centers is not None and data.std is not None:
        units = StandardUnits.of(data.spec)
        centers = units.to_units(data.centers.double())
        return NoisedMixture.of_equal(centers, float(data.std) / float(units.spread)), "exact density"
    points = first(data, "train", lab.config.n)
    return NoisedMixture.of_points(points), f"{len(points):,} training data"
