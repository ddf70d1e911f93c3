"""Exact evidence of a model with a latent z ~ N(0, I) of one or two dimensions, by adaptive quadrature.

The integral of p(x|z) p(z) is a sum over the cells of a grid. A coarse grid finds where the joint density has its mass;
cells without mass are dropped, the others halved, until halving no longer changes the result. Only the neighbourhood of
a narrow posterior is refined, so its width does not matter. The density vanishes at the edge of the kept cells, so the
sum converges exponentially, as the trapezoidal rule does for smooth functions that vanish at both ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["GridPosterior", "LogLikelihood", "posterior_on_grid", "refinements"]

LogLikelihood = Callable[[Tensor], Tensor]
"""log p(x|z) of one datum: points (m, d) to (m,), nats."""

_MARGIN = 10.0  # cells are dropped this many nats below the greatest, and as many more as the tolerance asks for
_START = 1.0 / 3.0  # width of the coarsest cells, in prior standard deviations
_REACH = 8.0  # the coarsest grid goes to ± this at least
_WIDEST = 64.0  # and at most
_FINEST = 18  # halvings of the coarsest cells
_MOST = 1 << 20  # cells
_LOG_2PI = math.log(2 * math.pi)


@dataclass(frozen=True)
class GridPosterior:
    """The posterior p(z|x) of one datum on the cells of a grid.

    Attributes:
        log_prob: The evidence log p(x), nats.
        change: Its change at the last halving of the cells, nats; infinite if none was possible.
        converged: Whether that is below the tolerance.
        z: Centres of the cells that hold mass, (m, d), float64.
        log_joint: log p(x, z) there, (m,), nats.
        spacing: Width of a cell.
    """

    log_prob: float
    change: float
    converged: bool
    z: Tensor
    log_joint: Tensor
    spacing: float

    @property
    def mass(self) -> Tensor:
        """Posterior probability of each cell, (m,); the sum is 1."""
        return (self.log_joint - self.log_joint.logsumexp(dim=0)).exp()

    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean (d,) and covariance (d, d) of the posterior."""
        mass = self.mass
        mean = mass @ self.z
        centred = self.z - mean
        return mean, (mass[:, None] * centred).T @ centred


def posterior_on_grid(
    log_likelihood: LogLikelihood,
    dim: int,
    *,
    near: Tensor | None = None,
    tolerance: float = 1e-4,
    at_once: int = 4096,
    device: torch.device | str = "cpu",
) -> GridPosterior:
    """The posterior and the evidence of one datum under z ~ N(0, I).

    Args:
        log_likelihood: log p(x|z). Its points are float64; it may compute in another precision.
        dim: Dimension of z, 1 or 2.
        near: A point (d,), such as the mean of q(z|x), around which the grid is kept even if the coarse grid finds no
            mass there; or None.
        tolerance: Change of log p(x), nats, at a halving of the cells, below which the result is accepted.
        at_once: Points at which the likelihood is computed at a time, which bounds the memory.
        device: Device of the computation.

    Raises:
        ValueError: Another dimension.
    """
    *_, finest = refinements(
        log_likelihood, dim, near=near, tolerance=tolerance, at_once=at_once, device=device
    )  # fmt: skip
    return finest


def refinements(
    log_likelihood: LogLikelihood,
    dim: int,
    *,
    near: Tensor | None = None,
    tolerance: float = 1e-4,
    at_once: int = 4096,
    device: torch.device | str = "cpu",
) -> Iterator[GridPosterior]:
    """The grids of `posterior_on_grid`, from the coarsest to the one that is accepted; the same arguments.

    Raises:
        ValueError: Another dimension.
    """
    if dim not in (1, 2):
        raise ValueError(f"quadrature over z takes 1 or 2 dimensions, not {dim}")

    def log_joint(cells: Tensor, width: float) -> Tensor:
        z = (cells.double() + 0.5) * width  # (m, d)
        with torch.no_grad():
            likelihood = torch.cat([log_likelihood(part).double() for part in z.split(at_once)])
        return likelihood - 0.5 * (z.square().sum(dim=1) + dim * _LOG_2PI)

    width, change, depth = _START, math.inf, _MARGIN - math.log(tolerance)
    cells, values = _coarsest(log_joint, dim, near, depth, torch.device(device))
    evidence = _evidence(values, width, dim)
    for _ in range(_FINEST):
        yield _grid(cells, values, width, evidence, change, depth, False)
        kept = _dilated(cells[_holding(cells, values, width, near, depth)], dim)
        if len(kept) << dim > _MOST:
            return
        cells, width = _halved(kept, dim), width / 2
        values = log_joint(cells, width)
        finer = _evidence(values, width, dim)
        change, evidence = abs(finer - evidence), finer
        if change < tolerance and _effective(values) > 4**dim:
            yield _grid(cells, values, width, evidence, change, depth, True)
            return


def _grid(
    cells: Tensor, values: Tensor, width: float, evidence: float, change: float, depth: float, converged: bool
) -> GridPosterior:
    inside = values > values.max() - depth
    return GridPosterior(evidence, change, converged, (cells[inside].double() + 0.5) * width, values[inside], width)


def _coarsest(
    log_joint: Callable[[Tensor, float], Tensor], dim: int, near: Tensor | None, depth: float, device: torch.device
) -> tuple[Tensor, Tensor]:
    """Cells of the coarsest grid, enlarged until the cells at its edge hold no mass, and the joint density there."""
    reach = _REACH if near is None else max(_REACH, float(near.abs().max()) + 4 * _START)
    while True:
        side = math.ceil(reach / _START)
        axis = torch.arange(-side, side, device=device)
        cells = torch.cartesian_prod(*[axis] * dim).reshape(-1, dim)
        values = log_joint(cells, _START)
        holding = cells[_holding(cells, values, _START, None, depth)]
        if reach >= _WIDEST or not ((holding == -side) | (holding == side - 1)).any():
            return cells, values
        reach = min(_WIDEST, 1.5 * reach)


def _evidence(values: Tensor, width: float, dim: int) -> float:
    return float(values.logsumexp(dim=0)) + dim * math.log(width)


def _holding(cells: Tensor, values: Tensor, width: float, near: Tensor | None, depth: float) -> Tensor:
    """Marks cells that may hold mass: within `depth` nats of the best, or so steep that a peak may be between cells.

    A peak narrower than a cell exceeds its nearest cell by at most a quarter of the change of the log density from
    there to the next cell: for log N the peak is at most h²d/8σ² higher, and the next cell at least h²/2σ² lower.
    """
    keys, places, low, span = _ranked(cells)
    slack = torch.zeros_like(values)
    for axis in range(cells.shape[1]):
        for step in (-1, 1):
            beside = cells.clone()
            beside[:, axis] += step
            neighbour, exists = _look_up(beside, keys, places, low, span)
            slack = torch.where(exists, torch.maximum(slack, (values - values[neighbour]).abs()), slack)
    keep = values + slack > values.max() - depth
    if near is not None:
        keep |= ((cells.double() + 0.5) * width - near.to(cells.device).double()).abs().amax(dim=1) <= width
    return keep


def _ranked(cells: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Sorted keys of cells, the position of each, and the parameters of the keys."""
    low = cells.amin(dim=0) - 1
    span = cells.amax(dim=0) - low + 2
    keys, places = _keys(cells, low, span).sort()
    return keys, places, low, span


def _keys(cells: Tensor, low: Tensor, span: Tensor) -> Tensor:
    key = cells[:, 0] - low[0]
    return key if cells.shape[1] == 1 else key * span[1] + cells[:, 1] - low[1]


def _look_up(wanted: Tensor, keys: Tensor, places: Tensor, low: Tensor, span: Tensor) -> tuple[Tensor, Tensor]:
    """Positions of cells, and whether each exists."""
    key = _keys(wanted, low, span)
    at = torch.searchsorted(keys, key).clamp_max(len(keys) - 1)
    return places[at], keys[at] == key


def _dilated(cells: Tensor, dim: int) -> Tensor:
    """Cells and their neighbours."""
    step = torch.cartesian_prod(*[torch.arange(-1, 2, device=cells.device)] * dim).reshape(-1, dim)
    low, span = cells.amin(dim=0) - 1, cells.amax(dim=0) - cells.amin(dim=0) + 3
    keys = _keys((cells[:, None] + step).reshape(-1, dim), low, span).unique()  # cheaper than unique rows
    return (keys[:, None] if dim == 1 else torch.stack([keys // span[1], keys % span[1]], dim=1)) + low


def _halved(cells: Tensor, dim: int) -> Tensor:
    """The cells of half the width into which cells are split."""
    step = torch.cartesian_prod(*[torch.arange(2, device=cells.device)] * dim).reshape(-1, dim)
    return (2 * cells[:, None] + step).reshape(-1, dim)


def _effective(values: Tensor) -> float:
    """Effective number of cells: the exponential of the entropy of their masses."""
    log_mass = values - values.logsumexp(dim=0)
    return math.exp(-float((log_mass.exp() * log_mass).sum()))
