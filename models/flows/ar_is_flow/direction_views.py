"""The cost of direction: one pass one way, k passes the other way."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from models.flows.small_maps import MaskedMap
from models.flows.timing import Timed, threads
from models.flows.words import subscript
from models.frames import Curves, Matrix, Series
from models.protocol import param, view
from models.views.words import as_array, decimal

__all__ = ["direction", "passes"]

_ROUNDS = 12
_DIMENSIONS = (2, 4, 8, 16, 32, 64, 128)
_ROUNDING = 1e-16
_DRAWING = "autoregressive: x from earlier x"
_INVERSE = "inverse autoregressive: x from earlier ε"


@functools.lru_cache(maxsize=1)
def _timed() -> tuple[tuple[Timed, Timed], ...]:
    """For each k, one pass of the map and its k-pass inverse, for one datum."""
    pairs = []
    for k in _DIMENSIONS:
        flow, at = MaskedMap(k, dtype=torch.float32), torch.zeros(1, k)
        pairs.append((Timed(functools.partial(flow, at)), Timed(functools.partial(flow.inverse, at))))
    return tuple(pairs)


@view(
    "Time against k",
    help="Of one datum, measured on this machine, least of several measurements: in one pass all entries are "
    "computed together; otherwise one entry after another.",
)  # fmt: skip
def direction(lab: Any) -> Iterator[Curves]:
    """Times of density and sample of an autoregressive map and of its inverse, measured in turn."""
    pairs = _timed()
    for done in range(1, _ROUNDS + 1):
        for pair in pairs:
            for timed in pair:
                timed.measure()
                yield _times(pairs, done)


def _times(pairs: tuple[tuple[Timed, Timed], ...], done: int) -> Curves:
    k = np.array(_DIMENSIONS)
    one, many = (1e3 * np.array([pair[way].seconds for pair in pairs]) for way in range(2))
    measured = np.isfinite(many)
    ratio = "" if not measured[-1] else f"At k = {k[-1]}: {decimal(many[-1] / one[-1], 0)} times as long. "
    return Curves(
        (
            Series("density", "density of x: 1 pass", k, one, role="data", pane=_DRAWING, unit="ms"),
            Series("sample", "sample: k passes", k, many, role="model", pane=_DRAWING, unit="ms"),
            Series("inverse.sample", "sample: 1 pass", k, one, role="model", pane=_INVERSE, unit="ms"),
            Series("inverse.density", "density of x: k passes", k, many, role="data", pane=_INVERSE, unit="ms"),
        ),
        x_label="k", y_label="ms", log_x=True, log_y=True,
        subtitle=f"measured, round {done} of {_ROUNDS}",
        note=f"{ratio}The same map, read in the two directions; {threads()}.",
    )  # fmt: skip


@view("Correct decimals after each pass", help="Every pass computes all entries of x from those of the pass before.")
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
