"""The density that a generator gives to x: the preimages of x, and the density of their noise."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from models.exact.normal import normal_log_prob
from models.exact.preimages import Affine, Map, Sine, Square
from models.frames import Curves, Lines, Plane, Points, Series
from models.protocol import Drag, Lab, Noise, param, view
from models.views.words import decimal

__all__ = ["MAPS", "density", "map_of", "preimages"]

MAPS = {"square": "a ε² + b", "sine": "a sin(ω ε) + b", "affine": "a ε + b"}
_EDGE = 3.2  # greatest |ε| in the plane
_HIGHEST = 2.5  # density at which the picture is cut off
_BINS = 80
_HANDLE = 0.82  # place of the handle as a share of the way to the left edge, where the numbers stand


def map_of(config: Any) -> Map:
    """The generator x = f(ε) that a config describes."""
    if config.map == "affine":
        return Affine(config.a, config.b)
    return Square(config.a, config.b) if config.map == "square" else Sine(config.a, config.b, config.omega)


@view(
    "Preimages of x", help="Drag the height x: every ε with f(ε) = x, with its density s(ε).",
    drags=(Drag(y="height", at=lambda config: -_HANDLE * _EDGE),),
)  # fmt: skip
def preimages(lab: Lab) -> Plane:
    """The curve x = f(ε), the preimages of one x, s(ε) along the bottom and p_θ(x) along the right side."""
    x, f = lab.config.height, map_of(lab.config)
    low, high = f.span
    low, high = min(low, x), max(high, x)
    room = 0.28 * (high - low)
    floor = low - room
    e = np.linspace(-_EDGE, _EDGE, 801)
    here = f.preimages(np.array([x]))[:, 0]
    here = np.sort(here[~np.isnan(here)])
    seen = here[np.abs(here) <= _EDGE]
    prior = np.exp(normal_log_prob(e, 0.0, 1.0))
    side = np.linspace(low, high, 600)
    density = np.minimum(f.sum_over_preimages(side), _HIGHEST)
    layers = (
        Lines(np.stack([e, floor + 0.9 * room * prior / prior.max()], 1), np.zeros(1, int), role="prior",
              width=1.5, name="s(ε)"),
        Lines(np.stack([_EDGE - 1.4 * density / max(density.max(), 1e-9), side], 1), np.zeros(1, int),
              role="model", width=1.5, name="p_θ(x), leftwards"),
        Lines(np.stack([e, f.value(e)], 1), np.zeros(1, int), width=2.0, name=f"x = {f.words}"),
        Lines(np.array([[-_EDGE, x], [-_HANDLE * _EDGE, x], [_EDGE, x]]), np.zeros(1, int), role="model", dashed=True),
        Lines(
            np.stack([np.repeat(seen, 2), np.tile([floor, x], len(seen))], 1).reshape(-1, 2),
            np.arange(0, 2 * len(seen), 2) if len(seen) else np.zeros(0, int), role="prior", dashed=True,
        ),
        Points(np.stack([seen, np.full(len(seen), x)], 1), role="prior", size=9.0, name="preimages of x"),
    )  # fmt: skip
    total = float(f.sum_over_preimages(np.array([x]))[0])
    return Plane(
        layers, x_label="ε", y_label="x", extent=(-_EDGE, _EDGE, floor, high), square=False,
        subtitle=f"{_count(len(here))}; p_θ({decimal(x, 2)}) = {_size(total)}",
        note=f"Σ s(ε)/|f′(ε)| = {_sum(f, x, here)}." if len(here) else "No ε has f(ε) = x: the density is 0.",
    )  # fmt: skip


def _sum(f: Map, x: float, here: np.ndarray) -> str:
    """The sum over the preimages of x, (k,), written out in numbers."""
    each = np.exp(normal_log_prob(here, 0.0, 1.0))
    order = np.argsort(-each)
    slopes = np.abs(f.slope(here))
    terms = [f"{decimal(each[k])}/{decimal(slopes[k])}" for k in order[:3]]
    total = float(f.sum_over_preimages(np.array([x]))[0])
    return " + ".join(terms) + (" + …" if len(here) > 3 else "") + f" = {_size(total)}"


@view("Density of f(ε)", help="The exact density beside a histogram of draws, and the sum without the Jacobian.")
def density(lab: Lab, noise: Noise, draws: int = param(20_000, "Draws", 100, 100_000, log=True)) -> Curves:
    """Σ s(ε)/|f′(ε)|, a histogram of f(ε), and Σ s(ε)."""
    f = map_of(lab.config)
    low, high = f.span
    x = low + (high - low) * (np.arange(1200) + 0.5) / 1200
    exact, bare = f.sum_over_preimages(x), f.sum_over_preimages(x, jacobian=False)
    e = torch.randn(draws, generator=noise.rng(), dtype=torch.float64).numpy()
    counts, edges = np.histogram(f.value(e), bins=_BINS, range=(low, high))
    share = counts / draws
    error = np.sqrt(share * (1 - share) / draws)
    width = edges[1] - edges[0]
    bars, band = np.repeat(share, 2) / width, 2 * np.repeat(error, 2) / width
    top = min(_HIGHEST, 1.05 * float(np.max(bars + band))) if counts.any() else _HIGHEST
    at = np.repeat(edges, 2)[1:-1]
    cut = " Both are cut off where they grow without limit, at the folds." if exact.max() > top else ""
    return Curves(
        (
            Series("draws", "histogram", at, np.minimum(bars, top), role="data",
                   low=np.clip(bars - band, 0, top), high=np.minimum(bars + band, top)),
            Series("exact", "Σ s(ε)/|f′(ε)|", x, np.minimum(exact, top), role="model", dashed=True),
            Series("bare", "Σ s(ε), without the Jacobian", x, np.minimum(bare, top), role="alt", dashed=True),
        ),
        x_label="x", y_label="density",
        subtitle=f"x = {f.words}; exact, and {draws:,} draws ± 2 s.e. in {_BINS} bins",
        note="p_θ(x) = ∫ s(ε) dε over the preimage needs the Jacobian: without 1/|f′| the area is "
        f"{decimal(float(bare.sum() * (x[1] - x[0])), 2)}, not 1.{cut}",
    )  # fmt: skip


def _size(value: float) -> str:
    return decimal(value) if math.isfinite(value) else "∞"


def _count(n: int) -> str:
    return {0: "no preimage", 1: "one preimage"}.get(n, f"{n} preimages")
