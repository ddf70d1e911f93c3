"""What the network has learned beside what is best, at one time and over all times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.diffusion.plane.in_data_units import square
from models.diffusion.process import T_MIN
from models.frames import Curves, Density, Field, Plane, Series
from models.protocol import Data, DataBatch, Noise, TimeStep, view
from models.views.pause import paused
from models.views.words import as_array, counted, decimal

__all__ = ["errors", "field", "losses"]

_REACH, _SIDE, _ARROWS, _LONGEST = 3.0, 48, 13, 0.45
_LAST = 0.995  # of the times of curves: at t = 1 a straight path has no datum, and its exact floor is 0/0


def _cells(model: Any, side: int) -> Tensor:
    at = _REACH * ((2 * torch.arange(side, device=model.device, dtype=model.dtype) + 1) / side - 1)
    y, x = torch.meshgrid(at, at, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], dim=1)


def _arrows(model: Any, places: Tensor, values: Tensor, longest: float, role: str, name: str) -> Field:
    """The way of the denoising as arrows. All fields of a picture have one scale."""
    size = float(values.norm(dim=1).max()) / longest
    drawn = _LONGEST * float(model.units.spread) * size
    return Field(as_array(model.units.from_units(places)), as_array(-values), role=role, longest=drawn, name=name)


@view(
    "Learned and exact field",
    help="The direction in which noise is taken away, as learned and as it is best; map: the difference.",
)  # fmt: skip
def field(model: Any, time: TimeStep) -> Plane:
    """The learned prediction at a time, the exact one, and the size of their difference."""
    t = torch.tensor(min(max(time.t, T_MIN), _LAST), device=model.device, dtype=model.dtype)
    level, exact = model.schedule.at(t), model.exact
    places = _cells(model, _ARROWS)
    learned = model.compared(model.estimate(level.scale * places, t, level))
    longest = float(learned.norm(dim=1).max())
    layers: list[Any] = []
    note = f"{model.without_exact}: there is no exact field."
    if exact is not None:
        cells = level.scale * _cells(model, _SIDE)
        best, density = model.compared(exact.estimate(cells, level)), exact.log_prob(cells, level).exp()
        error = (model.compared(model.estimate(cells, t, level)) - best).norm(dim=1)
        there = density > 1e-3 * density.max()  # where the network has seen data
        relative = (density * error.square()).sum() / (density * best.square().sum(1)).sum()
        values = as_array(torch.where(there, error, torch.zeros_like(error))).reshape(_SIDE, _SIDE)
        layers.append(Density(values, square(model.units), role="alt", low=0.0, high=1.0, name="‖difference‖, 0 to 1"))
        of_places = model.compared(exact.estimate(level.scale * places, level))
        longest = max(longest, float(of_places.norm(dim=1).max()))
        layers.append(_arrows(model, places, of_places, longest, "data", "exact"))
        note = f"Relative square error over p_t: {decimal(float(relative), 4)}. The map is where p_t is not almost 0."
    layers.append(_arrows(model, places, learned, longest, "model", "learned"))
    return Plane(
        tuple(layers), x_label="x₁", y_label="x₂", extent=square(model.units),
        subtitle=f"−{model.target}, t = {float(t):.3g}, log-SNR {decimal(float(level.log_snr), 2)} nats", note=note,
    )  # fmt: skip


def _times(model: Any, n: int) -> Tensor:
    return torch.linspace(T_MIN**0.5, _LAST**0.5, n, device=model.device, dtype=model.dtype).square()


@view(
    "Loss by t", record=True, splits=("valid", "train"), batch=500, sets=TimeStep,
    help="Mean square error at each t, and its exact floor: the best network's loss is not 0.",
)  # fmt: skip
def losses(
    model: Any, batch: DataBatch, data: Data, noise: Noise, time: TimeStep
) -> Iterator[Curves | None]:  # fmt: skip
    """The error of the prediction by t, with the floor by quadrature where the density is known."""
    x0, times, rng = model.units.to_units(batch.x), _times(model, 24), noise.rng(model.device)
    exact, at = model.exact, as_array(times)

    def loss(t: Tensor) -> float:
        x, pair, level = model.noised(x0, t, rng)
        return float((model.compared(model.estimate(x, t, level)) - model.compared(pair)).square().mean())

    learned = yield from paused(loss(t) for t in times)
    series = [Series("learned", "learned", at, np.array(learned), role="model")]
    if exact is not None:
        key = "floor", model.schedule.title
        if key not in data.cache:
            precise = exact.double()
            floor = yield from paused(float(model.floor(precise, model.schedule.at(t))) for t in times.double())
            data.cache[key] = np.array(floor)
        series.append(Series("floor", "exact floor", at, data.cache[key], role="data", dashed=True))
    yield Curves(
        tuple(series), x_label="t", y_label=f"square error of {model.target} per dimension", marker=max(time.t, T_MIN),
        subtitle=counted(len(batch), batch.split, model.spec.kind),
        note="" if exact is not None else f"{model.without_exact}: the floor is unknown.",
    )  # fmt: skip


@view(
    "Error of the field by t", splits=("valid", "train"), batch=500, sets=TimeStep,
    help="Relative square error against the exact field.",
)  # fmt: skip
def errors(model: Any, batch: DataBatch, noise: Noise, time: TimeStep) -> Iterator[Curves | None]:
    """The square of the error over that of the exact field, each the mean over noised data; else the learned square."""
    x0, times, exact, rng = model.units.to_units(batch.x), _times(model, 30), model.exact, noise.rng(model.device)

    def error(t: Tensor) -> float:
        x, _, level = model.noised(x0, t, rng)
        learned = model.compared(model.estimate(x, t, level))
        best = torch.zeros_like(learned) if exact is None else model.compared(exact.estimate(x, level))
        square = (learned - best).square().mean()
        return float(square if exact is None else square / best.square().mean())

    values = yield from paused(error(t) for t in times)
    label = f"mean square of {model.target}" if exact is None else f"relative square error of {model.target}"
    yield Curves(
        (Series("error", label, as_array(times), np.array(values), role="model"),),
        x_label="t", y_label=label, log_y=True, marker=max(time.t, T_MIN),
        subtitle=counted(len(batch), batch.split, model.spec.kind),
    )  # fmt: skip
