"""Images: the posterior of x₀ among n training data."""

from __future__ import annotations

from typing import Any

import torch

from models.diffusion.forward_process.known import first, images, level_at, noise_like, optimum, time_of
from models.diffusion.forward_process.memory_views import times
from models.diffusion.forward_process.optimum import count_of
from models.diffusion.units import StandardUnits
from models.frames import Curves, Images, Series
from models.protocol import Data, DataBatch, TimeStep, view
from models.views.words import as_array, decimal

__all__ = ["images_posterior", "weights"]

_HELD_OUT = 50


@view(
    "Posterior of images", splits=("valid", "train"), batch=4, when=images,
    help="q(x₀ | x_t) where x₀ is one of the n training images: a softmax over them. Each row is one noised image.",
)  # fmt: skip
def images_posterior(lab: Any, batch: DataBatch, data: Data, time: TimeStep) -> Images:
    """Images, with noise, denoised, and the two training images that are most probable."""
    units, level, denoiser = StandardUnits.of(data.spec), level_at(lab, time), optimum(lab, data)
    x0 = units.to_units(batch.x.double())
    x = level.alpha * x0 + level.sigma * noise_like(x0)
    probable = denoiser.weights(x, level).topk(2, dim=1)
    best = denoiser.data[probable.indices]  # (rows, 2, d)
    shown = torch.stack([x0, x / level.scale, denoiser.denoised(x, level), best[:, 0], best[:, 1]], dim=1)
    captions = [
        caption
        for row in probable.values.tolist()
        for caption in ("x₀", "x_t", "E[x₀ | x_t]", *(f"{decimal(100 * share, 0)} %" for share in row))
    ]
    return Images(
        as_array(units.from_units(shown.flatten(0, 1)).clamp(0, 1).float()), columns=shown.shape[1],
        captions=tuple(captions), subtitle=f"t = {time_of(time):.3g}, {len(denoiser.data):,} training images",
        note="Right: the two most probable training images, with their probabilities.",
    )  # fmt: skip


@view(
    "Data that share the weight", sets=TimeStep, when=images,
    help="exp of the entropy of the softmax over the n data, for noised held-out data; band: middle half.",
)  # fmt: skip
def weights(lab: Any, data: Data, time: TimeStep) -> Curves:
    """The effective number of data in E[x₀ | x_t], by t, for noised held-out data."""
    at, denoiser, x0 = times(), optimum(lab, data), first(data, "valid", _HELD_OUT)
    key = "share of the weight", lab.config.schedule, len(denoiser.data)
    if key not in data.cache:
        eps, levels = noise_like(x0), [lab.schedule.at(t) for t in at]
        rows = [count_of(denoiser.weights(level.alpha * x0 + level.sigma * eps, level)) for level in levels]
        data.cache[key] = torch.stack(rows).quantile(torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64), dim=1)
    low, middle, high = (as_array(each) for each in data.cache[key])
    series = Series("count", "data that share the weight", as_array(at), middle, role="model", low=low, high=high)
    return Curves(
        (series,), x_label="t", y_label="training data", log_y=True, marker=time_of(time),
        subtitle=f"n = {len(denoiser.data):,}, {len(x0)} noised held-out data",
        note="Where it is 1, the denoiser returns a single training image.",
    )  # fmt: skip
