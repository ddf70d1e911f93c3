"""A generative adversarial network in the plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from models.exact.modes import leading_mode
from models.gan.objectives import OBJECTIVES, Game, gradient_penalty, squared_slopes
from models.gan.planar.leading import LEADING
from models.gan.planar.networks import ACTIVATIONS, dense
from models.gan.planar.phases import FORWARD_PHASES, phase_picture
from models.gan.planar.units import StandardUnits
from models.gan.planar.words import (
    CURE,
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
from models.nets.fixed import fixed
from models.protocol import (
    Data,
    DataBatch,
    DataSpec,
    GameModel,
    GenerativeModel,
    HasDecoder,
    HasPhasePictures,
    Kind,
    Objective,
    Planar,
    Player,
    param,
)

__all__ = ["GAN"]

_ACTIVATIONS = {name: title for name, (title, _) in ACTIVATIONS.items()}
_NOISE = {"gaussian": "Gaussian", "uniform": "Uniform"}


class GAN(GameModel, HasDecoder, HasPhasePictures):
    """Generator and discriminator on points of the plane (Goodfellow et al., 2014, arXiv 1406.2661).

    x = G(z) with z of any dimension; the losses are those of one of the games of `models.gan.objectives`. D can be
    penalised by its gradient on data (R1, Mescheder et al., 2018, arXiv 1801.04406) or between data and samples
    (Gulrajani et al., 2017, arXiv 1704.00028), see both with instance noise (Sønderby et al., 2017, arXiv
    1610.04490), be normalised spectrally (Miyato et al., 2018, arXiv 1802.05957), or judge several points at once
    (PacGAN, Lin et al., 2018, arXiv 1712.04086).

    Both networks work in standard units. Gradients and penalties are with respect to points in these units.
    """

    title = "GAN in the plane"
    reference = "https://arxiv.org/abs/1406.2661"
    accepts = (Planar,)
    metrics, presets, rates = METRICS, PRESETS, RATES
    views, scenes = VIEWS, SCENES
    look_at, try_next, cure = LOOK_AT, TRY_NEXT, CURE
    renamed: ClassVar[Mapping[str, str | None]] = {"moves": "generator_updates"}

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        objective: str = param(
            "non-saturating", "Objective", choices={name: game.title for name, game in OBJECTIVES.items()}, live=True,
            help="The losses of discriminator and generator. Can be changed during training.",
        )  # fmt: skip
        weight_limit: float = param(
            0.1, "Largest weight c", 0.001, 1.0, log=True, live=True,
            when=lambda config: config.objective == "wasserstein",
            help="Weights of D are clipped to ±c after each of its updates.",
        )  # fmt: skip
        penalty: float = param(
            1.0, "Penalty weight λ", 0.001, 100.0, log=True, live=True,
            when=lambda config: config.objective == "wasserstein-gp",
            help="Weight of (‖∇F‖ − 1)² between data and samples.",
        )  # fmt: skip
        r1: float = param(
            0.0, "R1 weight γ", 0.0, 100.0, step=0.1, live=True, help="Weight of ½‖∇F‖² on the data; 0 leaves it out."
        )
        instance_noise: float = param(
            0.0, "Instance noise σ", 0.0, 5.0, step=0.05, live=True,
            help="Gaussian noise added to data and samples at the input of D, in units of the data.",
        )  # fmt: skip
        latent: int = param(2, "Noise dimensions", 1, 64, log=True, help="Dimension of z.")
        noise: str = param(
            "gaussian", "Noise", choices=_NOISE, help="z is standard normal, or uniform from −1 to 1 in each dimension."
        )
        updates_d: int = param(1, "Updates of D", 1, 20, live=True, help="Updates of the discriminator in a round.")
        updates_g: int = param(1, "Updates of G", 1, 20, live=True, help="Updates of the generator in a round.")
        hidden_g: int = param(
            128, "Hidden width of G", 2, 1024, log=True, more=True, help="Units in each hidden layer of G."
        )
        hidden_d: int = param(
            128, "Hidden width of D", 2, 1024, log=True, more=True, help="Units in each hidden layer of D."
        )
        layers_g: int = param(2, "Hidden layers of G", 0, 6, more=True, help="0: an affine map of the noise.")
        layers_d: int = param(2, "Hidden layers of D", 0, 6, more=True, help="0: a straight boundary.")
        activation_g: str = param("relu", "Activation of G", choices=_ACTIVATIONS, more=True)
        activation_d: str = param("relu", "Activation of D", choices=_ACTIVATIONS, more=True)
        spectral: bool = param(
            False, "Spectral normalisation", more=True, help="Every layer of D has largest singular value 1."
        )
        pac: int = param(
            1, "Packing m", 1, 8, more=True, help="D judges m points at once, all of the data or all of the model."
        )

    config: Config
    center: Tensor
    spread: Tensor
    modes: Tensor
    generator_updates: Tensor

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.register_buffer("center", torch.tensor(spec.mean))  # (2,)
        self.register_buffer("spread", torch.tensor(spec.std).square().mean().sqrt())
        self.register_buffer("modes", torch.empty(0, 2), persistent=False)
        self.register_buffer("generator_updates", torch.zeros((), dtype=torch.long))
        self.generator = dense(config.latent, config.hidden_g, config.layers_g, 2, config.activation_g, spectral=False)
        self.discriminator = dense(
            2 * config.pac, config.hidden_d, config.layers_d, 1, config.activation_d, spectral=config.spectral
        )

    def prepare(self, data: Data, parents: Mapping[str, GenerativeModel]) -> None:
        """Takes the centres of the modes of the data, in standard units; they only serve to say which mode leads."""
        if data.centers is not None:
            self.modes = self.units.to_units(data.centers.to(self.center))

    @property
    def units(self) -> StandardUnits:
        """Standard units of the data."""
        return StandardUnits(self.center, self.spread)

    @property
    def game(self) -> Game:
        """The current losses."""
        return OBJECTIVES[self.config.objective]

    # Players and losses

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """What the discriminator maximises in the game that the config names, penalties included."""
        return objective_of(config)

    def players(self) -> tuple[Player, ...]:
        """The discriminator, then the generator."""
        c, words = self.config, explanations()
        weights_d, weights_g = tuple(self.discriminator.parameters()), tuple(self.generator.parameters())
        return (
            Player(
                "discriminator", weights_d, c.updates_d, "lr_d", words["discriminator"], forward_phases=FORWARD_PHASES
            ),
            Player("generator", weights_g, c.updates_g, "lr_g", words["generator"], forward_phases=FORWARD_PHASES),
        )

    def loss(self, player: str, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The loss of a player and, for the discriminator, its terms."""
        if player == "generator":
            return self._generator_loss(len(batch), rng)
        return self._discriminator_loss(batch.x, rng)

    def _discriminator_loss(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        c, game = self.config, self.game
        with torch.no_grad():
            real = self.packs(self.with_noise(self.units.to_units(x), rng))  # (n/m, 2 m)
            fake = self.packs(self.with_noise(self.generator(self.prior_draw(len(x), rng=rng)), rng))
        if c.r1 > 0:
            real.requires_grad_()
            f_real, f_fake = self.judge(real), self.judge(fake)  # (n/m,) each
        else:
            f_real, f_fake = self.judge(torch.cat([real, fake])).chunk(2)
        on_data, on_samples = -game.on_data(f_real).mean(), -game.on_samples(f_fake).mean()
        values = {"value": on_data + on_samples, "on_data": on_data, "on_samples": on_samples}
        loss = -values["value"]
        if c.r1 > 0:
            values["r1_penalty"] = 0.5 * squared_slopes(f_real, real).mean()
            loss = loss + c.r1 * values["r1_penalty"]
        if c.objective == "wasserstein-gp":
            values["gradient_penalty"] = gradient_penalty(self.judge, real, fake, rng=rng)
            loss = loss + c.penalty * values["gradient_penalty"]
        return {"loss": loss, "objective": -loss, **values}

    def _generator_loss(self, n: int, rng: torch.Generator) -> dict[str, Tensor]:
        u = self.generator(self.prior_draw(n, rng=rng))
        fake = self.with_noise(u, rng)
        with fixed(self.discriminator):
            f = self.judge(self.packs(fake))
        leads = {LEADING: leading_mode(u.detach(), self.modes)} if len(self.modes) > 1 else {}
        return {"loss": self.game.generator(f), **leads}

    def judge(self, packs: Tensor) -> Tensor:
        """F of packs of m points in standard units; (n, 2 m) to (n,)."""
        return self.discriminator(packs)[:, 0]

    def packs(self, u: Tensor) -> Tensor:
        """Puts m consecutive points side by side; (n, 2) to (n/m, 2 m), a remainder is left out.

        Fewer points than one pack holds are repeated.
        """
        m = self.config.pac
        if len(u) < m:
            u = u.repeat(-(-m // len(u)), 1)
        return u if m == 1 else u[: len(u) - len(u) % m].reshape(-1, 2 * m)

    def with_noise(self, u: Tensor, rng: torch.Generator) -> Tensor:
        """Adds the instance noise to points in standard units, (n, 2)."""
        sigma = self.config.instance_noise
        if sigma == 0:
            return u
        noise = torch.randn(u.shape, generator=rng, device=u.device, dtype=u.dtype)
        return u + (sigma / self.spread) * noise

    def after_update(self, player: str) -> None:
        """Clips the weights of a Wasserstein critic, and counts the updates of the generator."""
        if player == "generator":
            self.generator_updates += 1
        elif self.config.objective == "wasserstein":
            limit = self.config.weight_limit
            with torch.no_grad():
                for weight in self.discriminator.parameters():
                    weight.clamp_(-limit, limit)

    phase_picture = phase_picture

    # Sampling

    @classmethod
    def latent_dim_of(cls, config: Config, spec: DataSpec | None) -> int:
        """Dimension of z."""
        return config.latent

    @classmethod
    def noise_dims(cls, config: Config, kind: Kind) -> int:
        """One scalar for each dimension of z."""
        return config.latent

    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws z, (n, latent): standard normal, or uniform from −1 to 1."""
        shape, like = (n, self.config.latent), self.center
        if self.config.noise == "uniform":
            return torch.rand(shape, generator=rng, device=like.device, dtype=like.dtype).mul_(2.0).sub_(1.0)
        return torch.randn(shape, generator=rng, device=like.device, dtype=like.dtype)

    def decode_mean(self, z: Tensor) -> Tensor:
        """G(z) in data units, (n, latent) to (n, 2): z determines x."""
        return self.units.from_units(self.generator(z))

    @torch.no_grad()
    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Points from the generator, (n, 2), in data units."""
        return self.decode_mean(self.prior_draw(n, rng=rng))
