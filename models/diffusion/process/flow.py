"""The probability flow: the ODE whose solutions have the marginals of the noisy process, and its density."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import torch
from torch import Tensor

from models.diffusion.process.mixture import NoisedMixture
from models.diffusion.process.schedules import T_MIN, Schedule

__all__ = ["drift", "exact_field", "flow_log_prob"]

FieldWithDivergence = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Predicts ε at x_t, (n, d), for one time, a scalar; and its divergence, (n,)."""


def drift(schedule: Schedule, x: Tensor, t: Tensor, eps: Tensor) -> Tensor:
    """dx/dt of the probability flow, (log α)′ x − ½ σ λ′ ε (Song et al., 2021, arXiv 2011.13456)."""
    return schedule.log_alpha_slope(t) * x - 0.5 * schedule.at(t).sigma * schedule.log_snr_slope(t) * eps


def exact_field(mixture: NoisedMixture, schedule: Schedule) -> FieldWithDivergence:
    """The best prediction of the noise of a mixture, and its divergence."""

    def field(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        level = schedule.at(t)
        return mixture.eps(x, level), mixture.eps_divergence(x, level)

    return field


def flow_log_prob(field: FieldWithDivergence, schedule: Schedule, x: Tensor, steps: int) -> Tensor:
    """log p of the probability flow, by the change of variables along its paths, (n, d) to (n,), nats.

    Runge–Kutta steps of fourth order, from `T_MIN` to 1, denser near the data. The prior is the Gaussian with the
    variance that data of unit variance have at t = 1.

    Args:
        field: Predicts the noise, with its divergence.
        schedule: The schedule.
        x: Data, (n, d).
        steps: Steps, of four passes each.
    """
    dims = x.shape[1]
    times = torch.linspace(T_MIN**0.5, 1.0, steps + 1, dtype=x.dtype, device=x.device).square()

    def rate(place: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        eps, divergence = field(place, t)
        shrink, push = schedule.log_alpha_slope(t), 0.5 * schedule.at(t).sigma * schedule.log_snr_slope(t)
        return shrink * place - push * eps, dims * shrink - push * divergence

    start = schedule.log_alpha(times[0])
    x = start.exp() * x
    log_det = dims * start.expand(len(x))
    for t, s in itertools.pairwise(times):
        h, middle = s - t, 0.5 * (s + t)
        v1, d1 = rate(x, t)
        v2, d2 = rate(x + 0.5 * h * v1, middle)
        v3, d3 = rate(x + 0.5 * h * v2, middle)
        v4, d4 = rate(x + h * v3, s)
        x = x + h / 6 * (v1 + 2 * v2 + 2 * v3 + v4)
        log_det = log_det + h / 6 * (d1 + 2 * d2 + 2 * d3 + d4)
    variance = schedule.at(times[-1]).scale.square()
    prior = -0.5 * x.square().sum(dim=1) / variance - 0.5 * dims * (2 * math.pi * variance).log()
    return prior + log_det
