"""The games of generator and discriminator: what each player descends, and where the game is at rest.

Everything is computed from F, the output of the discriminator's last layer before any squashing, with softplus in place
of log(sigmoid): float32 saturates exactly where these pages look. p is the density of the data, q that of the model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

__all__ = ["OBJECTIVES", "Game", "gradient_penalty", "logit", "r1_penalty"]


@dataclass(frozen=True)
class Game:
    """One pair of losses.

    Attributes:
        title: In menus.
        tex: What the discriminator maximises, as it is typeset.
        discriminator: F on data (n,) and on samples (m,) to the loss of the discriminator, a scalar.
        generator: F on samples (m,) to the loss of the generator, a scalar.
        rest_discriminator: Loss of the discriminator where p = q and it is optimal, nats where it is a log-likelihood.
        rest_generator: Loss of the generator there, or None where it depends on a constant that the game leaves open.
        log_ratio: F of the optimal discriminator to log p/q, nats; None where it does not tell the ratio.
        probability: F to a number from 0 (model) over ½ to 1 (data), for a heat map; it is D where the game has one.
        reference: Where it is from.
    """

    title: str
    tex: str
    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]
    rest_discriminator: float
    rest_generator: float | None
    log_ratio: Callable[[Tensor], Tensor] | None
    probability: Callable[[Tensor], Tensor]
    reference: str


def logit(d: Tensor) -> Tensor:
    """log D − log(1 − D); infinite at 0 and 1, and beyond them."""
    return torch.logit(d.clamp(0.0, 1.0))


def _logistic(real: Tensor, fake: Tensor) -> Tensor:
    """−E[log D(x)] − E[log(1 − D(G(z)))] with D = σ(F)."""
    return softplus(-real).mean() + softplus(fake).mean()


def _identity(f: Tensor) -> Tensor:
    return f


_LOG_D = r"\mathbb{E}_{p}[\log D(x)] + \mathbb{E}_{q}[\log(1-D(x))]"

OBJECTIVES: Mapping[str, Game] = {
    "minimax": Game(
        "Minimax", _LOG_D, _logistic, lambda fake: -softplus(fake).mean(),
        math.log(4.0), -math.log(2.0), _identity, torch.sigmoid, "Goodfellow et al., 2014, arXiv 1406.2661",
    ),
    "non-saturating": Game(
        "Non-saturating", _LOG_D, _logistic, lambda fake: softplus(-fake).mean(),
        math.log(4.0), math.log(2.0), _identity, torch.sigmoid, "Goodfellow et al., 2014, arXiv 1406.2661",
    ),
    "least-squares": Game(
        "Least squares", r"-\frac{1}{2}\mathbb{E}_{p}[(D(x)-1)^2] - \frac{1}{2}\mathbb{E}_{q}[D(x)^2]",
        lambda real, fake: 0.5 * (real - 1.0).square().mean() + 0.5 * fake.square().mean(),
        lambda fake: 0.5 * (fake - 1.0).square().mean(),
        0.25, 0.125, logit, lambda f: f.clamp(0.0, 1.0), "Mao et al., 2017, arXiv 1611.04076",
    ),
    "hinge": Game(
        "Hinge", r"\mathbb{E}_{p}[\min(0,F(x)-1)] + \mathbb{E}_{q}[\min(0,-F(x)-1)]",
        lambda real, fake: relu(1.0 - real).mean() + relu(1.0 + fake).mean(),
        lambda fake: -fake.mean(),
        2.0, None, None, lambda f: 0.5 + 0.5 * f.clamp(-1.0, 1.0), "Lim and Ye, 2017, arXiv 1705.02894",
    ),
    "wasserstein": Game(
        "Wasserstein", r"\mathbb{E}_{p}[F(x)] - \mathbb{E}_{q}[F(x)]",
        lambda real, fake: fake.mean() - real.mean(), lambda fake: -fake.mean(),
        0.0, None, None, torch.sigmoid, "Arjovsky et al., 2017, arXiv 1701.07875",
    ),
    "forward-kl": Game(
        "f-GAN: KL(p ‖ q)", r"1 + \mathbb{E}_{p}[F(x)] - \mathbb{E}_{q}[e^{F(x)}]",
        lambda real, fake: fake.exp().mean() - real.mean() - 1.0, lambda fake: -fake.exp().mean(),
        0.0, -1.0, _identity, torch.sigmoid, "Nowozin et al., 2016, arXiv 1606.00709",
    ),
    "reverse-kl": Game(
        "f-GAN: KL(q ‖ p)", r"1 - \mathbb{E}_{p}[e^{-F(x)}] - \mathbb{E}_{q}[F(x)]",
        lambda real, fake: (-real).exp().mean() + fake.mean() - 1.0, lambda fake: -fake.mean(),
        0.0, 0.0, _identity, torch.sigmoid, "Nowozin et al., 2016, arXiv 1606.00709",
    ),
}  # fmt: skip
"""Games by name. F is written so that it is log p/q at the optimum wherever the optimum tells the ratio (the f-GANs'
critics are T = 1 + F and T = −exp(−F)); for least squares F is D itself."""


def _slopes(critic: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Squared norm of ∇F at each datum; (n, *shape) to (n,). The graph is kept, so that it can be a part of a loss."""
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return gradient.flatten(1).square().sum(dim=1)  # one norm for a datum, over all its entries


def gradient_penalty(
    critic: Callable[[Tensor], Tensor],
    real: Tensor,
    fake: Tensor,
    *,
    generator: torch.Generator,
    target: float = 1.0,
) -> Tensor:
    """E[(‖∇F(x̂)‖ − target)²] at random points between data and samples; without its weight λ.

    Gulrajani et al., 2017 (arXiv 1704.00028).

    Args:
        critic: F, (n, *shape) to (n,).
        real: Data, (n, *shape).
        fake: Samples, (n, *shape).
        generator: Source of the points between them.
        target: The slope asked for.
    """
    share = torch.rand(len(real), *[1] * (real.ndim - 1), generator=generator, device=real.device, dtype=real.dtype)
    slopes = _slopes(critic, torch.lerp(real.detach(), fake.detach(), share))
    return ((slopes + 1e-12).sqrt() - target).square().mean()  # the root of 0 has no gradient


def r1_penalty(critic: Callable[[Tensor], Tensor], real: Tensor) -> Tensor:
    """½ E[‖∇F(x)‖²] on the data; without its weight γ.

    Mescheder et al., 2018 (arXiv 1801.04406).

    Args:
        critic: F, (n, *shape) to (n,).
        real: Data, (n, *shape).
    """
    return 0.5 * _slopes(critic, real).mean()
