"""Samplers: ways from noise to data, given a prediction of the noise."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from models.diffusion.process.flow import drift
from models.diffusion.process.schedules import CLEAN, T_MIN, Level, Schedule
from models.diffusion.process.steps import ddim_step, posterior

__all__ = ["SAMPLERS", "Moment", "grid", "trajectory"]

SAMPLERS: Mapping[str, str] = {
    "ddim": "DDIM",
    "ancestral": "Ancestral",
    "euler": "Flow, Euler",
    "heun": "Flow, Heun",
}
"""Names for menus. Euler and Heun solve the ODE of the probability flow in t; Heun takes two passes a step."""

Field = Callable[[Tensor, Tensor], Tensor]
"""Predicts ε at x_t, (n, d), for one time, a scalar."""


@dataclass(frozen=True)
class Moment:
    """Where a sampler is.

    Attributes:
        t: The time.
        x: The places, (n, d), of x_t.
        level: α, σ and λ there.
    """

    t: float
    x: Tensor
    level: Level


def grid(passes: int, like: Tensor) -> Tensor:
    """Times from 1 down to `T_MIN`, one for each pass, denser near the data; (passes,).

    They are evenly spaced in √t.
    """
    end = T_MIN**0.5
    root = torch.linspace(1.0, end, passes, dtype=like.dtype, device=like.device)
    return root.square()


def trajectory(
    field: Field,
    schedule: Schedule,
    x: Tensor,
    *,
    sampler: str,
    passes: int,
    eta: float = 0.0,
    rng: torch.Generator | None = None,
) -> Iterator[Moment]:
    """The moments from noise to data; the last is at t = 0.

    Args:
        field: Predicts the noise.
        schedule: The schedule.
        x: x_1, (n, d).
        sampler: A key of `SAMPLERS`.
        passes: Passes through the network, at least 1; of Heun at least 2, and an odd one is not used.
        eta: η of DDIM.
        rng: Source of noise; needed for ancestral sampling, and for DDIM with η > 0.
    """
    if sampler in ("euler", "heun"):
        yield from _along_the_flow(field, schedule, x, passes, second_order=sampler == "heun")
        return
    times = grid(passes, x)
    for k, t in enumerate(times):
        level = schedule.at(t)
        yield Moment(float(t), x, level)
        last = k + 1 == passes
        lower = CLEAN if last else schedule.at(times[k + 1])
        lower = Level(*(each.to(x) for each in (lower.alpha, lower.sigma, lower.log_snr)))
        x = _step(x, field(x, t), level, lower, sampler, eta, None if last else rng)
    yield Moment(0.0, x, CLEAN)


def _step(
    x: Tensor, eps: Tensor, level: Level, lower: Level, sampler: str, eta: float, rng: torch.Generator | None
) -> Tensor:
    drawn = rng is not None and (sampler == "ancestral" or eta > 0)
    noise = torch.randn(x.shape, generator=rng, device=x.device, dtype=x.dtype) if drawn else None
    if sampler == "ddim":
        return ddim_step(x, eps, level, lower, eta, noise)
    mean, variance = posterior(x, (x - level.sigma * eps) / level.alpha, level, lower)
    return mean if noise is None else mean + variance.sqrt() * noise


def _along_the_flow(field: Field, schedule: Schedule, x: Tensor, passes: int, second_order: bool) -> Iterator[Moment]:
    steps = max(1, passes // 2) if second_order else passes
    times = grid(steps + 1, x)
    for t, s in itertools.pairwise(times):
        yield Moment(float(t), x, schedule.at(t))
        slope = drift(schedule, x, t, field(x, t))
        ahead = x + (s - t) * slope
        if second_order:
            slope = 0.5 * (slope + drift(schedule, ahead, s, field(ahead, s)))
            ahead = x + (s - t) * slope
        x = ahead
    yield Moment(0.0, x / schedule.at(times[-1]).alpha, CLEAN)
