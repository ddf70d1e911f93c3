"""Samplers: paths from noise to data, given estimates of datum and noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from models.diffusion.process.flow import velocity
from models.diffusion.process.predictions import Estimate
from models.diffusion.process.schedules import CLEAN, Level, Schedule
from models.diffusion.process.steps import ddim_step, posterior

__all__ = ["SAMPLERS", "Field", "Moment", "trajectory"]

SAMPLERS: Mapping[str, str] = {
    "ddim": "DDIM",
    "ancestral": "Ancestral",
    "euler": "Flow, Euler",
    "heun": "Flow, Heun",
}
"""Names for menus. Euler and Heun solve the ODE of the probability flow in t; Heun takes two passes a step."""

Field = Callable[[Tensor, Tensor, Level], Estimate]
"""Estimates datum and noise at x_t, (n, d), for one time, a scalar, and its level."""


@dataclass(frozen=True)
class Moment:
    """Where a sampler is.

    Attributes:
        t: The time.
        x: The places, (n, d), of x_t.
        level: α, σ and λ there.
        estimate: Datum and noise as estimated there; None at the end.
    """

    t: float
    x: Tensor
    level: Level
    estimate: Estimate | None = None


def trajectory(
    field: Field,
    schedule: Schedule,
    x: Tensor,
    *,
    sampler: str,
    passes: int,
    eta: float = 0.0,
    rng: torch.Generator | None = None,
    since: float = 1.0,
) -> Iterator[Moment]:
    """The moments from noise to data; the last is at t = 0. Each pass through the network is between two of them.

    Args:
        field: Estimates datum and noise.
        schedule: The schedule.
        x: Where it begins, (n, d): x_t at the time `since`.
        sampler: A key of `SAMPLERS`.
        passes: Passes through the network, at least 1; of Heun at least 2, and an odd one is not used.
        eta: η of DDIM.
        rng: Source of noise; needed for ancestral sampling, and for DDIM with η > 0.
        since: The time at which it begins. The grid of times is that from 1, from there on.
    """
    if sampler in ("euler", "heun"):
        yield from _along_the_flow(field, schedule, x, passes, sampler == "heun", since)
        return
    closed = schedule.earliest == 0.0  # no network is asked at the last time
    times = _from(schedule.grid(passes + closed, x), since)[: None if not closed else -1]
    levels = schedule.at(times)
    clean = CLEAN.to(x)
    for k, t in enumerate(times.tolist()):
        level, last = levels[k], k + 1 == len(times)
        of = field(x, times[k], level)
        yield Moment(t, x, level, of)
        x = _step(x, of, level, clean if last else levels[k + 1], sampler, eta, None if last else rng)
    yield Moment(0.0, x, clean)


def _from(grid: Tensor, since: float) -> Tensor:
    """The times of a grid below a time, with that time before them."""
    if since >= 1.0:
        return grid
    return torch.cat([grid.new_tensor([since]), grid[grid < since - 1e-9]])


def _step(
    x: Tensor, of: Estimate, level: Level, lower: Level, sampler: str, eta: float, rng: torch.Generator | None
) -> Tensor:
    drawn = rng is not None and (sampler == "ancestral" or eta > 0)
    noise = torch.randn(x.shape, generator=rng, device=x.device, dtype=x.dtype) if drawn else None
    if sampler == "ddim":
        return ddim_step(of, level, lower, eta, noise)
    mean, variance = posterior(x, of.x0, level, lower)
    return mean if noise is None else mean + variance.sqrt() * noise


def _along_the_flow(
    field: Field, schedule: Schedule, x: Tensor, passes: int, second_order: bool, since: float
) -> Iterator[Moment]:
    steps = max(1, passes // 2) if second_order else passes
    times = _from(schedule.grid(steps + 1, x), since)
    levels, (of_alpha, of_sigma) = schedule.at(times), schedule.slopes(times)
    named = times.tolist()
    for k in range(len(times) - 1):
        of = field(x, times[k], levels[k])
        yield Moment(named[k], x, levels[k], of)
        width = times[k + 1] - times[k]
        slope = velocity(of, (of_alpha[k], of_sigma[k]))
        if second_order:
            ahead = field(x + width * slope, times[k + 1], levels[k + 1])
            slope = 0.5 * (slope + velocity(ahead, (of_alpha[k + 1], of_sigma[k + 1])))
        x = x + width * slope
    yield Moment(0.0, x / levels.alpha[-1], CLEAN.to(x))
