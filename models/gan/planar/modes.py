"""The modes of the data and the share of the samples that each holds: as a picture, and as numbers."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from models.exact.modes import HELD, ModeCounts, count_modes
from models.frames import Bars, Discs
from models.gan.planar.layers import PlanarGAN, names_of
from models.protocol import Data, Noise, param, view
from models.views.planar import nearest_class
from models.views.words import as_array

__all__ = ["COUNT", "count_samples", "mode_map", "modes"]

COUNT = 2500
"""Samples that are counted by mode."""


def count_samples(model: PlanarGAN, data: Data, noise: Noise, count: int) -> ModeCounts:
    """Counts samples of a model by mode, for data that have centres."""
    assert data.centers is not None
    assert data.std is not None
    with torch.no_grad():
        x = model.sample(count, rng=noise.rng(model.device))
    return count_modes(x, data.centers, data.std)


@view(
    "Modes",
    record=True,
    help="The share of the samples to which each mode is the nearest, with the modes where they are.",
)
def mode_map(
    model: PlanarGAN, data: Data, noise: Noise, count: int = param(COUNT, "Samples", 100, 20_000, log=True, more=True)
) -> Discs:
    """A circle for each mode, full where it is nearest to as many samples as it has data."""
    if data.centers is None or data.std is None:
        return _class_map(model, data, noise, count)
    counts, names = count_samples(model, data, noise, count), names_of(data)
    held, k = int(counts.held.sum()), len(names)
    real = count_modes(data.test.x, data.centers, data.std)
    return Discs(
        labels=names,
        xy=as_array(data.centers).astype(float),
        values=100 * _share(counts.nearest),
        reference=100 * np.maximum(_share(real.nearest), 1.0 / real.n),
        cores=100 * _share(counts.good, counts.n),
        headline=f"{held}/{k}",
        caption="held",
        value_name="nearest",
        core_name="within 3 std",
        reference_name="data",
        subtitle=f"{held} of {k} held",
        note=f"{100 * float(counts.good.sum()) / counts.n:.1f} % of {count:,} samples are within 3 std of a mode; "
        f"a mode with at least {100 * HELD:.0f} % there is held.",
    )


def _class_map(model: PlanarGAN, data: Data, noise: Noise, count: int) -> Discs:
    """A circle for each class, for data that are not made of modes."""
    share, true, names = _class_shares(model.sample(count, rng=noise.rng(model.device)), data)
    train = data.split("train", 2000)
    y = torch.zeros(len(train), dtype=torch.long) if train.y is None else train.y.cpu()
    middle = np.array([as_array(train.x)[as_array(y) == k].mean(axis=0) for k in range(len(names))], dtype=float)
    held = int((share >= HELD).sum())
    return Discs(
        labels=names,
        xy=middle,
        values=100 * share,
        reference=100 * np.maximum(true, 1e-3),
        headline=f"{held}/{len(names)}",
        caption="held",
        value_name="nearest",
        reference_name="data",
        subtitle=f"{held} of {len(names)} classes held",
        note=f"{count:,} samples by the class of the nearest training datum, at the mean of each class.",
    )


@view("Shares of the modes", record=True, help="Share of samples within 3 std of each mode, beside the data's.")
def modes(
    model: PlanarGAN, data: Data, noise: Noise, count: int = param(COUNT, "Samples", 100, 20_000, log=True)
) -> Bars:
    """Shares of samples and data by mode, with their errors."""
    if data.centers is None or data.std is None:
        return _by_class(model.sample(count, rng=noise.rng(model.device)), data)
    fake, names = count_samples(model, data, noise, count), names_of(data)
    real = count_modes(data.test.x, data.centers, data.std)
    share = _share(fake.good, fake.n)
    shares = np.append(share, 1.0 - share.sum())
    return Bars(
        labels=(*names, "none"),
        values=100 * shares,
        errors=100 * _share_errors(shares, fake.n),
        roles=("model",) * len(names) + ("total",),
        reference=100 * np.append(as_array(real.good / real.n), 1.0 - float(real.good.sum()) / real.n),
        unit="%",
        subtitle="within 3 std",
        note=f"{count:,} samples; dashed: {real.n:,} test data. High quality: {100 * share.sum():.1f} %.",
    )


def _by_class(x: Tensor, data: Data) -> Bars:
    """Shares by the class of the nearest datum, for data that are not made of modes."""
    share, true, names = _class_shares(x, data)
    return Bars(
        labels=names,
        values=100 * share,
        errors=100 * _share_errors(share, len(x)),
        roles=("model",) * len(names),
        reference=100 * true,
        unit="%",
        subtitle="by class",
        note=f"{len(x):,} samples by the class of the nearest training datum; dashed: test data. "
        "These data are not made of modes that could be counted.",
    )


def _class_shares(x: Tensor, data: Data) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Share of samples and of test data by class, (classes,) each, and the names of the classes."""
    near, names = nearest_class(x, data)
    test = data.test
    true = test.y if test.y is not None else torch.zeros(len(test), dtype=torch.long)
    return _share(torch.bincount(near, minlength=len(names))), _share(torch.bincount(true, minlength=len(names))), names


def _share(counts: Tensor, n: int | None = None) -> np.ndarray:
    """Counts as shares of n, by default of their sum."""
    whole = as_array(counts).astype(float)
    return whole / max(whole.sum() if n is None else n, 1)


def _share_errors(share: np.ndarray, n: int) -> np.ndarray:
    """Standard errors of shares of n independent samples."""
    return np.sqrt(share * (1.0 - share).clip(0.0) / n)
