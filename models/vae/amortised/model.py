"""The amortised variational autoencoder."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.exact.gaussian_bound import mean_entropy
from models.exact.normal import prior_kl
from models.likelihoods.image_decoder import Decoder, DecoderConfig, check_decoder, likelihood_of
from models.nets.encoder import Encoder, posterior_draw
from models.protocol import (
    DataBatch,
    DataSpec,
    HasLatent,
    HasLikelihood,
    HasPhasePictures,
    Image,
    Kind,
    LossModel,
    param,
    settings,
)
from models.vae.amortised.words import (
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
from models.vae.bound import evaluate_bounds
from models.vae.phases import phase_picture

__all__ = ["VAE"]


class VAE(LossModel, HasLatent, HasLikelihood, HasPhasePictures):
    """Variational autoencoder with an inference network, on images.

    z ~ N(0, I), x|z from a decoder network; q(z|x) is a diagonal Gaussian whose mean and variance come from an encoder
    network. Both are learned by the reparameterised ELBO (Kingma & Welling, 2014, arXiv 1312.6114); β ≠ 1 weighs the KL
    term (Higgins et al., 2017); free bits do not penalise dimensions of little KL (Kingma et al., 2016, arXiv
    1606.04934).
    `Decoder` documents the meaning of log p(x|z) for each kind of image.
    """

    title = "Amortised VAE"
    reference = "https://arxiv.org/abs/1312.6114"
    accepts = (Image(values="binary"), Image(values="grey"), Image(values="colour"))
    objective, metrics, presets = OBJECTIVE, METRICS, PRESETS
    validation, phases, forward_phases = "elbo", PHASES, FORWARD_PHASES
    views, scenes = VIEWS, SCENES
    look_at, try_next = LOOK_AT, TRY_NEXT

    @dataclass(frozen=True)
    class Config(DecoderConfig):
        """Parameters of the page."""

        free_bits: float = param(
            0.0, "Free bits δ", 0.0, 5.0, step=0.05, unit="nats", live=True, more=True,
            help="Dimensions whose batch-mean KL is below δ are not penalised further.",
        )  # fmt: skip

    config: Config

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.check(config, spec.kind)
        self.encoder = Encoder(
            network=config.network,
            shape=spec.kind.shape,
            latent=config.latent,
            hidden=config.hidden,
            layers=config.layers,
            channels=config.channels,
        )
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

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The negative bound with KL weight β and free bits, and its terms; nats, means over the batch.

        There is one draw of z per image.
        """
        mean, log_var = self.encoder(batch.x)  # q(z|x), (n, latent) each
        z = posterior_draw(mean, log_var, rng=rng)
        x = self.decoder.observed(batch.x, rng)
        reconstruction = self.decoder.log_prob(x, z).mean()
        kl_per_dimension = prior_kl(mean, log_var).mean(dim=0)  # (latent,)
        kl = kl_per_dimension.sum()
        free_bits = (self.config.free_bits - kl_per_dimension).clamp_min(0.0).sum()
        elbo = reconstruction - kl
        entropy = mean_entropy(log_var)
        return {
            "loss": -(reconstruction - self.config.beta * (kl + free_bits)),
            "elbo": elbo,
            "reconstruction": reconstruction,
            "kl": kl,
            "free_bits": free_bits,
            "entropy": entropy,
            "joint": elbo.detach() - entropy,  # E_q log p(x, z); joint + entropy = ELBO
        }

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

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of q(z|x); (n, c, h, w) to (n, latent) each."""
        return self.encoder(x)

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
