"""Small VAEs and small data for the tests of the VAE."""

from __future__ import annotations

import torch

from models.protocol import DataBatch, DataPoint, DataSpec, Image, build
from models.vae.amortised.model import VAE

__all__ = ["CLASSES", "generator", "make", "some_data", "some_point"]

CLASSES = ("zero", "one", "two")


def make(shape=(1, 8, 8), values="binary", seed=0, spread=1.0, **config) -> VAE:
    """A VAE in float64 with random weights, `spread` times as large as at the start of a training."""
    torch.manual_seed(seed)
    spec = DataSpec(Image(*shape, values), 100, CLASSES, levels=2 if values == "binary" else 17)
    model = VAE(build(VAE.Config, {"hidden": 16, **config}), spec).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(spread)
    return model


def some_data(n=6, shape=(1, 8, 8), binary=True, seed=1) -> DataBatch:
    x = torch.rand(n, *shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return DataBatch((x > 0.5).double() if binary else x, torch.arange(n) % 3, torch.arange(n) + 40, split="valid")


def some_point(**options) -> DataPoint:
    return DataPoint(some_data(n=1, **options).x, 0, 40)


def generator(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
