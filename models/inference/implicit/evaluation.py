"""What `evaluate` measures: divergences from the exact posterior, of the model and of rejection, and counts."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

import torch
from torch import Tensor

from models.inference.implicit.exact import divergences, exact_in_parts, kernel_log_mass, prior_log_mass
from models.inference.implicit.interface import Implicit, units_of
from models.inference.implicit.learned import learned_in_parts
from models.inference.implicit.rejection import STANDARD, nearest
from models.inference.one_datum import in_place_of
from models.protocol import DataBatch, param, settings

__all__ = ["evaluate_implicit"]

_T = TypeVar("_T")


@torch.no_grad()
@settings
def evaluate_implicit(
    model: Implicit,
    batch: DataBatch,
    *,
    rng: torch.Generator,
    draws: int = param(500, "Draws of q", 10, 10_000, log=True, help="For the objective of each datum."),
    posterior_data: int = param(20, "Data with exact posterior", 0, 10_000, help="The first of the split."),
    posterior_draws: int = param(100_000, "Draws for their KL", 1_000, 1_000_000, log=True),
    abc_simulations: int = param(
        STANDARD, "Simulations of ABC", 1_000, 10_000_000, log=True, help="Of which the nearest 200 are kept."
    ),
    x: str = param("", "Datum x", help="d numbers separated by blanks: measures this datum alone."),
) -> dict[str, Tensor]:  # fmt: skip
    """Estimates for all data of a batch, and divergences from the exact posterior for the first of the split.

    Returns:
        `simulations`, those that training has run, and, where θ is learned, `theta` and `theta_error`, its distance
        from the truth; (1,) each. Where there is a q, `objective_nats`, the mean of r_ψ over draws of it, (n,).

        Where the simulator has a density, for the first data of the split, nats, under the true θ:
        `posterior_kl_nats`, KL(q ‖ p(z|x)) of a histogram of draws, `posterior_kl_null_nats`, the same of exact draws,
        `posterior_kl_median_nats`, and `reverse_posterior_kl_nats`, KL(p(z|x) ‖ q) with half a draw added to each
        cell. With a ratio alone, q is prior times ratio on the same cells, without draws and without a null.
        `abc_kl_nats` and `reverse_abc_kl_nats`, KL(p(z|x) ‖ ·) and KL(· ‖ p(z|x)) of a kernel density estimate from
        the 200 nearest of the simulations from the prior; `prior_kl_nats`, KL(p(z|x) ‖ p(z)).
    """
    values: dict[str, Tensor] = {}
    if x:
        batch = in_place_of(batch, x, model.spec)
        values["n"] = torch.tensor(len(batch))
        if not len(batch):
            return values
    values["simulations"] = model.simulations.double().reshape(1)
    if model.theta is not None:
        values["theta"] = model.theta.detach().double().reshape(1)
        values["theta_error"] = (values["theta"] - model.simulator.truth).abs()
    if model.posterior is not None:
        z = model.posterior.draw(model.features(batch.x), draws, rng=rng)
        values["objective_nats"] = model.log_ratio(batch.x, z).mean(dim=0)
    chosen = (batch.index < posterior_data).nonzero()[:, 0].tolist()
    if not chosen or not model.simulator.has_density:
        return values
    given = batch.x[chosen]
    kept = nearest(model.simulator, given, *units_of(model.spec, given), abc_simulations)
    rows = [_compared(model, given[i : i + 1], kept[i], posterior_draws, rng) for i in range(len(given))]
    for key in rows[0]:
        values[key] = torch.tensor([row[key] for row in rows])
    values["posterior_kl_median_nats"] = values["posterior_kl_nats"].median().reshape(1)
    return values


def _compared(model: Implicit, x: Tensor, kept: Tensor, n: int, rng: torch.Generator) -> dict[str, float]:
    cells = _result(exact_in_parts(model.simulator, x)).cells
    learned = _result(learned_in_parts(model, x, cells, n, rng))
    by_abc, abc = divergences(cells, kernel_log_mass(cells, kept))
    found = {
        "posterior_kl_nats": learned.kl,
        "reverse_posterior_kl_nats": learned.reverse,
        "abc_kl_nats": abc,
        "reverse_abc_kl_nats": by_abc,
        "prior_kl_nats": divergences(cells, prior_log_mass(cells))[1],
    }
    return found if learned.null is None else {**found, "posterior_kl_null_nats": learned.null}


def _result(work: Generator[Any, None, _T]) -> _T:
    """What a generator returns in the end."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value
