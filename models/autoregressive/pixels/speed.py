"""Time to draw an image naively, with one pass for each pixel, and from cached features."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from models.autoregressive.pixels.model import PixelModel
from models.frames import Bars
from models.protocol import Noise, param, view
from models.views.words import decimal

__all__ = ["speed"]

_PAUSE = 0.01  # s between two results


@view(
    "Time to draw", samples="n",
    help="Naive: one pass through the network for each pixel. Cached: features of earlier pixels are computed once. "
    "Both draw the same images from the same noise.",
)  # fmt: skip
def speed(model: PixelModel, noise: Noise, n: int = param(1, "Images at once", 1, 16)) -> Iterator[Bars]:
    """Seconds to draw images in both ways, measured while they are drawn."""
    times = np.full(2, np.nan)
    drawn: list[Tensor] = []
    for way, naive in enumerate((False, True)):
        x = torch.zeros(n, *model.spec.kind.shape, device=model.device, dtype=model.dtype)
        drawn.append(x)
        spent, shown = 0.0, time.perf_counter()
        pixels = model.drawing(x, torch.zeros_like(x), rng=noise.rng(model.device), naive=naive)
        while True:
            since = time.perf_counter()
            done = next(pixels, None)
            if done is not None and done == x[0].numel() and x.is_cuda:
                torch.cuda.synchronize()
            spent += time.perf_counter() - since
            if done is None:
                break
            times[way] = spent * x[0].numel() / done
            if time.perf_counter() - shown > _PAUSE:
                yield _bars(times, n, drawn, done / x[0].numel())
                shown = time.perf_counter()
    yield _bars(times, n, drawn, 1.0)


def _bars(times: np.ndarray, n: int, drawn: list[Tensor], share: float) -> Bars:
    measuring = len(drawn) < 2 or share < 1
    note = f"{100 * share:.0f} % of the pixels of the {('cached', 'naive')[len(drawn) - 1]} way are drawn."
    if not measuring:
        same = int((drawn[0] == drawn[1]).sum())
        ratio = decimal(times[1] / times[0], 1)
        note = f"Naive ÷ cached: {ratio}. Equal pixels: {same} of {drawn[0].numel()}."
    return Bars(
        ("cached", "naive"),
        1000 * times / n,
        roles=("model", "alt"),
        unit="ms an image",
        pending=bool(np.isnan(times).any()),
        subtitle=f"{n} image{'s' * (n > 1)} at once",
        note=note,
    )
