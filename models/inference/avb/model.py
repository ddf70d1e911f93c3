"""Adversarial variational Bayes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from models.exact.normal import prior_kl
from models.inference.avb.evaluation import evaluate_posterior
from models.inference.avb.phases import FORWARD_PHASES, phase_picture
from models.inference.avb.words import (
    LOOK_AT,
    METRICS,
    PRESETS,
    RATES,
    SCENES,
    TRY_NEXT,
    VIEWS,
    explanations,
    objective_of,
)
from models.inference.contrast import Moments, classification_loss, log_ratio, moments_of, normal_like
from models.inference.decoders import AnyDecoder, GivenDecoder, learned_decoder
from models.inference.networks import GaussianPosterior, ImplicitPosterior, PairDiscriminator, features_of
from models.nets.fixed import fixed
from models.protocol import (
    BadValue,
    Data,
    DataBatch,
    DataSpec,
    GameModel,
    GenerativeModel,
    HasLatent,
    HasLikelihood,
    HasPhasePictures,
    Image,
    Kind,
    Objective,
    Player,
    Progress,
    Simulated,
    param,
    settings,
)
from models.simulators import simulator_of

__all__ = ["AVB"]

_CODES = 12  # draws of q from which the window's codes, mean and variance, are computed
_WIDEST = 0.975  # share of the training data below the end of the range of evenly spread x


class AVB(GameModel, HasLatent, HasLikelihood, HasPhasePictures):
    """A latent-variable model whose q_φ(z|x) can be drawn from, but has no density that could be computed.

    z = f(φ, ε, x), a network of datum and noise. The ELBO needs log q(z|x) − log p(z): a discriminator T_ψ that tells
    pairs (x, z ~ q(z|x)) from pairs (x, z ~ p(z)) estimates it (Mescheder, Nowozin and Geiger, 2017, arXiv
    1701.04722). With adaptive contrast, T compares q with a Gaussian of the same mean and variance instead, whose log
    ratio to the prior is known. p(x|z) is that of a simulator, or a network that is learned. A Gaussian q, whose KL has
    a closed form, serves for comparison; the discriminator then learns a ratio that is known.
    """

    title = "Adversarial variational Bayes"
    reference = "https://arxiv.org/abs/1701.04722"
    accepts = (Simulated, Image(values="binary"), Image(values="grey"))
    metrics, presets = METRICS, PRESETS
    rates = RATES
    views, scenes = VIEWS, SCENES
    look_at, try_next = LOOK_AT, TRY_NEXT
    about = (
        "The encoder q_φ(z|x) is a network of the datum and of noise, so its density is unknown. "
        "A discriminator T_ψ(x, z) learns log q_φ(z|x) − log p(z), which the ELBO of the decoder p_θ(x|z) needs."
    )

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        decoder: str = param(
            "learned", "p(x|z)", choices={"learned": "Learned", "given": "Given"},
            help="A network, or the density of the simulator that made the data.",
        )  # fmt: skip
        posterior: str = param(
            "implicit", "q(z|x)", choices={"implicit": "Implicit", "gaussian": "Gaussian"},
            help="Any distribution, without a density; or a Gaussian, whose KL has a closed form.",
        )  # fmt: skip
        contrast: str = param(
            "plain", "Contrast of q", choices={"plain": "With the prior", "adaptive": "Adaptive"}, live=True,
            help="T compares q with the prior, or with a Gaussian of the mean and variance of q, which is closer.",
        )  # fmt: skip
        latent: int = param(
            2, "Latent dimensions", 1, 16, when=lambda config: config.decoder == "learned", help="Dimension of z."
        )
        noise: int = param(
            4, "Noise dimensions", 1, 64, when=lambda config: config.posterior == "implicit",
            help="Dimension of ε, at least that of z.",
        )  # fmt: skip
        draws: int = param(4, "Draws for each datum", 2, 128, log=True, live=True, help="Of z in one update.")
        updates_t: int = param(2, "Updates of T", 1, 20, live=True, help="Updates of the discriminator in a round.")
        anneal: float = param(
            0.0, "Anneal the likelihood", 0.0, 1.0, step=0.05, live=True,
            help="Share of the training in which the weight of log p(x|z) for q rises from 0 to 1.",
        )  # fmt: skip
        even: bool = param(
            False, "Even x", more=True, when=lambda config: config.decoder == "given",
            help="q and T train on x spread evenly over the range of the data.",
        )  # fmt: skip
        hidden: int = param(128, "Hidden width of q and T", 4, 1024, log=True, more=True)
        layers: int = param(2, "Hidden layers of q", 0, 6, more=True, help="0: f is affine, and q is Gaussian.")
        layers_t: int = param(2, "Hidden layers of T", 0, 6, more=True)
        hidden_p: int = param(
            128, "Hidden width of p", 4, 1024, log=True, more=True, when=lambda config: config.decoder == "learned"
        )

    config: Config
    center: Tensor
    spread: Tensor
    code_noise: Tensor
    likelihood_weight: Tensor
    range_of_x: Tensor

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.check(config, spec.kind)
        image = isinstance(spec.kind, Image)
        self.register_buffer("center", torch.tensor(0.5 if image else spec.mean), persistent=False)
        self.register_buffer("spread", torch.tensor(0.5 if image else spec.std).clamp_min(1e-6), persistent=False)
        self.register_buffer("likelihood_weight", torch.ones(()))
        self.register_buffer("range_of_x", torch.zeros(2))
        entries, dim = math.prod(spec.kind.shape), self.latent_dim
        self.posterior: ImplicitPosterior | GaussianPosterior = (
            ImplicitPosterior(entries, dim, config.noise, config.hidden, config.layers)
            if config.posterior == "implicit"
            else GaussianPosterior(entries, dim, config.hidden, config.layers)
        )
        self.decoder: AnyDecoder = (
            GivenDecoder(simulator_of(spec))
            if config.decoder == "given"
            else learned_decoder(spec, dim, config.hidden_p)
        )
        self.discriminator = PairDiscriminator(entries, dim, config.hidden, config.layers_t)
        fixed_draws = torch.Generator().manual_seed(0)
        self.register_buffer(
            "code_noise", torch.randn(_CODES, 1, self.posterior.noise, generator=fixed_draws), persistent=False
        )

    def prepare(self, data: Data, parents: Mapping[str, GenerativeModel]) -> None:
        """Takes the range of the data, from the least to the 97.5 % quantile."""
        if self.config.even:
            x = data.train.x[:, 0]
            self.range_of_x.copy_(torch.stack([x.min(), x.quantile(_WIDEST)]))

    # Players and losses

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """The approximate ELBO, and what the discriminator maximises."""
        return objective_of(config)

    def players(self) -> tuple[Player, ...]:
        """The discriminator T, the encoder q and, where it is learned, the decoder p."""
        words = explanations(self.config)
        learned = (
            Player("decoder", tuple(self.decoder.parameters()), 1, "lr_p", words["decoder"], symbol="p",
                   forward_phases=FORWARD_PHASES["decoder"]),
        )  # fmt: skip
        return (
            Player("discriminator", tuple(self.discriminator.parameters()), self.config.updates_t, "lr_t",
                   words["discriminator"], symbol="T", forward_phases=FORWARD_PHASES["discriminator"],
                   metric="classification"),
            Player("encoder", tuple(self.posterior.parameters()), 1, "lr", words["encoder"], symbol="q",
                   forward_phases=FORWARD_PHASES["encoder"]),
            *(learned if self.config.decoder == "learned" else ()),
        )  # fmt: skip

    def begin_round(self, progress: Progress) -> None:
        """Raises the weight of the likelihood for q."""
        ramp = self.config.anneal
        self.likelihood_weight.fill_(min(1.0, progress.share / ramp) if ramp > 0 else 1.0)

    def loss(self, player: str, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The loss of a player, nats, and its terms."""
        x = self.observations(batch.x, rng)
        if player == "discriminator":
            return self._discriminator_loss(x, rng)
        return self._encoder_loss(x, rng) if player == "encoder" else self._decoder_loss(x, rng)

    def _discriminator_loss(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        features = self.features(x)
        with torch.no_grad():
            z = self.posterior.draw(features, self.config.draws, rng=rng)  # (draws, n, latent)
            prior = normal_like(z, rng=rng)
            from_q = self.seen(z, self.moments(z))
        on_q, on_prior = classification_loss(self.discriminator(features, from_q), self.discriminator(features, prior))
        loss = on_q + on_prior
        return {"loss": loss, "classification": -loss, "on_q": -on_q, "on_prior": -on_prior}

    def _encoder_loss(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        features = self.features(x)
        z = self.posterior.draw(features, self.config.draws, rng=rng)  # (draws, n, latent)
        moments = self.moments(z)
        with fixed(self.decoder), fixed(self.discriminator):  # E_q of the gradient of r* at fixed z is 0
            reconstruction = self.decoder.log_prob(x, z).mean()
            ratio = log_ratio(self.discriminator(features, self.seen(z, moments)), z, moments).mean()
        terms = {"approximate_elbo": reconstruction - ratio, "reconstruction": reconstruction, "log_ratio": ratio}
        kl = ratio
        if isinstance(self.posterior, GaussianPosterior):
            kl = terms["kl"] = prior_kl(*self.posterior.moments(features)).sum(dim=1).mean()
        return {"loss": -(self.likelihood_weight * reconstruction - kl), **terms}

    def _decoder_loss(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        with torch.no_grad():
            z = self.posterior.draw(self.features(x), self.config.draws, rng=rng)
        return {"loss": -self.decoder.log_prob(x, z).mean()}

    def observations(self, x: Tensor, rng: torch.Generator) -> Tensor:
        """The data of an update: those of the batch, or as many spread evenly over their range."""
        if not self.config.even or self.config.decoder != "given":
            return x
        low, high = self.range_of_x
        return low + (high - low) * torch.rand(x.shape, generator=rng, device=x.device, dtype=x.dtype)

    def features(self, x: Tensor) -> Tensor:
        """Data in standard units as rows, (n, entries)."""
        return features_of(x, self.center, self.spread)

    def moments(self, z: Tensor) -> Moments | None:
        """What q is contrasted with: a Gaussian of the moments of its draws, or None for the prior."""
        return moments_of(z) if self.config.contrast == "adaptive" else None

    @staticmethod
    def seen(z: Tensor, moments: Moments | None) -> Tensor:
        """What T sees of draws of q, (draws, n, latent)."""
        return z if moments is None else moments.standard(z)

    def log_ratio(self, x: Tensor, z: Tensor, moments: Moments | None) -> Tensor:
        """r_ψ(x, z), nats; data (n, *shape) and points (…, n, latent) to (…, n)."""
        output = self.discriminator(self.features(x), self.seen(z, moments))
        return log_ratio(output, z, moments)

    phase_picture = phase_picture
    evaluate = evaluate_posterior

    # Latent space and samples

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of q(z|x), (n, latent) each: from 12 draws of the same noise where q is implicit."""
        features = self.features(x)
        if isinstance(self.posterior, GaussianPosterior):
            return self.posterior.moments(features)
        z = self.posterior(features, self.code_noise.expand(-1, len(x), -1))
        return z.mean(dim=0), z.var(dim=0).clamp_min(1e-12).log()

    @classmethod
    def latent_dim_of(cls, config: Config, spec: DataSpec | None) -> int | None:
        """Dimension of z: that of the simulator where p(x|z) is given."""
        if config.decoder == "learned":
            return config.latent
        return simulator_of(spec).dim if spec is not None and isinstance(spec.kind, Simulated) else None

    @classmethod
    def noise_dims(cls, config: Config, kind: Kind) -> int:
        """One scalar for each latent dimension, one for each entry of the datum."""
        dim = config.latent if config.decoder == "learned" else simulator_of(DataSpec(kind, 1)).dim
        return dim + math.prod(kind.shape)

    @classmethod
    def check(cls, config: Config, kind: Kind) -> None:
        """Refuses noise of fewer dimensions than z, and a given p(x|z) where there is none.

        Raises:
            BadValue: The config asks for it.
        """
        dim = config.latent
        if config.decoder == "given":
            if not isinstance(kind, Simulated):
                raise BadValue(
                    "decoder", f"decoder given needs data of a simulator, not {kind.plural}: set it to learned"
                )
            simulator = simulator_of(DataSpec(kind, 1))
            if not simulator.has_gradient:
                raise BadValue(
                    "decoder",
                    f"decoder given needs log p(x|z) with a gradient, which {simulator.simulator} lacks: set it to "
                    "learned, or use the page implicit",
                )
            dim = simulator.dim
            if config.even and simulator.d > 1:
                raise BadValue("even", f"even spreads one number, and an observation here has {simulator.d}")
        if config.posterior == "implicit" and config.noise < dim:
            raise BadValue("noise", f"noise takes at least the {dim} dimensions of z, not {config.noise}")

    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws of z ~ N(0, I), (n, latent)."""
        return torch.randn(n, self.latent_dim, generator=rng, device=self.device, dtype=self.dtype)

    def decode_mean(self, z: Tensor) -> Tensor:
        """Mean of p(x|z) in data units; (n, latent) to (n, *shape)."""
        return self.decoder.mean(z)

    def decode_draw(self, z: Tensor, *, rng: torch.Generator) -> Tensor:
        """A draw from p(x|z), in data units; (n, latent) to (n, *shape)."""
        return self.decoder.draw(z, rng=rng)

    @torch.no_grad()
    @settings
    def sample(
        self,
        n: int,
        *,
        rng: torch.Generator,
        mean: bool = param(False, "Mean of p(x|z)", help="The mean of p(x|z) instead of a draw from it."),
    ) -> Tensor:
        """Data from the model, (n, *shape): z from the prior, then x from p(x|z)."""
        z = self.prior_draw(n, rng=rng)
        return self.decode_mean(z) if mean else self.decode_draw(z, rng=rng)
