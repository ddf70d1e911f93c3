"""Mixture conditionals: the Knothe–Rosenblatt map in both orders."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from models.flows.ar_is_flow.mixture import KnotheRosenblatt
from models.flows.words import rounding
from models.frames import Curves, Density, Frame, Lines, Plane, Points, Series
from models.protocol import view
from models.views.words import as_array, decimal

__all__ = ["conditional", "first_order", "second_order"]

_CELLS = 12  # of the grid of noise, in each direction
_FINE = 41  # points of each line of the grid
_EDGE = 4.0
_SIDE = 37  # cells of the density, in each direction
_LEAST = 0.002  # the outermost lines of the grid: quantiles of 0 and 1 are infinite


def _grid() -> np.ndarray:
    """Lines of equal ε₁, then of equal ε₂, (lines, points, 2)."""
    levels = np.concatenate([[_LEAST], np.arange(1, _CELLS) / _CELLS, [1 - _LEAST]])
    along = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, _FINE))  # denser at the ends, where quantiles are far apart
    fixed, moving = np.meshgrid(levels, _LEAST + (1 - 2 * _LEAST) * along, indexing="ij")
    lines = np.stack([fixed, moving], -1)
    return np.concatenate([lines, lines[..., ::-1]])


def _picture(lab: Any, flow: KnotheRosenblatt) -> Frame:
    c = lab.config
    first, second = (f"x{'₁₂'[i]}" for i in flow.order)
    x = flow.transform(torch.tensor([[c.u1, c.u2]], dtype=torch.float64))
    at = np.linspace(-_EDGE, _EDGE, _SIDE + 1)
    middles = 0.5 * (at[1:] + at[:-1])
    points = torch.from_numpy(np.stack(np.meshgrid(middles, middles), -1).reshape(-1, 2))
    density = as_array(flow.log_prob(points).exp()).reshape(_SIDE, _SIDE)
    apart = float((flow.log_prob(x) - flow.mixture.log_prob(x)).abs())
    grid = _grid()
    start = float(x[0, flow.order[0]])
    line = np.array([[start, -_EDGE], [start, _EDGE]])
    return Plane(
        (
            Density(density, (-_EDGE, _EDGE, -_EDGE, _EDGE), role="model", name="density of x = f(ε)"),
            Lines(
                as_array(flow.transform(torch.from_numpy(grid.reshape(-1, 2)))),
                np.arange(0, grid[..., 0].size, _FINE), role="prior", name="grid of ε",
            ),
            Lines(line if flow.order[0] == 0 else line[:, ::-1], np.zeros(1, int), role="alt", dashed=True),
            Points(as_array(x), role="alt", size=9.0, name="x = f(ε)"),
        ),
        x_label="x₁", y_label="x₂", extent=(-_EDGE, _EDGE, -_EDGE, _EDGE),
        subtitle=f"{first} from ε{first[1]}, then {second} from ε{second[1]} given {first}",
        note=f"x = ({decimal(float(x[0, 0]), 2)}, {decimal(float(x[0, 1]), 2)}), p(x) = "
        f"{decimal(float(flow.log_prob(x).exp()))}; log p(x) of the mixture differs by {rounding(apart)}.",
    )  # fmt: skip


@view("Map, x₁ first", lead=True, help="The grid of uniform noise under the map that draws x₁, then x₂ given x₁.")
def first_order(lab: Any) -> Plane:
    """The map of the order x₁, x₂, and the density that it gives x."""
    picture = _picture(lab, lab.rosenblatt[0])
    assert isinstance(picture, Plane)
    return picture


@view("Map, x₂ first", help="The same mixture in the other order: another map, the same density.")
def second_order(lab: Any) -> Plane:
    """The map of the order x₂, x₁, and the density that it gives x."""
    picture = _picture(lab, lab.rosenblatt[1])
    assert isinstance(picture, Plane)
    return picture


@view(
    "Inverse distribution function", help="F(x₂ | x₁) at the x₁ of the noise, and the x₂ at which it is ε₂.",
)  # fmt: skip
def conditional(lab: Any) -> Curves:
    """Distribution function and density of x₂ given x₁, for the first order."""
    c, flow = lab.config, lab.rosenblatt[0]
    x = flow.transform(torch.tensor([[c.u1, c.u2]], dtype=torch.float64))
    at = torch.linspace(-_EDGE, _EDGE, 241, dtype=torch.float64)
    pairs = torch.stack([x[0, 0].expand(len(at)), at], 1)
    level = as_array(flow.inverse(pairs))[:, 1]
    density = as_array(flow.log_conditionals(pairs))[:, 1]
    x1, x2 = x[0].tolist()
    return Curves(
        (
            Series("cdf", "F(x₂|x₁)", as_array(at), level, role="prior", pane="F"),
            Series("level", "ε₂", as_array(at)[[0, -1]], np.full(2, c.u2), role="alt", pane="F", dashed=True),
            Series("density", "p(x₂|x₁) = dF/dx₂", as_array(at), np.exp(density), role="model", pane="density"),
        ),
        x_label="x₂", marker=x2, subtitle=f"given x₁ = {decimal(x1, 2)}",
        note=f"x₂ = F⁻¹(ε₂|x₁) = {decimal(x2, 3)}, found numerically: no formula, yet an exact density dF/dx₂.",
    )  # fmt: skip
