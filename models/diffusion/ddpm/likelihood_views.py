"""log p of the probability flow beside the exact density, and the terms of the bound."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from models.diffusion.ddpm.in_data_units import square
from models.diffusion.process.bound import VARIANCES, Chain
from models.frames import Curves, Density, Plane, Points, Series
from models.protocol import Data, DataBatch, Noise, param, view
from models.views.words import as_array, counted, decimal

__all__ = ["bound", "density"]

_SIDE, _ROWS = 36, 3  # cells a side of the map, and rows that are computed at once
_STEPS = 16  # Runge–Kutta steps of the map
_GROUPS = 40  # of steps of the chain


@view(
    "Density of the flow", splits=("valid", "train"), batch=300,
    help="p of the probability flow: Runge–Kutta, with the exact divergence of the network.",
)  # fmt: skip
def density(model: Any, batch: DataBatch, data: Data) -> Iterator[Plane]:
    """The density by the change of variables along the flow, band by band, and its difference to the exact one."""
    extent = square(model.units)
    at = (np.arange(_SIDE) + 0.5) / _SIDE
    xs, ys = extent[0] + at * (extent[1] - extent[0]), extent[2] + at * (extent[3] - extent[2])
    places = np.stack(np.meshgrid(xs, ys), axis=-1)
    values = np.zeros((_SIDE, _SIDE))
    cell = (extent[1] - extent[0]) * (extent[3] - extent[2]) / _SIDE**2
    for row in range(0, _SIDE, _ROWS):
        rows = torch.from_numpy(places[row : row + _ROWS].reshape(-1, 2)).to(model.device, model.dtype)
        values = values.copy()
        values[row : row + _ROWS] = np.exp(as_array(model.log_prob(rows, _STEPS)).astype(float)).reshape(-1, _SIDE)
        done = row + _ROWS >= _SIDE
        note = f"Integral over the map: {decimal(float(values.sum()) * cell)}."
        if done and data.log_prob is not None:
            exact = np.exp(as_array(data.log_prob(torch.from_numpy(places.reshape(-1, 2))))).reshape(_SIDE, _SIDE)
            note += f" ½ ∫ |p_θ − p_data|: {decimal(0.5 * float(np.abs(values - exact).sum()) * cell)}."
        yield Plane(
            (
                Density(values, extent, role="model", low=0.0, name="p_θ"),
                Points(as_array(batch.x), role="data", name="data", size=2.0, index=as_array(batch.index)),
            ),
            x_label="x₁", y_label="x₂", extent=extent, note=note,
            subtitle=counted(len(batch), batch.split, model.spec.kind),
        )  # fmt: skip


@view(
    "Bound by t", splits=("valid", "train"), batch=500,
    help="−ELBO of the chain of T steps as a sum over its steps, from the noise to the datum: nats.",
)  # fmt: skip
def bound(
    model: Any, batch: DataBatch, data: Data, noise: Noise,
    variance: str = param("beta", "Variance of a step", choices=VARIANCES),
) -> Curves:  # fmt: skip
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

    terms = [term(float(a), float(b)) for a, b in itertools.pairwise(edges)]
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
    return Curves(
        (
            Series("terms", "KL of the steps in each group", times, means, role="model", pane="terms", unit="nats"),
            Series("sum", "sum from t = 1 to here", times, so_far, role="total", pane="sum", unit="nats"),
        ),
        x_label="t", subtitle=f"T = {chain.length:,}, variance {VARIANCES[variance]}, in {groups} groups", note=note,
    )  # fmt: skip
