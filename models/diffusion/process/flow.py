"""The probability flow: the ODE whose solutions have the marginals of the noisy process, and its density."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from models.diffusion.process.mixture import NoisedMixture
from models.diffusion.process.predictions import Estimate
from models.diffusion.process.schedules import T_MIN, Level, Schedule

__all__ = ["exact_field", "flow_log_prob", "flow_log_prob_passes", "velocity"]

FieldWithDivergence = Callable[[Tensor, Tensor, Level], tuple[Estimate, Estimate]]
"""Estimates datum and noise at x_t, (n, d), for one time, a scalar, and its level; and the divergence of each, (n,)."""


def velocity(of: Estimate, slopes: tuple[Tensor, Tensor]) -> Tensor:
    """dx/dt of the probability flow, α′ x₀ + σ′ ε (Song et al., 2021, arXiv 2011.13456), or its divergence.

    Args:
        of: Datum and noise as estimated at x_t, or their divergences.
        slopes: α′ and σ′.
    """
    return slopes[0] * of.x0 + slopes[1] * of.eps


def exact_field(mixture: NoisedMixture) -> FieldWithDivergence:
    """The best estimates for a mixture, with their divergences."""

    def field(x: Tensor, t: Tensor, level: Level) -> tuple[Estimate, Estimate]:
        of_x0 = mixture.denoised_divergence(x, level)
        of_eps = (mixture.dims - level.alpha * of_x0) / level.sigma
        return mixture.estimate(x, level), Estimate(of_x0, of_eps)

    return field


def flow_log_prob(field: FieldWithDivergence, schedule: Schedule, x: Tensor, steps: int) -> Tensor:
    """log p of the probability flow, (n, d) to (n,), nats: the result of `flow_log_prob_passes`."""
    passes = flow_log_prob_passes(field, schedule, x, steps)
    return next(value for value in passes if value is not None)


def flow_log_prob_passes(
    field: FieldWithDivergence, schedule: Schedule, x: Tensor, steps: int
) -> Iterator[Tensor | None]:
    """log p of the probability flow, by the change of variables along its paths: None after each pass, then the value.

    Runge–Kutta steps of fourth order, from `T_MIN` to 1, denser near the data. The prior is the Gaussian with the
    variance that data of unit variance have at t = 1.

    Args:
        field: Estimates datum and noise, with the divergences.
        schedule: The schedule.
        x: Data, (n, d).
        steps: Steps, of four passes each.

    Yields:
        None 4 · steps times, then log p, (n,).
    """
    dims = x.shape[1]
    ends = torch.linspace(T_MIN**0.5, 1.0, steps + 1, dtype=x.dtype, device=x.device).square()
    middles = 0.5 * (ends[:-1] + ends[1:])
    times = torch.cat([torch.stack([ends[:-1], middles], dim=1).flatten(), ends[-1:]])
    levels, slopes = schedule.at(times), schedule.slopes(times)

    def rate(place: Tensor, k: int) -> tuple[Tensor, Tensor]:
        guess, divergence = field(place, times[k], levels[k])
        pair = slopes[0][k], slopes[1][k]
        return velocity(guess, pair), velocity(divergence, pair)

    log_alpha = levels.alpha[0].log()
    x = log_alpha.exp() * x
    log_det = dims * log_alpha.expand(len(x))
    for k, h in zip(range(0, 2 * steps, 2), ends.diff(), strict=True):
        v1, d1 = rate(x, k)
        yield None
        v2, d2 = rate(x + 0.5 * h * v1, k + 1)
        yield None
        v3, d3 = rate(x + 0.5 * h * v2, k + 1)
        yield None
        v4, d4 = rate(x + h * v3, k + 2)
        x = x + h / 6 * (v1 + 2 * v2 + 2 * v3 + v4)
        log_det = log_det + h / 6 * (d1 + 2 * d2 + 2 * d3 + d4)
        yield None
    variance = levels.scale[-1].square()
    yield -0.5 * x.square().sum(dim=1) / variance - 0.5 * dims * (2 * math.pi * variance).log() + log_det
