"""The learned prediction of the noise beside the exact one."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.diffusion.ddpm.in_data_units import square
from models.diffusion.process import T_MIN
from models.frames import Curves, Density, Field, Plane, Series
from models.protocol import Data, DataBatch, Noise, TimeStep, view
from models.views.words import as_array, counted, decimal

__all__ = ["errors", "field", "losses"]

_REACH, _SIDE, _ARROWS, _LONGEST = 3.0, 48, 13, 0.45


def _cells(model: Any, side: int) -> Tensor:
    at = _REACH * ((2 * torch.arange(side, device=model.device, dtype=model.dtype) + 1) / side - 1)
    y, x = torch.meshgrid(at, at, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], dim=1)


def _arrows(model: Any, places: Tensor, eps: Tensor, longest: float, role: str, name: str) -> Field:
    """−ε as arrows: the way of the denoising. All fields of a picture have one scale."""
    size = float(eps.norm(dim=1).max()) / longest
    drawn = _LONGEST * float(model.units.spread) * size
    return Field(as_array(model.units.from_units(places)), as_array(-eps), role=role, longest=drawn, name=name)


@view(
    "Learned and exact field",
    help="−ε, the direction in which noise is taken away, as learned and as it is best; map: the difference.",
)  # fmt: skip
def field(model: Any, time: TimeStep) -> Plane:
    """The learned prediction at a time, the exact one, and the size of their difference."""
    t = torch.tensor(max(time.t, T_MIN), device=model.device, dtype=model.dtype)
    level, exact = model.schedule.at(t), model.exact
    places = _cells(model, _ARROWS)
    learned = model.eps(level.scale * places, t)
    longest = float(learned.norm(dim=1).max())
    layers: list[Any] = []
    note = "The density of these data is not a known mixture: there is no exact field."
    if exact is not None:
        cells = level.scale * _cells(model, _SIDE)
        best, density = exact.eps(cells, level), exact.log_prob(cells, level).exp()
        error = (model.eps(cells, t) - best).norm(dim=1)
        there = density > 1e-3 * density.max()  # where the network has seen data
        relative = (density * error.square()).sum() / (density * best.square().sum(1)).sum()
        values = as_array(torch.where(there, error, torch.zeros_like(error))).reshape(_SIDE, _SIDE)
        layers.append(Density(values, square(model.units), role="alt", low=0.0, high=1.0, name="‖difference‖, 0 to 1"))
        of_places = exact.eps(level.scale * places, level)
        longest = max(longest, float(of_places.norm(dim=1).max()))
        layers.append(_arrows(model, places, of_places, longest, "data", "exact"))
        note = f"Relative square error over p_t: {decimal(float(relative), 4)}. The map is where p_t is not almost 0."
    layers.append(_arrows(model, places, learned, longest, "model", "learned"))
    return Plane(
        tuple(layers), x_label="x₁", y_label="x₂", extent=square(model.units),
        subtitle=f"t = {float(t):.3g}, log-SNR {decimal(float(level.log_snr), 2)} nats", note=note,
    )  # fmt: skip


def _times(model: Any, n: int) -> Tensor:
    return torch.linspace(T_MIN**0.5, 1.0, n, device=model.device, dtype=model.dtype).square()


@view(
    "Loss by t", record=True, splits=("valid", "train"), batch=500, sets=TimeStep,
    help="Mean square error of ε at each t, and its exact floor: the best network's loss is not 0.",
)  # fmt: skip
def losses(model: Any, batch: DataBatch, data: Data, noise: Noise, time: TimeStep) -> Curves:
    """The error of the prediction of ε by t, with the floor by quadrature where the density is known."""
    x0, times = model.units.to_units(batch.x), _times(model, 24)
    eps = torch.randn(x0.shape, generator=noise.rng(model.device), device=model.device, dtype=x0.dtype)
    learned, exact = [], model.exact
    for t in times:
        level = model.schedule.at(t)
        learned.append(float((model.eps(level.alpha * x0 + level.sigma * eps, t) - eps).square().mean()))
    at = as_array(times)
    series = [Series("learned", "learned", at, np.array(learned), role="model")]
    if exact is not None:
        key = "floor", model.config.process
        if key not in data.cache:
            data.cache[key] = np.array([float(exact.floor(model.schedule.at(t))) for t in times])
        floor = data.cache[key]
        series.append(Series("floor", "exact floor", at, floor, role="data", dashed=True))
    return Curves(
        tuple(series), x_label="t", y_label="square error of ε a dimension", marker=max(time.t, T_MIN),
        subtitle=counted(len(batch), batch.split, model.spec.kind),
        note="" if exact is not None else "The density of these data is not a known mixture: the floor is unknown.",
    )  # fmt: skip


@view(
    "Error of the field by t", splits=("valid", "train"), batch=500, sets=TimeStep,
    help="Relative square error of ε against the exact one.",
)  # fmt: skip
def errors(model: Any, batch: DataBatch, noise: Noise, time: TimeStep) -> Curves:
    """‖ε_θ − ε*‖² over ‖ε*‖², each the mean over noised data, by t; without an exact field, the size of ε_θ."""
    x0, times, exact = model.units.to_units(batch.x), _times(model, 30), model.exact
    eps = torch.randn(x0.shape, generator=noise.rng(model.device), device=model.device, dtype=x0.dtype)
    values = []
    for t in times:
        level = model.schedule.at(t)
        x = level.alpha * x0 + level.sigma * eps
        learned = model.eps(x, t)
        best = torch.zeros_like(learned) if exact is None else exact.eps(x, level)
        square = (learned - best).square().mean()
        values.append(float(square if exact is None else square / best.square().mean()))
    label = "mean square of ε_θ" if exact is None else "relative square error"
    return Curves(
        (Series("error", label, as_array(times), np.array(values), role="model"),),
        x_label="t", y_label=label, log_y=True, marker=max(time.t, T_MIN),
        subtitle=counted(len(batch), batch.split, model.spec.kind),
    )  # fmt: skip
