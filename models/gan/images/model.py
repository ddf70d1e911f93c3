"""A generative adversarial network of images."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from models.gan.images.comparison import ComparisonViews
from models.gan.images.networks import NORMS, ImageDiscriminator, ImageGenerator
from models.gan.images.words import LOOK_AT, METRICS, PRESETS, TRY_NEXT, objective_of
from models.gan.objectives import OBJECTIVES, Game, gradient_penalty, r1_penalty
from models.protocol import BadValue, DataBatch, DataSpec, GameModel, Image, Kind, Objective, Player, param

__all__ = ["ImageGAN"]

_CHOSEN = ("non-saturating", "least-squares", "hinge", "wasserstein-gp")
_OBJECTIVES = {name: OBJECTIVES[name].title for name in _CHOSEN}


def _wasserstein(config: object) -> bool:
    return getattr(config, "objective", "") == "wasserstein-gp"


class ImageGAN(GameModel, ComparisonViews):
    """A generator and a discriminator of strided convolutions, on images.

    z ~ N(0, I), x = G(z). Networks and initial weights as in DCGAN (Radford et al., 2016, arXiv 1511.06434), narrower
    and, for small images, with fewer stages. The non-saturating game (Goodfellow et al., 2014, arXiv 1406.2661), two
    others, or Wasserstein with gradient penalty (Gulrajani et al., 2017, arXiv 1704.00028).

    R1 (Mescheder et al., 2018, arXiv 1801.04406) is computed in every k-th move of the discriminator alone, with k
    times its weight (Karras et al., 2020, arXiv 1912.04958), so that most rounds cost no more than without it, and the
    gradient is the same on average. Penalties are about slopes per unit of the data, whose range from black to white
    is 1.

    The generator normalises by its batch while it is trained, and by running statistics when it is looked at: a view of
    one image could not do otherwise.
    """

    title = "GAN of images"
    reference = "https://arxiv.org/abs/1511.06434"
    accepts = (Image(values="grey"), Image(values="colour"))
    metrics, presets = METRICS, PRESETS
    rates = {"lr_g": "Learning rate of G", "lr_d": "Learning rate of D"}  # noqa: RUF012
    batch_statistics = True
    look_at, try_next = LOOK_AT, TRY_NEXT

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        objective: str = param(
            "non-saturating", "Objective", choices=_OBJECTIVES, help="The game; Wasserstein has a gradient penalty."
        )
        r1: float = param(
            0.02, "R1 weight γ", 0.0, 1.0, step=0.01, live=True, when=lambda config: not _wasserstein(config),
            help="Presses the slope of D on the data towards 0: γ/2 · E‖∇F(x)‖².",
        )  # fmt: skip
        r1_every: int = param(
            16, "R1 every", 1, 64, more=True, when=lambda config: config.r1 > 0 and not _wasserstein(config),
            help="Moves of D from one R1 to the next, which counts as many times as much.",
        )  # fmt: skip
        gradient_penalty: float = param(
            10.0, "Gradient penalty λ", 0.0, 100.0, live=True, when=_wasserstein,
            help="Presses the slope of D between data and samples towards 1: λ · E(‖∇F(x̂)‖ − 1)².",
        )  # fmt: skip
        latent: int = param(32, "Latent dimensions", 1, 128, help="Dimension of z.")
        channels: int = param(
            16, "Channels", 4, 256, log=True, help="Of the widest stage; each narrower one has twice as many."
        )
        norm: str = param(
            "layer", "Normalisation of D", choices=NORMS, more=True,
            help="After each of its stages but the first. The generator always has batch normalisation.",
        )  # fmt: skip
        d_updates: int = param(1, "Updates of D", 1, 10, more=True, help="Moves of D in one round; G makes one.")

    config: Config

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.check(config, spec.kind)
        self.generator = ImageGenerator(config.latent, config.channels, spec.kind.shape)
        self.discriminator = ImageDiscriminator(
            config.channels, spec.kind.shape, config.norm, bias=not _wasserstein(config)
        )
        self._moves = 0  # of the discriminator

    @classmethod
    def check(cls, config: Config, kind: Kind) -> None:
        """Refuses a penalty on the slope at one datum where D's value there depends on the others of the batch.

        Raises:
            BadValue: Batch normalisation of D with a gradient penalty or R1.
        """
        if config.norm == "batch" and (_wasserstein(config) or config.r1 > 0):
            raise BadValue(
                "norm",
                "norm batch does not go with a penalty on the slope of D, which is one datum's: "
                "set norm to none or layer" + ("" if _wasserstein(config) else ", or r1 to 0"),
            )

    def get_extra_state(self) -> Tensor:
        """The discriminator's moves so far, which decide when R1 is due."""
        return torch.tensor(self._moves)

    def set_extra_state(self, state: Tensor) -> None:
        """Takes back what `get_extra_state` gave."""
        self._moves = int(state)

    @classmethod
    def objective_of(cls, config: Any) -> Objective:
        """What the discriminator maximises under a config."""
        return objective_of(config)

    @property
    def game(self) -> Game:
        """The game that is played."""
        return OBJECTIVES[self.config.objective]

    @property
    def even_score(self) -> float | None:
        """F of the optimal discriminator where data and samples are equally likely."""
        optimal = self.game.optimal
        return None if optimal is None else float(optimal(torch.zeros(())))

    @classmethod
    def latent_dim_of(cls, config: Any, spec: DataSpec | None) -> int:
        """Dimension of z."""
        return config.latent

    @classmethod
    def noise_dims(cls, config: Config, kind: Kind) -> int:
        """One scalar for each latent dimension."""
        return config.latent

    def players(self) -> tuple[Player, ...]:
        """The discriminator, then the generator."""
        penalised = _wasserstein(self.config) or self.config.r1 > 0
        return (
            Player(
                "discriminator", tuple(self.discriminator.parameters()), self.config.d_updates, "lr_d",
                {
                    "draw": "Draw a mini-batch of images.",
                    "forward": "Draw z, generate as many samples, and score both"
                    + ("; add the penalty on D's slope." if penalised else "."),
                    "update": "Move D so that it tells images from samples better.",
                },
            ),
            Player(
                "generator", tuple(self.generator.parameters()), 1, "lr_g",
                {
                    "draw": "Draw a mini-batch, of which only the size counts.",
                    "forward": "Draw z, generate samples, and let D score them.",
                    "backward": "Differentiate through D to G: how should each pixel change?",
                    "update": "Move G so that D takes its samples for images more.",
                },
            ),
        )  # fmt: skip

    def after_update(self, player: str) -> None:
        """Counts the discriminator's moves."""
        self._moves += player == "discriminator"

    def loss(self, player: str, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """What a player descends; the discriminator's loss also without its penalty, and mean scores."""
        z = self.prior_draw(len(batch), rng=rng)
        if player == "generator":
            with _fixed(self.discriminator):
                return {"loss": self.game.generator(self.discriminator(self.generator(z)))}
        with torch.no_grad():
            fake = self.generator(z)
        on_real, on_fake = self.discriminator(batch.x), self.discriminator(fake)
        on_data, on_samples = -self.game.on_data(on_real).mean(), -self.game.on_samples(on_fake).mean()
        penalty = self.penalty(batch.x, fake, rng=rng)
        return {
            "loss": penalty - on_data - on_samples,
            "game": -on_data - on_samples,
            "on_data": on_data,
            "on_samples": on_samples,
            "penalty": penalty,
            "score_real": on_real.mean(),
            "score_fake": on_fake.mean(),
        }

    def penalty(self, real: Tensor, fake: Tensor, *, rng: torch.Generator) -> Tensor:
        """The penalty of this move of the discriminator, with its weight; 0 in moves that R1 leaves out."""
        config = self.config
        if _wasserstein(config):
            weight = config.gradient_penalty
            return weight * gradient_penalty(self.discriminator, real, fake, rng=rng)
        if config.r1 > 0 and self._moves % config.r1_every == 0:
            return config.r1 * config.r1_every * r1_penalty(self.discriminator, real)
        return real.new_zeros(())

    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws of z, (n, latent)."""
        weight = self.generator.foot.weight
        return torch.randn(n, self.config.latent, generator=rng, device=weight.device, dtype=weight.dtype)

    def decode_mean(self, z: Tensor) -> Tensor:
        """G(z), (n, latent) to (n, c, h, w): z determines x."""
        return self.generator(z)

    @torch.no_grad()
    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Images from the model, (n, c, h, w)."""
        return self.generator(self.prior_draw(n, rng=rng))


@contextlib.contextmanager
def _fixed(module: nn.Module) -> Iterator[None]:
    """What is computed within is not differentiated with respect to a module's parameters, which saves the time."""
    module.requires_grad_(False)
    try:
        yield
    finally:
        module.requires_grad_(True)
