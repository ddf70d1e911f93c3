"""From three conditionals to one map of noise: the lines of the derivation, the dependencies, and the noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from models.flows.ar_is_flow.drawing import arrow, ring
from models.frames import Drawing, Grid, Label, Lines, Plane, Points, Stroke, Text
from models.protocol import Drag, view
from models.views.words import as_array, decimal

__all__ = ["SUBSCRIPTS", "dependencies", "derivation", "image", "noise_plane"]

SUBSCRIPTS = "₁₂₃"
_EDGE = 3.0  # of the plane of noise
_THIRD = 3.6  # place of the handle of the third noise along the horizontal axis
_LINES = 13  # of the grid, in each direction
_FINE = 97  # points of each line
_FORMULAS = ("0", "b sin 2{a}", "b cos({a} + {b})")
_DEVIATIONS = ("1", "½ exp(c tanh {a})", "½ exp(c tanh({a} − {b}))")


@view("Derivation", lead=True, help="The chain, each draw as a map of its noise, and the substitution, with numbers.")
def derivation(lab: Any) -> Text:
    """The derivation for the noise of the parameters, step by step."""
    lines: list[str] = []
    marks: list[tuple[int, int, int, str]] = []
    for number, part in enumerate((_factors, _draws, _substituted, _density), 1):
        heading, body = part(lab)
        marks.append((len(lines), 0, 1, "total"))
        lines.append(f"{number}  {heading}")
        for line, colours in body:
            marks += [(len(lines), begin, end, role) for begin, end, role in colours]
            lines.append(line)
        lines.append("")
    return Text(
        tuple(lines[:-1]), tuple(marks),
        subtitle=f"b = {decimal(lab.config.bend, 2)}, c = {decimal(lab.config.change, 2)}",
        note="Each f is μ + σ ε with the μ and σ of its line.",
    )  # fmt: skip


_Marks = list[tuple[int, int, str]]  # begin, end and role of highlighted pieces of a line
_Step = tuple[str, list[tuple[str, _Marks]]]  # heading, and lines with their marks


def _names(lab: Any) -> tuple[list[str], list[str]]:
    """Subscripts of the coordinates in the order of the chain, and the coordinates."""
    names = [SUBSCRIPTS[i] for i in lab.chain.order]
    return names, [f"x{name}" for name in names]


def _factors(lab: Any) -> _Step:
    names, x = _names(lab)
    lines = [f"p(x) = p({x[0]}) p({x[1]}|{x[0]}) p({x[2]}|{x[0]}, {x[1]})"]
    for name, mean, std in zip(names, _FORMULAS, _DEVIATIONS, strict=True):
        mean, std = (text.format(a=x[0], b=x[1]) for text in (mean, std))
        lines.append(f" μ{name} = {mean:<14}  σ{name} = {std}")
    return "Each factor is a normal", [(line, []) for line in lines]


def _draws(lab: Any) -> _Step:
    names, x = _names(lab)
    order = list(lab.chain.order)
    parts = (lab.chain.means(lab.x), lab.chain.deviations(lab.x), lab.noise, lab.x)
    rows = np.stack([as_array(part[0])[order] for part in parts], axis=1)
    arguments = (f"ε{names[0]}", f"ε{names[1]}, {x[0]}", f"ε{names[2]}, {x[0]}, {x[1]}")
    lines: list[tuple[str, _Marks]] = []
    for made, inside, row in zip(x, arguments, rows.tolist(), strict=True):
        mean, std, noise, value = (decimal(number, 2) for number in row)
        left = f" {made} = f({inside})"
        line = f"{left:<19} = {mean:>5} + {std} · {noise:>5}"
        whole = f"{line} = {value:>5}"
        lines.append(
            (whole, [(len(line) - len(noise), len(line), "prior"), (len(whole) - len(value), len(whole), "model")])
        )
    return "Its draw is a map of its noise: xᵢ = μᵢ + σᵢ εᵢ", lines


def _substituted(lab: Any) -> _Step:
    names, x = _names(lab)
    one = f"f(ε{names[0]})"
    two = f"f(ε{names[1]}, {one})"
    three = f"f(ε{names[2]}, {one}, {two})"
    return "Substituted, x depends on the noise alone", [
        (f" {made} = {text}", []) for made, text in zip(x, (one, two, three), strict=True)
    ]


def _density(lab: Any) -> _Step:
    exact = {key: decimal(value) for key, value in lab.exact.items()}
    sums = {
        "log s(ε) + log|det|": (exact["log_noise"], exact["log_det"]),
        "Σ log p(xᵢ|x_<i)": (exact["first"], exact["second"], exact["third"]),
    }
    lines: list[tuple[str, _Marks]] = []
    for left, terms in sums.items():
        line = f"{left} = {' + '.join(terms)}".replace("+ −", "− ") + f" = {exact['log_prob']}"
        lines.append((line, [(len(line) - len(exact["log_prob"]), len(line), "model")]))
    return "Its density, with the Jacobian of f⁻¹", lines


@view("Dependencies", help="What each x is computed from: before and after the substitution.")
def dependencies(lab: Any) -> Drawing:
    """Arrows from noise and earlier x to each x, and from noise alone to each x."""
    order = lab.chain.order
    strokes: list[Stroke] = []
    labels = [Label(1.0, 3.55, "step 2", height=0.3), Label(5.2, 3.55, "step 3", height=0.3)]
    for position, i in enumerate(order):
        y = 2.6 - 1.3 * position
        for left in (0.0, 4.2):
            strokes += [ring(left, y, "prior"), ring(left + 2.0, y, "model")]
            labels += [
                Label(left, y, f"ε{SUBSCRIPTS[i]}", "prior", 0.42, opaque=False),
                Label(left + 2.0, y, f"x{SUBSCRIPTS[i]}", "model", 0.42, opaque=False),
            ]
        strokes += arrow((0.0, y), (2.0, y), "prior")
        for earlier in range(position):
            above = 2.6 - 1.3 * earlier
            bend = 0.0 if position - earlier == 1 else 0.75
            strokes += arrow((2.0, above), (2.0, y), "model", bend)
        for earlier in range(position + 1):
            strokes += arrow((4.2, 2.6 - 1.3 * earlier), (6.2, y), "prior")
    return Drawing(
        tuple(strokes), tuple(labels), extent=(-0.6, 6.8, -0.6, 3.9),
        note="An arrow of step 3 is an entry of the Jacobian that is not 0.",
    )  # fmt: skip


@view(
    "Noise ε", drags=(Drag("e1", "e2"), Drag(y="e3", at=lambda _config: _THIRD)),
    help="The two handles set the noise of the derivation; ε₃ is on the bar at right.",
)  # fmt: skip
def noise_plane(lab: Any) -> Plane:
    """The grid of the first two coordinates of the noise, and the noise of the parameters."""
    c = lab.config
    start = np.zeros(1, int)
    return Plane(
        (
            Grid(_grid(), role="prior"),
            Lines(np.array([[_THIRD, -_EDGE], [_THIRD, _EDGE]]), start, role="prior", width=2.0),
            Points(np.array([[c.e1, c.e2]]), role="alt", size=9.0, name="ε₁, ε₂"),
            Points(np.array([[_THIRD, c.e3]]), role="prior", size=9.0, name="ε₃"),
        ),
        x_label="ε₁", y_label="ε₂, ε₃", extent=(-_EDGE - 0.2, _THIRD + 0.4, -_EDGE - 0.2, _EDGE + 0.2),
        subtitle=f"ε = ({decimal(c.e1, 2)}, {decimal(c.e2, 2)}, {decimal(c.e3, 2)})",
        note="Drag both dots.",
    )  # fmt: skip


@view("The grid in x", help="Where f takes the grid of the first two coordinates of the noise, ε₃ as it is.")
def image(lab: Any) -> Plane:
    """The image of the grid of noise in the plane of x₁ and x₂."""
    grid = _grid()
    noise = np.full((*grid.shape[:2], 3), lab.config.e3)
    noise[..., :2] = grid
    warped = as_array(lab.chain.transform(torch.from_numpy(noise.reshape(-1, 3)))).reshape(noise.shape)[..., :2]
    first, second = (SUBSCRIPTS[i] for i in sorted((0, 1), key=lab.chain.order.index))
    return Plane(
        (
            Grid(warped, role="model"),
            Points(as_array(lab.x)[:, :2], role="alt", size=9.0, name="x = f(ε)"),
        ),
        x_label="x₁", y_label="x₂", square=False,
        subtitle=f"x = ({', '.join(decimal(v, 2) for v in lab.x[0].tolist())})",
        note=f"x{first} is drawn before x{second}: a line of equal ε{first} stays a line of equal x{first}.",
    )  # fmt: skip


def _grid() -> np.ndarray:
    """Lines of equal ε₁ and of equal ε₂, a mesh (rows, columns, 2)."""
    along = np.linspace(-_EDGE, _EDGE, 2 * _LINES - 1)
    return np.stack(np.meshgrid(along, along), axis=-1)
