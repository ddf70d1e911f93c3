"""The terms of the bound of the chain."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from models.diffusion.process.bound import VARIANCES, Chain
from models.frames import Curves, Series
from models.protocol import Data, DataBatch, Noise, param, view
from models.views.pause import paused
from models.views.words import decimal

__all__ = ["bound"]

_GROUPS = 40  # of steps of the chain


@view(
    "Bound by t", splits=("valid", "train"), batch=500,
    help="−ELBO of the chain of T steps as a sum over its steps, from the noise to the datum: nats.",
)  # fmt: skip
def bound(
    model: Any, batch: DataBatch, data: Data, noise: Noise,
    variance: str = param("beta", "Variance of a step", choices=VARIANCES),
) -> Iterator[Curves | None]:  # fmt: skip
    """Terms of −ELBO summed over groups of steps, and their sum so far from t = 1 on, beside the entropy."""
    x0, chain = model.units.to_units(batch.x), Chain(model.schedule, model.config.chain)
    rng = noise.rng(model.device)
    n, rest = len(x0), chain.length - 1
    groups = min(_GROUPS, rest)
    edges = 2 + np.linspace(0, rest, groups + 1).round()
    train = model.units.to_units(data.split("train", n).x)

    def error(times: torch.Tensor) -> torch.Tensor:
        """Mean square error of ε at each of the times, on as many training data."""
        level = model.schedule.at(times[: len(train)])
        eps = torch.randn(train.shape, generator=rng, device=model.device, dtype=train.dtype)
        x = level.alpha * train[: len(level.alpha)] + level.sigma * eps[: len(level.alpha)]
        return (model.eps(x, times[: len(train)]) - eps[: len(level.alpha)]).square().mean() * torch.ones_like(times)

    def term(low: float, high: float) -> torch.Tensor:
        u = torch.rand(n, 1, generator=rng, device=model.device, dtype=x0.dtype)
        k = (low + u * (high - low)).floor().clamp_max(high - 1)
        of_k = chain.step_term(model.eps, x0, k, rng=rng, variance=variance, error=error)
        return of_k * (high - low)

    terms = yield from paused(term(float(low), float(high)) for low, high in itertools.pairwise(edges))
    final = term(1.0, 2.0)
    prior = chain.prior_term(x0)
    shift = 2 * float(model.units.spread.log())
    means = np.array([float(each.mean()) for each in terms])
    total = prior + final + torch.stack(terms).sum(dim=0) + shift
    times = 0.5 * (edges[:-1] + edges[1:]) / chain.length
    so_far = float(prior.mean()) + np.cumsum(means[::-1])[::-1]
    entropy = None if data.log_prob is None else -float(data.log_prob(batch.x).mean())
    error_of = float(total.std()) / n**0.5
    note = (
        f"−ELBO {decimal(float(total.mean()))} ± {decimal(error_of)} nats; "
        f"first step {decimal(float(final.mean()) + shift, 2)}, prior {decimal(float(prior.mean()), 4)}."
    )
    note += "" if entropy is None else f" −log p_data on these data: {decimal(entropy)}."
    note += " It bounds log p of the chain, not that of the flow."
    yield Curves(
        (
            Series("terms", "KL of the steps in each group", times, means, role="model", pane="terms", unit="nats"),
            Series("sum", "sum from t = 1 to here", times, so_far, role="total", pane="sum", unit="nats"),
        ),
        x_label="t", subtitle=f"T = {chain.length:,}, variance {VARIANCES[variance]}, in {groups} groups", note=note,
    )  # fmt: skip
