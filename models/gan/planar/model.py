"""A generative adversarial network in the plane."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.gan.objectives import OBJECTIVES, gradient_penalty, squared_slopes
from models.gan.planar.divergence import DivergenceViews
from models.gan.planar.networks import ACTIVATIONS, dense
from models.gan.planar.noise import NoiseViews
from models.gan.planar.samples import SampleViews
from models.gan.planar.words import LOOK_AT, METRICS, PRESETS, RATES, TRY_NEXT, explanations, objective_of
from models.protocol import DataBatch, DataSpec, GameModel, Kind, Objective, Planar, Player, param

__all__ = ["GAN"]

_ACTIVATIONS = {name: title for name, (title, _) in ACTIVATIONS.items()}
_NOISE = {"gaussian": "Gaussian", "uniform": "Uniform"}


class GAN(GameModel, DivergenceViews, NoiseViews, SampleViews):
    """Generator and discriminator on points of the plane (Goodfellow et al., 2014, arXiv 1406.2661).

    x = G(z) with z of any dimension; the losses are those of one of the games of `models.gan.objectives`. D can be
    penalised by its gradient on data (R1, Mescheder et al., 2018, arXiv 1801.04406) or between data and samples
    (Gulrajani et al., 2017, arXiv 1704.00028), see both through instance noise (Sønderby et al., 2017, arXiv
    1610.04490), be normalised spectrally (Miyato et al., 2018, arXiv 1802.05957), or be given several points at once
    (PacGAN, Lin et al., 2018, arXiv 1712.04086).

    Both networks work in standard units: a point minus the mean of the data, divided by their spread. Gradients and
    penalties are with respect to points in these units.
    """

    title = "GAN in the plane"
    reference = "https://arxiv.org/abs/1406.2661"
    accepts = (Planar,)
    metrics, presets, rates = METRICS, PRESETS, RATES
    look_at, try_next = LOOK_AT, TRY_NEXT

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        objective: str = param(
            "non-saturating", "Objective", choices={name: game.title for name, game in OBJECTIVES.items()}, live=True,
            help="What discriminator and generator descend; it may change while they learn.",
        )  # fmt: skip
        weight_limit: float = param(
            0.1, "Largest weight c", 0.001, 1.0, log=True, live=True,
            when=lambda config: config.objective == "wasserstein",
            help="Weights of D are clipped to ±c after each of its updates.",
        )  # fmt: skip
        penalty: float = param(
            1.0, "Gradient penalty λ", 0.001, 100.0, log=True, live=True,
            when=lambda config: config.objective == "wasserstein-gp",
            help="Weight of (‖∇F‖ − 1)² between data and samples.",
        )  # fmt: skip
        r1: float = param(
            0.0, "R1 penalty γ", 0.0, 100.0, step=0.1, live=True, help="Weight of ½‖∇F‖² on the data; 0 leaves it out."
        )
        instance_noise: float = param(
            0.0, "Instance noise σ", 0.0, 5.0, step=0.05, live=True,
            help="Gaussian noise on data and samples before D sees them, in units of the data.",
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

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.register_buffer("center", torch.tensor(spec.mean))
        self.register_buffer("spread", torch.tensor(spec.std).square().mean().sqrt())
        self.register_buffer("moves", torch.zeros((), dtype=torch.long))
        self.generator = dense(config.latent, config.hidden_g, config.layers_g, 2, config.activation_g, spectral=False)
        self.discriminator = dense(
            2 * config.pac, config.hidden_d, config.layers_d, 1, config.activation_d, spectral=config.spectral
        )

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """What the discriminator maximises in the game that the config names, penalties included."""
        return objective_of(config)

    @classmethod
    def noise_dims(cls, config: Config, kind: Kind) -> int:
        """One scalar for each dimension of z."""
        return config.latent

    def players(self) -> tuple[Player, ...]:
        """The discriminator, then the generator."""
        c, words = self.config, explanations()
        return (
            Player(
                "discriminator", tuple(self.discriminator.parameters()), c.updates_d, "lr_d", words["discriminator"]
            ),
            Player("generator", tuple(self.generator.parameters()), c.updates_g, "lr_g", words["generator"]),
        )

    def loss(self, player: str, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """What a player descends, and for the discriminator the parts of it."""
        if player == "generator":
            return self._generator_loss(len(batch), rng)
        return self._discriminator_loss(batch.x, rng)

    def _discriminator_loss(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        c = self.config
        game = OBJECTIVES[c.objective]
        with torch.no_grad():
            real = self._packs(self._blurred(self.to_units(x), rng))  # (n/m, 2 m)
            fake = self._packs(self._blurred(self.generator(self.draw_noise(len(x), rng)), rng))
        penalised = c.r1 > 0
        if penalised:
            real.requires_grad_()
            f_real, f_fake = self.judge(real), self.judge(fake)
        else:
            f_real, f_fake = self.judge(torch.cat([real, fake])).chunk(2)
        on_data, on_samples = -game.on_data(f_real).mean(), -game.on_samples(f_fake).mean()
        values = {"value": on_data + on_samples, "on_data": on_data, "on_samples": on_samples}
        loss = -values["value"]
        if penalised:
            values["r1_penalty"] = 0.5 * squared_slopes(f_real, real).mean()
            loss = loss + c.r1 * values["r1_penalty"]
        if c.objective == "wasserstein-gp":
            values["gradient_penalty"] = gradient_penalty(self.judge, real, fake, rng=rng)
            loss = loss + c.penalty * values["gradient_penalty"]
        return {"loss": loss, "objective": -loss, **values}

    def _generator_loss(self, n: int, rng: torch.Generator) -> dict[str, Tensor]:
        fake = self._blurred(self.generator(self.draw_noise(n, rng)), rng)
        with _fixed(self.discriminator):
            f = self.judge(self._packs(fake))
        return {"loss": OBJECTIVES[self.config.objective].generator(f)}

    def judge(self, packs: Tensor) -> Tensor:
        """F of packs of m points in standard units; (n, 2 m) to (n,)."""
        return self.discriminator(packs)[:, 0]

    def _packs(self, u: Tensor) -> Tensor:
        """Points in the order in which they come, m side by side; (n, 2) to (n/m, 2 m), a remainder is left out.

        Fewer points than one pack holds are repeated.
        """
        m = self.config.pac
        if len(u) < m:
            u = u.repeat(-(-m // len(u)), 1)
        return u if m == 1 else u[: len(u) - len(u) % m].reshape(-1, 2 * m)

    def _blurred(self, u: Tensor, rng: torch.Generator) -> Tensor:
        sigma = self.config.instance_noise
        if sigma == 0:
            return u
        noise = torch.randn(u.shape, generator=rng, device=u.device, dtype=u.dtype)
        return u + (sigma / self.spread) * noise

    def after_update(self, player: str) -> None:
        """Clips the weights of a Wasserstein critic, and counts the generator's moves."""
        if player == "generator":
            self.moves += 1
        elif self.config.objective == "wasserstein":
            limit = self.config.weight_limit
            with torch.no_grad():
                for weight in self.discriminator.parameters():
                    weight.clamp_(-limit, limit)

    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Points from the generator, (n, 2)."""
        with torch.no_grad():
            return self.from_units(self.generator(self.draw_noise(n, rng)))


@contextlib.contextmanager
def _fixed(network: nn.Module) -> Iterator[None]:
    """No gradients for the network's own parameters: those of the other player's turn would be thrown away."""
    parameters = list(network.parameters())
    for parameter in parameters:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in parameters:
            parameter.requires_grad_(True)
