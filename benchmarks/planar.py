"""A small GAN on planar data, for measuring alone: two players, two optimisers, cheap views, steps of about 3 ms."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

import models
from models.frames import Density, Plane, Points
from models.nets import MLP
from models.protocol import (
    DataBatch,
    DataSpec,
    GameModel,
    Kind,
    Metric,
    Noise,
    Objective,
    Planar,
    Player,
    Term,
    param,
    view,
)

__all__ = ["PAGE", "PlanarGame", "catalogued"]

PAGE = "planar-game"
_REACH = 4.0


class PlanarGame(GameModel):
    """Generator and discriminator with the non-saturating loss (Goodfellow et al., 2014, arXiv 1406.2661)."""

    title = "Planar game"
    accepts = (Planar,)
    objective = Objective(r"V(D,G)", (Term(r"V", "d_loss"),), total=Term(r"V", "d_loss"))
    metrics = (
        Metric("d_loss", "Discriminator", "nats", role="data"),
        Metric("g_loss", "Generator", "nats", role="model"),
    )
    rates = {"lr": "Learning rate"}  # noqa: RUF012

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        hidden: int = param(128, "Hidden width", 8, 4096)
        latent: int = param(8, "Latent dimensions", 1, 64)

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.g = MLP([config.latent, config.hidden, config.hidden, 2])
        self.d = MLP([2, config.hidden, config.hidden, 1])
        axis = torch.linspace(-_REACH, _REACH, 48)
        self.register_buffer("grid", torch.cartesian_prod(axis, axis).flip(1))  # (48², 2), row by row

    @classmethod
    def noise_dims(cls, config: Config, kind: Kind) -> int:
        """One scalar for each latent dimension."""
        return config.latent

    def players(self) -> tuple[Player, ...]:
        """Discriminator, then generator."""
        return Player("d", tuple(self.d.parameters())), Player("g", tuple(self.g.parameters()))

    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Points from the generator, (n, 2)."""
        return self.g(torch.randn(n, self.config.latent, generator=rng))

    def loss(self, player: str, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """Cross-entropy from logits."""
        made = self.sample(len(batch), rng=rng)
        if player == "g":
            return {"loss": F.softplus(-self.d(made)).mean()}
        return {"loss": F.softplus(-self.d(batch.x)).mean() + F.softplus(self.d(made.detach())).mean()}

    @view("Samples", record=True, batch=1000, lead=True)
    def samples(self, batch: DataBatch, noise: Noise) -> Plane:
        """Data and samples over the discriminator's map."""
        made = self.sample(1000, rng=noise.rng(self.device))
        score = self.d(self.grid).sigmoid().reshape(48, 48)
        extent = (-_REACH, _REACH, -_REACH, _REACH)
        layers = (
            Density(score.numpy(), extent, role="real-fake", low=0.0, high=1.0),
            Points(batch.x.numpy(), role="data", name="data"),
            Points(made.numpy(), role="model", name="samples"),
        )
        return Plane(layers, extent=extent)

    @view("Warp", record=True)
    def warp(self) -> Plane:
        """Where the generator takes circles of the prior's first two dimensions."""
        angle = torch.linspace(0, 2 * torch.pi, 200)
        z = torch.zeros(3, 200, self.config.latent)
        z[..., :2] = torch.arange(1, 4).view(3, 1, 1) * torch.stack([angle.cos(), angle.sin()], dim=1)
        return Plane((Points(self.g(z.flatten(0, 1)).numpy(), role="prior"),))


@contextlib.contextmanager
def catalogued() -> Iterator[None]:
    """Puts the page into the catalogue for the time of a measurement."""
    before = models.FAMILIES
    models.FAMILIES = (*before, models.Family("benchmark", "Benchmark", {PAGE: PlanarGame}))
    try:
        yield
    finally:
        models.FAMILIES = before
