"""Which entries depend on which: exactly, by the Jacobian of a fitted flow, and against the number of layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from models.flows.choosing_d.dependence import K, complete_after, dependencies, share
from models.flows.choosing_d.fits import fits_of
from models.flows.choosing_d.words import masks_word
from models.flows.jacobians import jacobians
from models.flows.real_nvp.model import parts
from models.flows.words import subscript
from models.frames import Curves, Drawing, Label, Matrix, Series, Stroke
from models.protocol import Data, Noise, view
from models.views.words import as_array, decimal, plural

__all__ = ["jacobian", "patterns", "shares"]

_MOST = 6  # layers of the curves
_DRAWS = 100
_STRIDE, _DROP = 1.35, 1.42  # from one pattern to the next, in sides of a pattern
_INSET = 0.08  # of an entry, as a share of its cell
_CURVES = {1: ("alt", False), 2: ("prior", False), 3: ("model", False), 4: ("data", True), 5: ("total", True)}


@view(
    "Who depends on whom", lead=True,
    help="Rows x, columns ε, exact. Filled: dependencies that the layer adds; outlined: those before it.",
)  # fmt: skip
def patterns(lab: Any) -> Drawing:
    """The dependencies after each layer."""
    c = lab.config
    every = dependencies(c.d, c.layers, c.masks)
    moved = [set(part.tolist()) for _, part in parts(K, c.d, c.layers, c.masks)]
    columns = min(c.layers, 2)
    strokes: list[Stroke] = []
    labels: list[Label] = []
    for layer in range(1, c.layers + 1):
        row, column = divmod(layer - 1, columns)
        corner = column * _STRIDE, -row * _DROP
        strokes += _cells(every[layer - 1], every[layer], corner)
        labels += _names(corner, moved[layer - 1])
        count = f"layer {layer}: {int(every[layer].sum())} of {K * K}"
        labels.append(Label(corner[0] + 0.5, corner[1] + 1.21, count, height=0.09))
    rows = -(-c.layers // columns)
    if c.layers == 3:
        labels += _legend((_STRIDE + 0.5, -_DROP + 0.5))
    after = complete_after(c.d, c.masks)
    return Drawing(
        tuple(strokes), tuple(labels),
        extent=(-0.25, (columns - 1) * _STRIDE + 1.1, -(rows - 1) * _DROP - 0.05, 1.3),
        subtitle=f"d = {c.d}, {masks_word(c.masks)}",
        note=f"Every entry depends on every other after {after} layers."
        if after is not None
        else "However many layers follow, the first d entries depend on nothing but themselves.",
    )  # fmt: skip


def _cells(before: np.ndarray, after: np.ndarray, corner: tuple[float, float]) -> list[Stroke]:
    """A frame, and a square for each dependency: in colour those that are new."""
    strokes = [Stroke(_square(*corner, 1.0), "total", 1.0)]
    for row, column in np.argwhere(after).tolist():
        x, y = corner[0] + (column + _INSET) / K, corner[1] + 1 - (row + 1 - _INSET) / K
        square = _square(x, y, (1 - 2 * _INSET) / K)
        new = not before[row, column]
        strokes.append(Stroke(square, "model" if new else "prior", 0.0 if new else 1.0, filled=new))
    return strokes


def _square(x: float, y: float, side: float) -> np.ndarray:
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    return np.array([x, y]) + side * corners


def _names(corner: tuple[float, float], moved: set[int]) -> list[Label]:
    """x beside the rows, ε above the columns."""
    names = []
    for i in range(K):
        middle = (i + 0.5) / K
        role = "model" if i in moved else "prior"
        names.append(Label(corner[0] - 0.1, corner[1] + 1 - middle, f"x{subscript(i + 1)}", role, 0.08))
        names.append(Label(corner[0] + middle, corner[1] + 1.07, f"ε{subscript(i + 1)}", "total", 0.08))
    return names


def _legend(middle: tuple[float, float]) -> list[Label]:
    """What the colours say, where a fourth pattern would stand."""
    words = (("moved entry", "model"), ("kept entry", "prior"), ("filled: new", "model"), ("outlined: before", "prior"))
    return [Label(middle[0], middle[1] + 0.24 - 0.16 * i, word, role, 0.075) for i, (word, role) in enumerate(words)]


@view(
    "Mean of |∂x/∂ε|",
    help="Of the fitted flow in standard units, by automatic differentiation at 100 draws of ε. Entries without "
    "dependence are 0 exactly.",
)  # fmt: skip
def jacobian(lab: Any, data: Data, noise: Noise) -> Iterator[Matrix]:
    """The mean size of each entry of the Jacobian, while the flow is fitted."""
    c = lab.config
    fit, pattern = fits_of(data, c).of(c.d, c.layers, c.masks), dependencies(c.d, c.layers, c.masks)[-1]
    names = [subscript(i + 1) for i in range(K)]
    e = torch.randn(_DRAWS, K, generator=noise.rng())
    for _ in fit.slices():
        found = as_array(jacobians(lambda at: fit.flow(at)[0], e).abs().mean(dim=0))
        zeros, must = int((found == 0).sum()), int((~pattern).sum())
        yield Matrix(
            found, tuple(f"x{name}" for name in names), tuple(f"ε{name}" for name in names),
            subtitle=f"{plural(c.layers, 'layer')}, {fit.progress}",
            note=f"{zeros} of {K * K} entries are 0; {must} have to be, whatever s and t."
            if must
            else "Every entry depends on every other.",
        )  # fmt: skip


@view(
    "Share of dependent pairs",
    help="Ordered pairs of which entry i of x depends on entry j of ε, of 30; exact, for every d.",
)
def shares(lab: Any) -> Curves:
    """The share of dependent pairs against the number of layers."""
    c = lab.config
    series = []
    for d, (role, dashed) in _CURVES.items():
        found = np.array([100 * share(pattern) for pattern in dependencies(d, _MOST, c.masks)])
        series.append(Series(f"d{d}", f"d = {d}", np.arange(_MOST + 1), found, role, unit="%", dotted=dashed))
    ends = [f"d = {d}: {complete_after(d, c.masks)}" for d in _CURVES if complete_after(d, c.masks) is not None]
    chosen = 100 * share(dependencies(c.d, c.layers, c.masks)[-1])
    return Curves(
        tuple(series), x_label="layers", y_label="dependent pairs, %", marker=float(c.layers),
        y_ranges=(("", 0.0, 105.0),), subtitle=masks_word(c.masks),
        note=(f"All pairs after this many layers: {', '.join(ends)}." if ends else "No d ever reaches all pairs.")
        + f" At d = {c.d}, {plural(c.layers, 'layer')}: {decimal(chosen, 0)} %.",
    )  # fmt: skip
