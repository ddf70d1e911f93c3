"""Measured times against k: of determinants, and of what comes before them."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from models.flows.jacobians import jacobian_of_copies
from models.flows.small_maps import CouplingMap, DenseMap
from models.flows.timing import Sweep, Timed

__all__ = ["determinants", "forming", "slope"]

_CHEAP = 20  # a sum over a diagonal is measured up to k = 2²⁰
_MOST_FORMED = 512
Call = Callable[[], object]
_OCTAVES = 2  # that an exponent is fitted over


def slope(k: np.ndarray, seconds: np.ndarray) -> tuple[float, int, int]:
    """The exponent of k that fits the times over the last two octaves by least squares, and the ends of their range.

    It is NaN where not all of these times are measured.
    """
    last = int(k[-1])
    top = k >= last / 2**_OCTAVES
    if not np.isfinite(seconds[top]).all():
        return math.nan, int(k[top][0]), last
    return float(np.polyfit(np.log(k[top]), np.log(seconds[top]), 1)[0]), int(k[top][0]), last


def _sizes(largest: int) -> list[int]:
    """2, 3, 4, 6, 8, 12, … up to a power of 2."""
    powers = [2**j for j in range(1, largest.bit_length())]
    return sorted([*powers, *(3 * power // 2 for power in powers[:-1])])


@functools.lru_cache(maxsize=4)
def determinants(largest: int, seed: int) -> Sweep:
    """log |det| of a full matrix, of a triangular one whose diagonal is given, and of a coupling layer whose s is.

    Numbers are float32. The cheap ones are measured far beyond the largest full matrix.
    """
    sizes = [2**j for j in range(1, _CHEAP + 1)]

    def full(k: int) -> Call:
        return functools.partial(torch.linalg.slogdet, torch.randn(k, k, generator=_rng(seed)))

    def triangular(k: int) -> Call:
        return functools.partial(_log_sum, torch.rand(k, generator=_rng(seed)) + 0.5)

    def coupling(k: int) -> Call:
        return functools.partial(torch.sum, torch.rand(k // 2, generator=_rng(seed)))

    return Sweep(
        {
            "full": _timed(full, _sizes(largest)),
            "triangular": _timed(triangular, sizes),
            "coupling": _timed(coupling, sizes),
        }
    )


def _timed(prepare: Callable[[int], Call], sizes: list[int]) -> dict[int, Timed]:
    """A computation at each size, prepared when it is first measured."""
    return {k: Timed(functools.partial(prepare, k)) for k in sizes}


def _rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _log_sum(diagonal: Tensor) -> Tensor:
    return diagonal.log().sum()


@functools.lru_cache(maxsize=4)
def forming(largest: int, seed: int) -> Sweep:
    """A forward pass, the Jacobian in two ways, its determinant, and a coupling layer with its log-determinant.

    The network is W₂ tanh(W₁ ε) with k×k weights in float32, for one ε. Row by row, the time is that of one backward
    pass, times k.
    """
    sizes = [k for k in _sizes(largest) if k <= _MOST_FORMED]

    @functools.cache
    def dense(k: int) -> DenseMap:
        return DenseMap(k, seed, torch.float32)

    def at(k: int) -> Tensor:
        return torch.randn(1, k, generator=_rng(seed))

    ways: dict[str, Callable[[int], Call]] = {
        "forward": lambda k: functools.partial(dense(k), at(k)),
        "rows": lambda k: _row(dense(k), at(k)),
        "batch": lambda k: functools.partial(jacobian_of_copies, dense(k), at(k)),
        "determinant": lambda k: functools.partial(torch.linalg.slogdet, jacobian_of_copies(dense(k), at(k))),
        "coupling": lambda k: functools.partial(_coupling, CouplingMap(k, k // 2, seed, torch.float32), at(k)),
    }
    return Sweep({name: _timed(prepare, sizes) for name, prepare in ways.items()}, {"rows": {k: k for k in sizes}})


def _row(flow: DenseMap, at: Tensor) -> Call:
    """A backward pass for the first row, through a graph that is kept."""
    with torch.enable_grad():
        x = at.clone().requires_grad_()
        first = flow(x)[0, 0]
    return lambda: torch.autograd.grad(first, x, retain_graph=True)


def _coupling(flow: CouplingMap, at: Tensor) -> tuple[Tensor, Tensor]:
    """x and its log-determinant."""
    kept, moved = at[:, : flow.d], at[:, flow.d :]
    log_scale, shift = flow.conditioner(kept)
    return torch.cat([kept, moved * log_scale.exp() + shift], dim=1), log_scale.sum()
