"""Data under noise, and the schedules."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from models.diffusion.forward_process.known import images, in_the_plane, level_at, time_of
from models.diffusion.process import SCHEDULES, T_MIN
from models.diffusion.units import StandardUnits
from models.frames import Curves, Images, Plane, Points, Series
from models.protocol import Data, DataBatch, Noise, TimeStep, view
from models.views.words import as_array, counted, decimal

__all__ = ["images_noised", "points_noised", "schedules"]

_REACH = 3.2  # standard units that pictures of the plane show
_ROLES = {"linear": "model", "cosine": "data", "sigmoid": "prior", "exploding": "alt"}


def _words(lab: Any, time: TimeStep) -> str:
    level = level_at(lab, time)
    alpha, sigma, log_snr = (decimal(float(each), 2) for each in (level.alpha, level.sigma, level.log_snr))
    return f"t = {time_of(time):.3g}: α = {alpha}, σ = {sigma}, log-SNR {log_snr} nats"


@view(
    "Points under noise", splits=("train", "valid"), batch=1000, when=in_the_plane, lead=True,
    help="x_t = α x₀ + σ ε, with the same ε at all times, in units of the standard deviation of x_t.",
)  # fmt: skip
def points_noised(lab: Any, batch: DataBatch, data: Data, noise: Noise, time: TimeStep) -> Plane:
    """Data with the noise of a time."""
    x0, level = StandardUnits.of(data.spec).to_units(batch.x.double()), level_at(lab, time)
    eps = torch.randn(x0.shape, generator=noise.rng(), dtype=x0.dtype)
    x = (level.alpha * x0 + level.sigma * eps) / level.scale
    label = None if batch.y is None else as_array(batch.y)
    return Plane(
        (Points(as_array(x), label=label, classes=("",) * len(data.spec.classes), name="x_t", size=4.0),),
        x_label="x₁", y_label="x₂", extent=(-_REACH, _REACH, -_REACH, _REACH),
        subtitle=_words(lab, time), note=f"{counted(len(batch), batch.split, data.spec.kind)}, coloured by class.",
    )  # fmt: skip


@view(
    "Images under noise", splits=("train", "valid"), batch=16, when=images,
    help="x_t = α x₀ + σ ε, with the same ε at all times; brightness is cut to what an image has.",
)  # fmt: skip
def images_noised(lab: Any, batch: DataBatch, data: Data, noise: Noise, time: TimeStep) -> Images:
    """Images with the noise of a time."""
    units, level = StandardUnits.of(data.spec), level_at(lab, time)
    x0 = units.to_units(batch.x.double())
    eps = torch.randn(x0.shape, generator=noise.rng(), dtype=x0.dtype)
    x = units.from_units((level.alpha * x0 + level.sigma * eps) / level.scale).clamp(0, 1)
    return Images(as_array(x.float()), columns=4, subtitle=_words(lab, time))


@view("Schedules", help="α and σ of the chosen schedule, and the log-SNR of all. A click sets t.", sets=TimeStep)
def schedules(lab: Any, time: TimeStep) -> Curves:
    """α, σ and log-SNR against t."""
    t = torch.linspace(T_MIN, 1.0, 200, dtype=torch.float64)
    level, x = lab.schedule.at(t), as_array(t)
    series = [
        Series("alpha", "α", x, as_array(level.alpha), role="data", pane="α, σ"),
        Series("sigma", "σ", x, as_array(level.sigma.clamp_max(1.2)), role="prior", pane="α, σ"),
    ]
    if lab.config.schedule == "exploding":
        inside = as_array(torch.where(level.sigma <= 1.2, level.sigma, torch.full_like(level.sigma, np.nan)))
        series[1] = Series("sigma", "σ", x, inside, role="prior", pane="α, σ")
    series += [
        Series(
            f"snr_{name}", each.title, x, as_array(each.log_snr(t)), role=_ROLES[name], pane="log-SNR", unit="nats",
            dotted=name != lab.config.schedule,
        )
        for name, each in SCHEDULES.items()
    ]  # fmt: skip
    note = "σ grows to 50, beyond the picture." if lab.config.schedule == "exploding" else ""
    return Curves(
        tuple(series), x_label="t", marker=time_of(time), subtitle=f"{lab.schedule.title}; log-SNR = log α²/σ²",
        note=note,
    )  # fmt: skip
