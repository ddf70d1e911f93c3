"""A generative adversarial network of images."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from models.gan.images.networks import NORMS, ImageDiscriminator, ImageGenerator
from models.gan.images.phases import EXPLANATIONS, FORWARD_PHASES, phase_picture
from models.gan.images.words import LOOK_AT, METRICS, PRESETS, SCENES, TRY_NEXT, VIEWS, objective_of
from models.gan.objectives import OBJECTIVES, Game, gradient_penalty, r1_penalty
from models.nets.fixed import fixed
from models.protocol import (
    BadValue,
    DataBatch,
    DataSpec,
    GameModel,
    HasDecoder,
    HasPhasePictures,
    Image,
    Kind,
    Objective,
    Player,
    Progress,
    param,
)

__all__ = ["ImageGAN"]

_CHOSEN = ("non-saturating", "least-squares", "hinge", "wasserstein-gp")
_OBJECTIVES = {name: OBJECTIVES[name].title for name in _CHOSEN}


def _is_wasserstein(config: Any) -> bool:
    return config.objective == "wasserstein-gp"


class ImageGAN(GameModel, HasDecoder, HasPhasePictures):
    """A generator and a discriminator of strided convolutions, on images.

    z ~ N(0, I), x = G(z). Networks and initial weights as in DCGAN (Radford et al., 2016, arXiv 1511.06434), narrower
    and, for small images, with fewer stages. The non-saturating game (Goodfellow et al., 2014, arXiv 1406.2661), two
    others, or Wasserstein with gradient penalty (Gulrajani et al., 2017, arXiv 1704.00028).

    R1 (Mescheder et al., 2018, arXiv 1801.04406) is computed in every k-th update of the discriminator only, with k
    times its weight (Karras et al., 2020, arXiv 1912.04958), so that most rounds cost no more than without it, and the
    gradient is the same on average. Slopes are per unit of the data, whose range from black to white is 1.

    The generator normalises by the statistics of its batch in training, and by running statistics in evaluation.
    """

    title = "GAN of images"
    reference = "https://arxiv.org/abs/1511.06434"
    accepts = (Image(values="grey"), Image(values="colour"))
    metrics, presets = METRICS, PRESETS
    rates = {"lr_g": "Learning rate of G", "lr_d": "Learning rate of D"}  # noqa: RUF012
    batch_statistics = True
    renamed: ClassVar[Mapping[str, str | None]] = {"_extra_state": None}
    views, scenes = VIEWS, SCENES
    look_at, try_next = LOOK_AT, TRY_NEXT

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        objective: str = param(
            "non-saturating",
            "Objective",
            choices=_OBJECTIVES,
            help="The losses of both players; Wasserstein has a gradient penalty.",
        )
        r1: float = param(
            0.02, "R1 weight γ", 0.0, 1.0, step=0.01, live=True, when=lambda config: not _is_wasserstein(config),
            help="Pulls the slope of D on the data towards 0: γ/2 · E‖∇F(x)‖².",
        )  # fmt: skip
        r1_every: int = param(
            16, "R1 every", 1, 64, more=True, when=lambda config: config.r1 > 0 and not _is_wasserstein(config),
            help="R1 is computed in one of this many updates of D, with this many times its weight.",
        )  # fmt: skip
        gradient_penalty: float = param(
            10.0, "Penalty weight λ", 0.0, 100.0, live=True, when=_is_wasserstein,
            help="Pulls the slope of D between data and samples towards 1: λ · E(‖∇F(x̂)‖ − 1)².",
        )  # fmt: skip
        latent: int = param(32, "Latent dimensions", 1, 128, help="Dimension of z.")
        channels: int = param(
            16,
            "Channels",
            4,
            256,
            log=True,
            help="Channels at the highest resolution; each lower one has twice as many.",
        )
        norm: str = param(
            "layer", "Normalisation of D", choices=NORMS, more=True,
            help="After each stage of D but the first. The generator always has batch normalisation.",
        )  # fmt: skip
        d_updates: int = param(1, "Updates of D", 1, 10, more=True, help="Updates of D in a round; G has one.")

    config: Config

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.check(config, spec.kind)
        self.generator = ImageGenerator(config.latent, config.channels, spec.kind.shape)
        self.discriminator = ImageDiscriminator(
            config.channels, spec.kind.shape, config.norm, bias=not _is_wasserstein(config)
        )
        self._discriminator_updates = 0  # since the start, as if each round had all its updates

    @classmethod
    def check(cls, config: Config, kind: Kind) -> None:
        """Refuses batch normalisation of D with a gradient penalty or R1.

        Both penalise the slope at one datum, where F must not depend on the other data of the batch.

        Raises:
            BadValue: Batch normalisation of D with a gradient penalty or R1.
        """
        if config.norm == "batch" and (_is_wasserstein(config) or config.r1 > 0):
            raise BadValue(
                "norm",
                "norm batch does not work with a penalty on the slope of D at a single datum: "
                "set norm to none or layer" + ("" if _is_wasserstein(config) else ", or r1 to 0"),
            )

    # Players and losses

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """What the discriminator maximises under a config."""
        return objective_of(config)

    @property
    def game(self) -> Game:
        """The current losses."""
        return OBJECTIVES[self.config.objective]

    def players(self) -> tuple[Player, ...]:
        """The discriminator, then the generator."""
        words = {name: dict(EXPLANATIONS[name]) for name in EXPLANATIONS}
        if _is_wasserstein(self.config) or self.config.r1 > 0:
            words["discriminator"]["judge"] += " The penalty on D's slope is added."
        weights_d, weights_g = tuple(self.discriminator.parameters()), tuple(self.generator.parameters())
        updates = self.config.d_updates
        return (
            Player("discriminator", weights_d, updates, "lr_d", words["discriminator"], forward_phases=FORWARD_PHASES),
            Player("generator", weights_g, 1, "lr_g", words["generator"], forward_phases=FORWARD_PHASES),
        )

    def begin_round(self, progress: Progress) -> None:
        """Counts the updates of the discriminator before the round."""
        self._discriminator_updates = progress.step * self.config.d_updates

    @property
    def round_variant(self) -> Hashable:
        """Which of the round's updates of the discriminator have R1."""
        return tuple(self._has_r1(self._discriminator_updates + update) for update in range(self.config.d_updates))

    def _has_r1(self, update: int) -> bool:
        return not _is_wasserstein(self.config) and self.config.r1 > 0 and update % self.config.r1_every == 0

    def after_update(self, player: str) -> None:
        """Counts the updates of the discriminator."""
        self._discriminator_updates += player == "discriminator"

    def loss(self, player: str, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The loss of a player; for the discriminator also its terms, its penalty, and the mean of F on both."""
        z = self.prior_draw(len(batch), rng=rng)
        if player == "generator":
            with fixed(self.discriminator):
                return {"loss": self.game.generator(self.discriminator(self.generator(z)))}
        with torch.no_grad():
            fake = self.generator(z)
        f_real, f_fake = self.discriminator(batch.x), self.discriminator(fake)  # (n,) each
        on_data, on_samples = -self.game.on_data(f_real).mean(), -self.game.on_samples(f_fake).mean()
        penalty = self.penalty(batch.x, fake, rng=rng)
        return {
            "loss": penalty - on_data - on_samples,
            "game": -on_data - on_samples,
            "on_data": on_data,
            "on_samples": on_samples,
            "penalty": penalty,
            "score_real": f_real.mean(),
            "score_fake": f_fake.mean(),
        }

    def penalty(self, real: Tensor, fake: Tensor, *, rng: torch.Generator) -> Tensor:
        """The penalty of this update of the discriminator, with its weight; 0 in updates without R1."""
        config = self.config
        if _is_wasserstein(config):
            weight = config.gradient_penalty
            return weight * gradient_penalty(self.discriminator, real, fake, rng=rng)
        if self._has_r1(self._discriminator_updates):
            return config.r1 * config.r1_every * r1_penalty(self.discriminator, real)
        return real.new_zeros(())

    phase_picture = phase_picture

    # Sampling

    @classmethod
    def latent_dim_of(cls, config: Config, spec: DataSpec | None) -> int:
        """Dimension of z."""
        return config.latent

    @classmethod
    def noise_dims(cls, config: Config, kind: Kind) -> int:
        """One scalar for each latent dimension."""
        return config.latent

    def first_latent(self) -> Tensor:
        """A draw from the prior: in many dimensions the origin is far from all draws, and its image is a grey blur."""
        return torch.randn(1, self.config.latent, generator=torch.Generator().manual_seed(0))

    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws of z ~ N(0, I), (n, latent)."""
        return torch.randn(n, self.config.latent, generator=rng, device=self.device, dtype=self.dtype)

    def decode_mean(self, z: Tensor) -> Tensor:
        """G(z), (n, latent) to (n, c, h, w): z determines x."""
        return self.generator(z)

    @torch.no_grad()
    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Images from the generator, (n, c, h, w)."""
        return self.generator(self.prior_draw(n, rng=rng))
