"""Data under noise, and the schedules."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from models.diffusion.forward_process.known import at_time, images, in_the_plane, level_at, noise_like, time_of
from models.diffusion.process import SCHEDULES, T_MIN, Level
from models.diffusion.units import StandardUnits
from models.frames import Curves, Images, Plane, Points, Series
from models.protocol import Data, DataBatch, TimeStep, view
from models.views.words import as_array, counted

__all__ = ["images_noised", "points_noised", "schedules"]

_REACH = 3.2  # standard deviations of x_t that pictures of the plane show
_MOST = 1.2  # of σ that the picture shows
_ROLES = {"linear": "model", "cosine": "data", "sigmoid": "prior", "exploding": "alt"}


def _noised(batch: DataBatch, data: Data, level: Level) -> torch.Tensor:
    """x_t of a batch in units of its standard deviation, (n, d)."""
    x0 = StandardUnits.of(data.spec).to_units(batch.x.double())
    return (level.alpha * x0 + level.sigma * noise_like(x0)) / level.scale


@view(
    "Points under noise", splits=("train", "valid"), batch=1000, when=in_the_plane, lead=True,
    help="x_t = α x₀ + σ ε, with the same ε at all times, in units of the standard deviation of x_t.",
)  # fmt: skip
def points_noised(lab: Any, batch: DataBatch, data: Data, time: TimeStep) -> Plane:
    """Data with the noise of a time."""
    label = None if batch.y is None else as_array(batch.y)
    colours = "" if label is None else ", coloured by class"
    return Plane(
        (
            Points(
                as_array(_noised(batch, data, level_at(lab, time))), label=label,
                classes=("",) * len(data.spec.classes), name="x_t", size=4.0,
            ),
        ),
        x_label="x₁", y_label="x₂", extent=(-_REACH, _REACH, -_REACH, _REACH),
        subtitle=at_time(lab, time), note=f"{counted(len(batch), batch.split, data.spec.kind)}{colours}.",
    )  # fmt: skip


@view(
    "Images under noise", splits=("train", "valid"), batch=16, when=images,
    help="x_t = α x₀ + σ ε, with the same ε at all times; brightness is cut to what an image has.",
)  # fmt: skip
def images_noised(lab: Any, batch: DataBatch, data: Data, time: TimeStep) -> Images:
    """Images with the noise of a time."""
    x = StandardUnits.of(data.spec).from_units(_noised(batch, data, level_at(lab, time))).clamp(0, 1)
    return Images(as_array(x.float()), columns=4, subtitle=at_time(lab, time))


@view(
    "Schedules", sets=TimeStep,
    help="α, σ and log-SNR = log α²/σ² of every schedule; the chosen one is solid. A click sets t.",
)  # fmt: skip
def schedules(lab: Any, time: TimeStep) -> Curves:
    """α, σ and log-SNR against t."""
    t = torch.linspace(T_MIN, 1.0, 200, dtype=torch.float64)
    x, series = as_array(t), []
    for name in sorted(SCHEDULES, key=lambda name: name != lab.config.schedule):
        title, level = SCHEDULES[name].title, SCHEDULES[name].at(t)
        alpha, sigma, log_snr = map(as_array, (level.alpha, level.sigma, level.log_snr))
        look: dict[str, Any] = {"role": _ROLES[name], "dotted": name != lab.config.schedule}
        series += [
            Series(f"alpha_{name}", title, x, alpha, pane="α", **look),
            Series(f"sigma_{name}", title, x, np.where(sigma <= _MOST, sigma, np.nan), pane="σ", **look),
            Series(f"log_snr_{name}", title, x, log_snr, pane="log-SNR", unit="nats", **look),
        ]
    return Curves(
        tuple(series), x_label="t", marker=time_of(time),
        note=f"The variance-exploding σ grows to 50; it is drawn up to {_MOST}.",
    )  # fmt: skip
