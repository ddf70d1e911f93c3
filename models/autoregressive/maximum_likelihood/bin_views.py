"""Data and a density on bins: the divergence that maximum likelihood minimises, and narrow bins."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.autoregressive.maximum_likelihood.bins import EDGE, Binned
from models.exact.densities_1d import LineMixture
from models.frames import Bars, Curves, Lines, Plane, Points, Series
from models.protocol import view
from models.views.density_handles import density_handles
from models.views.words import decimal, plural

__all__ = ["histogram", "model_of", "narrow", "over_mean", "terms"]

_POINTS = 601
_NARROW = np.unique(np.round(np.geomspace(2, 65_536, 61)).astype(int))  # numbers of bins


def model_of(config: Any) -> LineMixture:
    """The model's density on the line that a config describes."""
    return LineMixture.about(config.mean, config.std, config.gap)


def _height(config: Any, x: float) -> float:
    return float(np.exp(model_of(config).log_prob(np.array(x))))


_HANDLES = density_handles("mean", "std", _height, "gap")


@view(
    "Data and model", lead=True, drags=_HANDLES,
    help="The share of the data in each bin, over its width, and the density of the model. Drag mean and deviation.",
)  # fmt: skip
def histogram(lab: Any) -> Plane:
    """The histogram of the data as a density, the data, and the density of the model with its handles."""
    c, binned = lab.config, lab.binned
    edges = np.linspace(-EDGE, EDGE, c.bins + 1)
    height = binned.shares / binned.width
    steps = np.stack([np.repeat(edges, 2)[1:-1], np.repeat(height, 2)], 1)
    x = np.linspace(-EDGE, EDGE, _POINTS)
    density = np.exp(model_of(c).log_prob(x))
    top = 1.1 * max(0.5, float(density.max()), float(np.quantile(height[height > 0], 0.9)))
    start = np.zeros(1, int)
    return Plane(
        (
            Lines(steps, start, role="data", width=1.5, name="F̂/h"),
            Lines(np.stack([x, density], 1), start, role="model", width=2.0, name="p_θ(x)"),
            Points(np.stack([lab.x, np.full(len(lab.x), 0.02 * top)], 1), role="data", size=4.0, name="data"),
            Points(np.array([handle.position(c) for handle in _HANDLES]), role="model", size=9.0),
        ),
        x_label="x", y_label="density", extent=(-EDGE, EDGE, 0.0, top), square=False,
        subtitle=f"{plural(c.n, 'datum').replace('datums', 'data')} on {plural(c.bins, 'bin')}",
        note=f"KL(F̂ ‖ p_θ) = {decimal(binned.divergence)} nats; "
        f"mean of log p_θ(x) = {decimal(lab.mean_log_density)} nats.",
    )  # fmt: skip


@view("Sum", help="Both sides of H(F̂, p_θ) = KL(F̂ ‖ p_θ) + H(F̂), computed apart.")
def terms(lab: Any) -> Bars:
    """Cross-entropy on the bins and its parts."""
    binned = lab.binned
    rows = (
        ("H(F̂, p_θ)", binned.cross_entropy, "total"),
        ("KL(F̂ ‖ p_θ)", binned.divergence, "model"),
        ("H(F̂)", binned.entropy, "data"),
    )
    return Bars(
        tuple(label for label, *_ in rows), np.array([value for _, value, _ in rows]),
        roles=tuple(role for *_, role in rows), unit="nats", subtitle=f"on {plural(lab.config.bins, 'bin')}",
        note=f"{decimal(binned.cross_entropy)} = {decimal(binned.divergence)} + {decimal(binned.entropy)}; "
        "only the first part depends on θ.",
    )  # fmt: skip


@view("Over the mean", help="Cross-entropy and divergence as the mean of the model moves.")
def over_mean(lab: Any) -> Curves:
    """Cross-entropy, divergence and entropy on the bins against the mean of the model."""
    c = lab.config
    means = np.linspace(-4.0, 4.0, 161)
    made = [Binned.of(lab.x, LineMixture.about(mean, c.std, c.gap), c.bins) for mean in means.tolist()]
    cross = np.array([each.cross_entropy for each in made])
    divergence = np.array([each.divergence for each in made])
    return Curves(
        (
            Series("cross", "H(F̂, p_θ)", means, cross, unit="nats"),
            Series("kl", "KL(F̂ ‖ p_θ)", means, divergence, role="model", unit="nats"),
            Series("entropy", "H(F̂)", means[[0, -1]], np.full(2, lab.binned.entropy), role="data", dashed=True),
        ),
        x_label="mean of p_θ", y_label="nats", marker=c.mean, subtitle="exact, on the bins",
        note=f"Both are least at {decimal(float(means[cross.argmin()]), 2)}.",
    )  # fmt: skip


@view("Narrow bins", lead=True, help="Divergence, constant and objective as bins become narrow.")
def narrow(lab: Any) -> Curves:
    """KL, C/n and 𝓛/n against the number of bins, and the mean log density."""
    made = [Binned.of(lab.x, model_of(lab.config), int(bins)) for bins in _NARROW]
    limit = lab.mean_log_density
    return Curves(
        (
            Series("kl", "KL(F̂ ‖ p_θ)", _NARROW, np.array([b.divergence for b in made]), role="model", unit="nats"),
            Series("constant", "C/n", _NARROW, np.array([b.constant for b in made]), role="data", unit="nats"),
            Series("objective", "𝓛/n = C/n − KL", _NARROW, np.array([b.objective for b in made]), unit="nats"),
            Series(
                "limit", "mean of log p_θ(x)", _NARROW[[0, -1]], np.full(2, limit), role="alt", unit="nats", dashed=True
            ),
        ),
        x_label="bins", y_label="nats", log_x=True, marker=float(lab.config.bins), subtitle="exact",
        note=f"KL and C/n grow by log 2 each time the bins are halved; their difference tends to {decimal(limit)}.",
    )  # fmt: skip
