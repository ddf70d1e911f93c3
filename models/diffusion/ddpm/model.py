"""DDPM: a denoising diffusion model of the plane."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.diffusion.ddpm.words import (
    ABOUT,
    LOOK_AT,
    METRICS,
    OBJECTIVE,
    PHASES,
    PRESETS,
    SCENES,
    TRY_NEXT,
    VIEWS,
    WEIGHTINGS,
)
from models.diffusion.plane import PlaneModel
from models.diffusion.plane.network import STARTS
from models.diffusion.process import PREDICTIONS, SAMPLERS, SCHEDULES, T_MIN, Estimate, Level, Schedule
from models.diffusion.process.bound import Chain
from models.protocol import DataBatch, Kind, param, settings

__all__ = ["DDPM"]

_MIN_SNR = 5.0
_DRAWS = 50  # steps of the chain that are drawn for the bound of one datum


class DDPM(PlaneModel):
    """A network that predicts the noise in x_t = α x₀ + σ ε.

    Ho et al., 2020 (arXiv 2006.11239); Song et al., 2021 (arXiv 2010.02502 and 2011.13456). The bound is that of the
    chain of T steps.
    """

    title = "DDPM"
    reference = "https://arxiv.org/abs/2006.11239"
    about, objective, metrics, phases = ABOUT, OBJECTIVE, METRICS, PHASES
    presets, views, scenes, look_at, try_next = PRESETS, VIEWS, SCENES, LOOK_AT, TRY_NEXT
    validation = "eps_error"
    target = "ε"

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        prediction: str = param("eps", "Network predicts", choices=PREDICTIONS)
        weighting: str = param("simple", "Weighting w(t)", choices=WEIGHTINGS, live=True, help="Of the error of ε.")
        process: str = param("linear", "Noise schedule", choices={name: each.title for name, each in SCHEDULES.items()})
        chain: int = param(
            1000, "Steps T of the chain", 10, 4000, log=True, live=True, help="Of the bound; each draws noise."
        )
        width: int = param(128, "Hidden width", 2, 1024, log=True)
        hidden: int = param(3, "Hidden layers", 1, 6, more=True)
        start: str = param(
            "kaiming", "Initialisation", choices=STARTS, more=True,
            help="He's has the larger gain, without which v-prediction stays on the Gaussian.",
        )  # fmt: skip

    config: Config

    @property
    def schedule(self) -> Schedule:
        """The schedule of the config."""
        return SCHEDULES[self.config.process]

    @property
    def prediction(self) -> str:
        """That of the config."""
        return self.config.prediction

    def compared(self, of: Estimate) -> Tensor:
        """The noise."""
        return of.eps

    def weight(self, level: Level, t: Tensor) -> Tensor:
        """w(t), the factor of the square error of ε."""
        if self.config.weighting == "elbo":
            return -0.5 * (1 - T_MIN) * 2 * self.schedule.log_snr_slope(t)  # nats: two dimensions
        if self.config.weighting == "min-snr":
            return (_MIN_SNR * (-level.log_snr).exp()).clamp_max(1.0)
        return torch.ones_like(t)

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The weighted error of the prediction of ε at a random t; in eval mode also that of the best prediction."""
        x0, u = self.measured(self.units.to_units(batch.x), rng)
        t = T_MIN + (1 - T_MIN) * u
        x, pair, level = self.noised(x0, t, rng)
        error = (self.eps(x, t, level) - pair.eps).square().mean(dim=1, keepdim=True)
        loss = (self.weight(level, t) * error).mean()
        values = {"loss": loss, "weighted": loss, "eps_error": error.mean()}
        if not self.training and (exact := self.exact) is not None:
            values["eps_floor"] = (exact.eps(x, level) - pair.eps).square().mean()
        return values

    @settings
    def sample(
        self,
        n: int,
        *,
        rng: torch.Generator,
        sampler: str = param("ddim", "Sampler", choices=SAMPLERS),
        passes: int = param(
            50, "Passes", 1, 1000, log=True, more=True, help="Through the network. Heun takes two a step."
        ),
        eta: float = param(0.0, "η", 0.0, 1.0, step=0.05, more=True, help="Of DDIM: 0 draws no noise on the way."),
    ) -> Tensor:
        """Points of the plane, (n, 2)."""
        *_, x = self.sampling(n, rng=rng, sampler=sampler, passes=passes, eta=eta)
        assert x is not None
        return x

    @classmethod
    def noise_dims(cls, config: Config, kind: Kind) -> int:
        """T D of ancestral sampling: x_T, and what is drawn in all steps but the last. DDIM and the flow need D."""
        return 2 * config.chain

    @settings
    def evaluate(
        self,
        batch: DataBatch,
        *,
        rng: torch.Generator,
        t: float = param(0.0, "Time of field_error", 0.0, 1.0, help="0: the mean over t."),
    ) -> dict[str, Tensor]:
        """`field_error`, and `elbo_nats` of the chain with the variance β."""
        x0 = self.units.to_units(batch.x)
        bound = Chain(self.schedule, self.config.chain).negative_bound(self.eps, x0, _DRAWS, rng=rng, variance="beta")
        return {
            "elbo_nats": -bound - 2 * self.units.spread.to(bound).log(),
            **super().evaluate(batch, rng=rng, t=t),
        }
