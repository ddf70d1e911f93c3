"""A posterior that can only be drawn from, compared with the exact one on the cells of a grid."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from models.exact.gaussian_latent import GridPosterior

__all__ = ["CELLS", "Cells", "Comparison", "cells_around", "compare"]

CELLS = {1: 200, 2: 57}
"""Cells along each axis, by dimension."""

_SUB = {1: 8, 2: 2}  # nodes of the midpoint rule in a cell along each axis
_DEPTH = 9.0  # nats below the peak of the exact posterior up to which cells reach
_TAIL = 1e-3  # share of draws that may lie beyond the cells on each side
_HALF = 0.5  # draws added to each cell where the logarithm of a share is taken (Krichevsky and Trofimov, 1981)


@dataclass(frozen=True)
class Cells:
    """Equal cells of a box, and the posterior's mass in each.

    Attributes:
        low, high: Corners of the box, (d,).
        log_mass: log of the mass of p(z|x) in each cell, nats, (cells,) with the last axis fastest; masses sum to 1.
    """

    low: Tensor
    high: Tensor
    log_mass: Tensor

    @property
    def dim(self) -> int:
        """Dimension of z."""
        return len(self.low)

    @property
    def side(self) -> int:
        """Cells along each axis."""
        return CELLS[self.dim]

    @property
    def log_volume(self) -> float:
        """log of the volume of a cell."""
        return float(((self.high - self.low) / self.side).log().sum())

    def place(self, z: Tensor) -> Tensor:
        """Number of the cell of each point, (n, d) to (n,); a point beyond the box counts to the nearest cell."""
        share = (z - self.low) / (self.high - self.low)
        index = (share * self.side).long().clamp(0, self.side - 1)
        return index[:, 0] if self.dim == 1 else index[:, 0] * self.side + index[:, 1]

    def counts(self, z: Tensor) -> Tensor:
        """Draws in each cell, (n, d) to (cells,)."""
        return torch.bincount(self.place(z), minlength=len(self.log_mass)).double()


@dataclass(frozen=True)
class Comparison:
    """Divergences between draws and the exact posterior, nats.

    Attributes:
        kl: KL(q ‖ p(z|x)) of the shares of draws in the cells.
        reverse: KL(p(z|x) ‖ q), with half a draw added to each cell.
        null: `kl` of as many exact draws, which a perfect q would have.
        null_reverse: `reverse` of these.
        counts: Draws in each cell, (cells,).
    """

    kl: float
    reverse: float
    null: float
    null_reverse: float
    counts: Tensor


def cells_around(log_joint: Callable[[Tensor], Tensor], grid: GridPosterior, z: Tensor) -> Cells:
    """Cells that hold both the exact posterior and the draws.

    Args:
        log_joint: log p(x, z) up to a constant, (m, d) to (m,), nats.
        grid: The exact posterior on cells of another size, which shows where it has mass.
        z: Draws, (n, d).
    """
    z = z.double()
    near = grid.z[grid.log_joint > grid.log_joint.max() - _DEPTH]
    kept = max(1, round(_TAIL * len(z)))
    low = torch.minimum(near.amin(dim=0) - grid.spacing, z.kthvalue(kept, dim=0).values)
    high = torch.maximum(near.amax(dim=0) + grid.spacing, z.kthvalue(len(z) + 1 - kept, dim=0).values)
    dim, side = z.shape[1], CELLS[z.shape[1]]
    fine = side * _SUB[dim]
    width = (high - low) / fine
    axes = [low[axis] + width[axis] * (torch.arange(fine).to(low) + 0.5) for axis in range(dim)]
    points = torch.cartesian_prod(*axes).reshape(-1, dim)
    values = torch.cat([log_joint(part).double() for part in points.split(1 << 13)])
    if dim == 1:
        log_mass = values.reshape(side, -1).logsumexp(dim=1)
    else:
        sub = _SUB[dim]
        log_mass = values.reshape(side, sub, side, sub).permute(0, 2, 1, 3).reshape(side * side, -1).logsumexp(dim=1)
    return Cells(low, high, log_mass - log_mass.logsumexp(dim=0))


def compare(cells: Cells, z: Tensor, *, rng: torch.Generator) -> Comparison:
    """How far draws (n, d) are from the exact posterior; `rng` is the source of the exact draws."""
    counts = cells.counts(z.double())
    exact = _multinomial(cells.log_mass.exp(), len(z), rng)
    (kl, reverse), (null, null_reverse) = _divergences(cells, counts), _divergences(cells, exact)
    return Comparison(kl, reverse, null, null_reverse, counts)


def _divergences(cells: Cells, counts: Tensor) -> tuple[float, float]:
    share = counts / counts.sum()
    full = share > 0
    kl = float((share[full] * (share[full].log() - cells.log_mass[full])).sum())
    smooth = ((counts + _HALF) / (counts.sum() + _HALF * len(counts))).log()
    mass = cells.log_mass.exp()
    reverse = float((mass * (cells.log_mass - smooth)).sum())
    return (kl if math.isfinite(kl) else math.inf), reverse


def _multinomial(mass: Tensor, n: int, rng: torch.Generator) -> Tensor:
    """Counts of n draws from masses, (cells,)."""
    uniform = torch.rand(n, generator=rng, device=mass.device, dtype=mass.dtype)
    places = torch.searchsorted(mass.cumsum(0), uniform).clamp_max(len(mass) - 1)
    return torch.bincount(places, minlength=len(mass)).double()
