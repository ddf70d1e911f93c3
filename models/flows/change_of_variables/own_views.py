"""A map of one's own: a spline through knots that are dragged."""

from __future__ import annotations

import numpy as np

from models.flows.change_of_variables.line_views import noise_of, shown_range
from models.flows.change_of_variables.panel import ONE, Panel
from models.flows.change_of_variables.samples import histogram_series
from models.flows.change_of_variables.spline import CLOSE, KnotSpline
from models.frames import Curves, Lines, Plane, Series
from models.frames import Points as Dots
from models.protocol import Lab, Noise, Points, param, view
from models.views.words import decimal

__all__ = ["KNOTS", "own", "own_density", "read_knots"]

KNOTS = ((-2.4, -3.2), (-1.2, -1.5), (-0.4, -1.2), (0.5, 1.1), (1.4, 1.5), (2.4, 3.2))
"""Knots at the start: a step that makes two modes of one."""
_HIGHEST = 1.2  # density at which the picture is cut off
_REACH = 4.0  # x goes at least from −4 to 4
_POINTS = 501


def read_knots(xy: np.ndarray) -> tuple[KnotSpline | None, str]:
    """The spline through knots in any order, or None, and in one sentence what is wrong or worth knowing.

    Args:
        xy: Knots (ε, x), (k, 2).

    Returns:
        The spline, None where the knots define no map with a density; and a warning, "" where f is invertible.
    """
    if len(xy) < 2:
        return None, "One knot makes no map. Add another one."
    e, x = xy[np.lexsort((xy[:, 1], xy[:, 0]))].T
    close, level = np.diff(e) < CLOSE, np.abs(np.diff(x)) < CLOSE
    if close.any():
        at = e[1:][close][0]
        return None, f"Two knots stand at ε = {decimal(at, 2)}. Move one of them aside."
    if level.any():
        a, b = e[:-1][level][0], e[1:][level][0]
        return None, (
            f"f is constant from ε = {decimal(a, 2)} to {decimal(b, 2)}. There x has no density: raise one knot."
        )
    f = KnotSpline(tuple(e.tolist()), tuple(x.tolist()))
    if f.is_invertible:
        return f, ""
    turns = ", ".join(decimal(turn, 2) for turn in f.turns)
    return f, f"f turns at ε = {turns}: it is not invertible. p(x) is the sum over all preimages."


def _panel(lab: Lab, xy: np.ndarray) -> Panel:
    noise = noise_of(lab.config)
    low, high = shown_range(noise)
    low, high = min(low, float(xy[:, 0].min())), max(high, float(xy[:, 0].max()))
    reach = max(_REACH, 1.05 * float(np.abs(xy[:, 1]).max()))
    e = np.linspace(low, high, _POINTS)
    return Panel((low, high), (-reach, reach), float(noise.prob(e).max()), _HIGHEST)


@view("Your own f", help="Drag the knots of f; double click adds one. s(ε) is below, p(x) on the right.")
def own(lab: Lab, points: Points) -> Plane:
    """The spline through the knots, with the density of the noise below and that of x beside it."""
    noise, panel = noise_of(lab.config), _panel(lab, points.xy)
    f, warning = read_knots(points.xy)
    e, x = np.linspace(*panel.e, _POINTS), np.linspace(*panel.x, _POINTS)
    layers = [
        panel.bases(),
        Lines(panel.area_below(e, noise.prob(e)), ONE, role="prior", width=0.0, filled=True),
        Lines(panel.below(e, noise.prob(e)), ONE, role="prior", width=2.0, name="s(ε)"),
    ]
    note = warning
    if f is not None:
        p = f.sum_over_preimages(x, noise.prob)
        layers += [
            Lines(panel.area_beside(x, p), ONE, role="model", width=0.0, filled=True),
            Lines(panel.beside(x, p), ONE, role="model", width=2.0, name="p(x)"),
            panel.curve(e, f.value(e), name="f(ε)"),
        ]
        note = warning or f"f is invertible. Its slope goes from {_slopes(f, panel)}: where f is flat, p(x) is high."
    return Plane(
        (*layers, Dots(points.xy, role="total", size=7.0)), x_label="ε", y_label="x", extent=panel.extent,
        square=False, subtitle=f"ε ~ {noise.words}; monotone cubic spline, straight outside the knots",
        note=note, warning=bool(warning),
    )  # fmt: skip


def _slopes(f: KnotSpline, panel: Panel) -> str:
    slopes = np.abs(f.slope(np.linspace(*panel.e, _POINTS)))
    return f"{decimal(float(slopes.min()), 2)} to {decimal(float(slopes.max()), 2)}"


@view("Density of your x", help="p(x) of your f, and a histogram of f(ε).")
def own_density(
    lab: Lab, points: Points, noise: Noise, draws: int = param(20_000, "Draws", 100, 200_000, log=True)
) -> Curves:
    """p(x) by the formula, summed over the preimages, and a histogram of pushed samples."""
    source, (low, high) = noise_of(lab.config), _panel(lab, points.xy).x
    f, warning = read_knots(points.xy)
    if f is None:
        return Curves((), x_label="x", subtitle="none", note="These knots define no f with a density.", warning=True)
    x = np.linspace(low, high, _POINTS)
    p = f.sum_over_preimages(x, source.prob)
    samples = f.value(source.sample(draws, rng=noise.rng()))
    top = min(1.1 * float(p.max()), 2 * _HIGHEST)
    return Curves(
        (
            histogram_series(samples, low, high, top),
            Series("formula", "p(x)", x, np.minimum(p, top), role="model"),
        ),
        x_label="x", y_label="density", subtitle=f"exact, and {draws:,} draws ± 2 s.e.",
        note="" if not warning else "At a turn the density grows without limit and is cut off.",
    )  # fmt: skip
