"""DDPM: a denoising diffusion model of the plane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.diffusion.ddpm.network import TimeMLP
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
from models.diffusion.process import (
    PREDICTIONS,
    SAMPLERS,
    SCHEDULES,
    T_MIN,
    Level,
    Moment,
    NoisedMixture,
    Schedule,
    coefficients,
    flow_log_prob,
    to_eps,
    trajectory,
)
from models.diffusion.process.bound import Chain
from models.diffusion.units import StandardUnits
from models.protocol import (
    Data,
    DataBatch,
    DataSpec,
    GenerativeModel,
    HasLogProb,
    Kind,
    LossModel,
    Planar,
    param,
    settings,
)

__all__ = ["DDPM"]

_MODES = 64  # Gaussians of the data that are kept at most
_MIN_SNR = 5.0
_STEPS = 30  # Runge–Kutta steps of log p
_DRAWS = 50  # steps of the chain that are drawn for the bound of one datum


class DDPM(LossModel, HasLogProb):
    """A network that predicts the noise in x_t = α x₀ + σ ε.

    Ho et al., 2020 (arXiv 2006.11239); Song et al., 2021 (arXiv 2010.02502 and 2011.13456). Work is in standard units.
    log p is that of the probability flow; the bound is that of the chain of T steps.

    Attributes:
        net: Predicts ε, x₀, v or the score from x_t, scaled to unit variance, and t.
        modes, log_weights, mode_std: The density of the data where it is a known mixture, in standard units; of log
            weights −∞ where it is not.
    """

    title = "DDPM"
    reference = "https://arxiv.org/abs/2006.11239"
    accepts = (Planar,)
    about, objective, metrics, phases = ABOUT, OBJECTIVE, METRICS, PHASES
    presets, views, scenes, look_at, try_next = PRESETS, VIEWS, SCENES, LOOK_AT, TRY_NEXT
    validation = "eps_error"
    validation_size = 2000

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
            "torch", "Initialisation", choices={"torch": "torch's default", "kaiming": "He"}, more=True,
            help="He's has the larger gain, without which v-prediction stays on the Gaussian.",
        )  # fmt: skip

    config: Config
    modes: Tensor
    log_weights: Tensor
    mode_std: Tensor

    def __init__(self, config: Config, spec: DataSpec):
        super().__init__(config, spec)
        self.net = TimeMLP(config.width, config.hidden, config.start)
        self.units = StandardUnits.of(spec)
        self.register_buffer("modes", torch.zeros(_MODES, 2))
        self.register_buffer("log_weights", torch.full((_MODES,), -torch.inf))
        self.register_buffer("mode_std", torch.ones(()))

    def prepare(self, data: Data, parents: Mapping[str, GenerativeModel]) -> None:
        """Keeps the density of the data where it is a known mixture of few Gaussians, for what is compared with it."""
        if data.centers is None or data.std is None or len(data.centers) > _MODES:
            return
        k = len(data.centers)
        self.modes[:k] = self.units.to_units(data.centers.to(self.modes))
        self.log_weights[:k] = -torch.log(torch.tensor(float(k)))
        self.mode_std.fill_(float(data.std) / float(self.units.spread))

    @property
    def schedule(self) -> Schedule:
        """The schedule of the config."""
        return SCHEDULES[self.config.process]

    @property
    def exact(self) -> NoisedMixture | None:
        """The density of the data in standard units; None where it is not known."""
        there = self.log_weights.isfinite()
        if not bool(there.any()):
            return None
        return NoisedMixture(self.modes[there], self.log_weights[there], self.mode_std)

    # The network

    def eps(self, x: Tensor, t: Tensor) -> Tensor:
        """The prediction of ε at x_t, (n, 2), for a time each, (n, 1), or one for all."""
        level = self.schedule.at(t)
        return to_eps(self.config.prediction, self.net(x / level.scale, t), x, level)

    def eps_and_divergence(self, x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """The prediction of ε, and its divergence, (n,), for one time."""
        level = self.schedule.at(t)
        output, divergence = self.net.with_divergence(x / level.scale, t)
        a, b = coefficients(self.config.prediction, level)
        return a * x + b * output, 2 * a + b * divergence / level.scale

    def weight(self, level: Level, t: Tensor) -> Tensor:
        """w(t), the factor of the square error of ε."""
        if self.config.weighting == "elbo":
            return -0.5 * (1 - T_MIN) * 2 * self.schedule.log_snr_slope(t)  # nats: two dimensions
        if self.config.weighting == "min-snr":
            return (_MIN_SNR * (-level.log_snr).exp()).clamp_max(1.0)
        return torch.ones_like(t)

    def loss(self, batch: DataBatch, *, rng: torch.Generator) -> dict[str, Tensor]:
        """The weighted error of the prediction of ε at a random t; in eval mode also that of the best prediction."""
        x0, n = self.units.to_units(batch.x), len(batch)
        u = torch.rand(n, 1, generator=rng, device=self.device, dtype=self.dtype)
        noise = torch.randn(n, 2, generator=rng, device=self.device, dtype=self.dtype)
        t = T_MIN + (1 - T_MIN) * u
        level = self.schedule.at(t)
        x = level.alpha * x0 + level.sigma * noise
        error = (self.eps(x, t) - noise).square().mean(dim=1, keepdim=True)
        loss = (self.weight(level, t) * error).mean()
        values = {"loss": loss, "weighted": loss, "eps_error": error.mean()}
        if not self.training and (exact := self.exact) is not None:
            values["eps_floor"] = (exact.eps(x, level) - noise).square().mean()
        return values

    # Sampling

    def start_at(self, noise: Tensor) -> Tensor:
        """x_1 of standard normal noise, (n, 2)."""
        return noise * self.schedule.at(torch.ones((), device=self.device, dtype=self.dtype)).scale

    @torch.no_grad()
    def way(
        self,
        noise: Tensor,
        sampler: str = "ddim",
        passes: int = 50,
        eta: float = 0.0,
        rng: torch.Generator | None = None,
    ) -> Iterator[Moment]:
        """The moments from noise, (n, 2), to a sample, in standard units."""
        yield from trajectory(
            self.eps, self.schedule, self.start_at(noise), sampler=sampler, passes=passes, eta=eta, rng=rng
        )

    @settings
    def sample(
        self,
        n: int,
        *,
        rng: torch.Generator,
        sampler: str = param("ddim", "Sampler", choices=SAMPLERS),
        passes: int = param(
            50, "Passes", 5, 1000, log=True, more=True, help="Through the network. Heun takes two a step."
        ),
        eta: float = param(0.0, "η", 0.0, 1.0, step=0.05, more=True, help="Of DDIM: 0 draws no noise on the way."),
    ) -> Tensor:
        """Points of the plane, (n, 2)."""
        noise = torch.randn(n, 2, generator=rng, device=self.device, dtype=self.dtype)
        *_, last = self.way(noise, sampler, passes, eta, rng)
        return self.units.from_units(last.x)

    @classmethod
    def sampling_passes(cls, config: Any, settings: Mapping[str, Any], spec: DataSpec | None = None) -> int:
        """As the settings say."""
        return int(settings.get("passes", 50))

    @classmethod
    def noise_dims(cls, config: Config, kind: Kind) -> int:
        """T D of ancestral sampling: x_T, and what is drawn in all steps but the last. DDIM and the flow need D."""
        return 2 * config.chain

    # Likelihood

    def log_prob(self, x: Tensor, steps: int = _STEPS) -> Tensor:
        """log p of the probability flow, (n, 2) to (n,), nats in data units, by Runge–Kutta steps of four passes."""
        with torch.no_grad():
            value = flow_log_prob(self.eps_and_divergence, self.schedule, self.units.to_units(x.to(self.dtype)), steps)
        return value - 2 * self.units.spread.to(value).log()

    @settings
    def evaluate(
        self,
        batch: DataBatch,
        *,
        rng: torch.Generator,
        t: float = param(0.0, "Time of field_error", 0.0, 1.0, help="0: the mean over t."),
    ) -> dict[str, Tensor]:
        """`elbo_nats` of the chain with the variance β, and `field_error`, the relative square error of ε."""
        x0 = self.units.to_units(batch.x)
        bound = Chain(self.schedule, self.config.chain).negative_bound(self.eps, x0, _DRAWS, rng=rng, variance="beta")
        values = {"elbo_nats": -bound - 2 * self.units.spread.to(bound).log()}
        if (exact := self.exact) is not None:
            times = T_MIN + (1 - T_MIN) * torch.rand(len(x0), 1, generator=rng, device=self.device, dtype=self.dtype)
            times = times if t == 0 else torch.full_like(times, max(t, T_MIN))
            level = self.schedule.at(times)
            noise = torch.randn(x0.shape, generator=rng, device=self.device, dtype=x0.dtype)
            x = level.alpha * x0 + level.sigma * noise
            best = exact.eps(x, level)
            square, size = (self.eps(x, times) - best).square().mean(1), best.square().mean(1)
            values["field_error"] = torch.stack([square / size.mean(), torch.ones_like(square)], dim=1)
        return values
