"""Variational inference for new data: a q(z; m, s) for each is fitted by gradient steps, without an encoder."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from models.exact.normal import prior_kl
from models.nets.encoder import posterior_draw
from models.protocol import half_cosine

__all__ = ["STARTS", "refit"]

STARTS = 64
"""Number of points tried as the first m: the mean of the prior, and draws from it."""

_RATE = 0.1  # of Adam at the start; it falls to 0 along a half cosine
_WIDTH = 0.3  # first s: below the prior's, since posteriors of images are narrow


def refit(
    log_likelihood: Callable[[Tensor], Tensor],
    mean: Tensor,
    steps: int,
    *,
    rng: torch.Generator,
    beta: float = 1.0,
    at_once: int = 1 << 12,
) -> Iterator[tuple[Tensor, Tensor]]:
    """Raises the bound of each of n data by Adam steps on its m and log s²; the model is not changed.

    Each m starts at the one of `STARTS` points that has the greatest log p(x, z), because a bound can have several
    maxima. A step draws one z = m + s ε for each datum and costs one forward and one backward pass of the decoder.

    Args:
        log_likelihood: log p(x|z), (k, n, latent) to (k, n), nats.
        mean: Zeros, (n, latent), with dtype and device of z: the mean of the prior.
        steps: Adam steps.
        rng: Source of all draws.
        beta: Weight of the KL term.
        at_once: Points z for which the likelihood is computed at a time in the search for a start.

    Yields:
        Mean and log variance, (n, latent) each: at the start, and after each step.
    """
    m = _start(log_likelihood, mean, rng, at_once)
    log_var = torch.full_like(m, 2 * math.log(_WIDTH))
    yield m.clone(), log_var.clone()
    optimiser = torch.optim.Adam([m, log_var], _RATE)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = _RATE * half_cosine(step / steps)
        with torch.enable_grad():
            q = m.detach().requires_grad_(), log_var.detach().requires_grad_()
            z = posterior_draw(*q, rng=rng)
            bound = log_likelihood(z[None]).sum() - beta * prior_kl(*q).sum()  # the data share no parameter
            m.grad, log_var.grad = torch.autograd.grad(-bound, q)
        optimiser.step()
        yield m.clone(), log_var.clone()


@torch.no_grad()
def _start(log_likelihood: Callable[[Tensor], Tensor], mean: Tensor, rng: torch.Generator, at_once: int) -> Tensor:
    """The best point of each datum, (n, latent)."""
    noise = torch.randn(STARTS - 1, mean.shape[1], generator=rng, device=mean.device, dtype=mean.dtype)
    points = torch.cat([torch.zeros_like(noise[:1]), noise])  # (STARTS, latent), the same for all data
    best, start = torch.full_like(mean[:, 0], -math.inf), mean.clone()
    for part in points.split(max(1, at_once // len(mean))):
        z = part[:, None].expand(-1, len(mean), -1)  # (k, n, latent)
        joint = log_likelihood(z) - 0.5 * z.square().sum(dim=-1)
        value, place = joint.max(dim=0)
        start = torch.where((value > best)[:, None], part[place], start)
        best = torch.maximum(best, value)
    return start
