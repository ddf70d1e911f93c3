"""The cost of direction: one pass one way, k passes the other way."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.flows.small_maps import MaskedMap
from models.flows.timing import Sweep, Timed, TimedPasses, threads
from models.flows.words import subscript
from models.frames import Curves, Matrix, Series
from models.protocol import Noise, param, view
from models.views.words import as_array, decimal

__all__ = ["direction", "directions", "passes"]

_DIMENSIONS = (2, 4, 8, 16, 32, 64, 128)
_ROUNDING = 1e-16
_DRAWING = "autoregressive: x from earlier x"
_INVERSE = "inverse autoregressive: x from earlier ε"


@functools.lru_cache(maxsize=4)
def directions(seed: int) -> Sweep:
    """One pass of a masked map for one datum, and its inverse in k passes."""

    def flow(k: int) -> MaskedMap:
        return MaskedMap(k, seed, torch.float32)

    def one(k: int) -> Callable[[], Tensor]:
        return functools.partial(flow(k), torch.zeros(1, k))

    def many(k: int) -> Callable[[], Iterator[Tensor]]:
        return functools.partial(flow(k).solve, torch.zeros(1, k))

    return Sweep(
        {
            "one": {k: Timed(functools.partial(one, k)) for k in _DIMENSIONS},
            "many": {k: TimedPasses(functools.partial(many, k)) for k in _DIMENSIONS},
        }
    )


@view(
    "Time against k",
    help="Of one datum, measured on this machine: all entries in one pass, or one entry after another. Each pass is "
    "the least of several measurements.",
)  # fmt: skip
def direction(lab: Any, noise: Noise) -> Iterator[Curves]:
    """Times of density and sample of an autoregressive map and of its inverse, while they are measured."""
    for sweep in directions(noise.seed).steps():
        yield _times(sweep)


_LINES = (
    ("density", "density of x: 1 pass", "one", "data", _DRAWING),
    ("sample", "sample: k passes", "many", "model", _DRAWING),
    ("inverse.sample", "sample: 1 pass", "one", "model", _INVERSE),
    ("inverse.density", "density of x: k passes", "many", "data", _INVERSE),
)  # key, label, computation, role, pane


def _times(sweep: Sweep) -> Curves:
    series = []
    for key, label, name, role, pane in _LINES:
        k, seconds = sweep.times(name)
        if np.isfinite(seconds).any():
            series.append(Series(key, label, k, 1e3 * seconds, role=role, pane=pane, unit="ms"))
    last = {name: float(sweep.times(name)[1][-1]) for name in ("one", "many")}
    ratio = last["many"] / last["one"]
    compared = f"At k = {_DIMENSIONS[-1]}, k passes take {decimal(ratio, 0)} times as long as one."
    return Curves(
        tuple(series), x_label="k", y_label="ms", log_x=True, log_y=True,
        subtitle=f"{sweep.progress}; {threads()}", note="Measuring." if math.isnan(ratio) else compared,
    )  # fmt: skip


@view("Correct decimals", help="Every pass computes all entries of x from those of the pass before.")
def passes(lab: Any, k: int = param(8, "Entries k", 2, 12)) -> Matrix:
    """Decimals to which each entry of a sample agrees with its final value, after each pass."""
    noise = torch.randn(1, k, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    drawn = as_array(torch.cat(list(MaskedMap(k).solve(noise))))  # (k, k), a row for each pass
    away = np.abs(drawn - drawn[-1])
    decimals = np.clip(-np.log10(np.maximum(away, _ROUNDING)), 0.0, None)
    return Matrix(
        decimals, tuple(str(done) for done in range(1, k + 1)), tuple(f"x{subscript(i + 1)}" for i in range(k)),
        y_label="pass", unit="decimals", subtitle="a sample of an autoregressive map",
        note="After p passes the first p entries are exact (16 decimals). The density of a given x takes one pass.",
    )  # fmt: skip
