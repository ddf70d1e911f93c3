"""The plane of the noise, as one layer after another moves it to the data."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from models.flows.flow.model import FlowModel
from models.flows.flow.plane_views import in_the_plane
from models.frames import Film, Lines, Plane, Points
from models.protocol import Data, Noise, view
from models.views.planar import nearest_class, square_of
from models.views.words import as_array

__all__ = ["warp"]

_SAMPLES = 600
_LINES, _FINE = 25, 145  # lines of the grid in each direction, and points on each: bent lines look bent


@view(
    "Noise to data", when=in_the_plane,
    help="A grid of the noise and samples, as one layer after another moves them to the data.",
)  # fmt: skip
def warp(model: FlowModel, data: Data, noise: Noise) -> Film:
    """The plane after each layer: a film from the noise to the data, points coloured by where they end."""
    grid = torch.from_numpy(_grid(model)).to(model.device, model.dtype)
    drawn = model.draw_noise(_SAMPLES, rng=noise.rng(model.device))
    stages = [(grid, drawn)]
    for layer in model.flow:
        with torch.no_grad():
            stages.append((layer(stages[-1][0])[0], layer(stages[-1][1])[0]))
    label, classes = nearest_class(stages[-1][1], data)
    names = ["noise ε", *(f"after layer {k}, {layer.label}" for k, layer in enumerate(model.flow, 1))]
    starts = np.arange(0, len(grid), _FINE)
    frames = tuple(
        Plane(
            (
                Lines(as_array(grid), starts, role="prior", width=1.0, name="grid of the noise"),
                Points(as_array(x), label=as_array(label), classes=("",) * len(classes), size=4.0),
            ),
            x_label="entry 1", y_label="entry 2", extent=_sight(x), subtitle=name,
        )
        for (grid, x), name in zip(stages, names, strict=True)
    )  # fmt: skip
    return Film(
        frames,
        np.arange(len(frames), dtype=float),
        "layer",
        subtitle=f"{_SAMPLES} samples",
        note="No layer tears or folds the plane: lines of the grid cross where they crossed at first."
        + (" Colours: class of the datum nearest to where a sample ends." if len(classes) > 1 else ""),
    )


def _grid(model: FlowModel) -> np.ndarray:
    """Lines over most of the noise, those along the first entry and then those along the second; (points, 2)."""
    low, high = (0.01, 0.99) if model.config.noise == "uniform" else (-2.5, 2.5)
    along, across = np.meshgrid(np.linspace(low, high, _FINE), np.linspace(low, high, _LINES))
    line = np.stack([along, across], axis=-1).reshape(-1, 2)
    return np.concatenate([line, line[:, ::-1]])


def _sight(x: Tensor) -> tuple[float, float, float, float]:
    """A square around almost all samples."""
    ends = torch.tensor([0.005, 0.995], device=x.device, dtype=x.dtype)
    return square_of(x.quantile(ends, dim=0), margin=0.15)
