"""log p of the probability flow, over the plane and over data and samples, beside the exact density."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from models.diffusion.plane.in_data_units import square
from models.frames import Curves, Density, Plane, Points
from models.protocol import Data, DataBatch, Noise, param, view
from models.views.likelihood import histograms
from models.views.pause import paused
from models.views.words import SPLITS, as_array, counted, decimal

__all__ = ["density", "log_likelihood"]

_SIDE = 36  # cells a side of the map
_STEPS = 16  # Runge–Kutta steps of the map


@view(
    "Density of the flow", splits=("valid", "train"), batch=300,
    help="p of the probability flow: Runge–Kutta, with the exact divergence of the network.",
)  # fmt: skip
def density(model: Any, batch: DataBatch, data: Data) -> Iterator[Plane | None]:
    """The density by the change of variables along the flow, and its difference to the exact one."""
    extent = square(model.units)
    at = (np.arange(_SIDE) + 0.5) / _SIDE
    xs, ys = extent[0] + at * (extent[1] - extent[0]), extent[2] + at * (extent[3] - extent[2])
    places = torch.from_numpy(np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2))
    *_, log_p = yield from paused(model.log_prob_parts(places.to(model.device, model.dtype), _STEPS))
    values = np.exp(as_array(log_p).astype(float)).reshape(_SIDE, _SIDE)
    cell = (extent[1] - extent[0]) * (extent[3] - extent[2]) / _SIDE**2
    note = f"Integral over the map: {decimal(float(values.sum()) * cell)}."
    if data.log_prob is not None:
        exact = np.exp(as_array(data.log_prob(places))).reshape(_SIDE, _SIDE)
        note += f" ½ ∫ |p_θ − p_data|: {decimal(0.5 * float(np.abs(values - exact).sum()) * cell)}."
    yield Plane(
        (
            Density(values, extent, role="model", low=0.0, name="p_θ"),
            Points(as_array(batch.x), role="data", name="data", size=2.0, index=as_array(batch.index)),
        ),
        x_label="x₁", y_label="x₂", extent=extent, note=note,
        subtitle=counted(len(batch), batch.split, model.spec.kind),
    )  # fmt: skip


@view(
    "Log-likelihood", splits=("valid", "train"), batch=200,
    help="Distribution of log p(x) of the flow over data and over its samples; dashed: exact log density of the data.",
)  # fmt: skip
def log_likelihood(
    model: Any, batch: DataBatch, data: Data, noise: Noise, bins: int = param(30, "Bins", 5, 100, more=True)
) -> Iterator[Curves | None]:
    """Histograms of log p(x), nats, of data and of as many samples, as of other models, in parts."""
    *_, drawn = yield from paused(model.way(model.draw_noise(len(batch), noise.rng(model.device))))
    *_, log_p = yield from paused(model.log_prob_parts(torch.cat([batch.x, model.units.from_units(drawn.x)])))
    split, n = SPLITS[batch.split], len(batch)
    rows = [("data", f"{split} data", "data", log_p[:n]), ("samples", "samples", "model", log_p[n:])]
    if data.log_prob is not None:
        rows.append(("exact", f"{split} data, exact density", "data", data.log_prob(batch.x)))
    kind = data.spec.kind
    yield histograms(rows, bins, kind, f"{counted(n, batch.split, kind)} in {bins} bins, the middle 99 %")
