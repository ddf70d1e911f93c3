"""What a conditional p(x_i | x_{<i}) says and what it depends on: nats of each pixel, flips, receptive field."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.autoregressive.pixels.model import PixelModel
from models.frames import Bars, Curves, Images, Series
from models.protocol import DataPoint, DataSpec, Pixel, view
from models.views.words import as_array, decimal, named

__all__ = ["conditional", "conditional_of_levels", "flip", "flipped", "influence", "nats", "total_variation"]

_UNSEEN = 0.45  # shade of pixels that a conditional cannot depend on


def _is_binary(config: Any, spec: DataSpec | None) -> bool:
    return spec is None or spec.levels == 2


@view(
    "Nats of each pixel", sets=Pixel, splits=("valid", "train", "test"),
    help="An image, and −log p(x_i | x_<i) of each of its pixels: what surprises the model. A click chooses a pixel.",
)  # fmt: skip
def nats(model: PixelModel, point: DataPoint, pixel: Pixel) -> Images:
    """An image, and the negative log probability of each pixel given those before it."""
    cost = -model.pixel_log_prob(point.x)[0]  # (h, w)
    full = max(float(cost[cost.isfinite()].amax()), 1e-9) if cost.isfinite().any() else 1.0
    images = torch.stack([point.x[0].to(cost), (cost / full).clamp_max(1.0)[None]])  # p = 0 costs ∞
    roles = np.zeros((2, *cost.shape), np.uint8)
    roles[1] = 1
    here = float(cost[pixel.row, pixel.column])
    return Images(
        as_array(images),
        columns=2,
        role_of=roles,
        roles=("alt",),
        role_names=("nats",),
        full=full,
        unit="nats",
        subtitle=f"{named(point, model.spec.kind)}: {decimal(float(cost.sum()), 1)} nats",
        note=f"Pixel ({pixel.row}, {pixel.column}): {decimal(here)} nats.",
    )


@view(
    "Conditional of the pixel", splits=("valid", "train", "test"), when=_is_binary,
    help="p(x_i | x_<i) of the chosen pixel, given the pixels before it in the image.",
)  # fmt: skip
def conditional(model: PixelModel, point: DataPoint, pixel: Pixel) -> Bars:
    """Probabilities of ink and of none at a pixel of a binary image; the dashed line marks the value in the image."""
    p, actual = _conditional(model, point, pixel)
    return Bars(
        ("no ink", "ink"),
        p,
        roles=("model", "model"),
        reference=np.where(np.arange(2) == actual, 1.0, np.nan),
        extent=(0.0, 1.0),
        subtitle=f"pixel ({pixel.row}, {pixel.column}), which is {'ink' if actual else 'blank'} in the image",
        note=f"−log p of its value: {decimal(-float(np.log(p[actual])))} nats.",
    )


@view(
    "Conditional over grey levels", name="conditional_levels", splits=("valid", "train", "test"),
    when=lambda config, spec: not _is_binary(config, spec),
    help="p(x_i | x_<i) of every grey level at the chosen pixel, given the pixels before it in the image.",
)  # fmt: skip
def conditional_of_levels(model: PixelModel, point: DataPoint, pixel: Pixel) -> Curves:
    """Probabilities of the grey levels at a pixel, and the level in the image."""
    p, actual = _conditional(model, point, pixel)
    value = np.arange(len(p), dtype=float)
    return Curves(
        (
            Series("p", "p(x_i | x_<i)", value, p, role="model"),
            Series("x", "in the image", np.array([actual, actual], float), np.array([0.0, p.max()]), role="data"),
        ),
        x_label="level",
        y_label="probability",
        subtitle=f"pixel ({pixel.row}, {pixel.column}), level {actual} in the image",
        note=f"−log p of its value: {decimal(-float(np.log(p[actual])))} nats.",
    )


def _conditional(model: PixelModel, point: DataPoint, pixel: Pixel) -> tuple[np.ndarray, int]:
    """Probabilities of the levels of a pixel, (L,), and the level that the image has there."""
    output = model.outputs(point.x)[:, :, pixel.row, pixel.column]
    p = as_array(model.levels.log_probs(output)[0].double().exp())
    return p, int(model.levels.indices(point.x[0, 0, pixel.row, pixel.column]))


def flip(x: Tensor, at: Tensor) -> Tensor:
    """Images (m, 1, h, w) in each of which one pixel, at its position (m,) in raster order, is replaced by 1 − x."""
    flat = x.flatten(1).clone()
    rows = torch.arange(len(flat), device=x.device)
    flat[rows, at] = 1 - flat[rows, at]
    return flat.reshape(x.shape)


def total_variation(model: PixelModel, first: Tensor, second: Tensor) -> Tensor:
    """½ Σ |p − p'| over the levels of each pixel's conditional given two outputs; (m, outputs, h, w) to (m, h, w)."""
    p, q = (model.levels.log_probs(output).exp() for output in (first, second))
    return 0.5 * (p - q).abs().sum(dim=1)


@view(
    "What a flip changes", sets=Pixel, splits=("valid", "train", "test"),
    help="The chosen pixel is replaced by 1 − x: by how much each later conditional changes, in total variation, which "
    "for binary pixels is the change of p(ink); above, the image. A click chooses another pixel.",
)  # fmt: skip
def flipped(model: PixelModel, point: DataPoint, pixel: Pixel) -> Images:
    """The change of each conditional when one pixel is flipped."""
    _, height, width = model.spec.kind.shape
    at = torch.tensor([pixel.row * width + pixel.column], device=point.x.device)
    outputs = model.outputs(torch.cat([point.x, flip(point.x, at)]))
    change = total_variation(model, outputs[:1], outputs[1:])[0]
    full = max(float(change.max()), 1e-9)
    after = np.arange(height * width).reshape(height, width) > int(at)
    image = np.where(after, as_array(change / full), as_array(point.x[0, 0]))
    largest = int(change.argmax())
    return Images(
        image[None, None],
        columns=1,
        role_of=after[None].astype(np.uint8),
        roles=("data",),
        role_names=("change",),
        full=full,
        unit="change of p",
        subtitle=f"pixel ({pixel.row}, {pixel.column}) of {named(point, model.spec.kind)} flipped",
        note=f"Largest change: {decimal(full if full > 1e-9 else 0.0)} at ({largest // width}, {largest % width}).",
    )


@view(
    "Receptive field", sets=Pixel, grad=True, splits=("valid", "train", "test"),
    help="How strongly the mean of the chosen pixel depends on each pixel before it: |∂E[x_i]/∂x_j|, the brighter the "
    "stronger; in another colour the pixels outside its receptive field. A click chooses another pixel.",
)  # fmt: skip
def influence(model: PixelModel, point: DataPoint, pixel: Pixel) -> Images:
    """The derivative of a pixel's mean with respect to each pixel before it, and the blind spot."""
    _, height, width = model.spec.kind.shape
    x = point.x.detach().clone().requires_grad_()
    mean = model.levels.mean(model.outputs(x))[0, pixel.row, pixel.column]
    if mean.requires_grad:
        (slope,) = torch.autograd.grad(mean, x, allow_unused=True, materialize_grads=True)
    else:  # a conditional without any pixel before it
        slope = torch.zeros_like(x)
    strength = slope[0, 0].abs().sqrt()  # the root makes weak influence visible
    before = torch.zeros(height, width, dtype=torch.bool)
    before.view(-1)[: pixel.row * width + pixel.column] = True
    seen = model.sees(pixel.row, pixel.column)
    largest = max(float(strength.max()), 1e-9)
    image = as_array(strength / largest).astype(np.float32, copy=True)
    blind = (before & ~seen).numpy()
    image[blind] = _UNSEEN
    image[~before.numpy()] = np.nan
    return Images(
        image[None, None],
        columns=1,
        role_of=(1 + blind.astype(np.uint8))[None],
        roles=("data", "prior"),
        role_names=("influence", "not seen"),
        subtitle=f"pixel ({pixel.row}, {pixel.column}) sees {int(seen.sum())} of {int(before.sum())} earlier pixels",
        note=f"Shades are the root of the slope; the largest slope is {decimal(largest**2)}.",
    )
