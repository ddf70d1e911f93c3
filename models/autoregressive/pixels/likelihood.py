"""The log-likelihood of data and of samples, computed in parts."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch
from torch import Tensor

from models.autoregressive.pixels.model import PixelModel
from models.frames import Curves
from models.protocol import DataBatch, Noise, param, view
from models.views.likelihood import histograms
from models.views.words import SPLITS, counted, plural

__all__ = ["log_likelihood", "parts_of"]

_AT_ONCE = 1600  # pixels whose likelihood is computed at once
_PAUSE = 0.004  # s of drawing between two results: between two training steps no more is drawn


def parts_of(x: Tensor) -> tuple[Tensor, ...]:
    """Images in parts whose likelihood is computed in a few milliseconds."""
    return x.split(max(1, _AT_ONCE // x[0].numel()))


@view(
    "Log-likelihood", splits=("valid", "train"), batch=200,
    help="Distribution of log p(x) over data and over samples of the model. If the model fits, both agree; data far to "
    "the left are data that it misses.",
)  # fmt: skip
def log_likelihood(
    model: PixelModel,
    batch: DataBatch,
    noise: Noise,
    n: int = param(64, "Samples", 8, 500, more=True),
    bins: int = param(20, "Bins", 5, 100, more=True),
) -> Iterator[Curves]:
    """Histograms of log p(x), nats: of data, as they are computed, then of samples too."""
    kind = model.spec.kind
    data: list[Tensor] = []
    drawn: list[Tensor] = []

    def shown() -> Curves:
        rows = [("data", f"{SPLITS[batch.split]} data", "data", torch.cat(data))]
        rows += [("samples", "samples", "model", torch.cat(drawn))] if drawn else []
        count = f"{counted(sum(map(len, data)), batch.split, kind)}, {plural(sum(map(len, drawn)), 'sample')}"
        return histograms(rows, bins, kind, f"{count}; {bins} bins")

    for part in parts_of(batch.x):
        data.append(model.log_prob(part))
        yield shown()
    x = torch.zeros(n, *kind.shape, device=model.device, dtype=model.dtype)
    since = time.perf_counter()
    for _ in model.drawing(x, torch.zeros_like(x), rng=noise.rng(model.device)):
        if time.perf_counter() - since > _PAUSE:
            yield shown()
            since = time.perf_counter()
    for part in parts_of(x):
        drawn.append(model.log_prob(part))
        yield shown()
