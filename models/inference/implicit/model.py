"""Inference in models that have no tractable likelihood."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from models.inference.implicit.evaluation import evaluate_implicit
from models.inference.implicit.pairs import contrast, infer
from models.inference.implicit.phases import FORWARD_PHASES, phase_picture
from models.inference.implicit.words import (
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
from models.inference.networks import ImplicitPosterior, PairDiscriminator, features_of
from models.nets.fixed import fixed
from models.protocol import (
    BadValue,
    DataBatch,
    DataSpec,
    GameModel,
    HasPhasePictures,
    Kind,
    Objective,
    Player,
    Simulated,
    param,
)
from models.simulators import simulator_of

__all__ = ["ImplicitModel"]


def _adversarial(config: ImplicitModel.Config) -> bool:
    return config.estimator == "adversarial"


def _learns_theta(config: ImplicitModel.Config) -> bool:
    return _adversarial(config) and config.theta == "learned"


class ImplicitModel(GameModel, HasPhasePictures):
    """Variational inference where neither p(x|z) nor q(z|x) has a density: both can only be drawn from.

    A classifier T_ψ that tells pairs (x, z) of the simulator from pairs of data and draws of q estimates
    r_ψ(x, z) = log p(x, z) − log q(x, z), with q(x, z) = q(z|x) q(x) and any q(x). q and, where it is learned, the
    coefficient θ of the simulator raise E r_ψ over the data: the ELBO up to a constant (Tran, Ranganath and Blei, 2017,
    arXiv 1702.08896). So that r_ψ is a function of θ, the classifier sees runs at θ′ around θ, and θ′ (Cranmer, Pavez
    and Louppe, 2015, arXiv 1506.02169); the simulator needs no gradient.

    For comparison, the ratio of joint and product alone, log p(x, z) − log p(x) p(z), is learned from simulations
    without a q (Hermans, Begy and Louppe, 2020, arXiv 1903.04057): prior times ratio is the posterior.
    """

    title = "Implicit models"
    reference = "https://arxiv.org/abs/1702.08896"
    accepts = (Simulated,)
    metrics, presets = METRICS, PRESETS
    rates = RATES
    views, scenes = VIEWS, SCENES
    look_at, try_next = LOOK_AT, TRY_NEXT
    about = (
        "The simulator p_θ(x|z) can be run, and its likelihood is not used. A classifier T_ψ of pairs (x, z) learns "
        "log p_θ(x, z) − log q_φ(x, z), which the encoder q_φ(z|x), a network of datum and noise, raises."
    )

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        estimator: str = param(
            "adversarial", "Ratio", choices={"adversarial": "Joint to joint, with q", "nre": "Joint to product"},
            help="Simulations are classified against data with draws of q, or against simulations with shuffled z.",
        )  # fmt: skip
        q_x: str = param(
            "data", "q(x)", choices={"data": "The data", "model": "The model's p(x)"}, live=True, when=_adversarial,
            help="The source of the x that are paired with draws of q. The objective stays a mean over the data.",
        )  # fmt: skip
        theta: str = param(
            "given", "θ of the simulator", choices={"given": "Given", "learned": "Learned"}, when=_adversarial,
            help="A coefficient of the simulator: the truth, or learned through the ratio.",
        )  # fmt: skip
        draws: int = param(4, "Draws for each datum", 1, 64, log=True, live=True,
                           help="Pairs of each kind in an update, for each datum of its batch.")  # fmt: skip
        updates_t: int = param(3, "Updates of T", 1, 20, live=True, when=_adversarial,
                               help="Updates of the classifier in a round.")  # fmt: skip
        noise: int = param(
            4, "Noise dimensions", 1, 64, when=_adversarial, help="Dimension of ε, at least that of z.", more=True
        )
        hidden: int = param(128, "Hidden width", 4, 1024, log=True, more=True)
        layers: int = param(3, "Hidden layers", 0, 6, more=True)
        spread: float = param(
            0.5, "Spread of θ′", 0.05, 2.0, log=True, more=True, when=_learns_theta,
            help="Standard deviation of the θ′ around θ at which the simulator runs.",
        )  # fmt: skip

    config: Config
    center: Tensor
    spread: Tensor
    simulations: Tensor

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.check(config, spec.kind)
        self.simulator = simulator_of(spec)
        self.register_buffer("center", torch.tensor(spec.mean), persistent=False)
        self.register_buffer("spread", torch.tensor(spec.std).clamp_min(1e-6), persistent=False)
        self.register_buffer("simulations", torch.zeros((), dtype=torch.long))
        entries, dim = self.simulator.d, self.simulator.dim
        learned = _learns_theta(config)
        self.theta: nn.Parameter | None = nn.Parameter(torch.tensor(self.simulator.start)) if learned else None
        self.posterior = (
            ImplicitPosterior(entries, dim, config.noise, config.hidden, config.layers)
            if _adversarial(config)
            else None
        )
        self.discriminator = PairDiscriminator(entries + learned, dim, config.hidden, config.layers)

    # Players and losses

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """The objective of q, and what the classifier maximises."""
        return objective_of(config)

    def players(self) -> tuple[Player, ...]:
        """The classifier T and, where there is one, the encoder q; θ where it is learned."""
        words, phases = explanations(self.config), FORWARD_PHASES[self.config.estimator]
        updates = self.config.updates_t if self.posterior is not None else 1
        players = [
            Player("discriminator", tuple(self.discriminator.parameters()), updates, "lr_t", words["discriminator"],
                   symbol="T", forward_phases=phases["discriminator"], metric="classification")
        ]  # fmt: skip
        if self.posterior is not None:
            players.append(Player("encoder", tuple(self.posterior.parameters()), 1, "lr", words["encoder"], symbol="q",
                                  forward_phases=phases["encoder"]))  # fmt: skip
        if self.theta is not None:
            players.append(Player("simulator", (self.theta,), 1, "lr_theta", words["simulator"], symbol="θ",
                                  forward_phases=phases["simulator"]))  # fmt: skip
        return tuple(players)

    def loss(self, player: str, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The loss of a player, nats, and its terms."""
        if player == "discriminator":
            return self._discriminator_loss(batch.x, rng)
        return self._encoder_loss(batch.x, rng) if player == "encoder" else self._simulator_loss(batch.x, rng)

    def _discriminator_loss(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        pairs = contrast(self, x, rng=rng)
        self.simulations += pairs.count * self.processes
        on_joint = self.log_ratio(pairs.joint.x, pairs.joint.z, pairs.joint.theta)  # (draws n,)
        on_other = self.log_ratio(pairs.x, pairs.z, pairs.theta)  # (draws, n)
        first, second = -softplus(-on_joint).mean(), -softplus(on_other).mean()  # log σ and log(1 − σ)
        value = first + second
        return {"loss": -value, "classification": value, "on_joint": first, "on_other": second}

    def _encoder_loss(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        inferred = infer(self, x, None, rng=rng)
        with fixed(self.discriminator):  # E_q of the gradient of r* at fixed (x, z) with respect to φ is 0
            objective = self.log_ratio(x, inferred.z, self._theta_now(len(x))).mean()
        return {"loss": -objective, "objective": objective}

    def _simulator_loss(self, x: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
        assert self.theta is not None
        with torch.no_grad():
            inferred = infer(self, x, None, rng=rng)
        with fixed(self.discriminator):
            loss = -self.log_ratio(x, inferred.z, self.theta.expand(len(x))).mean()
        return {"loss": loss, "theta": self.theta.detach().clone()}

    def _theta_now(self, n: int) -> Tensor | None:
        """The θ of the model without a gradient, (n,), or None where it is given."""
        return None if self.theta is None else self.theta.detach().expand(n)

    def features(self, x: Tensor) -> Tensor:
        """Observations in standard units, (n, d)."""
        return features_of(x, self.center, self.spread)

    def log_ratio(self, x: Tensor, z: Tensor, theta: Tensor | None = None) -> Tensor:
        """r_ψ, nats; observations (n, d) and points (…, n, dim) to (…, n). θ is (n,), or None for that of the model."""
        features = self.features(x)
        if self.theta is not None:
            at = self._theta_now(len(x)) if theta is None else theta
            assert at is not None
            place = (at - self.simulator.start) / self.config.spread
            features = torch.cat([features, place[:, None]], dim=1)
        return self.discriminator(features, z)

    phase_picture = phase_picture
    evaluate = evaluate_implicit

    # Samples

    @classmethod
    def noise_dims(cls, config: Config, kind: Kind) -> int:
        """One scalar for each unknown, and one for each entry of an observation."""
        return simulator_of(DataSpec(kind, 1)).dim + math.prod(kind.shape)

    @classmethod
    def check(cls, config: Config, kind: Kind) -> None:
        """Refuses noise of fewer dimensions than z.

        Raises:
            BadValue: The config asks for it.
        """
        dim = simulator_of(DataSpec(kind, 1)).dim
        if _adversarial(config) and config.noise < dim:
            raise BadValue("noise", f"noise takes at least the {dim} dimensions of z, not {config.noise}")

    def prior_draw(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Draws of z ~ N(0, I), (n, dim)."""
        return torch.randn(n, self.simulator.dim, generator=rng, device=self.device, dtype=self.dtype)

    @torch.no_grad()
    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Observations from the model, (n, d): z from the prior, then a run of the simulator at the model's θ."""
        return self.simulator.simulate(self.prior_draw(n, rng=rng), rng=rng, theta=self._theta_now(n))
