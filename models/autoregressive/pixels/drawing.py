"""Images drawn pixel by pixel: samples, completions of a canvas, and the same noise at several temperatures."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.autoregressive.pixels.model import PixelModel
from models.frames import Film, Images
from models.protocol import Canvas, Noise, param, view
from models.views.words import as_array, decimal, plural

__all__ = ["completion", "samples", "temperatures"]

_FRAMES = 196  # most frames of a film
_PAUSE = 0.004  # s of drawing between two results: between two training steps no more is drawn
_TEMPERATURES = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5)


@view(
    "Samples", record=True, samples="n",
    help="New images, pixel by pixel in raster order; each is drawn from its conditional. The noise stays the same.",
)  # fmt: skip
def samples(
    model: PixelModel, noise: Noise, n: int = param(16, "Images", 1, 64, more=True), **settings: Any
) -> Iterator[Film]:
    """Samples as their pixels are drawn."""
    x = torch.zeros(n, *model.spec.kind.shape, device=model.device, dtype=model.dtype)
    for frames, at in _filmed(model, x, torch.zeros_like(x), noise, settings):
        yield Film(tuple(frames), np.array(at, float), "pixels drawn", subtitle=f"{plural(n, 'image')} from the model")


@view(
    "Completions", samples="n",
    help="The part of a canvas that is not given, drawn several times. A pixel is drawn given the pixels before it: "
    "given pixels below it have no influence.",
)  # fmt: skip
def completion(
    model: PixelModel,
    canvas: Canvas,
    noise: Noise,
    n: int = param(8, "Completions", 1, 32, more=True),
    **settings: Any,
) -> Iterator[Film]:
    """Completions of a canvas as their pixels are drawn."""
    mask = canvas.mask.to(model.device, model.dtype)
    x = (canvas.x.to(model.device, model.dtype) * mask).expand(n, -1, -1, -1).clone()
    mask = mask.expand_as(x)
    film = None
    for frames, at in _filmed(model, x, mask, noise, settings):
        film = Film(tuple(frames), np.array(at, float), "pixels drawn", subtitle=plural(n, "draw"))
        yield film
    assert film is not None
    log_p, given = model.pixel_log_prob(x), mask[:, 0]
    parts = [float(torch.where(part, log_p, 0.0).sum(dim=(1, 2)).mean()) for part in (given > 0, given <= 0)]
    yield Film(
        film.frames, film.at, film.axis, subtitle=film.subtitle,
        note=f"log p of the given pixels, each given those before it: {decimal(parts[0], 1)} nats; of the drawn ones, "
        f"mean of {n}: {decimal(parts[1], 1)} nats.",
    )  # fmt: skip


@view("Temperature", help="The same noise u at several temperatures T: each probability is raised to the power 1/T.")
def temperatures(
    model: PixelModel, noise: Noise, n: int = param(8, "Images in a row", 1, 16, more=True)
) -> Iterator[Images]:
    """A row of images for each temperature, all rows from the same u."""
    rows, (_, height, width) = len(_TEMPERATURES), model.spec.kind.shape
    x = torch.zeros(rows * n, 1, height, width, device=model.device, dtype=model.dtype)
    heat = torch.tensor(_TEMPERATURES, device=model.device, dtype=model.dtype).repeat_interleave(n)
    u = torch.rand(n, height, width, generator=noise.rng(model.device), device=model.device, dtype=model.dtype)
    since = time.perf_counter()
    for done in model.drawing(x, torch.zeros_like(x), u=u.repeat(rows, 1, 1), temperature=heat):
        if done == height * width or time.perf_counter() - since > _PAUSE:
            yield Images(
                _drawn_part(x, torch.zeros_like(x), done),
                columns=n,
                row_labels=tuple(f"T = {value:g}" for value in _TEMPERATURES),
                subtitle="the same noise in each row",
            )
            since = time.perf_counter()


def _filmed(
    model: PixelModel, x: Tensor, mask: Tensor, noise: Noise, settings: dict[str, Any]
) -> Iterator[tuple[list[Images], list[int]]]:
    """Draws x; every few milliseconds yields the frames so far and the number of pixels drawn in each."""
    _, _, height, width = x.shape
    count, partial = height * width, bool((mask > 0).any())
    every = -(-count // _FRAMES)
    frames, at = [_frame(x, mask, 0, partial)], [0]
    since = time.perf_counter()
    for done in model.drawing(x, mask, rng=noise.rng(model.device), **settings):
        if done % every == 0 or done == count:
            frames.append(_frame(x, mask, done, partial))
            at.append(done)
            if done == count or time.perf_counter() - since > _PAUSE:
                yield frames, at
                since = time.perf_counter()


def _frame(x: Tensor, mask: Tensor, done: int, partial: bool) -> Images:
    """The images after a number of pixels; drawn pixels have a colour of their own where others are given."""
    images = _drawn_part(x, mask, done)
    if not partial:
        return Images(images)
    drawn = (as_array(mask[:, 0]) <= 0).astype(np.uint8)
    return Images(images, role_of=drawn, roles=("model",), role_names=("drawn",))


def _drawn_part(x: Tensor, mask: Tensor, done: int) -> np.ndarray:
    """The images with NaN for pixels that are neither given nor among the first `done`."""
    images = as_array(x).astype(np.float32, copy=True)
    images.reshape(len(images), -1)[:, done:][as_array(mask).reshape(len(images), -1)[:, done:] <= 0] = np.nan
    return images
