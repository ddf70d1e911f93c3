"""The (x, z) plane of the one-dimensional toy: pairs of q and of the prior on the map of r_ψ."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from models.frames import Density, Layer, Lines, Plane, Points
from models.inference.avb.interface import AdversarialModel, is_toy
from models.inference.contrast import moments_of
from models.protocol import DataBatch, DataPoint, Noise, param, view
from models.views.words import as_array, decimal

__all__ = ["EXTENT_Z", "pairs"]

EXTENT_Z = 3.4
_COLUMNS, _ROWS = 48, 64  # few enough for one frame of some milliseconds, on which slow motion draws
_MOMENTS = 32  # draws for the moments of q at each column
_MAPS = {"ratio": "r_ψ(x, z)", "posterior": "p(z|x), exact"}
_LIMIT = 6.0  # nats at which the colours of r_ψ end
_MOST_DRAWS = 300


def _extent(batch: DataBatch) -> tuple[float, float]:
    x = batch.x[:, 0]
    low, high = float(x.min()), float(x.quantile(0.985))
    margin = 0.06 * (high - low)
    return low - margin, high + margin


def _cells(low: float, high: float, count: int, like: Tensor) -> Tensor:
    return low + (high - low) * (torch.arange(count).to(like) + 0.5) / count


@view(
    "Pairs (x, z)", record=True, lead=True, splits=("valid", "train"), batch=300,
    when=lambda config, spec: is_toy(spec) and (config.decoder == "given" or config.latent == 1),
    help="Draws of q(z|x) at the data, on the map of the estimated log ratio or of the exact posterior.",
)  # fmt: skip
def pairs(
    model: AdversarialModel,
    batch: DataBatch,
    point: DataPoint,
    noise: Noise,
    background: str = param(
        "ratio",
        "Map",
        choices=_MAPS,
        help=f"r_ψ, whose colours end at ±{_LIMIT:g} nats, or p(z|x) as a share of its peak at each x.",
    ),
    prior: bool = param(False, "Pairs of the prior", more=True, help="Draws of z ~ p(z) at the same data."),
) -> Plane:
    """Pairs over the map of r_ψ, or over the exact posterior of each x; the picked datum is marked."""
    x0, x1 = _extent(batch)
    extent = (x0, x1, -EXTENT_Z, EXTENT_Z)
    column = _cells(x0, x1, _COLUMNS, batch.x)[:, None]  # (columns, 1)
    row = _cells(-EXTENT_Z, EXTENT_Z, _ROWS, batch.x)  # (rows,)
    places = row[:, None, None].expand(-1, _COLUMNS, 1)
    rng = noise.rng(model.device)
    z = model.posterior.draw(model.features(batch.x), 1, rng=rng)[0]  # (n, 1)
    if background == "ratio":
        moments = None
        if model.config.contrast == "adaptive":
            moments = moments_of(model.posterior.draw(model.features(column), _MOMENTS, rng=rng))
        values = model.log_ratio(column, places, moments)  # (rows, columns)
        heat = Density(as_array(values), extent, role="real-fake", low=-_LIMIT, high=_LIMIT, name="r_ψ(x, z)")
    else:
        joint = model.decoder.log_prob(column, places) - 0.5 * places[..., 0].square()
        values = joint.softmax(dim=0)
        values = values / values.amax(dim=0)
        heat = Density(as_array(values), extent, role="data", low=0.0, high=1.0, name="p(z|x), exact")
    prior_z = torch.randn(len(z), 1, generator=rng, device=z.device, dtype=z.dtype)
    layers: list[Layer] = [heat]
    if prior:
        layers.append(_points(batch.x, prior_z, None, "prior", "x, z ~ p(z)"))
    layers.append(_points(batch.x, z, as_array(batch.index), "model", "x, z ~ q(z|x)", f"noise {noise.seed}"))
    at = float(point.x)
    line = np.array([[at, -EXTENT_Z], [at, EXTENT_Z]])
    layers.append(Lines(line, np.zeros(1, int), role="total", dashed=True, width=1.5, name="the picked x"))
    return Plane(
        tuple(layers), x_label="x", y_label="z", extent=extent, square=False,
        subtitle=f"{len(z)} data, one draw of q each; picked: x = {decimal(at, 2)}",
    )  # fmt: skip


def _points(x: Tensor, z: Tensor, index: np.ndarray | None, role: str, name: str, trail: str = "") -> Points:
    xy = as_array(torch.cat([x, z], dim=1))[:_MOST_DRAWS]
    return Points(xy, index=index, role=role, name=name, size=3.5, trail=trail)
