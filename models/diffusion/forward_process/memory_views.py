"""The optimal denoiser of n data returns training data: its samples, and its loss."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.diffusion.forward_process.known import distribution, first, images, in_the_plane, noise_like, optimum
from models.diffusion.forward_process.optimum import Optimum
from models.diffusion.process import T_MIN, Level, Moment, trajectory
from models.diffusion.units import StandardUnits
from models.frames import Curves, Images, Paths, Plane, Points, Series
from models.protocol import Data, Noise, view
from models.views.words import as_array, decimal, plural

__all__ = ["by_time", "images_memorised", "images_of", "memorised", "plane_of", "times", "way_back"]

PATHS, IMAGES = 60, 8  # samples
_HELD_OUT = 200
_COPY = 0.1  # of the distance that held-out data have: as near to a training datum as this, a sample is a copy
_PART = 8  # passes at a time
_LEAST = 1e-6  # the loss that the picture shows


def way_back(lab: Any, denoiser: Optimum, n: int, noise: Noise, part: int) -> Iterator[list[Moment]]:
    """DDIM from noise to n samples, some passes at a time: the moments so far, at last all of them."""
    schedule = lab.schedule
    start = schedule.at(torch.ones((), dtype=torch.float64)).scale
    x = start * torch.randn(n, denoiser.data.shape[1], generator=noise.rng(), dtype=torch.float64)
    way = trajectory(
        lambda at, t, level: denoiser.estimate(at, level), schedule, x, sampler="ddim", passes=lab.config.passes
    )
    moments: list[Moment] = []
    while more := list(itertools.islice(way, part)):
        moments += more
        yield moments


def _nearest(x: Tensor, data: Tensor) -> tuple[Tensor, Tensor]:
    """Distance to the nearest datum, and its place; (n, d) to (n,) each."""
    distance, place = torch.cdist(x, data).min(dim=1)
    return distance, place


def _copies(moments: list[Moment], train: Tensor, held_out: Tensor) -> str:
    if moments[-1].t > 0:
        return ""
    usual = _nearest(held_out, train)[0].median()
    near = _nearest(moments[-1].x, train)[0]
    count = int((near < _COPY * usual).sum())
    return (
        f"{count} of {len(near)} samples are copies of training data. Median distance to the nearest of these: "
        f"{decimal(float(near.median()))}; of held-out data {decimal(float(usual))}."
    )


def plane_of(moments: list[Moment], data: Data, train: Tensor, subtitle: str) -> Plane:
    """Paths from noise to samples, over the training data."""
    paths = np.stack([as_array(each.x / each.level.scale) for each in moments], axis=1)
    return Plane(
        (
            Paths(paths, role="prior", name="paths from the noise"),
            Points(as_array(train), role="data", name="training data", size=7.0),
            Points(paths[:, -1], role="model", name="samples", size=4.0),
        ),
        x_label="x₁", y_label="x₂", extent=(-3.0, 3.0, -3.0, 3.0),
        subtitle=subtitle, note=_copies(moments, train, first(data, "valid", _HELD_OUT)),
    )  # fmt: skip


def images_of(moments: list[Moment], data: Data, train: Tensor, subtitle: str) -> Images:
    """Rows of samples, each above the row of the training images that are nearest to them."""
    x = moments[-1].x / moments[-1].level.scale
    pairs = torch.stack([x, train[_nearest(x, train)[1]]])  # (2, n, d)
    rows = pairs.reshape(2, 2, IMAGES // 2, -1).transpose(0, 1).flatten(0, 2)
    return Images(
        as_array(StandardUnits.of(data.spec).from_units(rows).clamp(0, 1).float()), columns=IMAGES // 2,
        row_labels=("sample", "nearest") * 2, subtitle=subtitle,
        note=_copies(moments, train, first(data, "valid", _HELD_OUT)),
    )  # fmt: skip


@view(
    "Samples of the optimum", when=in_the_plane,
    help="Noise taken back by the optimal denoiser of the n training data: it ends on them.",
)  # fmt: skip
def memorised(lab: Any, data: Data, noise: Noise) -> Iterator[Plane]:
    """Paths from noise to training data."""
    denoiser = optimum(lab, data)
    words = f"{len(denoiser.data):,} training data, {plural(lab.config.passes, 'step')}"
    for moments in way_back(lab, denoiser, PATHS, noise, _PART):
        yield plane_of(moments, data, denoiser.data, words)


@view(
    "Images of the optimum", when=images,
    help="Noise taken back by the optimal denoiser of the n images; below each sample the nearest of them.",
)  # fmt: skip
def images_memorised(lab: Any, data: Data, noise: Noise) -> Iterator[Images]:
    """Samples of the optimum above the nearest training images."""
    denoiser = optimum(lab, data)
    words = f"{len(denoiser.data):,} training images, {plural(lab.config.passes, 'step')}"
    for moments in way_back(lab, denoiser, IMAGES, noise, _PART):
        yield images_of(moments, data, denoiser.data, words)


def times() -> Tensor:
    """Times of curves, denser near the data."""
    return torch.linspace(T_MIN**0.5, 1.0, 24, dtype=torch.float64).square()


@view(
    "Loss by t",
    help="Mean square error of ε per dimension: of the optimal denoiser of n data on these, and on held-out data.",
)  # fmt: skip
def by_time(lab: Any, data: Data) -> Iterator[Curves]:
    """The loss of the optimal denoiser of n data by t, and the least loss that any network can have on new data."""
    denoiser, at = optimum(lab, data), times()
    mixture, _ = distribution(lab, data)
    known = float(mixture.std) > 0
    train, held_out = denoiser.data[:_HELD_OUT], first(data, "valid", _HELD_OUT)
    rows: list[tuple[float, ...]] = []
    for t in at:
        level = lab.schedule.at(t)
        losses = [loss_of(denoiser, x0, level) for x0 in (train, held_out)]
        rows.append((*losses, float(mixture.floor(level))) if known else tuple(losses))
        yield _loss_curves(as_array(at[: len(rows)]), np.array(rows), len(denoiser.data))


def loss_of(denoiser: Optimum, x0: Tensor, level: Level) -> float:
    """Mean square error of the predicted noise a dimension, on data (k, d)."""
    eps = noise_like(x0)
    return float((denoiser.eps(level.alpha * x0 + level.sigma * eps, level) - eps).square().mean())


def _loss_curves(at: np.ndarray, rows: np.ndarray, n: int) -> Curves:
    losses = np.maximum(rows, _LEAST)
    series = [
        Series("train", f"{n:,} data", at, losses[:, 0], role="model"),
        Series("valid", "held-out data", at, losses[:, 1], role="alt"),
    ]
    note = "The density of these data is not a known mixture: the floor is unknown."
    if rows.shape[1] > 2:
        series.append(Series("floor", "floor", at, losses[:, 2], role="data", dashed=True))
        note = "The floor is the least loss that any denoiser has on new data."
    return Curves(
        tuple(series), x_label="t", y_label="mean square error of ε", log_y=True,
        note=f"{note} Losses below 10⁻⁶ are drawn there.",
    )  # fmt: skip
