"""A bidirectional GAN in the plane: three players on joint batches (x, z)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn.functional import softplus

from models.frames import Plane, Points
from models.nets import MLP
from models.protocol import (
    DataBatch,
    DataSpec,
    GameModel,
    HasLatent,
    Kind,
    Metric,
    Noise,
    Objective,
    Planar,
    Player,
    Preset,
    Progress,
    Scene,
    Term,
    param,
    view,
)
from models.views.latent import decode, latent_map

__all__ = ["BidirectionalGAN"]


class BidirectionalGAN(GameModel, HasLatent):
    """D tells pairs (x, E(x)) of data from pairs (G(z), z) of the model; E and G make it fail.

    Donahue et al., 2017, arXiv 1605.09782; Dumoulin et al., 2017, arXiv 1606.00704.
    """

    title = "Bidirectional GAN"
    accepts = (Planar,)
    objective = Objective(
        "V", (Term(r"\mathbb{E}\log D(x, E(x))", "on_data"), Term(r"\mathbb{E}\log(1 - D(G(z), z))", "on_model")),
        total=Term("V", "value"),
    )  # fmt: skip
    metrics = (
        Metric("value", "V", "nats"),
        Metric("on_data", "log D on data", "nats", role="data"),
        Metric("on_model", "log(1 − D) on the model", "nats", role="model"),
        Metric("encoder_loss", "Loss of E", "nats", role="prior"),
        Metric("generator_loss", "Loss of G", "nats", role="model"),
        Metric("discriminator_loss", "Loss of D", "nats", role="data"),
    )
    presets = (Preset("Ring", "ring8", {}, {"steps": 300, "beta1": 0.5}, about="Eight modes and their codes."),)
    views = (latent_map, decode.but(frame=Plane))
    scenes = (
        Scene("Train", "Do codes and samples match?", lead="pairs", below=("curves",)),
        Scene("Latent space", "Where are the codes?", lead="latent_map", beside=("decode",)),
    )

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        hidden: int = param(32, "Hidden units", 4, 256)

    config: Config
    noise_scale: Tensor

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.encoder = MLP([2, config.hidden, 2])
        self.generator = MLP([2, config.hidden, 2])
        self.discriminator = MLP([4, config.hidden, 1])
        self.register_buffer("noise_scale", torch.ones(()))

    @classmethod
    def latent_dim_of(cls, config: Any, spec: DataSpec | None) -> int:
        """Two, as the data."""
        return 2

    @classmethod
    def noise_dims(cls, config: Any, kind: Kind) -> int:
        """The dimensions of z."""
        return 2

    def players(self) -> tuple[Player, ...]:
        """Encoder, generator, discriminator."""
        return (
            Player("encoder", tuple(self.encoder.parameters()), symbol="E"),
            Player("generator", tuple(self.generator.parameters()), symbol="G"),
            Player("discriminator", tuple(self.discriminator.parameters()), symbol="D"),
        )

    rates: ClassVar = {"lr": "Learning rate"}

    def begin_round(self, progress: Progress) -> None:
        """The noise on the pairs falls linearly to zero."""
        self.noise_scale.fill_(1.0 - progress.share)

    def loss(self, player: str, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The loss of one player on a batch of pairs; nats, means over the batch."""
        x, z = batch.x, self.prior_draw(len(batch), rng=rng)
        data = torch.cat([x, self.encoder(x)], dim=1)  # (n, 4)
        model = torch.cat([self.generator(z), z], dim=1)  # (n, 4)
        noise = torch.randn(2, len(batch), 4, generator=rng, device=self.device, dtype=x.dtype)
        f_data, f_model = (self.discriminator(pair + 0.1 * self.noise_scale * e) for pair, e in
                           zip((data, model), noise, strict=True))  # fmt: skip
        if player == "discriminator":
            on_data, on_model = -softplus(-f_data).mean(), -softplus(f_model).mean()
            value = on_data + on_model
            return {"loss": -value, "value": value, "on_data": on_data, "on_model": on_model}
        return {"loss": softplus(f_data).mean() if player == "encoder" else softplus(-f_model).mean()}

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """E(x), and a log variance that stands for none; (n, 2) each."""
        mean = self.encoder(x)
        return mean, torch.full_like(mean, -20.0)

    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws of z ~ N(0, I), (n, 2)."""
        return torch.randn(n, 2, generator=rng, device=self.device, dtype=self.dtype)

    def decode_mean(self, z: Tensor) -> Tensor:
        """G(z), (n, 2)."""
        return self.generator(z)

    @torch.no_grad()
    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Points, (n, 2)."""
        return self.generator(self.prior_draw(n, rng=rng))

    @view("Samples and reconstructions", record=True, lead=True, batch=200)
    def pairs(self, batch: DataBatch, noise: Noise) -> Plane:
        """Data, samples, and G(E(x))."""
        back = self.generator(self.encoder(batch.x))
        x = self.sample(len(batch), rng=noise.rng(self.device))
        return Plane(
            (
                Points(batch.x.numpy(force=True), role="data", name="data"),
                Points(x.numpy(force=True), role="model", name="samples"),
                Points(back.numpy(force=True), role="alt", name="G(E(x))"),
            )
        )
