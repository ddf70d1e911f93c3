"""The optimal denoiser of n data: it returns training data."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.diffusion.forward_process.known import distribution, first, images, in_the_plane, time_of, training_points
from models.diffusion.process import T_MIN, Moment, NoisedMixture, trajectory
from models.diffusion.units import StandardUnits
from models.frames import Curves, Images, Paths, Plane, Points, Series
from models.protocol import Data, Noise, TimeStep, view
from models.views.words import as_array, decimal

__all__ = ["by_time", "images_memorised", "memorised", "weights"]

_PATHS, _IMAGES, _HELD_OUT = 60, 8, 200
_COPY = 0.02  # standard units a dimension: as near as this, a sample is a copy


def _back(lab: Any, mixture: NoisedMixture, n: int, noise: Noise) -> list[Moment]:
    """From noise to data with DDIM and the optimal denoiser."""
    schedule = lab.schedule
    start = schedule.at(torch.ones((), dtype=torch.float64)).scale
    x = start * torch.randn(n, mixture.dims, generator=noise.rng(), dtype=torch.float64)
    return list(
        trajectory(
            lambda at, t, level: mixture.estimate(at, level), schedule, x, sampler="ddim", passes=lab.config.passes
        )
    )


def _nearest(x: Tensor, data: Tensor) -> tuple[Tensor, Tensor]:
    """Distance a dimension to the nearest datum, and its place; (n, d) to (n,) each."""
    distance, place = torch.cdist(x, data).min(dim=1)
    return distance / x.shape[1] ** 0.5, place


def _copies(x: Tensor, train: Tensor, held_out: Tensor) -> str:
    near, other = _nearest(x, train)[0], _nearest(held_out, train)[0]
    return (
        f"{int((near < _COPY).sum())} of {len(x)} samples are copies of training data. Median distance to the nearest "
        f"of them, a dimension: {decimal(float(near.median()), 4)}; of held-out data {decimal(float(other.median()))}."
    )


@view(
    "Samples of the optimum", when=in_the_plane,
    help="Noise taken back by the optimal denoiser of the n training data: it ends on them.",
)  # fmt: skip
def memorised(lab: Any, data: Data, noise: Noise) -> Plane:
    """Paths from noise to training data."""
    mixture = training_points(data, lab.config.n)
    moments = _back(lab, mixture, _PATHS, noise)
    paths = np.stack([as_array(each.x / each.level.scale) for each in moments], axis=1)
    return Plane(
        (
            Paths(paths, role="prior", name="paths from the noise"),
            Points(as_array(mixture.centers), role="data", name="training data", size=7.0),
            Points(paths[:, -1], role="model", name="samples", size=4.0),
        ),
        x_label="x₁", y_label="x₂", extent=(-3.0, 3.0, -3.0, 3.0),
        subtitle=f"{len(mixture.centers):,} training data, {lab.config.passes} steps",
        note=_copies(moments[-1].x, mixture.centers, first(data, "valid", _HELD_OUT)),
    )  # fmt: skip


@view(
    "Images of the optimum", when=images,
    help="Upper row: noise taken back by the optimal denoiser of the n images. Lower row: the nearest of them.",
)  # fmt: skip
def images_memorised(lab: Any, data: Data, noise: Noise) -> Images:
    """Samples of the optimum above the nearest training images."""
    mixture, units = training_points(data, lab.config.n), StandardUnits.of(data.spec)
    x = _back(lab, mixture, _IMAGES, noise)[-1].x
    shown = torch.cat([x, mixture.centers[_nearest(x, mixture.centers)[1]]])
    return Images(
        as_array(units.from_units(shown).clamp(0, 1).float()), columns=_IMAGES,
        subtitle=f"{len(mixture.centers):,} training images, {lab.config.passes} steps",
        note=_copies(x, mixture.centers, first(data, "valid", 50)),
    )  # fmt: skip


def _times() -> Tensor:
    return torch.linspace(T_MIN**0.5, 1.0, 24, dtype=torch.float64).square()


@view(
    "Loss of the optimum", sets=TimeStep,
    help="Mean square error of ε a dimension: the optimal denoiser of n data on these data and on held-out data.",
)  # fmt: skip
def by_time(lab: Any, data: Data, noise: Noise, time: TimeStep) -> Curves:
    """The loss of the optimal denoiser of n data by t, and the least loss that any network can have on new data."""
    mixture, times = training_points(data, lab.config.n), _times()
    count = _HELD_OUT if mixture.dims <= 2 else 12
    sets = {"train": mixture.centers[:count], "valid": first(data, "valid", count)}
    labels = {"train": ("on its training data", "model"), "valid": ("on held-out data", "alt")}
    series = []
    for split, x0 in sets.items():
        eps = torch.randn(x0.shape, generator=noise.rng(), dtype=x0.dtype)
        levels = [lab.schedule.at(t) for t in times]
        loss = [float((mixture.eps(at.alpha * x0 + at.sigma * eps, at) - eps).square().mean()) for at in levels]
        label, role = labels[split]
        series.append(Series(split, label, as_array(times), np.maximum(loss, 1e-9), role=role))
    if data.centers is not None:
        exact, _ = distribution(data, lab.config.n)
        floor = np.array([float(exact.floor(lab.schedule.at(t))) for t in times])
        series.append(Series("floor", "floor of the true density", as_array(times), floor, role="data", dashed=True))
    return Curves(
        tuple(series), x_label="t", y_label="mean square error of ε", log_y=True, marker=time_of(time),
        subtitle=f"n = {len(mixture.centers):,}",
        note="On its own data the optimum of n data is below the floor, on new data above it.",
    )  # fmt: skip


@view(
    "Data that share the weight", sets=TimeStep,
    help="exp of the entropy of the softmax with which the optimal denoiser weighs its n data; band: middle half.",
)  # fmt: skip
def weights(lab: Any, data: Data, noise: Noise, time: TimeStep) -> Curves:
    """The effective number of data in E[x₀ | x_t], by t, for noised held-out data."""
    mixture, times = training_points(data, lab.config.n), _times()
    x0 = first(data, "valid", 100 if mixture.dims <= 2 else 12)
    eps = torch.randn(x0.shape, generator=noise.rng(), dtype=x0.dtype)
    rows = []
    for t in times:
        level = lab.schedule.at(t)
        share = mixture.shares(level.alpha * x0 + level.sigma * eps, level)
        rows.append((-torch.special.xlogy(share, share).sum(dim=1)).exp())
    low, middle, high = (as_array(torch.stack(rows).quantile(q, dim=1)) for q in (0.25, 0.5, 0.75))
    series = Series("count", "data that share the weight", as_array(times), middle, role="model", low=low, high=high)
    return Curves(
        (series,), x_label="t", y_label="data", log_y=True, marker=time_of(time),
        subtitle=f"n = {len(mixture.centers):,}, {len(x0)} noised held-out data",
        note="Where it is 1, the denoiser returns one training datum. A network cannot follow the jumps between them.",
    )  # fmt: skip
