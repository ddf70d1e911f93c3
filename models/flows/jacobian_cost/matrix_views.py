"""The three kinds of Jacobian, their entries, and their determinants in two ways."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.flows.jacobian_cost.examples import KINDS
from models.flows.words import rounding, subscript
from models.frames import Bars, Drawing, Label, Matrix, Stroke
from models.protocol import param, view
from models.views.words import decimal

__all__ = ["determinant_values", "entries", "patterns"]

_ROLES = {"full": "alt", "triangular": "model", "coupling": "prior"}
_GAP = 0.12  # between two patterns, as a share of their side
_TEXT = 1.7  # middle of the texts along the horizontal axis, in sides of a pattern
_INSET = 0.08  # of an entry, as a share of its cell
_WAYS = {"full": "⅔k³ + … operations", "triangular": "2k − 1 operations", "coupling": "k − d − 1 operations"}
_SECOND = {"full": "Σ log σᵢ (singular values)", "triangular": "Σ log aᵢᵢ", "coupling": "Σ s"}


@view("Which entries are not 0", help="Filled: entries that the determinant depends on; outlined: the others.")
def patterns(lab: Any) -> Drawing:
    """The entries of the three Jacobians that are not 0, one below the other."""
    strokes: list[Stroke] = []
    labels: list[Label] = []
    for number, (kind, name) in enumerate(KINDS.items()):
        base, matrix = -number * (1 + _GAP), lab.examples[kind].matrix
        k = len(matrix)
        strokes.append(Stroke(_square(0.0, base, 1.0), "total", 1.0))
        for row, column in np.argwhere(matrix != 0).tolist():
            needed = _is_needed(kind, row, column, lab.copied)
            at = (column + _INSET) / k, base + 1 - (row + 1 - _INSET) / k
            square = _square(*at, (1 - 2 * _INSET) / k)
            strokes.append(Stroke(square, _ROLES[kind], 0.0 if needed else 1.0, filled=needed))
        count = {"full": k * k, "triangular": k, "coupling": k - lab.copied}[kind]
        lines = (f"{count} of {k * k} entries", _WAYS[kind])
        labels.append(Label(_TEXT, base + 0.7, name, _ROLES[kind], 0.095))
        labels += [Label(_TEXT, base + 0.48 - 0.18 * i, line, height=0.08) for i, line in enumerate(lines)]
    return Drawing(
        tuple(strokes), tuple(labels), extent=(-0.05, 2 * _TEXT - 0.95, -2 * (1 + _GAP) - 0.05, 1.05),
        subtitle=f"k = {lab.config.k}, d = {lab.copied}",
        note="Filled: what the determinant depends on; outlined: other entries that are not 0.",
    )  # fmt: skip


def _is_needed(kind: str, row: int, column: int, copied: int) -> bool:
    """Whether an entry other than a 1 of the copied part enters the determinant."""
    return kind == "full" or (row == column and (kind == "triangular" or row >= copied))


def _square(x: float, y: float, side: float) -> np.ndarray:
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    return np.array([x, y]) + side * corners


@view("Entries", help="By automatic differentiation of a small network, at one ε.")
def entries(lab: Any, kind: str = param("triangular", "Jacobian", choices=KINDS)) -> Matrix:
    """One of the three Jacobians."""
    matrix = lab.examples[kind].matrix
    names = [subscript(i + 1) for i in range(len(matrix))]
    return Matrix(
        matrix, tuple(f"x{name}" for name in names), tuple(f"ε{name}" for name in names),
        subtitle=f"∂x/∂ε, {KINDS[kind]}",
        note=f"log|det| = {decimal(lab.examples[kind].log_det)}.",
    )  # fmt: skip


@view("log|det| in two ways", help="By LU decomposition of the whole matrix, and in a second way.")
def determinant_values(lab: Any) -> Bars:
    """log |det| of each Jacobian by LU decomposition and in a second way."""
    rows = []
    for kind, name in KINDS.items():
        example = lab.examples[kind]
        rows += [(f"{name}, LU", example.log_det, _ROLES[kind]), (_SECOND[kind], example.other, _ROLES[kind])]
    apart = max(abs(example.log_det - example.other) for example in lab.examples.values())
    return Bars(
        tuple(label for label, *_ in rows), np.array([value for _, value, _ in rows]),
        roles=tuple(role for *_, role in rows), unit="nats", subtitle="float64",
        note=f"Largest difference of a pair: {rounding(apart)} nats.",
    )  # fmt: skip
