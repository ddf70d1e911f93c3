"""The steps of black-box variational inference on a one-dimensional Gaussian q, with the numbers of each step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from models.exact.normal import normal_kl, normal_log_prob, standard_normal
from models.frames import Curves, Field, Layer, Lines, Plane, Points, Series
from models.protocol import Noise, view
from models.vae.reparameterization.estimators import GradientOf, Integrand, LogJoint
from models.vae.reparameterization.integrands import text_of
from models.views.words import decimal

__all__ = ["MOST_ROUNDS", "STAGES", "Round", "history", "recipe", "rounds"]

STAGES = {"model": "1 Model", "q": "2 q", "sample": "3 Sample", "gradient": "4 Gradient", "step": "5 Step"}
"""The steps of the recipe."""
MOST_ROUNDS = 200
_DIVERGED = "The steps diverge: make the step size smaller."
_FAR = 1e3  # |m| beyond which the rounds count as divergent
_DEPTH = 9.0  # nats of log p(x, z) in the picture of the recipe
_BELL = 0.15  # height of a density of 1 in the picture, as a share of the picture's height
_BELOW = 0.07  # room for the numbers below the curves, as a share of the height


@dataclass(frozen=True)
class Round:
    """One round of the recipe.

    Attributes:
        m, s: q before the round.
        z: The draws, (n,).
        by_m, by_s: Reparameterised gradient of the objective from these draws.
        exact_m, exact_s: The gradient itself.
        next_m, next_s: q after the step.
    """

    m: float
    s: float
    z: np.ndarray
    by_m: float
    by_s: float
    exact_m: float
    exact_s: float
    next_m: float
    next_s: float


def rounds(f: Integrand, m: float, s: float, noise: np.ndarray, rate: float) -> list[Round]:
    """Rounds of stochastic gradient ascent on E_q[f(z)].

    Of f = log p(x, z) it is the ELBO E_q[log p(x, z)] − E_q[log q(z)] that is ascended, the entropy in closed form.

    A step that would make s negative halves it instead. The rounds end early if they diverge.

    Args:
        f: The integrand.
        m: Mean of q at the start.
        s: Its standard deviation.
        noise: ε of each round, (rounds, n).
        rate: Step size.
    """
    done = []
    entropy = isinstance(f, LogJoint)
    for epsilon in noise:
        z = m + s * epsilon
        slope = f.slope(z)
        by_m, by_s = float(slope.mean()), float((slope * epsilon).mean()) + entropy / s
        exact_m, exact_s = f.gradient(m, s)
        exact_s += entropy / s
        after = m + rate * by_m, max(s + rate * by_s, 0.5 * s)
        done.append(Round(m, s, z, by_m, by_s, exact_m, exact_s, *after))
        m, s = after
        if not abs(m) < _FAR:
            break
    return done


class RecipeLab(Protocol):
    """Interface of the lab that the views use."""

    config: Any

    @property
    def gradient(self) -> GradientOf:
        """The gradient that is estimated, with f."""


def _rounds_of(lab: RecipeLab, noise: Noise) -> list[Round]:
    c = lab.config
    epsilon = standard_normal(MOST_ROUNDS + 1, c.draws, rng=noise.rng())
    return rounds(lab.gradient.f, c.m, c.s, epsilon, c.rate)


@view("Recipe", lead=True, help="Model, q, sample, gradient, step: one round of variational inference.")
def recipe(lab: RecipeLab, noise: Noise) -> Plane:
    """One round: f(z), q below it, draws on the curve with its slopes there, and q after the step."""
    done = _rounds_of(lab, noise)
    current = done[min(lab.config.rounds, len(done) - 1)]
    stage = list(STAGES).index(lab.config.stage)
    z = np.linspace(-4.0, 4.0, 401)
    curve, name = _Curve(lab.gradient.f, lab.config.shift), text_of(lab.config)
    floor, top = curve.limits(z)
    tall = _BELL * (top - floor)

    def bell(m: float, s: float) -> np.ndarray:
        return np.column_stack([z, floor + tall * np.exp(normal_log_prob(z, m, s))])

    one = np.zeros(1, int)
    layers: list[Layer] = [Lines(curve.at(z), one, width=2.0, name=name)]
    if stage >= 1:
        layers.append(Lines(bell(current.m, current.s), one, role="model", width=2.0, name="q(z), rescaled"))
    if stage >= 2:
        stems = np.stack([np.column_stack([current.z, np.full(len(current.z), floor)]), curve.at(current.z)], axis=1)
        starts = 2 * np.arange(len(current.z))
        layers += [
            Lines(stems.reshape(-1, 2), starts, role="model", dashed=True),
            Points(curve.at(current.z), role="model", size=8.0, name=f"{len(current.z)} draws z = m + s ε"),
        ]
    if stage >= 3:
        layers.append(
            Lines(curve.tangents(current.z, top - floor), starts, role="data", width=2.5, name=f"slope of {name}")
        )
        peak = floor + tall * float(np.exp(normal_log_prob(np.array(current.m), current.m, current.s)))
        push = np.array([[lab.config.rate * current.by_m, 0.0]])
        layers.append(
            Field(
                np.array([[current.m, peak]]), push, role="data", longest=abs(float(push[0, 0])),
                name="step size × gradient by m",
            )
        )  # fmt: skip
    if stage >= 4:
        after = bell(current.next_m, current.next_s)
        layers.append(Lines(after, one, role="model", dashed=True, width=2.0, name="q after the step"))
    subtitle, note = _stage_words(lab, current)
    diverged = lab.config.rounds >= len(done)
    return Plane(
        tuple(layers), x_label="z", y_label="nats" if lab.config.f == "joint" else "f(z)",
        extent=(-4.0, 4.0, floor - _BELOW * (top - floor), top), square=False,
        subtitle=f"round {min(lab.config.rounds + 1, len(done))}, {subtitle}",
        note=_diverged_words(lab) if diverged else note, warning=diverged,
    )  # fmt: skip


@dataclass(frozen=True)
class _Curve:
    """f(z) + c as it is drawn."""

    f: Integrand
    c: float

    def at(self, z: np.ndarray) -> np.ndarray:
        """Points of the curve, (n, 2)."""
        return np.column_stack([z, self.f.value(z) + self.c])

    def limits(self, z: np.ndarray) -> tuple[float, float]:
        """Lower and upper end of the picture, with room for q below the curve or in front of it."""
        if isinstance(self.f, LogJoint):
            mode = self.f.x / (1.0 + self.f.sigma**2)
            top = float(self.f.value(np.array(mode))) + self.c
            return top - _DEPTH, top + 1.0
        values = self.f.value(z) + self.c
        span = float(np.ptp(values))
        return float(values.min()) - 0.35 * span, float(values.max()) + 0.1 * span

    def tangents(self, z: np.ndarray, height: float) -> np.ndarray:
        """Pieces of the tangents at the draws, about as long as each other in a picture of a height, (2 n, 2)."""
        slope = self.f.slope(z)
        half = 0.6 / np.hypot(1.0, slope * 8.0 / height)
        away = np.column_stack([half, half * slope])
        return np.stack([self.at(z) - away, self.at(z) + away], axis=1).reshape(-1, 2)


def _diverged_words(lab: RecipeLab) -> str:
    if lab.config.f == "quadratic":
        return "z² has no greatest value: m grows without bound, and the rounds end early."
    return _DIVERGED


def _stage_words(lab: RecipeLab, current: Round) -> tuple[str, str]:
    c = lab.config
    epsilon = (current.z - current.m) / current.s
    words = {
        "model": (
            ("the model", f"z ~ N(0, 1), x|z ~ N(z, {c.sigma:g}²), and x = {c.x:g} is observed.")
            if c.f == "joint"
            else ("the function", f"f(z) = {text_of(c)}; E_q[f(z)] is to rise.")
        ),
        "q": ("the approximation", f"q(z) = N(m, s²) with m = {decimal(current.m)}, s = {decimal(current.s)}."),
        "sample": ("the sample", f"ε = {_listed(epsilon)}, so z = m + s ε = {_listed(current.z)}."),
        "gradient": (
            "the gradient of the ELBO" if c.f == "joint" else "the gradient of E_q[f(z)]",
            f"By m: mean of the slopes {_listed(lab.gradient.f.slope(current.z))} = {decimal(current.by_m)}, exact "
            f"{decimal(current.exact_m)}. By s: mean of slope · ε{', plus 1/s,' if c.f == 'joint' else ''} = "
            f"{decimal(current.by_s)}, exact "
            f"{decimal(current.exact_s)}.",
        ),
        "step": (
            "the step",
            f"m: {decimal(current.m)} + {c.rate:g} · {decimal(current.by_m)} → {decimal(current.next_m)}. "
            f"s: {decimal(current.s)} + {c.rate:g} · {decimal(current.by_s)} → {decimal(current.next_s)}"
            + (" (halved)." if current.next_s == 0.5 * current.s else "."),
        ),
    }
    return words[c.stage]


@view("Rounds", help="The objective, m and s after each round of the recipe, exactly.")
def history(lab: RecipeLab, noise: Noise) -> Curves:
    """Exact ELBO, or expectation of f, with m and s over the rounds of the recipe."""
    c, done = lab.config, _rounds_of(lab, noise)
    ended = len(done) <= MOST_ROUNDS
    m, s = np.array([r.m for r in done]), np.array([r.s for r in done])
    series = _elbo_series(c, m, s) if c.f == "joint" else _expectation_series(lab, m, s)
    return Curves(
        series, x_label="rounds", marker=float(c.rounds),
        subtitle=f"{c.draws} draws a round, step size {c.rate:g}; {'ELBO' if c.f == 'joint' else 'E_q[f(z)]'} exact",
        note=_diverged_words(lab) if ended else "", warning=ended,
    )  # fmt: skip


def _expectation_series(lab: RecipeLab, m: np.ndarray, s: np.ndarray) -> tuple[Series, ...]:
    index = np.arange(len(m))
    mean = np.array([lab.gradient.f.expectation(*q) for q in zip(m.tolist(), s.tolist(), strict=True)])
    return (
        Series("mean", f"E_q[{text_of(lab.config)}]", index, mean + lab.config.shift, role="total", pane="E_q[f(z)]"),
        Series("m", "m", index, m, role="model", pane="m"),
        Series("s", "s", index, s, role="data", pane="s"),
    )


def _elbo_series(c: Any, m: np.ndarray, s: np.ndarray) -> tuple[Series, ...]:
    mean, std = c.x / (1.0 + c.sigma**2), c.sigma / math.hypot(1.0, c.sigma)
    evidence = float(normal_log_prob(np.array(c.x), 0.0, math.hypot(1.0, c.sigma)))
    elbo = np.array([evidence - normal_kl(a, b, mean, std) for a, b in zip(m, s, strict=True)])
    index, constant = np.arange(len(m)), np.ones(len(m))
    return (
        Series("elbo", "ELBO", index, elbo, role="total", pane="nats", unit="nats"),
        Series("evidence", "log p(x)", index, evidence * constant, pane="nats", unit="nats", dashed=True),
        Series("m", "m", index, m, role="model", pane="m"),
        Series("m.exact", "mean of p(z|x)", index, mean * constant, role="model", pane="m", dashed=True),
        Series("s", "s", index, s, role="data", pane="s"),
        Series("s.exact", "its standard deviation", index, std * constant, role="data", pane="s", dashed=True),
    )


def _listed(values: np.ndarray, most: int = 3) -> str:
    shown = ", ".join(decimal(float(v), 2) for v in values[:most])
    return f"{shown}, …" if len(values) > most else shown
