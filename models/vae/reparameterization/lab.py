"""Gradients of expectations: reparameterised and score-function estimators, and the recipe that uses them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from models.exact.normal import standard_normal
from models.frames import Curves, Series
from models.protocol import Noise, Preset, Try, param, view
from models.vae.reparameterization.estimators import (
    ESTIMATORS,
    Cosine,
    GradientOf,
    Integrand,
    LogJoint,
    Quadratic,
    SubsampledData,
)
from models.vae.reparameterization.recipe import MOST_ROUNDS, STAGES, RecipeViews
from models.views.words import decimal

__all__ = ["ReparameterizationLab"]

_INTEGRANDS = {"joint": "log p(x, z)", "quadratic": "z²", "cosine": "cos(ω z)"}
_BASELINES = {"mean": "b = E_q[f]", "optimal": "b of least variance"}
_NAMES = {"reparameterised": "reparameterised", "score": "score function", "baseline": "score function, baseline"}
_ROLES = {"reparameterised": "model", "score": "alt", "baseline": "prior"}
_RUNS, _DRAWS = 200, 1000
_SINGLE = 20_000
_BATCHES = 1000  # mini-batches drawn for each size
_SMALLEST = 1e-12  # below this a spread is drawn here: the axis is logarithmic


class ReparameterizationLab(RecipeViews):
    """The gradient of E_q[f(z)] estimated from draws z ~ q = N(m, s²), by two estimators, and what is done with it.

    Mohamed et al., 2020, "Monte Carlo gradient estimation in machine learning" (arXiv 1906.10652); the recipe as in
    Ranganath et al., 2014 (arXiv 1401.0118), with the gradients of Kingma & Welling, 2014 (arXiv 1312.6114).
    """

    title = "Reparameterization"
    reference = "https://arxiv.org/abs/1906.10652"
    presets = (
        Preset("The recipe, one round", "", about="Model, q, sample, gradient, step: one round with its numbers."),
        Preset("The recipe, 60 rounds on", "", {"rounds": 60}, about="q has arrived and trembles about the posterior."),
        Preset(
            "Quadratic", "", {"f": "quadratic", "m": 1.0, "s": 0.5},
            about="Variance 4 s² = 1 when reparameterised, m⁴/s² + 14 m² + 15 s² = 21.75 with the score function.",
        ),
        Preset(
            "A constant subtracted from f", "", {"shift": -20.0},
            about="The gradient is the same; only the score function without a baseline feels it.",
        ),
        Preset(
            "A wave", "", {"f": "cosine", "omega": 4.0, "m": 0.3, "s": 0.5},
            about="With a rapidly changing f the slopes are large, and the score function has the smaller variance.",
        ),
    )  # fmt: skip
    look_at = (
        "Both estimators average to the same gradient, the dashed line; they differ in how far single draws are from "
        "it. The reparameterised one follows the slope of f at z = m + s ε, the score function only compares values of "
        "f. On a smooth log-joint that is a factor of several in the standard deviation, which the score function must "
        "make up for with the square of that factor in draws."
    )
    try_next = (
        Try("Walk through the recipe: go on to the gradient, with its numbers", {"stage": "gradient"}),
        Try("Make 60 rounds: q arrives at the posterior", preset="The recipe, 60 rounds on"),
        Try(
            "Subtract 20 from f: the gradient stays, the score function's spread grows",
            preset="A constant subtracted from f",
        ),
        Try("Take a rapid wave, where the score function wins", preset="A wave"),
        Try("Differentiate by s instead of m", {"by": "s"}),
    )

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        stage: str = param("step", "Step of the recipe", choices=STAGES, live=True, help="All up to it are drawn.")
        rounds: int = param(0, "Rounds made before", 0, MOST_ROUNDS, live=True, help="Of the whole recipe.")
        draws: int = param(5, "Draws in a round", 1, 50, live=True, help="Of z, for one gradient.")
        rate: float = param(0.1, "Step size", 0.005, 0.5, log=True, live=True)
        m: float = param(-1.0, "Mean m of q", -3.0, 3.0, step=0.05, live=True)
        s: float = param(0.6, "Standard deviation s of q", 0.05, 2.0, step=0.05, live=True)
        f: str = param("joint", "f in E_q[f(z)]", choices=_INTEGRANDS, live=True, help="The recipe takes log p(x, z).")
        omega: float = param(
            3.0, "Frequency ω", 0.5, 10.0, step=0.5, live=True, when=lambda config: config.f == "cosine"
        )
        shift: float = param(0.0, "Constant added to f", -50.0, 50.0, step=1.0, live=True)
        by: str = param("m", "Derivative by", choices={"m": "m", "s": "s"}, live=True)
        baseline: str = param("mean", "Baseline", choices=_BASELINES, live=True, help="Computed exactly.")
        x: float = param(1.5, "Observed x", -4.0, 4.0, step=0.05, live=True, more=True)
        sigma: float = param(
            1.0, "Noise σ", 0.2, 2.0, step=0.05, live=True, more=True, help="Standard deviation of x given z."
        )

    config: Config

    def __init__(self, config: Config):
        super().__init__(config)
        c = config
        self.joint = LogJoint(c.x, c.sigma)
        chosen: dict[str, Integrand] = {"joint": self.joint, "quadratic": Quadratic(), "cosine": Cosine(c.omega)}
        self.gradient = GradientOf(chosen[c.f], c.m, c.s, c.by, c.baseline, c.shift)
        self.exact = self.gradient.exact()

    @property
    def _what(self) -> str:
        c = self.config
        shift = f" + {c.shift:g}" if c.shift > 0 else f" − {-c.shift:g}" if c.shift < 0 else ""
        return f"∂/∂{c.by} E_q[{_INTEGRANDS[c.f]}{shift}]"

    @view("Estimates", help="Estimates of one gradient from more and more draws; the exact value is dashed.")
    def estimates(self, noise: Noise) -> Curves:
        """Spread of each estimator about the exact gradient against the number of draws."""
        counts, runs = self._runs(noise)
        series = []
        for name, values in runs.items():
            low, high = np.quantile(values, (0.1, 0.9), axis=0)
            series.append(
                Series(name, _NAMES[name], counts, values.mean(axis=0), role=_ROLES[name], low=low, high=high)
            )
        series.append(Series("exact", "exact", counts, np.full(len(counts), self.exact), dashed=True))
        return Curves(
            tuple(series), x_label="draws of z in one estimate", y_label=self._what, log_x=True,
            subtitle=f"means of {_RUNS} estimates, bands 10 to 90 %",
            note=f"Exact: {self._what} = {decimal(self.exact, 4)}.",
        )  # fmt: skip

    @view("Spread", help="Standard deviation of each estimator, measured and exact.")
    def spread(self, noise: Noise) -> Curves:
        """Standard deviation against the number of draws, both axes logarithmic."""
        counts, runs = self._runs(noise)
        series = []
        for name, values in runs.items():
            std, error = _std_with_error(values)
            low, high = np.maximum(std - 2 * error, 0.5 * std), std + 2 * error
            exact = math.sqrt(self.gradient.variance(name)) / np.sqrt(counts)
            parts = [np.maximum(part, _SMALLEST) for part in (std, low, high, exact)]
            label = _NAMES[name]
            series += [
                Series(name, label, counts, parts[0], role=_ROLES[name], low=parts[1], high=parts[2]),
                Series(f"{name}.exact", f"{label}, exact", counts, parts[3], role=_ROLES[name], dashed=True),
            ]
        variances = [self.gradient.variance(name) for name in ESTIMATORS]
        return Curves(
            tuple(series), x_label="draws of z in one estimate", y_label="standard deviation", log_x=True, log_y=True,
            subtitle=f"of {_RUNS} estimates each, ± 2 standard errors; {self._what}",
            note=f"Exact variances of one draw: {', '.join(f'{v:.4g}' for v in variances)}.",
        )  # fmt: skip

    def _runs(self, noise: Noise) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Numbers of draws (k,), and of each estimator the estimates (runs, k), from the same draws."""
        counts = np.unique(np.geomspace(1, _DRAWS, 25).round().astype(int))
        epsilon = standard_normal(_RUNS, _DRAWS, rng=noise.rng())
        edges = np.concatenate([[0], counts[:-1]])
        sums = {name: np.add.reduceat(self.gradient.single(name, epsilon), edges, axis=1) for name in ESTIMATORS}
        return counts, {name: np.cumsum(parts, axis=1) / counts for name, parts in sums.items()}

    @view("Single draws", help="How estimates from one draw each are distributed; the line is the exact gradient.")
    def histograms(self, noise: Noise) -> Curves:
        """Densities of single estimates, one pane for each estimator."""
        epsilon = standard_normal(_SINGLE, rng=noise.rng())
        series = []
        for name in ESTIMATORS:
            values = self.gradient.single(name, epsilon)
            low, high = np.quantile(values, (0.005, 0.995))
            density, edges = np.histogram(values, bins=60, range=(low, max(high, low + _SMALLEST)), density=True)
            x, y = np.repeat(edges, 2), np.concatenate([[0.0], np.repeat(density, 2), [0.0]])
            series.append(Series(name, _NAMES[name], x, y, role=_ROLES[name], pane=name))
        return Curves(
            tuple(series), x_label=f"estimate of {self._what} from one draw", y_label="density", marker=self.exact,
            subtitle=f"{_SINGLE:,} draws, the middle 99 %",
        )  # fmt: skip

    @view("Batch size", help="Variance of the gradient where the data are subsampled and scaled by n/B.")
    def minibatches(self, noise: Noise, n: int = param(100, "Data n", 10, 300)) -> Curves:
        """Variance against the batch size: what the batch adds to what the draw of z contributes."""
        c, rng = self.config, noise.rng()
        x = 1.0 + c.sigma * standard_normal(n, rng=rng)
        s = (1.0 + n / c.sigma**2) ** -0.5
        problem = SubsampledData(x, c.sigma, s**2 * float(x.sum()) / c.sigma**2, s)
        keys = torch.rand(_BATCHES, n, generator=rng, dtype=torch.float64).numpy()
        sizes = np.unique(np.geomspace(1, n, 16).round().astype(int))
        values = problem.estimates(standard_normal(_BATCHES, rng=rng), keys)[:, sizes - 1]
        std, error = _std_with_error(values)
        draw, batch = problem.variance_of_draw(), problem.variance_of_batch(sizes)
        low, high = np.maximum(std - 2 * error, 0.5 * std) ** 2, (std + 2 * error) ** 2
        part = slice(0, len(sizes) - 1)  # a batch of all n adds nothing
        return Curves(
            (
                Series("total", "measured", sizes, std**2, role="model", low=low, high=high),
                Series("exact", "exact", sizes, draw + batch, role="model", dashed=True),
                Series("batch", "from the batch", sizes[part], batch[part], role="data", dashed=True),
                Series("draw", "from the draw of z", sizes, np.full(len(sizes), draw), role="prior", dashed=True),
            ),
            x_label="batch size B", y_label="variance", log_x=True, log_y=True,
            subtitle=f"∂/∂m of the ELBO of n = {n} data with one z, q its posterior; {_BATCHES:,} batches, ± 2 s.e.",
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
