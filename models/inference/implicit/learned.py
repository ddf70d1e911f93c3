"""The posterior that a model has learned: its draws, and how far it is from the exact one."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor

from models.exact.drawn import Cells, compare
from models.exact.normal import LOG_2PI
from models.inference.implicit.exact import centers_of, divergences, grid
from models.inference.implicit.interface import Implicit
from models.views.pause import paused

__all__ = ["Learned", "draws_in_parts", "learned_in_parts"]

_DRAWN_AT_ONCE = 2_000
_REACH = 5.0  # standard deviations of the prior that the grid covers on which a ratio is normalised
_SIDE = {1: 1_001, 2: 101}
_FULL = 20  # draws in a cell from which its share is precise enough to read log q from it


@dataclass(frozen=True)
class Learned:
    """A learned posterior on the cells of the exact one.

    Attributes:
        kl: KL(q ‖ p(z|x)), nats.
        reverse: KL(p(z|x) ‖ q), nats.
        null: `kl` of as many exact draws; None where no draws are compared.
        share: Mass of q in each cell, (cells,).
        log_mass: Its logarithm, nats, NaN where fewer than 20 draws fall.
    """

    kl: float
    reverse: float
    null: float | None
    share: Tensor
    log_mass: Tensor


def draws_in_parts(model: Implicit, x: Tensor, n: int, rng: torch.Generator) -> Generator[None, None, Tensor]:
    """Draws of the learned posterior of one observation, (1, d) to (n, dim); yields None while they are made.

    Where the ratio alone is learned they come from prior times ratio on a grid, spread evenly within its cells.
    """
    features = model.features(x)
    if model.posterior is not None:
        posterior = model.posterior
        counts = [min(_DRAWN_AT_ONCE, n - start) for start in range(0, n, _DRAWN_AT_ONCE)]
        parts = yield from paused(posterior.draw(features, count, rng=rng)[:, 0] for count in counts)
        return torch.cat(parts)
    z, values, _ = yield from _on_grid(model, x)
    chosen = torch.multinomial((values - values.max()).exp(), n, replacement=True, generator=rng)
    inside = torch.rand(n, z.shape[1], generator=rng, device=z.device) - 0.5
    return (z[chosen] + 2 * _REACH / _SIDE[z.shape[1]] * inside).to(x)


def _log_joint(model: Implicit, x: Tensor, z: Tensor) -> Generator[None, None, Tensor]:
    """log of prior times ratio at points, (m, dim) to (m,), nats, float64."""
    parts = yield from paused(model.log_ratio(x, part.to(x)[:, None])[:, 0] for part in z.split(_DRAWN_AT_ONCE))
    return torch.cat(parts).double() - 0.5 * (z.square().sum(dim=1) + z.shape[1] * LOG_2PI)


def _on_grid(model: Implicit, x: Tensor) -> Generator[None, None, tuple[Tensor, Tensor, float]]:
    """Nodes (m, dim), log of prior times ratio at each, (m,), and log of its integral, nats."""
    dim = model.simulator.dim
    corner = torch.full((dim,), _REACH, dtype=torch.float64, device=x.device)
    z = grid(-corner, corner, _SIDE[dim])
    values = yield from _log_joint(model, x, z)
    return z, values, float(values.logsumexp(dim=0)) + dim * math.log(2 * _REACH / _SIDE[dim])


def learned_in_parts(
    model: Implicit, x: Tensor, cells: Cells, n: int, rng: torch.Generator
) -> Generator[None, None, Learned]:
    """The learned posterior against the exact one; yields None while it goes on.

    q is a histogram of n draws, and half a draw is added to each cell in KL(p ‖ q). Where the ratio alone is learned,
    q is prior times ratio at the cells' centres, normalised on a grid of the prior, and nothing is drawn.
    """
    if model.posterior is not None:
        z = yield from draws_in_parts(model, x, n, rng)
        found = compare(cells, z, rng=rng)
        yield None
        share = found.counts / len(z)
        log_mass = share.log().masked_fill(found.counts < _FULL, float("nan"))
        return Learned(found.kl, found.reverse, found.null, share, log_mass)
    _, _, constant = yield from _on_grid(model, x)
    values = yield from _log_joint(model, x, centers_of(cells))
    log_mass = values - constant + cells.log_volume
    kl, reverse = divergences(cells, log_mass)
    return Learned(kl, reverse, None, log_mass.exp(), log_mass)
