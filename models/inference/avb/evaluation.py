"""What `evaluate` measures of an implicit q: estimates, importance sampling, quadrature and divergences."""

from __future__ import annotations

import torch
from torch import Tensor

from models.exact.importance import importance_sample
from models.inference.avb.interface import AdversarialModel, draws_of, is_toy, likelihood_of, moments_for
from models.inference.exact_posterior import Exact, exact_posterior, refined
from models.inference.one_datum import in_place_of
from models.protocol import DataBatch, param, settings

__all__ = ["evaluate_posterior", "ratio_errors"]

_FITTED = 1_000  # draws of q(z|x) to which the proposal is fitted
_APART = 0.7  # x from which the two modes of the parabola are well apart
_FULL = 30  # draws in a cell from which its share is precise enough to read log q from it


@torch.no_grad()
@settings
def evaluate_posterior(
    model: AdversarialModel,
    batch: DataBatch,
    *,
    rng: torch.Generator,
    draws: int = param(500, "Draws of q", 10, 10_000, log=True, help="For the approximate ELBO of each datum."),
    K: int = param(1000, "Importance samples K", 1, 100_000, log=True, help="Draws of z for each datum."),
    quadrature_data: int = param(
        50, "Data with exact log p(x)", 0, 100_000, help="The first of the split, in at most 2 latent dimensions."
    ),
    posterior_data: int = param(
        40, "Data with exact posterior", 0, 10_000, help="The first of the split, in at most 2 latent dimensions."
    ),
    posterior_draws: int = param(100_000, "Draws for their KL", 1_000, 1_000_000, log=True),
    x: str = param("", "Datum x", help="A number, or d numbers separated by blanks: measures this datum alone."),
) -> dict[str, Tensor]:  # fmt: skip
    """Estimates for all data of a batch, and exact values for the first of the split.

    Returns:
        (n,) each, nats: `approximate_elbo_nats`, the mean of log p(x|z) − r_ψ(x, z) over draws of q(z|x), which is no
        bound; `reconstruction_nats` and `ratio_nats`, its terms; `iwae_nats`, a bound by K draws of 0.8 of a Gaussian
        fitted to 1,000 draws of q(z|x), widened 1.3 times, and 0.2 of the prior.

        With at most two latent dimensions, for the first data of the split: `log_prob_quadrature_nats`;
        `elbo_below_percent`, 100 where the approximate ELBO is below it, else 0; `posterior_kl_nats`, KL(q ‖ p(z|x))
        of a histogram of draws, `posterior_kl_null_nats`, the same of exact draws, and `posterior_kl_median_nats`;
        `reverse_posterior_kl_nats`, KL(p(z|x) ‖ q); `ratio_error_nats`, the median over draws of the distance of r_ψ
        from the log ratio that the histogram gives; `minor_mode_percent`, the share of q in the smaller mode, of data
        of the parabola whose modes are apart.
    """
    values: dict[str, Tensor] = {}
    if x:
        batch = in_place_of(batch, x, model.spec)
        values["n"] = torch.tensor(len(batch))
        if not len(batch):
            return values
    values |= _estimates(model, batch, draws, K, rng)
    if model.latent_dim > 2:
        return values
    chosen = (batch.index < quadrature_data).nonzero()[:, 0].tolist()
    log_prob = torch.tensor([_log_prob(model, batch.x[i : i + 1], rng) for i in chosen])
    if chosen:
        values["log_prob_quadrature_nats"] = log_prob
        values["elbo_below_percent"] = 100.0 * (values["approximate_elbo_nats"][chosen].cpu() < log_prob)
    compared = (batch.index < posterior_data).nonzero()[:, 0].tolist()
    rows = [_compared(model, batch.x[i : i + 1], posterior_draws, rng) for i in compared]
    for key in rows[0] if rows else ():
        values[key] = torch.tensor([row[key] for row in rows if row[key] == row[key]])
    if rows:  # they are all in the first part of a split
        values["posterior_kl_median_nats"] = values["posterior_kl_nats"].median().reshape(1)
    return values


def _estimates(
    model: AdversarialModel, batch: DataBatch, draws: int, K: int, rng: torch.Generator
) -> dict[str, Tensor]:
    at_once = model.decoder.at_once
    rows = max(1, at_once // max(draws, _FITTED))
    parts: dict[str, list[Tensor]] = {}
    for x in batch.x.split(rows):
        z = model.posterior.draw(model.features(x), draws, rng=rng)  # (draws, rows, latent)
        reconstruction = model.decoder.log_prob(x, z).mean(dim=0)
        ratio = model.log_ratio(x, z, moments_for(model, x, rng=rng)).mean(dim=0)
        fitted = model.posterior.draw(model.features(x), _FITTED, rng=rng)
        mean, log_var = fitted.mean(dim=0), fitted.var(dim=0).clamp_min(1e-12).log()

        def likelihood(points: Tensor, x: Tensor = x) -> Tensor:
            return model.decoder.log_prob(x, points)

        estimate = importance_sample(
            likelihood, mean, log_var, K, rng=rng, proposal="defensive", sobol=True, at_once=at_once
        )
        for key, value in {
            "approximate_elbo_nats": reconstruction - ratio,
            "iwae_nats": estimate.log_prob,
            "reconstruction_nats": reconstruction,
            "ratio_nats": ratio,
        }.items():
            parts.setdefault(key, []).append(value)
    return {key: torch.cat(pieces) for key, pieces in parts.items()}


def _log_prob(model: AdversarialModel, x: Tensor, rng: torch.Generator) -> float:
    *_, grid = refined(likelihood_of(model, x), draws_of(model, x, _FITTED, rng=rng), model.decoder.at_once)
    return grid.log_prob


def _compared(model: AdversarialModel, x: Tensor, n: int, rng: torch.Generator) -> dict[str, float]:
    z = draws_of(model, x, n, rng=rng)
    exact = exact_posterior(likelihood_of(model, x), z, rng=rng, at_once=model.decoder.at_once)
    right = float((z > 0).float().mean())
    two = is_toy(model.spec) and float(x) > _APART
    return {
        "posterior_kl_nats": exact.comparison.kl,
        "posterior_kl_null_nats": exact.comparison.null,
        "reverse_posterior_kl_nats": exact.comparison.reverse,
        "ratio_error_nats": float(ratio_errors(model, x, z, exact, rng).abs().median()),
        "minor_mode_percent": 100 * min(right, 1 - right) if two else float("nan"),
    }


def ratio_errors(
    model: AdversarialModel, x: Tensor, z: Tensor, exact: Exact, rng: torch.Generator, n: int = 4_000
) -> Tensor:
    """r_ψ less the log ratio that a histogram of draws gives, at some draws in well-filled cells, (≤ n,), nats."""
    few = z[:n]
    counts = exact.comparison.counts[exact.cells.place(few.double())]
    few, counts = few[counts >= _FULL], counts[counts >= _FULL]
    prior = -0.5 * (few.square() + torch.log(torch.tensor(2 * torch.pi))).sum(dim=1)
    ratio = (counts / len(z)).log() - exact.cells.log_volume - prior
    return model.log_ratio(x, few[:, None], moments_for(model, x, rng=rng))[:, 0] - ratio
