"""Steps from one level of noise to a lower one."""

from __future__ import annotations

import torch
from torch import Tensor

from models.diffusion.process.predictions import Estimate
from models.diffusion.process.schedules import Level

__all__ = ["added_variance", "ddim_step", "posterior"]


def added_variance(t: Level, s: Level) -> Tensor:
    """Variance of q(x_t | x_s), for s < t: σ_t² − (α_t/α_s)² σ_s², without cancellation."""
    return -torch.expm1(t.log_snr - s.log_snr) * t.sigma.square()


def posterior(x: Tensor, x0: Tensor, t: Level, s: Level) -> tuple[Tensor, Tensor]:
    """q(x_s | x_t, x₀) for s < t (Ho et al., 2020, equation 7, for any two levels).

    Args:
        x: x_t, (n, d).
        x0: x₀, or what is predicted of it, (n, d).
        t: The level of x_t.
        s: The level to go to.

    Returns:
        Mean, (n, d), and variance along each axis, of the shape of the level.
    """
    ratio = (s.sigma / t.sigma).square()
    added = added_variance(t, s)
    mean = t.alpha / s.alpha * ratio * x + s.alpha * added / t.sigma.square() * x0
    return mean, added * ratio


def ddim_step(of: Estimate, t: Level, s: Level, eta: float = 0.0, noise: Tensor | None = None) -> Tensor:
    """x_s of what is estimated at x_t (Song et al., 2021, arXiv 2010.02502, equation 12).

    Args:
        of: Datum and noise, as estimated at x_t.
        t: The level of x_t.
        s: The level to go to.
        eta: η, the share of the posterior's standard deviation that is drawn: 0 draws nothing, 1 is ancestral sampling.
        noise: Standard normal, (n, d); None where η is 0.
    """
    if noise is None:
        return s.alpha * of.x0 + s.sigma * of.eps
    variance = eta**2 * added_variance(t, s) * (s.sigma / t.sigma).square()
    rest = (s.sigma.square() - variance).clamp_min(0.0).sqrt()
    return s.alpha * of.x0 + rest * of.eps + variance.sqrt() * noise
