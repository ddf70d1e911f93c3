"""Discrete x: a map of noise that is not invertible."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from models.flows.ar_is_flow.levels import DiscreteChain
from models.frames import Bars, Lines, Plane, Points
from models.protocol import Drag, Noise, param, view
from models.views.words import decimal

__all__ = ["cells", "shares", "staircase"]


def _staircase(chain: DiscreteChain) -> tuple[np.ndarray, np.ndarray]:
    """Points of the steps of x₁ over ε₁, two for each level, and the index at which each begins."""
    edges = chain.first_edges()
    along = np.repeat(edges, 2)[1:-1]
    return np.stack([along, np.repeat(np.arange(chain.levels), 2)], 1), np.arange(0, 2 * chain.levels, 2)


@view(
    "Staircase", drags=(Drag("u1", at=lambda _config: -0.5),),
    help="x₁ as the inverse of its distribution function, against uniform noise. Drag the noise.",
)  # fmt: skip
def staircase(lab: Any) -> Plane:
    """x₁ over its noise, and the interval of all noise that gives the same x₁."""
    c, chain = lab.config, lab.discrete
    steps, starts = _staircase(chain)
    (x, _), top = lab.outcome, chain.levels - 1
    low, high = chain.first_edges()[x : x + 2]
    jumps = np.stack([np.repeat(chain.first_edges()[1:-1], 2), np.repeat(np.arange(top), 2)], 1)
    jumps[1::2, 1] += 1
    start = np.zeros(1, int)
    return Plane(
        (
            Lines(jumps, np.arange(0, 2 * top, 2), role="total", dashed=True),
            Lines(np.array([[c.u1, -0.5], [c.u1, x]]), start, role="prior", dashed=True),
            Lines(steps, starts, role="model", width=3.0, name="x₁ = f(ε₁)"),
            Lines(np.array([[low, -0.5], [high, -0.5]]), start, role="prior", width=6.0, name="all ε₁ with this x₁"),
            Points(np.array([[c.u1, -0.5]]), role="alt", size=9.0, name="ε₁"),
            Points(np.array([[c.u1, float(x)]]), role="model", size=9.0),
        ),
        x_label="ε₁, uniform", y_label="x₁", extent=(0.0, 1.0, -0.7, top + 0.4), square=False,
        subtitle=f"{chain.levels} levels",
        note=f"P(x₁ = {x}) is the length of its interval, {decimal(float(high - low))}. The slope of f is 0 inside and "
        "infinite at its ends: no Jacobian.",
    )  # fmt: skip


@view(
    "Noise of both x", drags=(Drag("u1", "u2"),),
    help="The unit square of noise, cut into the rectangles that give the same (x₁, x₂). Drag the noise.",
)  # fmt: skip
def cells(lab: Any) -> Plane:
    """The rectangles of noise, the one of the noise of the parameters among them."""
    c, chain, x = lab.config, lab.discrete, lab.outcome
    along, up = chain.first_edges(), chain.second_edges()
    pieces = [np.array([[at, 0.0], [at, 1.0]]) for at in along[1:-1]]
    pieces += [
        np.array([[along[i], at], [along[i + 1], at]]) for i in range(chain.levels) for at in up[i, 1:-1].tolist()
    ]
    pieces.append(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]))
    starts = np.cumsum([0, *(len(piece) for piece in pieces[:-1])])
    x0, x1, y0, y1 = chain.cell(x)
    mine = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]])
    return Plane(
        (
            Lines(np.concatenate(pieces), starts, role="prior", width=1.0, name="rectangles of equal x"),
            Lines(mine, np.zeros(1, int), role="model", width=3.0, name=f"x = ({x[0]}, {x[1]})"),
            Points(np.array([[c.u1, c.u2]]), role="alt", size=9.0, name="ε"),
        ),
        x_label="ε₁", y_label="ε₂", extent=(-0.02, 1.02, -0.02, 1.02),
        subtitle=f"{chain.levels**2} rectangles",
        note=f"P(x) = P(x₁) P(x₂|x₁) = {decimal(x1 - x0)} · {decimal(y1 - y0)} = {decimal((x1 - x0) * (y1 - y0))}, "
        "the area.",
    )  # fmt: skip


@view("Shares of the draws", help="Uniform noise, mapped: how often each x₁ is drawn, beside its probability.")
def shares(lab: Any, noise: Noise, n: int = param(2000, "Draws", 100, 20_000, log=True)) -> Bars:
    """Shares of x₁ among mapped draws of noise, with the lengths of the intervals as references."""
    chain = lab.discrete
    drawn = chain.transform(np.random.default_rng(noise.seed).random((n, 2)))[:, 0]
    share = np.bincount(drawn, minlength=chain.levels) / n
    exact = chain.first
    errors = np.sqrt(exact * (1 - exact) / n)
    return Bars(
        tuple(f"x₁ = {level}" for level in range(chain.levels)), share, errors=errors,
        roles=("model",) * chain.levels, reference=exact,
        subtitle=f"{n:,} draws; dashed: lengths of the intervals",
        note=f"Largest difference {decimal(float(np.abs(share - exact).max()))}; a share has a standard error of at "
        f"most {decimal(math.sqrt(0.25 / n))}.",
    )  # fmt: skip
