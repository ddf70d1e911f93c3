"""The exact posterior of one datum beside the draws of a q: quadrature, the best Gaussian, and divergences."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from models.exact.drawn import Cells, Comparison, cells_around, compare
from models.exact.gaussian_bound import GaussianBound
from models.exact.gaussian_latent import GridPosterior, refinements
from models.views.pause import paused

__all__ = ["TOLERANCE", "Exact", "best_gaussian", "exact_posterior", "refined"]

TOLERANCE = 1e-3
"""Change of log p(x), nats, when the cells of the quadrature are halved, below which it is accepted."""

_STARTS = ((0.0, 1.0), (-1.0, 0.4), (1.0, 0.4))  # mean along the first axis, and standard deviation
_STEPS, _RATE = 100, 0.2


@dataclass(frozen=True)
class Exact:
    """The exact posterior of one datum, and draws of q compared with it.

    Attributes:
        grid: p(z|x) on the cells that hold its mass.
        cells: Equal cells around posterior and draws.
        comparison: Divergences between both.
    """

    grid: GridPosterior
    cells: Cells
    comparison: Comparison


def exact_posterior(
    log_likelihood: Callable[[Tensor], Tensor],
    draws: Tensor,
    *,
    rng: torch.Generator,
    grid: GridPosterior | None = None,
    at_once: int = 4096,
) -> Exact:
    """The exact posterior, and how far draws (n, d) of q are from it.

    Args:
        log_likelihood: log p(x|z) of the datum, (m, d) to (m,), nats.
        draws: Draws of q(z|x).
        rng: Source of exact draws for the null line.
        grid: The last of `refined`, where these were computed one by one.
        at_once: Points at which the likelihood is computed at a time.
    """
    if grid is None:
        *_, grid = refined(log_likelihood, draws, at_once)

    def log_joint(z: Tensor) -> Tensor:
        with torch.no_grad():
            return log_likelihood(z).double() - 0.5 * z.square().sum(dim=1)

    cells = cells_around(log_joint, grid, draws)
    return Exact(grid, cells, compare(cells, draws, rng=rng))


def refined(log_likelihood: Callable[[Tensor], Tensor], draws: Tensor, at_once: int) -> Iterator[GridPosterior]:
    """The exact posterior on finer and finer grids, the last of which is accepted; draws (n, d) say where to look."""
    return refinements(
        log_likelihood, draws.shape[1], near=draws.detach().double().mean(dim=0), tolerance=TOLERANCE, at_once=at_once,
        device=draws.device,
    )  # fmt: skip


def best_gaussian(
    log_likelihood: Callable[[Tensor], Tensor], dim: int, device: torch.device
) -> Generator[None, None, tuple[Tensor, Tensor, float]]:
    """The diagonal Gaussian with the highest ELBO for the datum, from several starts; yields None between parts.

    Returns:
        Its mean and log variance, (dim,) each, and the ELBO, nats.
    """
    bound = GaussianBound(log_likelihood, dim)
    best: tuple[Tensor, Tensor, float] | None = None
    for place, std in _STARTS:
        mean = torch.zeros(dim, dtype=torch.float64, device=device)
        mean[0] = place
        log_var = torch.full_like(mean, 2 * torch.tensor(std).log().item())
        steps = yield from paused(bound.optimised(mean, log_var, _STEPS, _RATE))
        mean, log_var = steps[-1]
        elbo = bound.under(mean, log_var).elbo
        if best is None or elbo > best[2]:
            best = (mean, log_var, elbo)
    assert best is not None
    return best
