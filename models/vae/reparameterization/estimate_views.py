"""Views of estimators of the gradient of an expectation: their means, spreads and distributions, and subsampling."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
import torch

from models.exact.normal import standard_normal
from models.frames import Curves, Series
from models.protocol import Noise, param, view
from models.vae.reparameterization.estimators import ESTIMATORS, GradientOf, SubsampledData
from models.vae.reparameterization.integrands import text_of
from models.views.words import decimal

__all__ = ["estimates", "histograms", "minibatches", "spread"]

_NAMES = {"reparameterised": "reparameterised", "score": "score function", "baseline": "score function, baseline"}
_ROLES = {"reparameterised": "model", "score": "alt", "baseline": "prior"}
_RUNS, _DRAWS = 200, 1000
_SINGLE = 20_000
_BATCHES = 1000  # mini-batches drawn for each size
_SMALLEST = 1e-12  # a smaller spread is drawn at this value, because the axis is logarithmic


class GradientLab(Protocol):
    """Interface of the lab that the views use."""

    config: Any

    @property
    def gradient(self) -> GradientOf:
        """The gradient that is estimated."""

    @property
    def exact(self) -> float:
        """Its exact value."""


def _what(lab: GradientLab) -> str:
    return f"∂/∂{lab.config.by} E_q[{text_of(lab.config)}]"


def _formulas(lab: GradientLab) -> str:
    """The estimate of each estimator from one draw."""
    reparameterised, score = ("f′(z)", "ε/s") if lab.config.by == "m" else ("f′(z) ε", "(ε² − 1)/s")
    return (
        f"One draw, z = m + s ε: reparameterised {reparameterised}; score function f(z) {score}; "
        f"with a baseline (f(z) − b) {score}, b = {decimal(lab.gradient.constant())}."
    )


@view("Estimates", help="Estimates of one gradient from more and more draws; the exact value is dashed.")
def estimates(lab: GradientLab, noise: Noise) -> Curves:
    """Spread of each estimator about the exact gradient against the number of draws."""
    counts, runs = _runs(lab.gradient, noise)
    series = []
    for name, values in runs.items():
        low, high = np.quantile(values, (0.1, 0.9), axis=0)
        series.append(Series(name, _NAMES[name], counts, values.mean(axis=0), role=_ROLES[name], low=low, high=high))
    series.append(Series("exact", "exact", counts, np.full(len(counts), lab.exact), dashed=True))
    return Curves(
        tuple(series), x_label="draws of z in one estimate", y_label=_what(lab), log_x=True,
        subtitle=f"means of {_RUNS} estimates, bands 10 to 90 %",
        note=f"{_formulas(lab)} Exact gradient: {decimal(lab.exact, 4)}.",
    )  # fmt: skip


@view("Spread", help="Standard deviation of each estimator, measured and exact.")
def spread(lab: GradientLab, noise: Noise) -> Curves:
    """Standard deviation against the number of draws, both axes logarithmic."""
    counts, runs = _runs(lab.gradient, noise)
    series = []
    for name, values in runs.items():
        std, error = _std_with_error(values)
        low, high = np.maximum(std - 2 * error, 0.5 * std), std + 2 * error
        exact = math.sqrt(lab.gradient.variance(name)) / np.sqrt(counts)
        parts = [np.maximum(part, _SMALLEST) for part in (std, low, high, exact)]
        label = _NAMES[name]
        series += [
            Series(name, label, counts, parts[0], role=_ROLES[name], low=parts[1], high=parts[2]),
            Series(f"{name}.exact", f"{label}, exact", counts, parts[3], role=_ROLES[name], dashed=True),
        ]
    variances = [f"{_NAMES[name]} {lab.gradient.variance(name):.4g}" for name in ESTIMATORS]
    return Curves(
        tuple(series), x_label="draws of z in one estimate", y_label="standard deviation", log_x=True, log_y=True,
        subtitle=f"of {_RUNS} estimates each, ± 2 standard errors; {_what(lab)}",
        note=f"Exact variances of one draw: {'; '.join(variances)}.",
    )  # fmt: skip


def _runs(gradient: GradientOf, noise: Noise) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Numbers of draws (k,), and of each estimator the estimates (runs, k), from the same draws."""
    counts = np.unique(np.geomspace(1, _DRAWS, 25).round().astype(int))
    epsilon = standard_normal(_RUNS, _DRAWS, rng=noise.rng())
    edges = np.concatenate([[0], counts[:-1]])
    sums = {name: np.add.reduceat(gradient.single(name, epsilon), edges, axis=1) for name in ESTIMATORS}
    return counts, {name: np.cumsum(parts, axis=1) / counts for name, parts in sums.items()}


@view("Single draws", help="How estimates from one draw each are distributed; the line is the exact gradient.")
def histograms(lab: GradientLab, noise: Noise) -> Curves:
    """Densities of single estimates, one pane for each estimator."""
    epsilon = standard_normal(_SINGLE, rng=noise.rng())
    series = []
    for name in ESTIMATORS:
        values = lab.gradient.single(name, epsilon)
        low, high = np.quantile(values, (0.005, 0.995))
        density, edges = np.histogram(values, bins=60, range=(low, max(high, low + _SMALLEST)), density=True)
        x, y = np.repeat(edges, 2), np.concatenate([[0.0], np.repeat(density, 2), [0.0]])
        series.append(Series(name, _NAMES[name], x, y, role=_ROLES[name], pane=name))
    return Curves(
        tuple(series), x_label=f"estimate of {_what(lab)} from one draw", y_label="density", marker=lab.exact,
        subtitle=f"{_SINGLE:,} draws, the middle 99 %",
    )  # fmt: skip


@view("Batch size", help="Variance of the gradient from a mini-batch, scaled by n/B.")
def minibatches(lab: GradientLab, noise: Noise, n: int = param(100, "Data n", 10, 300)) -> Curves:
    """Variance against the batch size: the parts from the batch and from the draw of z."""
    c, rng = lab.config, noise.rng()
    x = 1.0 + c.sigma * standard_normal(n, rng=rng)
    s = (1.0 + n / c.sigma**2) ** -0.5
    problem = SubsampledData(x, c.sigma, s**2 * float(x.sum()) / c.sigma**2, s)
    keys = torch.rand(_BATCHES, n, generator=rng, dtype=torch.float64).numpy()
    sizes = np.unique(np.geomspace(1, n, 16).round().astype(int))
    values = problem.estimates(standard_normal(_BATCHES, rng=rng), keys)[:, sizes - 1]
    std, error = _std_with_error(values)
    draw, batch = problem.variance_of_draw(), problem.variance_of_batch(sizes)
    low, high = np.maximum(std - 2 * error, 0.5 * std) ** 2, (std + 2 * error) ** 2
    part = slice(0, len(sizes) - 1)  # a batch of all n adds no variance
    return Curves(
        (
            Series("total", "measured", sizes, std**2, role="model", low=low, high=high),
            Series("exact", "exact", sizes, draw + batch, role="model", dashed=True),
            Series("batch", "from the batch", sizes[part], batch[part], role="data", dashed=True),
            Series("draw", "from the draw of z", sizes, np.full(len(sizes), draw), role="prior", dashed=True),
        ),
        x_label="batch size B", y_label="variance", log_x=True, log_y=True,
        subtitle=f"n = {n} data; ∂/∂m of the ELBO with one z, q its posterior; {_BATCHES:,} batches, ± 2 s.e.",
        note="From the batch: n² (1/B − 1/n) S²/σ⁴ with S² the variance of the data. "
        f"B = 1 has {(draw + batch[0]) / (draw + batch[-1]):,.0f} times the variance of B = n.",
    )  # fmt: skip


def _std_with_error(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Standard deviation over the first axis and its standard error, from the fourth moment; (runs, k) to (k,) each."""
    away = values - values.mean(axis=0)
    variance = away.var(axis=0, ddof=1)
    error = np.sqrt(np.maximum((away**4).mean(axis=0) - variance**2, 0.0) / len(values))  # of the variance
    std = np.sqrt(variance)
    return std, 0.5 * error / np.maximum(std, _SMALLEST)
