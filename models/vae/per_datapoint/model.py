"""The variational autoencoder without an encoder: each datum has its own q(zᵢ; mᵢ, sᵢ)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.exact.normal import prior_kl
from models.likelihoods.image_decoder import Decoder, DecoderConfig, check_decoder, likelihood_of
from models.nets.encoder import posterior_draw
from models.protocol import (
    DataBatch,
    DataSpec,
    HasLatent,
    HasLikelihood,
    HasPhasePictures,
    Image,
    Kind,
    LossModel,
    Noise,
    Player,
    param,
    settings,
)
from models.vae.bound import evaluate_bounds
from models.vae.per_datapoint.words import (
    FORWARD_PHASES,
    LOOK_AT,
    METRICS,
    OBJECTIVE,
    PHASES,
    PRESETS,
    SCENES,
    TRY_NEXT,
    VIEWS,
)
from models.vae.phases import phase_picture
from models.vae.refit import refit

__all__ = ["PerDatapointVAE"]

_SPREAD, _WIDTH = 0.1, 0.3  # of the first m, enough to tell the data apart; first s, since posteriors are narrow


class PerDatapointVAE(LossModel, HasLatent, HasLikelihood, HasPhasePictures):
    """Variational inference without an inference network, on images.

    z ~ N(0, I), x|z from a decoder network; each training datum has its own q(zᵢ) = N(mᵢ, diag sᵢ²). A mini-batch gives
    an unbiased estimate of the sum over all data of the bounds (Hoffman et al., 2013, arXiv 1206.7051). Its gradient,
    reparameterised, updates the decoder and the mᵢ and sᵢ of the data in the batch; the others do not change.

    For data without a stored q, such as held-out data, `encode` fits one by gradient steps on their m and s with the
    decoder fixed. Each call starts from the beginning, with the same noise.

    Attributes:
        mean: mᵢ, (n, latent).
        log_var: log sᵢ², (n, latent).
    """

    title = "Per-datapoint VAE"
    reference = "https://arxiv.org/abs/1206.7051"
    accepts = (Image(values="binary"), Image(values="grey"), Image(values="colour"))
    objective, metrics, presets = OBJECTIVE, METRICS, PRESETS
    validation = "elbo"
    rates: ClassVar = {"lr": "Learning rate", "lr_local": "Rate of m, log s²"}
    validation_size, validation_interval_growth = 100, 0.4  # a q is fitted to each of them
    views, scenes = VIEWS, SCENES
    look_at, try_next = LOOK_AT, TRY_NEXT

    @dataclass(frozen=True)
    class Config(DecoderConfig):
        """Parameters of the page."""

        refit_steps: int = param(
            100, "Steps on a new q", 1, 5000, log=True, live=True,
            help="Adam steps on the m and s of a held-out image, which has no q until it is fitted.",
        )  # fmt: skip

    config: Config

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.check(config, spec.kind)
        self.mean = nn.Parameter(_SPREAD * torch.randn(spec.n, config.latent))
        self.log_var = nn.Parameter(torch.full((spec.n, config.latent), 2 * math.log(_WIDTH)))
        self.decoder = Decoder(
            network=config.network,
            shape=spec.kind.shape,
            latent=config.latent,
            hidden=config.hidden,
            layers=config.layers,
            channels=config.channels,
            likelihood=likelihood_of(config),
            levels=spec.levels,
        )

    def players(self) -> tuple[Player, ...]:
        """One player, whose local parameters are rows."""
        return (
            Player(
                "model",
                tuple(self.parameters()),
                explain=PHASES,
                rows=(self.mean, self.log_var),
                rows_lr="lr_local",
                forward_phases=FORWARD_PHASES,
            ),
        )

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The negative β-weighted bound, and its parts with one draw of z an image; nats, means over the batch."""
        mean, log_var = self.codes(batch)  # q(z; m, s) of each datum, (n, latent) each
        z = posterior_draw(mean, log_var, rng=rng)
        x = self.decoder.observed(batch.x, rng)
        reconstruction = self.decoder.log_prob(x, z).mean()
        kl = prior_kl(mean, log_var).sum(dim=1).mean()
        return {
            "loss": -(reconstruction - self.config.beta * kl),
            "elbo": reconstruction - kl,
            "reconstruction": reconstruction,
            "kl": kl,
        }

    def codes(self, batch: DataBatch) -> tuple[Tensor, Tensor]:
        """Mean and log variance of q, (n, latent) each: stored for training data, fitted for others."""
        if batch.split != "train":
            return self.encode(batch.x)
        # Sparse gradients: rows of data that are not in the batch have no gradient, instead of a zero one.
        mean, log_var = (F.embedding(batch.index, table, sparse=True) for table in (self.mean, self.log_var))
        return mean, log_var

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the q fitted to each image; (n, c, h, w) to (n, latent) each."""
        *_, fitted = self.refitted(self.decoder.observed(x), self.config.refit_steps)
        return fitted

    def refitted(self, observed: Tensor, steps: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Fits q to each image by a number of steps; yields what `refit` does."""
        zeros = self.mean.new_zeros(len(observed), self.latent_dim)
        return refit(
            lambda z: self.decoder.log_prob(observed, z), zeros, steps, rng=Noise().rng(self.device),
            beta=self.config.beta, at_once=self.decoder.at_once,
        )  # fmt: skip

    @torch.no_grad()
    @settings
    def sample(
        self,
        n: int,
        *,
        rng: torch.Generator,
        mean: bool = param(False, "Mean of p(x|z)", help="The mean of p(x|z) instead of a draw from it."),
    ) -> Tensor:
        """Images from the model, (n, c, h, w): z from the prior, then x from p(x|z)."""
        z = self.prior_draw(n, rng=rng)
        chunks = z.split(self.decoder.at_once)
        return torch.cat([self.decoder.mean(z) if mean else self.decoder.draw(z, rng=rng) for z in chunks])

    evaluate = evaluate_bounds
    phase_picture = phase_picture

    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws of z ~ N(0, I), (n, latent)."""
        return torch.randn(n, self.config.latent, generator=rng, device=self.device, dtype=self.dtype)

    def decode_mean(self, z: Tensor) -> Tensor:
        """Mean of p(x|z) in data units; (n, latent) to (n, c, h, w)."""
        return self.decoder.mean(z)

    def decode_draw(self, z: Tensor, *, rng: torch.Generator) -> Tensor:
        """A draw from p(x|z), in data units; (n, latent) to (n, c, h, w)."""
        return self.decoder.draw(z, rng=rng)

    @property
    def decoder_note(self) -> str:
        """One sentence on the meaning of the values of p(x|z), or "" if it is obvious."""
        return self.decoder.note(self.spec.kind)

    @classmethod
    def check(cls, config: Config, kind: Kind) -> None:
        """Refuses a Bernoulli decoder on colour images.

        Raises:
            BadValue: The config asks for it.
        """
        check_decoder(config, kind)

    @classmethod
    def latent_dim_of(cls, config: Config, spec: DataSpec | None) -> int:
        """Dimension of z."""
        return config.latent

    @classmethod
    def noise_dims(cls, config: Config, kind: Kind) -> int:
        """One scalar for each latent dimension, one for each entry of the image."""
        return config.latent + likelihood_of(config).draws * math.prod(kind.shape)
