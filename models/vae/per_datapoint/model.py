"""The variational autoencoder before its encoder: q(zᵢ; mᵢ, sᵢ) with parameters of its own for each datum."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.protocol import DataBatch, DataSpec, Image, LossModel, Noise, Player, param
from models.vae.decoder import DecoderConfig
from models.vae.networks import posterior_draw, prior_kl
from models.vae.per_datapoint.inference import InferenceViews
from models.vae.per_datapoint.words import LOOK_AT, METRICS, OBJECTIVE, PRESETS, TRY_NEXT
from models.vae.refit import refit

__all__ = ["PerDatapointVAE"]

_SPREAD, _WIDTH = 0.1, 0.3  # of the first m, enough to tell the data apart; first s, since posteriors are narrow


class PerDatapointVAE(LossModel, InferenceViews):
    """Variational inference without an inference network, on images.

    z ~ N(0, I), x|z from a decoder network; each training datum has its own q(zᵢ) = N(mᵢ, diag sᵢ²). A mini-batch gives
    an unbiased estimate of the sum over all data of the bounds (Hoffman et al., 2013, arXiv 1206.7051), and moves
    the decoder and the mᵢ and sᵢ of its own data by reparameterised gradients, those of others not at all.

    Data without a q are given one by gradient steps for each of them, while the decoder stays as it is: that is
    what `encode` does, and every number on held-out data. The steps start afresh each time, with the same noise.

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
    held_out, held_out_growth = 100, 0.4  # each of them is given a q of its own
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
        self.mean = nn.Parameter(_SPREAD * torch.randn(spec.n, config.latent))
        self.log_var = nn.Parameter(torch.full((spec.n, config.latent), 2 * math.log(_WIDTH)))
        self.decoder = self.new_decoder()

    def players(self) -> tuple[Player, ...]:
        """One player, whose local parameters are rows."""
        explain = {"update": "Move the decoder, and the m and s of the data in the batch; all others stay."}
        local = (self.mean, self.log_var)
        return (Player("model", tuple(self.parameters()), explain=explain, rows=local, rows_lr="lr_local"),)

    def codes(self, batch: DataBatch) -> tuple[Tensor, Tensor]:
        """Mean and log variance of q: of training data their own, of others fitted; (n, latent) each."""
        if batch.split != "train":
            return self.encode(batch.x)
        # Sparse gradients: what is not in the batch has none, rather than one of zero.
        mean, log_var = (F.embedding(batch.index, table, sparse=True) for table in (self.mean, self.log_var))
        return mean, log_var

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the q fitted to each image; (n, c, h, w) to (n, latent) each."""
        *_, fitted = self.refitted(self.observed(x), self.config.refit_steps)
        return fitted

    def refitted(self, observed: Tensor, steps: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Fits q to each image by a number of steps; what `refit` yields."""
        z = self.mean.new_zeros(len(observed), self.latent_dim)
        return refit(
            lambda z: self.log_likelihood(z, observed), z, steps, rng=Noise().rng(self.device),
            beta=self.config.beta, at_once=self.rows,
        )  # fmt: skip

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The negative β-weighted bound, and its parts with one draw of z an image; nats, means over the batch."""
        mean, log_var = self.codes(batch)
        z, _ = posterior_draw(mean, log_var, rng=rng)
        reconstruction = self.likelihood.log_prob(self.decoder(z), self.observed(batch.x, rng)).mean()
        kl = prior_kl(mean, log_var).sum(dim=1).mean()
        elbo = reconstruction - kl
        return {
            "loss": -(reconstruction - self.config.beta * kl),
            "elbo": elbo,
            "reconstruction": reconstruction,
            "kl": kl,
        }
