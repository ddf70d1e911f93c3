"""Importance sampling of the evidence of a model with a latent z ~ N(0, I)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["PROPOSALS", "Estimate", "importance_sample"]

PROPOSALS = {"posterior": "q(z|x)", "defensive": "0.8 N(m, (1.3 s)²) + 0.2 N(0, I)"}
"""Where z is drawn from, by name: the encoder's q = N(m, s²), or a mixture that also covers what q leaves out."""

_WIDENED = 1.3
_SHARE = 0.8


@dataclass(frozen=True)
class Estimate:
    """Importance-sampling estimates of n data, (n,) each.

    Attributes:
        log_prob: log of the mean of the K weights p(x, z)/r(z), nats; its expectation is at most log p(x) and rises to
            it with K (Burda et al., 2015, arXiv 1509.00519).
        error: Its standard error to first order, nats, from the spread of the weights; too small where no draw hit
            the mass of the posterior.
        ess: Effective sample size (Σw)²/Σw², from 1 to K (Kong, 1992).
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
    generator: torch.Generator,
    proposal: str = "posterior",
    at_once: int = 1 << 12,
    each: Callable[[Tensor, Tensor], None] | None = None,
) -> Estimate:
    """log p(x) of n data by K draws of z for each.

    Args:
        log_likelihood: log p(x|z), (k, n, d) to (k, n), nats.
        mean: Mean m of q(z|x), (n, d).
        log_var: Log variance of q(z|x), log s², (n, d).
        K: Draws for each datum.
        generator: Source of the draws.
        proposal: "posterior" draws from q; "defensive" from 0.8 N(m, (1.3 s)²) + 0.2 N(0, I), whose weights have
            lighter tails where q is narrower than the posterior or misses one of its modes (Hesterberg, 1995).
        at_once: Points z for which the likelihood is computed at a time.
        each: Told of each piece of draws: the likelihoods and the log weights, (k, n) each; or None.
    """
    first = torch.full_like(mean[:, 0], -math.inf)  # log Σ w, (n,)
    second = first.clone()  # log Σ w²
    step = max(1, at_once // len(mean))
    for start in range(0, K, step):
        z, log_ratio = _draw(mean, log_var, min(step, K - start), generator, proposal)
        likelihood = log_likelihood(z)
        log_weight = likelihood + log_ratio  # (k, n)
        first = torch.logaddexp(first, log_weight.logsumexp(dim=0))
        second = torch.logaddexp(second, (2 * log_weight).logsumexp(dim=0))
        if each is not None:
            each(likelihood, log_weight)
    ess = (2 * first - second).exp().clamp(1.0, float(K))
    error = ((K / ess - 1).clamp_min(0.0) / max(K - 1, 1)).sqrt()
    return Estimate(first - math.log(K), error, ess)


def _draw(mean: Tensor, log_var: Tensor, k: int, generator: torch.Generator, proposal: str) -> tuple[Tensor, Tensor]:
    """K draws of z from the proposal r, (k, n, d), and log p(z) − log r(z), (k, n)."""
    noise = torch.randn((k, *mean.shape), generator=generator, device=mean.device, dtype=mean.dtype)
    std = (0.5 * log_var).exp()
    if proposal == "posterior":
        z = mean + std * noise
        # The constants of the two Gaussians cancel, and (z − m)/s is the noise.
        return z, 0.5 * (noise.square() + log_var - z.square()).sum(dim=-1)
    if proposal != "defensive":
        raise ValueError(f"a proposal is {' or '.join(PROPOSALS)}, not {proposal}")
    uniform = torch.rand((k, len(mean), 1), generator=generator, device=mean.device, dtype=mean.dtype)
    z = torch.where(uniform < _SHARE, mean + _WIDENED * std * noise, noise)
    standard = (z - mean) / (_WIDENED * std)
    narrow = -(0.5 * (standard.square() + log_var) + math.log(_WIDENED)).sum(dim=-1) + math.log(_SHARE)
    prior = -0.5 * z.square().sum(dim=-1)
    return z, prior - torch.logaddexp(narrow, prior + math.log(1 - _SHARE))
