"""Maps that are not invertible: one branch of the inverse misses mass, the sum over the preimages does not."""

from __future__ import annotations

import itertools

import numpy as np

from models.exact.preimages import Map
from models.flows.change_of_variables.folds import FOLDS, branch_masses, fold_of
from models.flows.change_of_variables.line_views import noise_of
from models.flows.change_of_variables.panel import ONE, Panel
from models.flows.change_of_variables.samples import histogram_series
from models.frames import Bars, Curves, Lines, Plane, Points, Series
from models.protocol import Drag, Lab, Noise, param, view
from models.views.words import decimal, plural

__all__ = ["HIGHEST", "branch_areas", "branch_density", "branches"]

HIGHEST = 1.5
"""Density at which pictures are cut off: at a fold it grows without limit."""
_EDGE = 2.6  # greatest |ε| in the plane
_HANDLE = 0.82  # place of the handle as a share of the way to the left edge, where the numbers stand
_POINTS = 801
_LEAST = 1e-4  # branches of less mass are left out of pictures
_ROLES = ("alt", "total", "prior")  # of the branches
_RANGES = {"wave": (-2.2, 2.2), "square": (-2.2, 4.5)}  # of x in pictures


def _panel(lab: Lab) -> Panel:
    noise = noise_of(lab.config)
    e = np.linspace(-_EDGE, _EDGE, _POINTS)
    return Panel((-_EDGE, _EDGE), _RANGES[lab.config.fold], float(noise.prob(e).max()), HIGHEST)


@view(
    "Preimages", help="Drag x: every ε with f(ε) = x. p(x) is on the right.",
    drags=(Drag(y="height", at=lambda config: -_HANDLE * _EDGE),),
)  # fmt: skip
def branches(lab: Lab) -> Plane:
    """The curve x = f(ε), the preimages of one x with their noise, and p(x) beside it."""
    c, panel = lab.config, _panel(lab)
    (f, turns), noise, x = fold_of(c.fold), noise_of(c), c.height
    e = np.linspace(*panel.e, _POINTS)
    side = np.linspace(*panel.x, _POINTS)
    here = f.preimages(np.array([x]))[:, 0]
    terms = f.terms(np.array([x]), noise.prob)[:, 0]
    here, terms = here[terms > 0], terms[terms > 0]  # without those where there is no noise
    seen = here[np.abs(here) < _EDGE]
    feet = panel.below(seen, noise.prob(seen))
    stems = np.stack([feet, np.stack([seen, np.full(len(seen), x)], 1)], 1).reshape(-1, 2)
    return Plane(
        (
            panel.bases(),
            Lines(panel.area_below(e, noise.prob(e)), ONE, role="prior", width=0.0, filled=True),
            Lines(panel.below(e, noise.prob(e)), ONE, role="prior", width=2.0, name="s(ε)"),
            Lines(panel.area_beside(side, f.sum_over_preimages(side, noise.prob)), ONE, role="model", width=0.0,
                  filled=True),
            Lines(panel.beside(side, f.sum_over_preimages(side, noise.prob)), ONE, role="model", width=2.0,
                  name="p(x)"),
            *_pieces(panel, f, turns),
            Lines(np.array([[panel.e[0], x], [panel.extent[1], x]]), ONE, role="model", dashed=True),
            Lines(stems, 2 * np.arange(len(seen)), role="prior", dashed=True),
            Points(np.stack([seen, np.full(len(seen), x)], 1), role="prior", size=9.0, name="preimages of x"),
        ),
        x_label="ε", y_label="x", extent=panel.extent, square=False,
        subtitle=f"x = {FOLDS[c.fold]}, ε ~ {noise.words}; x = {decimal(x, 2)} has {plural(len(here), 'preimage')}",
        note=_sum(noise.prob(here), np.abs(f.slope(here)), float(terms.sum())),
    )  # fmt: skip


def _pieces(panel: Panel, f: Map, turns: tuple[float, ...]) -> list[Lines]:
    """The curve in the colours of its branches."""
    ends = (panel.e[0], *turns, panel.e[1])
    branches = [np.linspace(low, high, _POINTS) for low, high in itertools.pairwise(ends)]
    return [
        panel.curve(e, f.value(e), role=role, name=f"branch {k + 1}")
        for k, (e, role) in enumerate(zip(branches, _ROLES, strict=False))
    ]


def _sum(s: np.ndarray, slopes: np.ndarray, total: float) -> str:
    """The sum over the preimages, written out."""
    if not len(s):
        return "No ε has f(ε) = x: p(x) = 0."
    parts = " + ".join(f"{decimal(a)}/{decimal(b)}" for a, b in zip(s.tolist(), slopes.tolist(), strict=True))
    return f"p(x) = Σ s(ε)/|f′(ε)| = {parts} = {decimal(total) if np.isfinite(total) else '∞'}."


@view("One branch and the sum", help="The formula with one inverse, their sum, and a histogram of f(ε).")
def branch_density(lab: Lab, noise: Noise, draws: int = param(20_000, "Draws", 100, 200_000, log=True)) -> Curves:
    """s(g(x)) |g′(x)| of each branch g of the inverse, their sum, and a histogram of f(ε)."""
    (f, turns), source, (low, high) = fold_of(lab.config.fold), noise_of(lab.config), _panel(lab).x
    x = low + (high - low) * (np.arange(1500) + 0.5) / 1500
    terms = f.terms(x, source.prob)
    masses = branch_masses(source, turns)
    rows = [
        Series(f"branch.{k}", f"branch {k + 1}", x, np.minimum(terms[k], HIGHEST), role=_ROLES[k], dashed=True)
        for k, mass in enumerate(masses)
        if mass > _LEAST
    ]
    samples = f.value(source.sample(draws, rng=noise.rng()))
    missed = max(masses)
    return Curves(
        (
            histogram_series(samples, low, high, HIGHEST),
            Series("sum", "sum", x, np.minimum(terms.sum(axis=0), HIGHEST), role="model"),
            *rows,
        ),
        x_label="x", y_label="density", marker=lab.config.height,
        subtitle=f"x = {FOLDS[lab.config.fold]}; exact, and {draws:,} draws ± 2 s.e.",
        note=f"The formula with one branch has at most the area {decimal(missed)}. "
        + (f"Cut off at {HIGHEST:g}: at a fold f′ = 0." if missed < 1 - _LEAST else "Here f is invertible."),
    )  # fmt: skip


@view("Area of each branch", help="∫ s(g(x)) |g′(x)| dx of each branch g of the inverse, and of the sum.")
def branch_areas(lab: Lab) -> Bars:
    """The probability of the noise on each branch: the area that the formula has with this branch alone."""
    _, turns = fold_of(lab.config.fold)
    masses = branch_masses(noise_of(lab.config), turns)
    ends = ["−∞", *(decimal(turn, 2) for turn in turns), "∞"]
    labels = [f"branch {k + 1}: ε from {a} to {b}" for k, (a, b) in enumerate(itertools.pairwise(ends))]
    return Bars(
        (*labels, "sum"), np.array([*masses, sum(masses)]), roles=(*_ROLES[: len(masses)], "model"), extent=(0.0, 1.0),
        subtitle="exact",
        note=" + ".join(map(decimal, masses)) + f" = {decimal(sum(masses))}: one branch is a density only if it is the "
        "only one.",
    )  # fmt: skip
