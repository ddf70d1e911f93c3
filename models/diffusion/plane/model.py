"""The base of the diffusion models of the plane."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor

from models.diffusion.plane.network import TimeMLP
from models.diffusion.process import (
    SAMPLERS,
    T_MIN,
    Estimate,
    Level,
    Moment,
    NoisedMixture,
    Schedule,
    divergences,
    estimate,
    flow_log_prob_passes,
    noise,
    trajectory,
)
from models.diffusion.units import StandardUnits
from models.protocol import (
    Data,
    DataBatch,
    DataSpec,
    GenerativeModel,
    HasLogProb,
    LossModel,
    Planar,
    param,
    settings,
)

__all__ = ["PlaneModel"]

_MODES = 64  # Gaussians of the data that are kept at most
_HELD_OUT = 4  # draws of t and ε for each held-out datum
_STEPS = 30  # Runge–Kutta steps of log p


class PlaneModel(LossModel, HasLogProb, ABC):
    """A network that estimates datum and noise in x_t = α x₀ + σ ε, with its samplers and its likelihood.

    Work is in standard units. log p is that of the probability flow (Song et al., 2021, arXiv 2011.13456).

    Class attributes:
        to_scale: Pictures show x_t itself. Otherwise it is scaled to the variance of the data: where the variance
            explodes, x_t is far outside of the picture.
        target: Symbol of what errors and arrows are about.
        samplers: The samplers of the page, with their names for menus; the first is the default.

    Attributes:
        net: Predicts `prediction` from x_t, scaled to unit variance, and t.
        modes, log_weights, mode_std: The density of the data where it is a known mixture, in standard units; of log
            weights −∞ where it is not.
    """

    accepts = (Planar,)
    time = 0.15
    validation_size = 2000
    target: ClassVar[str]
    to_scale: ClassVar[bool] = False
    samplers: ClassVar[Mapping[str, str]] = SAMPLERS

    modes: Tensor
    log_weights: Tensor
    mode_std: Tensor

    def __init__(self, config: Any, spec: DataSpec):
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
    @abstractmethod
    def schedule(self) -> Schedule:
        """The schedule."""

    @property
    @abstractmethod
    def prediction(self) -> str:
        """What the network predicts: a name that `coefficients` takes."""

    @abstractmethod
    def compared(self, of: Estimate) -> Tensor:
        """What errors and arrows are about, of an estimate; (n, 2)."""

    def floor(self, exact: NoisedMixture, level: Level) -> Tensor:
        """The least mean square error a dimension of what is compared, at one level."""
        return exact.floor(level)

    @property
    def without_exact(self) -> str:
        """Why there is no exact density to compare with, in words."""
        return "The density of these data is not a known mixture"

    @property
    def exact(self) -> NoisedMixture | None:
        """The density of the data in standard units; None where it is not known."""
        there = self.log_weights.isfinite()
        if not bool(there.any()):
            return None
        return NoisedMixture(self.modes[there], self.log_weights[there], self.mode_std)

    def measured(self, x0: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Data and shares u from 0 to 1 of the times at which their loss is taken.

        In eval mode each datum is used several times, with u spread evenly, so that held-out loss and floor are
        precise enough to be compared with those of training.

        Args:
            x0: Data in standard units, (n, 2).
            rng: Source of the shares.

        Returns:
            Data (m, 2) and shares (m, 1), where m is n in training mode.
        """
        n = len(x0) if self.training else _HELD_OUT * len(x0)
        u = torch.rand(n, 1, generator=rng, device=self.device, dtype=self.dtype)
        if self.training:
            return x0, u
        return x0.repeat(_HELD_OUT, 1), (torch.arange(n, device=self.device).unsqueeze(1) + u) / n

    # The network

    def output(self, x: Tensor, t: Tensor, level: Level) -> Tensor:
        """The network's prediction at x_t, (n, 2), for a time each, (n, 1), or one for all, and its level."""
        predicted: Tensor = self.net(x / level.scale, t)
        return predicted

    def estimate(self, x: Tensor, t: Tensor, level: Level) -> Estimate:
        """Datum and noise in x_t, (n, 2) each."""
        return estimate(self.prediction, self.output(x, t, level), x, level)

    def eps(self, x: Tensor, t: Tensor, level: Level | None = None) -> Tensor:
        """The noise in x_t, (n, 2)."""
        level = self.schedule.at(t) if level is None else level
        return noise(self.prediction, self.output(x, t, level), x, level)

    def with_divergence(self, x: Tensor, t: Tensor, level: Level) -> tuple[Estimate, Estimate]:
        """Datum and noise in x_t, and the divergence of each, (n,), for one time."""
        output, divergence = self.net.with_divergence(x / level.scale, t)
        of_output = divergence / level.scale
        return estimate(self.prediction, output, x, level), divergences(self.prediction, of_output, 2, level)

    def pairs(self, x0: Tensor, rng: torch.Generator) -> Estimate:
        """Data in standard units, (n, 2), each with noise: independent of the datum."""
        return Estimate(x0, torch.randn(x0.shape, generator=rng, device=x0.device, dtype=x0.dtype))

    def noised(self, x0: Tensor, t: Tensor, rng: torch.Generator) -> tuple[Tensor, Estimate, Level]:
        """x_t of data in standard units, what it is made of, and the level."""
        pair, level = self.pairs(x0, rng), self.schedule.at(t)
        return level.alpha * pair.x0 + level.sigma * pair.eps, pair, level

    # Sampling

    @torch.no_grad()
    def way(
        self,
        start: Tensor,
        sampler: str = "",
        passes: int = 50,
        eta: float = 0.0,
        rng: torch.Generator | None = None,
    ) -> Iterator[Moment]:
        """The moments from standard normal noise, (n, 2), to a sample, in standard units.

        If no sampler is named, the first of `samplers` is taken.
        """
        scale = self.schedule.at(torch.ones((), device=self.device, dtype=self.dtype)).scale
        yield from trajectory(
            self.estimate, self.schedule, scale * start,
            sampler=sampler or next(iter(self.samplers)), passes=passes, eta=eta, rng=rng,
        )  # fmt: skip

    def sampling(self, n: int, *, rng: torch.Generator, **settings: Any) -> Iterator[Tensor | None]:
        """None after each pass, then the samples."""
        x = self.draw_noise(n, rng)
        for moment in self.way(x, rng=rng, **settings):
            x = moment.x
            yield None
        yield self.units.from_units(x)

    def draw_noise(self, n: int, rng: torch.Generator) -> Tensor:
        """Standard normal, (n, 2)."""
        return torch.randn(n, 2, generator=rng, device=self.device, dtype=self.dtype)

    @classmethod
    def sampling_passes(cls, config: Any, settings: Mapping[str, Any], spec: DataSpec | None = None) -> int:
        """As the settings say."""
        return int(settings.get("passes", 50))

    # Likelihood

    @torch.no_grad()
    def log_prob(self, x: Tensor, steps: int = _STEPS) -> Tensor:
        """log p of the probability flow, (n, 2) to (n,), nats in data units, by Runge–Kutta steps of four passes."""
        return next(value for value in self.log_prob_parts(x, steps) if value is not None)

    def log_prob_parts(self, x: Tensor, steps: int = _STEPS) -> Iterator[Tensor | None]:
        """None after each pass through the network, then log p, for views that are interrupted between passes."""
        for value in flow_log_prob_passes(
            self.with_divergence, self.schedule, self.units.to_units(x.to(self.dtype)), steps
        ):
            yield None if value is None else value - 2 * self.units.spread.to(value).log()

    @classmethod
    def log_prob_passes(cls, config: Any, spec: DataSpec | None = None) -> int:
        """Four for each step."""
        return 4 * _STEPS

    @settings
    def evaluate(
        self,
        batch: DataBatch,
        *,
        rng: torch.Generator,
        t: float = param(0.0, "Time of field_error", 0.0, 1.0, help="0: the mean over t."),
    ) -> dict[str, Tensor]:
        """`field_error`, the relative square error of ε, where the best ε is known."""
        if (exact := self.exact) is None:
            return {}
        x0 = self.units.to_units(batch.x)
        times = T_MIN + (1 - T_MIN) * torch.rand(len(x0), 1, generator=rng, device=self.device, dtype=self.dtype)
        times = times if t == 0 else torch.full_like(times, max(t, T_MIN))
        x, _, level = self.noised(x0, times, rng)
        best = exact.eps(x, level)
        square, size = (self.eps(x, times) - best).square().mean(1), best.square().mean(1)
        return {"field_error": torch.stack([square / size.mean(), torch.ones_like(square)], dim=1)}
