"""The pairs a discriminator tells apart, and log q(z|x) − log p(z) read from its output."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

__all__ = ["Moments", "classification_loss", "log_ratio", "moments_of", "normal_like"]

_FLOOR = 1e-4  # standard deviation of draws below which they count as one point


@dataclass(frozen=True)
class Moments:
    """Mean and standard deviation of q(z|x) for each of n data, (n, d) each, without gradients."""

    mean: Tensor
    std: Tensor

    def standard(self, z: Tensor) -> Tensor:
        """z̃ = (z − mean)/std, (…, n, d)."""
        return (z - self.mean) / self.std

    def log_prior_ratio(self, z: Tensor) -> Tensor:
        """log N(z; mean, std²) − log N(z; 0, I), nats; (…, n, d) to (…, n)."""
        return (0.5 * (z.square() - self.standard(z).square()) - self.std.log()).sum(dim=-1)


def moments_of(z: Tensor) -> Moments:
    """The moments of draws, (draws, n, d) with at least two draws."""
    z = z.detach()
    return Moments(z.mean(dim=0), z.std(dim=0).clamp_min(_FLOOR))


def classification_loss(on_first: Tensor, on_second: Tensor) -> tuple[Tensor, Tensor]:
    """−E log σ(T) on pairs with y = 1, and −E log(1 − σ(T)) on those with y = 0; log 2 each where they are alike."""
    return softplus(-on_first).mean(), softplus(on_second).mean()


def log_ratio(output: Tensor, z: Tensor, moments: Moments | None) -> Tensor:
    """r_ψ(x, z), the estimate of log q(z|x) − log p(z), nats.

    Args:
        output: T_ψ(x, z), or T_ψ(x, z̃) where q is compared with its own Gaussian approximation, (…, n).
        z: The points, (…, n, d).
        moments: Of that approximation; None where q is compared with the prior.
    """
    return output if moments is None else output + moments.log_prior_ratio(z)


def normal_like(z: Tensor, *, rng: torch.Generator) -> Tensor:
    """Draws of N(0, I) of the shape of z."""
    return torch.randn(z.shape, generator=rng, device=z.device, dtype=z.dtype)
