"""Flow matching in the plane."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from models.diffusion.flow_matching.pool import PairPool
from models.diffusion.flow_matching.words import (
    ABOUT,
    LOOK_AT,
    METRICS,
    OBJECTIVE,
    PHASES,
    PRESETS,
    SCENES,
    TRY_NEXT,
    VIEWS,
)
from models.diffusion.plane import PlaneModel
from models.diffusion.plane.network import STARTS
from models.diffusion.process import STRAIGHT, Estimate, Level, NoisedMixture, Schedule
from models.protocol import DataBatch, DataSpec, Kind, Progress, param, settings

__all__ = ["FlowMatching"]

SAMPLERS = {"euler": "Euler", "heun": "Heun", "ddim": "DDIM"}  # on a straight path DDIM is a step of Euler
_SHARES = (1e-6, 1 - 1e-6)  # of the normal distribution, whose quantiles at 0 and 1 are infinite
_TIMES = {"uniform": "Uniform", "logit-normal": "σ(N(0, 1))"}


class FlowMatching(PlaneModel):
    """A network that predicts the velocity ε − x₀ on straight paths x_t = (1 − t) x₀ + t ε.

    Lipman et al., 2023 (arXiv 2210.02747); Liu et al., 2023 (arXiv 2209.03003), who rectify the flow: it is trained
    again on pairs of noise and the data to which it takes that noise, whose paths cross less. Stage 1 is that training.

    Attributes:
        pool: The pairs of stage 1; None before.
    """

    title = "Flow matching"
    reference = "https://arxiv.org/abs/2210.02747"
    about, objective, metrics, phases = ABOUT, OBJECTIVE, METRICS, PHASES
    presets, views, scenes, look_at, try_next = PRESETS, VIEWS, SCENES, LOOK_AT, TRY_NEXT
    validation = "velocity_error"
    target = "u"
    to_scale = True  # straight paths are to look straight
    samplers: ClassVar[Mapping[str, str]] = SAMPLERS
    prediction = "velocity"

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        times: str = param("uniform", "Times t", choices=_TIMES, live=True, help="From which distribution t is drawn.")
        rectify: float = param(
            1.0, "Rectify from", 0.0, 1.0, step=0.05, live=True,
            help="Share of the training after which pairs of noise and data are made by the flow itself. 1: never.",
        )  # fmt: skip
        width: int = param(128, "Hidden width", 2, 1024, log=True)
        hidden: int = param(3, "Hidden layers", 1, 6, more=True)
        start: str = param("kaiming", "Initialisation", choices=STARTS, more=True, help="Gain of the initial weights.")

    config: Config
    pool: PairPool | None

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.register_module("pool", None)

    @property
    def schedule(self) -> Schedule:
        """The straight path."""
        return STRAIGHT

    def compared(self, of: Estimate) -> Tensor:
        """The velocity ε − x₀."""
        return of.eps - of.x0

    def floor(self, exact: NoisedMixture, level: Level) -> Tensor:
        """That of the noise over (1 − t)², as ε − x₀ = (ε − x_t)/(1 − t) is off by the error of ε over 1 − t."""
        return exact.floor(level) / level.alpha.square()

    # Rectification

    def stage_at(self, progress: Progress) -> int:
        """1 from the share of the training on at which the flow is rectified, if there is one."""
        return 1 if self.config.rectify < 1.0 and progress.share >= self.config.rectify else self.stage

    def enter_stage(self, stage: int) -> None:
        """Keeps a copy of the network, which makes the pairs from now on."""
        super().enter_stage(stage)
        self.pool = PairPool(self.net).to(self.device, self.dtype) if stage else None

    def begin_round(self, progress: Progress) -> None:
        """Makes the next pairs, as long as there are not enough."""
        if self.pool is not None:
            self.pool.fill()

    @property
    def round_variant(self) -> Hashable:
        """The number of pairs, until all are there."""
        return None if self.pool is None else self.pool.count()

    def pairs(self, x0: Tensor, rng: torch.Generator) -> Estimate:
        """Data with independent noise; in stage 1 pairs of the pool."""
        return super().pairs(x0, rng) if self.pool is None else self.pool.draw(len(x0), rng)

    @property
    def exact(self) -> NoisedMixture | None:
        """The density of the data in standard units; None where it is not known, and in stage 1."""
        return super().exact if self.pool is None else None

    @property
    def without_exact(self) -> str:
        """Why there is no exact field to compare with, in words."""
        return super().without_exact if self.pool is None else "The pairs are the flow's own"

    # Training and sampling

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The square error of the velocity at a random t; in eval mode also that of the best prediction."""
        x0, u = self.measured(self.units.to_units(batch.x), rng)
        t = u if self.config.times == "uniform" else torch.sigmoid(torch.special.ndtri(u.clamp(*_SHARES)))
        x, pair, level = self.noised(x0, t, rng)
        wanted = self.compared(pair)
        loss = (self.output(x, t, level) - wanted).square().mean()
        values = {"loss": loss, "velocity_error": loss}
        if not self.training and (exact := self.exact) is not None:
            values["velocity_floor"] = (self.compared(exact.estimate(x, level)) - wanted).square().mean()
        return values

    @settings
    def sample(
        self,
        n: int,
        *,
        rng: torch.Generator,
        sampler: str = param("euler", "Sampler", choices=SAMPLERS),
        passes: int = param(
            50, "Passes", 1, 1000, log=True, more=True, help="Through the network. Heun takes two a step."
        ),
    ) -> Tensor:
        """Points of the plane, (n, 2)."""
        *_, x = self.sampling(n, rng=rng, sampler=sampler, passes=passes)
        assert x is not None
        return x

    @classmethod
    def noise_dims(cls, config: Config, kind: Kind) -> int:
        """The flow is a map of the plane: D."""
        return 2
