"""The state of the recurrent network: what its units hold, and how long it remembers a pixel."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from models.autoregressive.pixels.conditionals import flip, total_variation
from models.frames import Curves, Images, Series
from models.likelihoods.levels import Levels
from models.protocol import DataBatch, DataPoint, DataSpec, Pixel, param, view
from models.views.words import as_array, counted, decimal, named

__all__ = ["memory", "units"]


class Recurrent(Protocol):
    """Interface that the views of the state use; implemented by `models.autoregressive.pixel_rnn.model.PixelRNN`."""

    spec: DataSpec
    levels: Levels

    def states(self, x: Tensor) -> Tensor:
        """h_i of every pixel i, (n, 1, h, w) to (n, h·w, hidden)."""

    def outputs(self, x: Tensor) -> Tensor:
        """Parameters of p(x_i | h_i), (n, 1, h, w) to (n, outputs, h, w)."""


@view(
    "Memory of a pixel", batch=64, splits=("valid", "train"),
    help="The chosen pixel j is flipped in each image: how much the states after it change, ‖h_i − h′_i‖/‖h_i‖, and "
    "how much p(x_i | h_i), in total variation.",
)  # fmt: skip
def memory(model: Recurrent, batch: DataBatch, pixel: Pixel) -> Curves:
    """Mean change of state and conditional after a flip of one pixel, by the number of steps since."""
    _, height, width = model.spec.kind.shape
    j = min(pixel.row * width + pixel.column, height * width - 2)  # the last pixel has none after it
    other = flip(batch.x, torch.full((len(batch),), j, device=batch.x.device))
    h, changed = model.states(batch.x), model.states(other)
    state = ((h - changed).norm(dim=2) / h.norm(dim=2).clamp_min(1e-12)).mean(dim=0)[j + 1 :]
    p = total_variation(model, model.outputs(batch.x), model.outputs(other)).mean(dim=0).flatten()[j + 1 :]  # type: ignore[arg-type]
    steps = np.arange(1, len(state) + 1, dtype=float)
    below = f"; after {width}, at the pixel below, {decimal(float(state[width - 1]))}" if len(state) >= width else ""
    return Curves(
        (
            Series("state", "change of h_i", steps, as_array(state), role="model", pane="state"),
            Series("p", "change of p(x_i | h_i)", steps, as_array(p), role="alt", pane="p"),
        ),
        x_label="steps since the pixel, i − j",
        marker=float(width) if len(state) >= width else None,
        subtitle=f"pixel ({j // width}, {j % width}) flipped in {counted(len(batch), batch.split, model.spec.kind)}",
        note=f"The state changes by {decimal(float(state[0]))} of its length after 1 step{below}.",
    )


@view(
    "Units of the state", splits=("valid", "train", "test"),
    help="The value of units of h_i at every pixel i of an image, the units that vary most first. Each has seen the "
    "pixels before i alone.",
)  # fmt: skip
def units(model: Recurrent, point: DataPoint, n: int = param(16, "Units", 1, 64, more=True)) -> Images:
    """Units of the last layer's state as images: shades of |h_i|, in two colours for its signs."""
    shape = model.spec.kind.shape[1:]
    h = model.states(point.x)[0]  # (h·w, hidden)
    chosen = h.var(dim=0).argsort(descending=True)[:n]
    values = as_array(h[:, chosen].T.reshape(len(chosen), 1, *shape))
    return Images(
        np.abs(values),
        captions=tuple(str(unit) for unit in chosen.tolist()),
        role_of=np.where(values[:, 0] < 0, 2, 1).astype(np.uint8),
        roles=("model", "data"),
        role_names=("positive", "negative"),
        subtitle=f"{len(chosen)} of {h.shape[1]} units, {named(point, model.spec.kind)}",
        note=f"Values lie between −1 and 1: the least is {decimal(float(h.min()), 2)}, "
        f"the greatest {decimal(float(h.max()), 2)}.",
    )
