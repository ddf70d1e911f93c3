"""Games between a generator and a discriminator: the loss of each player, and the equilibrium.

All losses are computed from F, the output of the discriminator before the sigmoid, with softplus in place of
log(sigmoid), which saturates in float32. In formulas D = σ(F), except for least squares, where D = F.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

__all__ = ["OBJECTIVES", "Game", "gradient_penalty", "logit", "r1_penalty", "squared_slopes"]

Pointwise = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Game:
    """One pair of losses.

    Attributes:
        title: Title in menus.
        terms: What the discriminator maximises, in TeX: the term on data and the term on samples.
        on_data: Maps F of a datum to its contribution to the discriminator's loss; any shape to the same shape.
        on_samples: Maps F of a sample to its contribution to the discriminator's loss; any shape to the same shape.
        on_generated: Maps F of a sample to its contribution to the generator's loss; any shape to the same shape.
        rest_discriminator: Loss of the optimal discriminator where p_data = p_θ; nats where it is a log-likelihood.
        rest_generator: Loss of the generator there, or None if it depends on a constant that the game leaves open.
        optimal: Maps log p_data/p_θ, nats, to F of the optimal discriminator; None if F depends on more than the ratio.
        log_ratio: Maps F of the optimal discriminator to log p_data/p_θ, nats; None if F does not determine the ratio.
        probability: Maps F to a number from 0 (model) over ½ to 1 (data), for a heat map: D if the game defines one.
        reference: Paper.
        free_level: A constant added to F changes nothing, so that only differences of F have a meaning.
        generator_tex: What the generator minimises, in TeX.
    """

    title: str
    terms: tuple[str, str]
    on_data: Pointwise
    on_samples: Pointwise
    on_generated: Pointwise
    rest_discriminator: float
    rest_generator: float | None
    optimal: Pointwise | None
    log_ratio: Pointwise | None
    probability: Pointwise
    reference: str
    generator_tex: str
    free_level: bool = False

    @property
    def tex(self) -> str:
        """What the discriminator maximises, in one line of TeX."""
        on_data, on_samples = self.terms
        return f"{on_data} {on_samples}" if on_samples.startswith("-") else f"{on_data} + {on_samples}"

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """F on data (n,) and on samples (m,) to the loss of the discriminator, a scalar."""
        return self.on_data(real).mean() + self.on_samples(fake).mean()

    def generator(self, fake: Tensor) -> Tensor:
        """F on samples (m,) to the loss of the generator, a scalar."""
        return self.on_generated(fake).mean()


def logit(d: Tensor) -> Tensor:
    """log D − log(1 − D); infinite at 0 and 1, and beyond them."""
    return torch.logit(d.clamp(0.0, 1.0))


def _same(f: Tensor) -> Tensor:
    return f


def _minus(f: Tensor) -> Tensor:
    return -f


def _minus_log_d(f: Tensor) -> Tensor:
    """−log D with D = σ(F)."""
    return softplus(-f)


_DATA, _MODEL = r"\mathbb{E}_{p_{\mathrm{data}}}", r"\mathbb{E}_{p_\theta}"
_LOG_D = (rf"{_DATA}\left[\log D_\phi(x)\right]", rf"{_MODEL}\left[\log(1-D_\phi(x))\right]")
_F = (rf"{_DATA}\left[F(x)\right]", rf"-{_MODEL}\left[F(x)\right]")

OBJECTIVES: Mapping[str, Game] = {
    "minimax": Game(
        "Minimax", _LOG_D, _minus_log_d, softplus, lambda fake: -softplus(fake),
        math.log(4.0), -math.log(2.0), _same, _same, torch.sigmoid,
        "Goodfellow et al., 2014, arXiv 1406.2661", rf"{_MODEL}[\log(1-D_\phi(x))]",
    ),
    "non-saturating": Game(
        "Non-saturating", _LOG_D, _minus_log_d, softplus, _minus_log_d,
        math.log(4.0), math.log(2.0), _same, _same, torch.sigmoid,
        "Goodfellow et al., 2014, arXiv 1406.2661", rf"-{_MODEL}[\log D_\phi(x)]",
    ),
    "least-squares": Game(
        "Least squares",
        (
            r"-\frac{1}{2}" + rf"{_DATA}\left[(D_\phi(x)-1)^2\right]",
            r"-\frac{1}{2}" + rf"{_MODEL}\left[D_\phi(x)^2\right]",
        ),
        lambda real: 0.5 * (real - 1.0).square(), lambda fake: 0.5 * fake.square(),
        lambda fake: 0.5 * (fake - 1.0).square(),
        0.25, 0.125, torch.sigmoid, logit, lambda f: f.clamp(0.0, 1.0),
        "Mao et al., 2017, arXiv 1611.04076", r"\frac{1}{2}" + rf"{_MODEL}[(D_\phi(x)-1)^2]",
    ),
    "hinge": Game(
        "Hinge",
        (rf"{_DATA}\left[\min(0,F(x)-1)\right]", rf"{_MODEL}\left[\min(0,-F(x)-1)\right]"),
        lambda real: relu(1.0 - real), lambda fake: relu(1.0 + fake), _minus,
        2.0, None, torch.sign, None, lambda f: 0.5 + 0.5 * f.clamp(-1.0, 1.0),
        "Lim and Ye, 2017, arXiv 1705.02894", rf"-{_MODEL}[F(x)]",
    ),
    "wasserstein": Game(
        "Wasserstein, clipped weights", _F, _minus, _same, _minus,
        0.0, None, None, None, torch.sigmoid,
        "Arjovsky et al., 2017, arXiv 1701.07875", rf"-{_MODEL}[F(x)]", free_level=True,
    ),
    "wasserstein-gp": Game(
        "Wasserstein, gradient penalty", _F, _minus, _same, _minus,
        0.0, None, None, None, torch.sigmoid,
        "Gulrajani et al., 2017, arXiv 1704.00028", rf"-{_MODEL}[F(x)]", free_level=True,
    ),
    "forward-kl": Game(
        "f-GAN: KL(p_data ‖ p_θ)",
        (rf"{_DATA}\left[F(x)\right]", _MODEL + r"\left[1-e^{F(x)}\right]"),
        _minus, torch.expm1, lambda fake: -fake.exp(),
        0.0, -1.0, _same, _same, torch.sigmoid,
        "Nowozin et al., 2016, arXiv 1606.00709", f"-{_MODEL}" + r"[e^{F(x)}]",
    ),
    "reverse-kl": Game(
        "f-GAN: KL(p_θ ‖ p_data)",
        (_DATA + r"\left[1-e^{-F(x)}\right]", rf"-{_MODEL}\left[F(x)\right]"),
        lambda real: torch.expm1(-real), _same, _minus,
        0.0, 0.0, _same, _same, torch.sigmoid,
        "Nowozin et al., 2016, arXiv 1606.00709", rf"-{_MODEL}[F(x)]",
    ),
}  # fmt: skip
"""Games by name. If the optimum determines the ratio, the optimal F is log p_data/p_θ (the f-GAN paper's critics are
T = 1 + F and T = −exp(−F)); for least squares F is D itself."""


def squared_slopes(output: Tensor, x: Tensor) -> Tensor:
    """Squared norm of ∇F at each datum; the graph is kept, so that the norm can be a part of a loss.

    Args:
        output: F at x, (n,), each entry a function of its own datum alone.
        x: Data, (n, *shape); a leaf that requires gradients.

    Returns:
        ‖∇F‖² over all entries of a datum, (n,).
    """
    (gradient,) = torch.autograd.grad(output.sum(), x, create_graph=True)
    return gradient.flatten(1).square().sum(dim=1)


def gradient_penalty(
    critic: Callable[[Tensor], Tensor],
    real: Tensor,
    fake: Tensor,
    *,
    rng: torch.Generator,
    target: float = 1.0,
) -> Tensor:
    """E[(‖∇F(x̂)‖ − target)²] at random points between data and samples; without its weight λ.

    Gulrajani et al., 2017 (arXiv 1704.00028).

    Args:
        critic: F, (n, *shape) to (n,).
        real: Data, (n, *shape).
        fake: Samples, (n, *shape).
        rng: Generator for the points between them.
        target: Slope that is not penalised.
    """
    share = torch.rand(len(real), *[1] * (real.ndim - 1), generator=rng, device=real.device, dtype=real.dtype)
    x = torch.lerp(real.detach(), fake.detach(), share).requires_grad_()
    slopes = squared_slopes(critic(x), x)
    return ((slopes + 1e-12).sqrt() - target).square().mean()  # the root of 0 has no gradient


def r1_penalty(critic: Callable[[Tensor], Tensor], real: Tensor) -> Tensor:
    """½ E[‖∇F(x)‖²] on the data; without its weight γ.

    Mescheder et al., 2018 (arXiv 1801.04406).

    Args:
        critic: F, (n, *shape) to (n,).
        real: Data, (n, *shape).
    """
    x = real.detach().requires_grad_()
    return 0.5 * squared_slopes(critic(x), x).mean()
