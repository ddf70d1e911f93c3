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
    names = ("x₀", "x_t", "E[x₀ | x_t]")
    captions = [
        caption
        for row, shares in enumerate(probable.values.tolist(), 1)
        for caption in (*(names if row == len(x0) else ("", "", "")), *(f"{decimal(100 * p, 0)} %" for p in shares))
    ]
    return Images(
        as_array(units.from_units(shown.flatten(0, 1)).clamp(0, 1).float()), columns=shown.shape[1],
        captions=tuple(captions), subtitle=f"t = {time_of(time):.3g}, {len(denoiser.data):,} training images",
        note="At the right: the most probable training images.",
    )  # fmt: skip


@view(
    "Effective number of data", sets=TimeStep, when=images,
    help="exp of the entropy of the softmax over the n data, for noised held-out data; band: middle half.",
)  # fmt: skip
def weights(lab: Any, data: Data, time: TimeStep) -> Curves:
    """The effective number of data in E[x₀ | x_t], by t, for noised held-out data."""
    at, denoiser, x0 = times(), optimum(lab, data), first(data, "valid", _HELD_OUT)
    key = "effective number of data", lab.config.schedule, len(denoiser.data)
    if key not in data.cache:
        eps, levels = noise_like(x0), [lab.schedule.at(t) for t in at]
        rows = [count_of(denoiser.weights(level.alpha * x0 + level.sigma * eps, level)) for level in levels]
        data.cache[key] = torch.stack(rows).quantile(torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64), dim=1)
    low, middle, high = (as_array(each) for each in data.cache[key])
    series = Series("count", "effective number", as_array(at), middle, role="model", low=low, high=high)
    return Curves(
        (series,), x_label="t", y_label="training data", log_y=True, marker=time_of(time),
        subtitle=f"{len(x0)} held-out images",
        note="Where it is 1, the denoiser returns a single training image.",
    )  # fmt: skip
