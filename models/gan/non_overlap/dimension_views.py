"""Two causes that supports overlap or not: instance noise, and the dimension of the space."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import torch

from models.frames import Curves, Series
from models.gan.non_overlap.noisy import overlapping
from models.gan.non_overlap.separability import flat_distances, samples_separable
from models.gan.non_overlap.training import SLICE, power, supports_of
from models.protocol import Lab, param, view

__all__ = ["instance_noise", "manifolds"]

_DIMENSIONS = (1, 2, 3, 4, 5, 6, 8, 10, 14, 20, 30, 50, 100, 200, 500, 1000)
_PAIRS, _BATCHES = 100, 3  # of manifolds in a frame, and frames for a dimension
_TOUCH = 3e-3  # smaller distances count as 0: they are computed to 1e−3
_FLOOR = 1e-12  # smaller values are drawn here: the axis is logarithmic
_GRADIENT = "|∂/∂θ|"  # name of a pane


@view("Instance noise", help="Noise makes the supports overlap: exact gradients and divergence against σ.")
def instance_noise(lab: Lab) -> Iterator[Curves]:
    """Gradients on θ at the optimal D, and JSD, against the standard deviation of the noise."""
    c, supports, began = lab.config, supports_of(lab.config), time.perf_counter()
    sigmas = np.geomspace(0.02, 2.0, 61)
    rows: list[tuple[float, float, float]] = []
    for sigma in sigmas:
        exact = overlapping(supports, c.theta, float(sigma))
        rows.append((exact.minimax, exact.non_saturating, exact.divergences.jensen_shannon))
        if time.perf_counter() - began < SLICE and len(rows) < len(sigmas):
            continue
        sizes = np.abs(np.array(rows).T)
        best, largest = int(sizes[0].argmax()), float(sizes[0].max())
        minimax, rival, jsd = np.where(sizes >= _FLOOR, sizes, np.nan)
        x = sigmas[: len(rows)]
        yield Curves(
            (
                Series("minimax", "minimax at D*: slope of 2 JSD", x, minimax, role="model", pane=_GRADIENT,
                       dashed=True),
                Series("non-saturating", "non-saturating at D*", x, rival, role="alt", pane=_GRADIENT, dashed=True),
                Series("jsd", "JSD", x, jsd, role="total", pane="JSD", unit="nats", dashed=True),
            ),
            x_label="noise σ", log_x=True, log_y=True, marker=c.sigma or None,
            subtitle=f"exact, by quadrature; θ = {c.theta:g}; from {power(_FLOOR)} upwards",
            note=f"Minimax has most at σ = {x[best]:.2f}: {power(largest)}. On points and segments D* is "
            "the closed form with a = θ/σ².",
        )  # fmt: skip
        began = time.perf_counter()


@view("Flat manifolds", help="How often two flat manifolds miss each other as the space grows.")
def manifolds(
    lab: Lab,
    k: int = param(1, "k", 1, 5, help="Dimension of the manifolds."),
    n: int = param(50, "n", 2, 500, log=True, help="Samples of each, in the null line."),
) -> Iterator[Curves]:
    """Share of pairs of flat k-dimensional balls that a hyperplane separates, and their distance, against d."""
    rng = torch.Generator().manual_seed(lab.config.seed)
    dims = [d for d in _DIMENSIONS if d >= k]
    distances: dict[int, np.ndarray] = {}
    for d in (d for d in dims for _ in range(_BATCHES)):
        drawn = flat_distances(d, k, _PAIRS, rng=rng).numpy()
        distances[d] = np.concatenate([distances.get(d, np.empty(0)), drawn])
        x, measured = np.array(list(distances), float), list(distances.values())
        share = np.array([(distance > _TOUCH).mean() for distance in measured])
        error = 2.0 * np.sqrt(share * (1.0 - share) / np.array([len(distance) for distance in measured]))
        low, middle, high = np.array([np.quantile(distance, (0.1, 0.5, 0.9)) for distance in measured]).T
        null = np.array([samples_separable(2 * n, int(value)) for value in x])
        yield Curves(
            (
                Series("apart", "share apart", x, share, role="model", low=share - error, high=share + error),
                Series(
                    "same", f"null: {n} + {n} samples", x, null, role="prior", dashed=True
                ),
                Series("distance", "their distance", x, middle  , role="data", low=low, high=high),
            ),
            x_label="dimension d", y_label="share, distance", log_x=True, marker=float(lab.config.d),
            subtitle=f"share a hyperplane separates: {_PAIRS * _BATCHES} pairs of {k}-dimensional balls, ± 2 s.e.",
            note=f"From d = {2 * k + 1} on they never meet; from {2 * n - 1} on, any {n} + {n} samples separate.",
        )  # fmt: skip
