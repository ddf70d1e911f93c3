"""The bound of one datum as a function of its Gaussian q, exactly, and the best q for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from models.exact.gaussian_latent import LogLikelihood
from models.exact.normal import LOG_2PI
from models.protocol import half_cosine

__all__ = ["GaussianBound", "UnderQ", "mean_entropy"]

_REACH = 7.0  # of the grid in standard deviations of q: a Gaussian sums to 1 on it within 1e-11
_SPACING = {1: 0.02, 2: 0.2}  # by dimension; this fine because networks of rectified units have kinks
_COARSE_REACH, _COARSE_SPACING = 4.0, 0.8  # enough for a gradient
_CHUNK = 512  # points at a time, some milliseconds


@torch.no_grad()
def mean_entropy(log_var: Tensor) -> Tensor:
    """Entropy of diagonal Gaussians, averaged over a batch, nats; log variances (n, d) to a scalar."""
    return 0.5 * log_var.sum() / len(log_var) + 0.5 * log_var.shape[1] * (1 + LOG_2PI)


@dataclass(frozen=True)
class UnderQ:
    """Integrand of the bound of one datum on a grid of z, and the weights of q = N(m, diag s²) there.

    Attributes:
        weight: Weight of each point of a grid that moves with q, (k,); they sum to 1.
        ratio: log p(x, z) − log q(z) at each point, nats; constant if and only if q is the posterior.
    """

    weight: Tensor
    ratio: Tensor

    @property
    def elbo(self) -> float:
        """The bound, nats."""
        return float(self.weight @ self.ratio)

    def divergence(self, log_evidence: float) -> float:
        """KL(q ‖ p(z|x)), nats, given log p(x): the average of log q(z) − log p(z|x) on the same grid."""
        return float(self.weight @ (log_evidence - self.ratio))


class GaussianBound:
    """ELBO of q = N(m, diag s²) for one datum under z ~ N(0, I), by quadrature on a grid that moves with q.

    Args:
        log_likelihood: log p(x|z), (k, d) to (k,), nats.
        dim: Dimension of z, 1 or 2.
    """

    def __init__(self, log_likelihood: LogLikelihood, dim: int):
        self.log_likelihood = log_likelihood
        self.dim = dim

    def log_joint(self, z: Tensor) -> Tensor:
        """Values of log p(x, z), (k, d) to (k,), nats."""
        return self.log_likelihood(z).double() - 0.5 * (z.square().sum(dim=1) + self.dim * LOG_2PI)

    def _grid(self, mean: Tensor, log_var: Tensor, reach: float, spacing: float) -> tuple[Tensor, Tensor, Tensor]:
        """Weights of the points of the grid, (k,), the points, (k, d), and log q(z) there, (k,)."""
        steps = round(reach / spacing)
        axis = spacing * torch.arange(-steps, steps + 1, dtype=torch.float64, device=mean.device)
        noise = torch.cartesian_prod(*[axis] * self.dim).reshape(-1, self.dim)
        log_weight = -0.5 * noise.square().sum(dim=1)
        weight = log_weight.softmax(dim=0)
        log_q = log_weight - 0.5 * (log_var.sum() + self.dim * LOG_2PI)
        return weight, mean + (0.5 * log_var).exp() * noise, log_q

    def under(self, mean: Tensor, log_var: Tensor) -> UnderQ:
        """Averages under q; mean and log variance (d,) float64."""
        *_, under = self.averaging(mean, log_var)
        assert under is not None
        return under

    def averaging(self, mean: Tensor, log_var: Tensor) -> Iterator[UnderQ | None]:
        """The same in steps of some milliseconds: yields None after each, and last the averages."""
        weight, z, log_q = self._grid(mean.detach(), log_var.detach(), _REACH, _SPACING[self.dim])
        parts: list[Tensor] = []
        for part in z.split(_CHUNK):
            with torch.no_grad():
                parts.append(self.log_joint(part))
            yield None
        yield UnderQ(weight, torch.cat(parts) - log_q)

    def elbo(self, mean: Tensor, log_var: Tensor) -> Tensor:
        """The bound on a coarse grid, differentiable; mean and log variance (d,) float64."""
        weight, z, log_q = self._grid(mean, log_var, _COARSE_REACH, _COARSE_SPACING)
        return weight @ (self.log_joint(z) - log_q)

    def optimised(self, mean: Tensor, log_var: Tensor, steps: int, lr: float = 0.05) -> Iterator[tuple[Tensor, Tensor]]:
        """Adam steps on m/s₀ and log s² that raise the bound, from a q; yields mean and log variance after each.

        The rate falls to 0 along a half cosine. Steps of m are in units of the first s, so that a narrow q does not
        step over the posterior.
        """
        scale = (0.5 * log_var).exp()
        shift, change = torch.zeros_like(mean), torch.zeros_like(log_var)
        optimiser = torch.optim.Adam([shift, change], lr)
        for step in range(1, steps + 1):
            optimiser.param_groups[0]["lr"] = lr * half_cosine((step - 1) / steps)
            with torch.enable_grad():
                s, c = shift.requires_grad_(), change.requires_grad_()
                bound = self.elbo(mean + scale * s, log_var + c)
                shift.grad, change.grad = torch.autograd.grad(-bound, [s, c])
            optimiser.step()
            yield (mean + scale * shift).detach(), (log_var + change).detach()
