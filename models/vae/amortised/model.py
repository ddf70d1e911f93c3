"""The amortised variational autoencoder."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.protocol import DataBatch, DataSpec, Image, LossModel, param
from models.vae.amortised.blur import BlurViews
from models.vae.amortised.steps import StepViews
from models.vae.amortised.words import LOOK_AT, METRICS, OBJECTIVE, PRESETS, TRY_NEXT
from models.vae.decoder import DecoderConfig, ImageModel
from models.vae.networks import Encoder, posterior_draw, prior_kl
from models.views.factors import FactorViews
from models.views.walks import WalkViews

__all__ = ["VAE"]


class VAE(LossModel, StepViews, FactorViews, BlurViews, WalkViews, ImageModel):
    """Variational autoencoder with an inference network, on images.

    z ~ N(0, I), x|z from a decoder network; q(z|x) is a diagonal Gaussian whose mean and variance come from an encoder
    network. Both are learned by the reparameterised ELBO (Kingma & Welling, 2014, arXiv 1312.6114); β ≠ 1 weighs the KL
    term (Higgins et al., 2017); free bits leave dimensions of little KL alone (Kingma et al., 2016, arXiv 1606.04934).
    What the decoders' values are about is told by `ImageModel`.
    """

    title = "Amortised VAE"
    reference = "https://arxiv.org/abs/1312.6114"
    accepts = (Image(values="binary"), Image(values="grey"), Image(values="colour"))
    objective, metrics, presets = OBJECTIVE, METRICS, PRESETS
    validation = "elbo"
    look_at, try_next = LOOK_AT, TRY_NEXT

    @dataclass(frozen=True)
    class Config(DecoderConfig):
        """Parameters of the page."""

        free_bits: float = param(
            0.0, "Free bits λ", 0.0, 5.0, step=0.05, unit="nats", live=True, more=True,
            help="A dimension whose mean KL is below λ is not pressed further onto the prior.",
        )  # fmt: skip

    config: Config

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.encoder = Encoder(*self.sizes)
        self.decoder = self.new_decoder()

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of q(z|x); (n, c, h, w) to (n, latent) each."""
        return self.encoder(x)

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The negative β-weighted bound, and its parts with one draw of z an image; nats, means over the batch."""
        mean, log_var = self.encode(batch.x)
        z, _ = posterior_draw(mean, log_var, rng=rng)
        observed = self.observed(batch.x, rng)
        reconstruction = self.likelihood.log_prob(self.decoder(z), observed).mean()
        each = prior_kl(mean, log_var).mean(dim=0)  # (latent,)
        kl = each.sum()
        free = (self.config.free_bits - each).clamp_min(0.0).sum()
        entropy, joint = self._other_form(log_var, reconstruction - kl)
        return {
            "loss": -(reconstruction - self.config.beta * (kl + free)),
            "elbo": reconstruction - kl,
            "reconstruction": reconstruction,
            "kl": kl,
            "free_bits": free,
            "entropy": entropy,
            "joint": joint,
        }

    @torch.no_grad()
    def _other_form(self, log_var: Tensor, elbo: Tensor) -> tuple[Tensor, Tensor]:
        """Entropy of q in closed form, and what then is left of the bound for E_q log p(x, z); nats, batch means."""
        entropy = 0.5 * log_var.sum() / len(log_var) + 0.5 * self.latent_dim * (1 + math.log(2 * math.pi))
        return entropy, elbo - entropy
