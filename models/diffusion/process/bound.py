"""The evidence lower bound of the chain of T steps, and its terms."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from models.diffusion.process.schedules import Level, Schedule
from models.diffusion.process.steps import added_variance

__all__ = ["VARIANCES", "Chain"]

VARIANCES: Mapping[str, str] = {"beta": "β", "posterior": "Posterior", "optimal": "Optimal"}
"""Variances of the reverse steps: that of the forward step, of q(x_s | x_t, x₀), or the one with the best bound."""

Field = Callable[[Tensor, Tensor], Tensor]
"""Predicts ε at x_t, (n, d), for a time each, (n, 1)."""


@dataclass(frozen=True)
class Chain:
    """The chain x_0, x_1, …, x_T at the times k/T. x_0 is the datum, without noise.

    Attributes:
        schedule: The schedule.
        length: T, at least 2.
    """

    schedule: Schedule
    length: int

    def times(self, k: Tensor) -> Tensor:
        """The times of some steps k from 1 to T."""
        return k / self.length

    def _levels(self, k: Tensor) -> tuple[Level, Level]:
        """The levels of the steps k, and of those before them."""
        t, s = self.schedule.at(self.times(k)), self.schedule.at(self.times((k - 1).clamp_min(1)))
        first = k <= 1
        one, zero = torch.ones_like(s.alpha), torch.zeros_like(s.sigma)
        lower = Level(
            torch.where(first, one, s.alpha),
            torch.where(first, zero, s.sigma),
            torch.where(first, torch.full_like(s.log_snr, math.inf), s.log_snr),
        )
        return t, lower

    def prior_term(self, x0: Tensor) -> Tensor:
        """D_KL(q(x_T | x₀) ‖ p(x_T)), (n, d) to (n,), nats."""
        last = self.schedule.at(torch.ones((), dtype=x0.dtype, device=x0.device))
        prior = last.scale.square()
        ratio = last.sigma.square() / prior
        dims = x0.shape[1]
        return 0.5 * ((last.alpha.square() / prior) * x0.square().sum(dim=1) + dims * (ratio - 1 - ratio.log()))

    def step_term(
        self,
        field: Field,
        x0: Tensor,
        k: Tensor,
        *,
        rng: torch.Generator,
        variance: str = "beta",
        error: Callable[[Tensor], Tensor] | None = None,
    ) -> Tensor:
        """One term of the negative bound for each datum, by one draw of x_k, nats.

        D_KL(q(x_{k−1} | x_k, x₀) ‖ p(x_{k−1} | x_k)) for k > 1, −log p(x_0 | x_1) for k = 1. "posterior" takes β
        for the first step, whose posterior has no variance.

        Args:
            field: Predicts the noise.
            x0: Data, (n, d).
            k: A step from 1 to T for each, (n, 1), of the type of the data.
            rng: Source of the noise.
            variance: A key of `VARIANCES`.
            error: For "optimal": mean square error of ε per dimension at some times, (n, 1) to (n, 1).

        Returns:
            Terms, (n,).
        """
        t, s = self._levels(k)
        noise = torch.randn(x0.shape, generator=rng, device=x0.device, dtype=x0.dtype)
        eps = field(t.alpha * x0 + t.sigma * noise, self.times(k))
        # The means of q and p differ as their x₀ do, and these by σ/α times the error of ε.
        gain = s.alpha * added_variance(t, s) / (t.sigma * t.alpha)
        square = (gain.square() * (eps - noise).square()).sum(dim=1, keepdim=True)
        exact = added_variance(t, s) * (s.sigma / t.sigma).square()  # of q
        if variance == "beta":
            chosen = added_variance(t, s)
        elif variance == "posterior":
            chosen = torch.where(k <= 1, added_variance(t, s), exact)
        else:
            assert error is not None
            chosen = exact + gain.square() * error(self.times(k))
        dims = x0.shape[1]
        safe = torch.where(k <= 1, torch.ones_like(exact), exact / chosen)
        divergence = 0.5 * (square / chosen + dims * (safe - 1 - safe.log()))
        final = 0.5 * (square / chosen + dims * (2 * math.pi * chosen).log())
        return torch.where(k <= 1, final, divergence)[:, 0]

    def negative_bound(self, field: Field, x0: Tensor, draws: int, *, rng: torch.Generator, variance: str) -> Tensor:
        """An unbiased estimate of −ELBO of each datum, (n, d) to (n,), nats.

        The prior's term and the first step are always among it; of the others, `draws` steps are drawn, one from each
        of as many equal parts of the chain.
        """
        n = len(x0)
        total = self.prior_term(x0) + self.step_term(field, x0, x0.new_ones(n, 1), rng=rng, variance=variance)
        rest = self.length - 1
        parts = min(draws, rest)
        u = torch.rand(n, parts, generator=rng, device=x0.device, dtype=x0.dtype)
        k = 2 + ((torch.arange(parts, device=x0.device) + u) * (rest / parts)).floor().clamp_max(rest - 1)
        terms = self.step_term(field, x0.repeat_interleave(parts, 0), k.reshape(-1, 1), rng=rng, variance=variance)
        return total + terms.reshape(n, parts).mean(dim=1) * rest
