"""Importance sampling of the evidence of a model with a latent z ~ N(0, I)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.quasirandom import SobolEngine

__all__ = ["MOST_SOBOL", "PROPOSALS", "Estimate", "importance_sample"]

PROPOSALS = {
    "posterior": "q(z|x)",
    "defensive": "0.8 N(m, (1.3 s)²) + 0.2 N(0, I)",
    "fitted": "0.4 N(m, (1.3 s)²) + 0.4 N(m*, (1.3 s*)²) + 0.2 N(0, I)",
}
"""Proposals from which z is drawn: q = N(m, s²), or a mixture that also covers regions where q has little mass.

N(m*, s*²) is a second approximation, fitted to the datum alone.
"""

MOST_SOBOL = 3
"""Most latent dimensions for Sobol points; in more, so few points are no more even than random ones."""

# By proposal: share of each widened Gaussian; the remaining share is the prior's.
_SHARES = {"defensive": (0.8,), "fitted": (0.4, 0.4)}
_WIDENED = 1.3
_SETS = 5  # sets of Sobol points, shifted independently; their spread gives the error
_FEWEST = 50  # draws below which sets of Sobol points would be too small
_BITS = 30  # of a Sobol point


@dataclass(frozen=True)
class Estimate:
    """Importance-sampling estimates of n data, (n,) each.

    Attributes:
        log_prob: log of the mean of the K weights p(x, z)/r(z), nats; its expectation is at most log p(x) and rises to
            it with K (Burda et al., 2015, arXiv 1509.00519).
        error: Its standard error to first order, nats: from the spread of the weights of independent draws, or of the
            means of 5 sets of Sobol points. It is too small if no draw hits the mass of the posterior.
        ess: Effective sample size (Σw)²/Σw², from 1 to K (Kong, 1992). It does not account for the higher
            efficiency of Sobol points.
    """

    log_prob: Tensor
    error: Tensor
    ess: Tensor


def importance_sample(
    log_likelihood: Callable[[Tensor], Tensor],
    mean: Tensor,
    log_var: Tensor,
    K: int,
    *,
    rng: torch.Generator,
    proposal: str = "posterior",
    fitted: tuple[Tensor, Tensor] | None = None,
    sobol: bool = False,
    at_once: int = 1 << 12,
    each: Callable[[Tensor, Tensor], None] | None = None,
) -> Estimate:
    """log p(x) of n data by K draws of z for each.

    Args:
        log_likelihood: log p(x|z), (k, n, d) to (k, n), nats.
        mean: Mean m of q(z|x), (n, d).
        log_var: Log variance of q(z|x), log s², (n, d).
        K: Draws for each datum.
        rng: Source of the draws.
        proposal: "posterior" draws from q; "defensive" and "fitted" from the mixtures of `PROPOSALS`, whose weights
            have lighter tails if q is narrower than the posterior or misses one of its modes (Hesterberg, 1995).
        fitted: Mean and log variance of N(m*, s*²), (n, d) each, which may depend on the data but not on the draws;
            for the proposal "fitted" only.
        sobol: Draws are 5 sets of K/5 Sobol points, each with a random digital shift for each datum. A single draw has
            the same distribution as an independent one, so the mean of the weights stays unbiased, and together the
            draws cover the proposal more evenly (Owen, 1995). Draws are independent below 50 draws and in more than
            `MOST_SOBOL` dimensions.
        at_once: Points z for which the likelihood is computed at a time.
        each: Called for each chunk of draws with the likelihoods and the log weights, (k, n) each; or None.

    Raises:
        ValueError: The proposal is unknown, or `fitted` is missing or superfluous.
    """
    if proposal not in PROPOSALS:
        raise ValueError(f"a proposal is {' or '.join(PROPOSALS)}, not {proposal}")
    if (proposal == "fitted") != (fitted is not None):
        raise ValueError("the proposal fitted, and no other, needs a second approximation")
    gaussians = [(mean, log_var)] if fitted is None else [(mean, log_var), fitted]
    n, d = mean.shape
    step = max(1, at_once // n)
    even = sobol and d <= MOST_SOBOL and K >= _FEWEST
    size = -(-K // _SETS) if even else step
    sums = torch.full((-(-K // size), n), -math.inf, dtype=mean.dtype, device=mean.device)  # log Σ w of each set
    second = torch.full_like(sums[0], -math.inf)  # log Σ w²
    pieces = _sobol(mean, proposal, K, size, step, rng) if even else _random(mean, proposal, K, step, rng)
    for number, (noise, choice) in pieces:
        z, log_ratio = _proposed(gaussians, noise, choice, _SHARES.get(proposal, ()))
        likelihood = log_likelihood(z)
        log_weight = likelihood + log_ratio  # (k, n)
        sums[number] = torch.logaddexp(sums[number], log_weight.logsumexp(dim=0))
        second = torch.logaddexp(second, (2 * log_weight).logsumexp(dim=0))
        if each is not None:
            each(likelihood, log_weight)
    first = sums.logsumexp(dim=0)  # log Σ w, (n,)
    ess = (2 * first - second).exp().clamp(1.0, float(K))
    error = ((K / ess - 1).clamp_min(0.0) / max(K - 1, 1)).sqrt()
    if even:
        counts = torch.tensor([min(size, K - start) for start in range(0, K, size)]).to(sums)[:, None]  # (sets, 1)
        apart = (sums - first).exp() - counts / K  # each set's share of the sum, less that of its size
        error = (apart.square().sum(dim=0) * len(sums) / (len(sums) - 1)).sqrt()
    return Estimate(first - math.log(K), error, ess)


_Piece = tuple[
    int, tuple[Tensor, Tensor | None]
]  # its set; standard normal (k, n, d), uniform (k, n) for the component


def _random(mean: Tensor, proposal: str, K: int, step: int, rng: torch.Generator) -> Iterator[_Piece]:
    """Independent draws, in chunks."""
    device, dtype = mean.device, mean.dtype
    for number, start in enumerate(range(0, K, step)):
        k = min(step, K - start)
        noise = torch.randn((k, *mean.shape), generator=rng, device=device, dtype=dtype)
        choice = None
        if proposal in _SHARES:
            choice = torch.rand((k, len(mean)), generator=rng, device=device, dtype=dtype)
        yield number, (noise, choice)


def _sobol(mean: Tensor, proposal: str, K: int, size: int, step: int, rng: torch.Generator) -> Iterator[_Piece]:
    """Sets of `size` Sobol points with a random digital shift for each set and datum, in chunks."""
    n, d = mean.shape
    dims = d + (proposal in _SHARES)
    points = SobolEngine(dims, scramble=False).draw(size, dtype=torch.float64)  # deterministic
    bits = (points * 2**_BITS).round().long().to(mean.device)[:, None]  # (size, 1, dims)
    for number, begin in enumerate(range(0, K, size)):
        shift = torch.randint(2**_BITS, (n, dims), generator=rng, device=mean.device)
        for part in bits[: min(size, K - begin)].split(step):
            uniform = ((part ^ shift).double() + 0.5) / 2**_BITS  # (k, n, dims), in the middle of its cell of 2⁻³⁰
            noise = torch.special.ndtri(uniform[..., :d]).to(mean)
            yield number, (noise, uniform[..., d].to(mean) if proposal in _SHARES else None)


def _proposed(
    gaussians: list[tuple[Tensor, Tensor]], noise: Tensor, choice: Tensor | None, shares: tuple[float, ...]
) -> tuple[Tensor, Tensor]:
    """Draws of z from the proposal r, (k, n, d), and log p(z) − log r(z), (k, n)."""
    if choice is None:
        mean, log_var = gaussians[0]
        # The constants of the two Gaussians cancel, and (z − m)/s is the noise.
        z = mean + (0.5 * log_var).exp() * noise
        return z, 0.5 * (noise.square() + log_var - z.square()).sum(dim=-1)
    stds = [_WIDENED * (0.5 * log_var).exp() for _, log_var in gaussians]
    z, low = noise, 0.0
    for share, (mean, _), std in zip(shares, gaussians, stds, strict=True):
        chosen = ((choice >= low) & (choice < low + share))[..., None]
        z = torch.where(chosen, mean + std * noise, z)
        low += share
    prior = -0.5 * z.square().sum(dim=-1)
    density = [prior + math.log(1 - sum(shares))]
    for share, (mean, _), std in zip(shares, gaussians, stds, strict=True):
        density.append(math.log(share) - (0.5 * ((z - mean) / std).square() + std.log()).sum(dim=-1))
    return z, prior - torch.stack(density).logsumexp(dim=0)
