"""The exact posterior of an observation on cells, computed in parts, and distributions compared with it."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor

from models.exact.drawn import CELLS, Cells
from models.exact.normal import LOG_2PI
from models.protocol import Data
from models.simulators import Simulator, written
from models.views.pause import paused

__all__ = [
    "ExactPosterior",
    "centers_of",
    "divergences",
    "exact_in_parts",
    "exact_once",
    "grid",
    "kernel_log_mass",
    "prior_log_mass",
]

_REACH = 5.0  # standard deviations of the prior that the coarse grid covers
_COARSE = {1: 201, 2: 51}  # its nodes along each axis
_DEPTH = 12.0  # nats below the peak up to which the cells reach
_AT_ONCE = 256  # points at which the likelihood is computed at a time


@dataclass(frozen=True)
class ExactPosterior:
    """p(z|x) of one observation under the true θ.

    Attributes:
        cells: Equal cells that hold all of its mass but exp(−12) of its peak.
        log_prob: log p(x) by the same sum, nats.
    """

    cells: Cells
    log_prob: float


def grid(low: Tensor, high: Tensor, side: int) -> Tensor:
    """Centres of side^d equal cells of a box with corners (d,), (side^d, d), the last axis fastest."""
    width = (high - low) / side
    axes = [low[k] + width[k] * (torch.arange(side).to(low) + 0.5) for k in range(len(low))]
    return torch.cartesian_prod(*axes).reshape(-1, len(low))


def centers_of(cells: Cells) -> Tensor:
    """Centres of cells, (cells, d)."""
    return grid(cells.low, cells.high, cells.side)


def exact_in_parts(simulator: Simulator, x: Tensor) -> Generator[None, None, ExactPosterior]:
    """The exact posterior of one observation, (1, d), by the midpoint rule; yields None while it goes on."""
    x, dim = x.double(), simulator.dim

    def log_joint(z: Tensor) -> Generator[None, None, Tensor]:
        parts = (simulator.log_likelihood(x, part[:, None])[:, 0] for part in z.split(_AT_ONCE))
        likelihood = torch.cat((yield from paused(parts)))
        return likelihood - 0.5 * (z.square().sum(dim=1) + dim * LOG_2PI)

    corner = torch.full((dim,), _REACH, dtype=torch.float64, device=x.device)
    coarse = grid(-corner, corner, _COARSE[dim])
    values = yield from log_joint(coarse)
    near = coarse[values > values.max() - _DEPTH]
    spacing = 2 * _REACH / _COARSE[dim]
    low, high = near.amin(dim=0) - spacing, near.amax(dim=0) + spacing
    values = yield from log_joint(grid(low, high, CELLS[dim]))
    cells = Cells(low, high, values - values.logsumexp(dim=0))
    return ExactPosterior(cells, float(values.logsumexp(dim=0)) + cells.log_volume)


def exact_once(data: Data, simulator: Simulator, x: Tensor) -> Generator[None, None, ExactPosterior]:
    """The same, computed once for each observation of the data: it does not depend on a model."""
    key = "exact posterior", written(simulator), x.cpu().numpy().tobytes()
    if key not in data.cache:
        data.cache[key] = yield from exact_in_parts(simulator, x)
    return data.cache[key]


def kernel_log_mass(cells: Cells, z: Tensor) -> Tensor:
    """log of the mass in each cell of a kernel density estimate from draws (n, d), nats, (cells,).

    The kernel is a Gaussian with the covariance of the draws times n^(−2/(d+4)) (Scott, 1992).
    """
    z = z.double()
    n, d = z.shape
    covariance = torch.cov(z.T).reshape(d, d) + 1e-12 * torch.eye(d).to(z)
    root = torch.linalg.cholesky(covariance * n ** (-2 / (d + 4)))
    at, places = (torch.linalg.solve_triangular(root, each.T, upper=False).T for each in (centers_of(cells), z))
    log_kernel = -0.5 * torch.cdist(at, places).square()  # (cells, n)
    constant = float(root.diagonal().log().sum()) + 0.5 * d * LOG_2PI + math.log(n)
    return log_kernel.logsumexp(dim=1) - constant + cells.log_volume


def prior_log_mass(cells: Cells) -> Tensor:
    """log of the mass of z ~ N(0, I) in each cell, nats, (cells,), by the density at its centre."""
    z = centers_of(cells)
    return -0.5 * (z.square().sum(dim=1) + cells.dim * LOG_2PI) + cells.log_volume


def divergences(cells: Cells, log_mass: Tensor) -> tuple[float, float]:
    """KL(q ‖ p(z|x)) and KL(p(z|x) ‖ q), nats, from log masses of q in the cells, (cells,), or those of its density.

    Mass of q beyond the cells counts in the second alone.
    """
    q, p = log_mass.exp(), cells.log_mass.exp()
    forward = float(torch.where(q > 0, q * (log_mass - cells.log_mass), 0.0).sum())
    return forward, float((p * (cells.log_mass - log_mass)).sum())
