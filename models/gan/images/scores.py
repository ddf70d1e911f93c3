"""Histograms of the discriminator's output on data and samples."""

from __future__ import annotations

import math
from typing import Protocol

import torch
from torch import Tensor, nn

from models.frames import Curves, Series
from models.gan.objectives import Game
from models.protocol import DataBatch, Noise, view
from models.views.words import SPLITS, as_array, decimal

__all__ = ["scores"]

_BINS = 24
_SPANS = (1.0, 2.0, 5.0)  # mantissas of the limits of a histogram


class _Scored(Protocol):
    """Interface of a GAN of images that this view uses."""

    @property
    def device(self) -> torch.device:
        """Device of the model's parameters."""

    @property
    def game(self) -> Game:
        """The current losses."""

    @property
    def discriminator(self) -> nn.Module:
        """Images to F, (n, *shape) to (n,)."""

    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Images from the model, (n, *shape)."""


@view("Scores of D", batch=300, help="F on samples, on training data, and on data that D has not seen.")
def scores(model: _Scored, train: DataBatch, valid: DataBatch, noise: Noise) -> Curves:
    """Histograms of F on training data, on held-out data and on samples."""
    n = min(len(train), len(valid))
    fake = model.sample(n, rng=noise.rng(model.device))
    names = (f"{SPLITS[train.split]} data", f"{SPLITS[valid.split]} data", "samples")
    values = [model.discriminator(x.to(fake)).double() for x in (train.x[:n], valid.x[:n], fake)]  # (n,) each
    limit = _limit(float(torch.cat(values).abs().max()))
    edges = torch.linspace(-limit, limit, _BINS + 1, dtype=torch.float64)
    centers = as_array(0.5 * (edges[1:] + edges[:-1]))
    shares = [as_array(torch.histogram(f.detach().cpu(), edges).hist / n) for f in values]
    right = (values[1][:, None] > values[2]).double().mean()
    optimal = model.game.optimal
    return Curves(
        tuple(
            Series(key, name, centers, 100 * share, role=role, unit="%", dashed=key == "valid")
            for key, name, share, role in zip(
                ("train", "valid", "fake"), names, shares, ("data", "alt", "model"), strict=True
            )
        ),
        x_label="F",
        y_label="%",
        marker=None if optimal is None else float(optimal(torch.zeros(()))),  # F where p_data = p_θ
        subtitle=f"F, the output of D before the sigmoid; {n} images each in {_BINS} bins",
        note=f"Of a held-out image and a sample, F is higher for the image {float(right):.0%} of the time (50%: a "
        f"guess). Mean F: training {decimal(float(values[0].mean()), 2)}, held-out "
        f"{decimal(float(values[1].mean()), 2)}.",
    )


def _limit(reach: float) -> float:
    """The smallest of …, 1, 2, 5, 10, 20, … that is at least a number."""
    if not math.isfinite(reach) or reach <= 0.0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(reach))
    return next(span * power for span in (*_SPANS, 10.0) if span * power >= reach)
