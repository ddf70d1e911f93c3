"""Operations, counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from models.flows.jacobian_cost.counts import Count, backward_passes, coupling, forward_pass, full, triangular
from models.flows.jacobian_cost.examples import copies
from models.frames import Curves, Series, Text
from models.protocol import view

__all__ = ["operations", "table"]

_LARGEST = 1 << 14


def _ways(share: float) -> dict[str, tuple[str, str, Callable[[int], Count]]]:
    """For each way its name, its role, and its count at k."""
    return {
        "backward": ("Jacobian row by row", "alt", backward_passes),
        "full": ("full: LU decomposition", "alt", full),
        "forward": ("forward pass", "model", forward_pass),
        "triangular": ("triangular: Σ log aᵢᵢ", "model", triangular),
        "coupling": ("coupling layer: Σ s", "prior", lambda k: coupling(k, copies(k, share))),
    }


@view("Operations against k", help="Counted exactly, of numbers: additions, products, divisions, logarithms.")
def operations(lab: Any) -> Curves:
    """Operations of each way against k."""
    k = 2 ** np.arange(1, _LARGEST.bit_length())
    series = []
    for name, (label, role, count) in _ways(lab.config.kept).items():
        totals = np.array([float(count(size).total) for size in k.tolist()])
        totals[totals == 0] = np.nan  # a sum of one number
        series.append(Series(name, label, k, totals, role=role, dotted=name in ("backward", "forward")))
    ratio = full(lab.largest).total / triangular(lab.largest).total
    return Curves(
        tuple(series), x_label="k", y_label="operations", log_x=True, log_y=True, marker=float(lab.largest),
        subtitle="counted exactly",
        note=f"At k = {lab.largest:,} a full determinant takes {ratio:,.0f} times the operations of a triangular one.",
    )  # fmt: skip


_FORMULAS = {
    "full": "⅔k³ − ½k² + 11/6 k − 1",
    "triangular": "2k − 1",
    "coupling": "k − d − 1",
    "forward": "4k² − k",
    "backward": "4k³ − k² + 2k",
}


@view("Table of operations", help="At the largest k that is measured: the numbers and their formulas.")
def table(lab: Any) -> Text:
    """The counts at the largest k, and their formulas."""
    k, ways = lab.largest, _ways(lab.config.kept)
    lines: list[str] = []
    marks = []
    for name, formula in _FORMULAS.items():
        label, role, count = ways[name]
        marks.append((len(lines), 0, len(label), role))
        lines += [label, f"  {formula}", f"  = {count(k).total:,}", ""]
    return Text(
        tuple(lines[:-1]), tuple(marks), subtitle=f"k = {k:,}, d = {copies(k, lab.config.kept):,}",
        note="The network has k×k weights: W₂ tanh(W₁ ε).",
    )  # fmt: skip
