"""The optimal discriminator of two known densities, and one that is trained."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from models.exact.densities_1d import LineMixture, Pair, log_sigmoid
from models.exact.divergences import kl, masses
from models.frames import Bars, Curves, Lines, Plane, Points, Series
from models.gan.optimal_discriminator.fit import Course, course
from models.protocol import Drag, Lab, Noise, view
from models.views.density_handles import density_handles
from models.views.words import decimal

__all__ = [
    "EDGE",
    "classifier",
    "densities",
    "error",
    "function",
    "gradient",
    "objective",
    "optimum",
    "pair_of",
    "values_of",
]

EDGE = 5.0
"""x goes from −5 to 5."""
_POINTS = 601
_FAR = np.linspace(-2 * EDGE, 2 * EDGE, 2 * _POINTS)  # where the classifier is measured
_SEEN = np.abs(_FAR) <= EDGE
_ENDS = 1e-4  # D is drawn from here to 1 − here: at the ends the objective is −∞
_BELOW = 0.07  # room for the numbers below the curves, as a share of their height
_DEPTH = 2.2  # how far below its top the pointwise objective is drawn, in units of p_data + p_θ


def pair_of(config: Any) -> Pair:
    """The densities of data and model that a config describes."""
    return Pair(
        LineMixture.about(config.data_mean, config.data_std, config.data_gap),
        LineMixture.about(config.model_mean, config.model_std, config.model_gap),
    )


def _densities_at(config: Any) -> tuple[float, float]:
    """p_data and p_θ at the x of the config."""
    pair, x = pair_of(config), np.array(config.x)
    return float(np.exp(pair.data.log_prob(x))), float(np.exp(pair.model.log_prob(x)))


def _integrand(config: Any, d: np.ndarray) -> np.ndarray:
    """p_data(x) log D + p_θ(x) log(1 − D) at the x of the config; D of any shape to the same shape."""
    p, q = _densities_at(config)
    return p * np.log(d) + q * np.log1p(-d)


@functools.lru_cache(maxsize=32)
def _value_at_optimum(pair: Pair) -> tuple[float, float, float]:
    """L(D*) by quadrature of its definition, KL(p_data ‖ p̄) and KL(p_θ ‖ p̄) with p̄ = ½ p_data + ½ p_θ, nats."""
    x, cell = pair.grid()
    value = pair.objective(pair.log_ratio(x), x, cell)
    p, q = (masses(np.exp(part.log_prob(x)), cell) for part in (pair.data, pair.model))
    return value, kl(p, 0.5 * (p + q)), kl(q, 0.5 * (p + q))


def values_of(config: Any) -> dict[str, float]:
    """Values of the equations: at x the best D and the two terms of the objective, L(D*) and its parts, nats."""
    pair = pair_of(config)
    p, q = _densities_at(config)
    value, of_data, of_model = _value_at_optimum(pair)
    return {
        "d_star": float(optimum(pair, np.array(config.x))),
        "at_data": p * math.log(config.d),
        "at_model": q * math.log1p(-config.d),
        "at_x": float(_integrand(config, np.array(config.d))),
        "objective": value,
        "log_4": -math.log(4.0),
        "kl_data": of_data,
        "kl_model": of_model,
        "two_jsd": of_data + of_model,
    }


def optimum(pair: Pair, x: np.ndarray) -> np.ndarray:
    """D* = p_data/(p_data + p_θ); any shape to the same shape."""
    return np.exp(log_sigmoid(pair.log_ratio(x)))


def _data_density(config: Any, x: float) -> float:
    return float(np.exp(pair_of(config).data.log_prob(np.array(x))))


def _model_density(config: Any, x: float) -> float:
    return float(np.exp(pair_of(config).model.log_prob(np.array(x))))


_HANDLES = (
    *density_handles("data_mean", "data_std", _data_density, "data_gap"),
    *density_handles("model_mean", "model_std", _model_density, "model_gap"),
)


@view(
    "Densities and D*", lead=True, drags=(*_HANDLES, Drag("x", "d")),
    help="Handles: mean and standard deviation of each density on its curve, and D at x.",
)  # fmt: skip
def densities(lab: Lab) -> Plane:
    """Both densities, D* between 0 and 1, and the chosen x with its D."""
    c, pair, x = lab.config, pair_of(lab.config), np.linspace(-EDGE, EDGE, _POINTS)
    p, q = (np.exp(part.log_prob(x)) for part in (pair.data, pair.model))
    best = float(optimum(pair, np.array(c.x)))
    top = max(1.3, 1.05 * float(max(p.max(), q.max())))
    start = np.zeros(1, int)
    return Plane(
        (
            Lines(np.array([[-EDGE, 0.5], [EDGE, 0.5]]), start, dashed=True),
            Lines(np.stack([x, p], 1), start, role="data", width=2.0, name="p_data(x)"),
            Lines(np.stack([x, q], 1), start, role="model", width=2.0, name="p_θ(x)"),
            Lines(np.stack([x, optimum(pair, x)], 1), start, width=2.0, name="D*(x)"),
            Lines(np.array([[c.x, 0.0], [c.x, top]]), start, role="alt", dashed=True),
            Points(np.array([handle.position(c) for handle in _HANDLES[:2]]), role="data", size=9.0),
            Points(np.array([handle.position(c) for handle in _HANDLES[2:]]), role="model", size=9.0),
            Points(np.array([[c.x, best]]), role="total", size=7.0, name="D* at x"),
            Points(np.array([[c.x, c.d]]), role="alt", size=9.0, name="D at x"),
        ),
        x_label="x", y_label="p, D", extent=(-EDGE, EDGE, -_BELOW * top, top), square=False,
        subtitle=f"exact; at x = {decimal(c.x, 2)}: D = {decimal(c.d, 2)}, D* = {decimal(best)}",
        note="Drag the dots: on each curve the mean and a standard deviation beside it, and D at x.",
    )  # fmt: skip


@view(
    "Function of D at x", help="The objective at one x as a function of D; the handle is D.",
    drags=(Drag("d", at=lambda config: float(_integrand(config, np.array(config.d)))),),
)  # fmt: skip
def function(lab: Lab) -> Plane:
    """p_data(x) log D + p_θ(x) log(1 − D) as a function of D, its top, and the chosen D."""
    c, pair, x = lab.config, pair_of(lab.config), np.array(lab.config.x)
    p, q = _densities_at(c)
    best, d = float(optimum(pair, x)), np.linspace(_ENDS, 1 - _ENDS, 801)
    shape = _integrand(c, d)
    inside = min(max(best, _ENDS), 1 - _ENDS)
    top, mine = float(_integrand(c, np.array(inside))), float(_integrand(c, np.array(c.d)))
    low = min(top - _DEPTH * (p + q), mine)
    room = 0.12 * (top - low)
    start = np.zeros(1, int)
    return Plane(
        (
            Lines(np.array([[inside, low - room], [inside, top]]), start, dashed=True),
            Lines(np.stack([d, shape], 1), start, role="prior", width=2.0, name="p_data log D + p_θ log(1−D)"),
            Points(np.array([[inside, top]]), role="total", size=8.0, name="top: D*"),
            Points(np.array([[c.d, mine]]), role="alt", size=9.0, name="D"),
        ),
        x_label="D", y_label="nats", extent=(0.0, 1.0, low - room, top + room), square=False,
        subtitle=f"x = {decimal(c.x, 2)}, p_data = {decimal(p)}, p_θ = {decimal(q)}; D is {_below(top - mine)}",
        note=f"Slope p_data/D − p_θ/(1 − D) = {decimal(p / c.d - q / (1 - c.d))}; 0 at D* = {decimal(best)}.",
    )  # fmt: skip


@view("Objective at D*", help="L(D*) = −log 4 + 2 JSD: both sides, computed apart.")
def objective(lab: Lab) -> Bars:
    """L(D*) by quadrature of its definition, and its parts."""
    value, first, second = _value_at_optimum(pair_of(lab.config))
    rows = (
        ("L(D*)", value, "total"),
        ("−log 4", -math.log(4.0), "total"),
        ("2 JSD", first + second, "alt"),
        ("KL(data ‖ mean)", first, "data"),
        ("KL(model ‖ mean)", second, "model"),
        ("JSD", 0.5 * (first + second), "alt"),
    )
    return Bars(
        tuple(label for label, *_ in rows), np.array([v for _, v, _ in rows]),
        roles=tuple(role for *_, role in rows), unit="nats",
        subtitle="by quadrature; “mean” is ½ p_data + ½ p_θ",
        note=f"{decimal(value)} = −{decimal(math.log(4))} + 2 · {decimal(0.5 * (first + second))}. "
        "“JSD + C” on a later slide drops this 2.",
    )  # fmt: skip


def _course(c: Any, noise: Noise) -> Course:
    return course(pair_of(c), c.n, c.steps, noise.seed, (-2 * EDGE, 2 * EDGE), 2 * _POINTS)


def _errors(pair: Pair, f: np.ndarray) -> tuple[float, float]:
    """Mean |D − D*| under ½ p_data + ½ p_θ, and L(D*) − L(D), nats, of F on the course's grid."""
    x = _FAR
    p, q = (masses(np.exp(part.log_prob(x))) for part in (pair.data, pair.model))
    best = pair.log_ratio(x)
    away = np.abs(np.exp(log_sigmoid(f)) - np.exp(log_sigmoid(best)))
    lost = p @ (log_sigmoid(best) - log_sigmoid(f)) + q @ (log_sigmoid(-best) - log_sigmoid(-f))
    return float(0.5 * (p + q) @ away), float(lost)


@view("Classifier on samples", help="A network trained on samples of both approaches D*.")
def classifier(lab: Lab, noise: Noise) -> Iterator[Curves]:
    """D of the network during training, and D*."""
    pair, training, x = pair_of(lab.config), _course(lab.config, noise), _FAR[_SEEN]
    best = Series("best", "D*", x, optimum(pair, x), dashed=True)
    while True:
        f = training.recorded[-1]
        away, lost = _errors(pair, f)
        yield Curves(
            (Series("d", "D, trained", x, np.exp(log_sigmoid(f[_SEEN])), role="alt"), best),
            x_label="x", y_label="D",
            subtitle=f"step {training.step:,} of {training.steps:,}; {lab.config.n:,} samples of each",
            note=f"Mean |D − D*| = {decimal(away)}; L(D) is {decimal(lost, 4)} nats below L(D*). "
            "Where no samples lie, D is a guess.",
        )  # fmt: skip
        if training.finished:
            return
        training.advance()


@view("Error during training", help="Distance of the classifier from D* during training.")
def error(lab: Lab, noise: Noise) -> Iterator[Curves]:
    """Mean |D − D*| and L(D*) − L(D) against the step."""
    pair, training = pair_of(lab.config), _course(lab.config, noise)
    while True:
        done = len(training.recorded)
        values = np.array([_errors(pair, f) for f in training.recorded])
        steps = np.maximum(training.marks[:done], 1)
        yield Curves(
            (
                Series("away", "mean |D − D*|", steps, np.maximum(values[:, 0], 1e-6), role="alt",
                       pane="mean |D − D*|"),
                Series("lost", "L(D*) − L(D)", steps, np.maximum(values[:, 1], 1e-6), unit="nats",
                       pane="L(D*) − L(D), nats"),
            ),
            x_label="training step", log_x=True, log_y=True,
            subtitle=f"step {training.step:,} of {training.steps:,}; {lab.config.n:,} samples of each",
            note=f"By quadrature of the true densities. Now {decimal(values[-1, 0])} and "
            f"{decimal(values[-1, 1], 4)} nats.",
        )  # fmt: skip
        if training.finished:
            return
        training.advance()


@view("Gradient in x", help="∇ log(1 − D*), which moves a sample, and the sign printed on the slide.")
def gradient(lab: Lab) -> Curves:
    """∇ₓ log(1 − D*) and ∇D*/(1 − D*)."""
    pair, x = pair_of(lab.config), np.linspace(-EDGE, EDGE, _POINTS)
    d, slope = optimum(pair, x), pair.data.score(x) - pair.model.score(x)
    right = -d * slope  # ∇D = D (1 − D) ∇ log p_data/p_θ
    here = np.array(lab.config.x)
    at = -float(optimum(pair, here)) * float(pair.data.score(here) - pair.model.score(here))
    return Curves(
        (
            Series("right", "∇ log(1 − D*) = −∇D*/(1 − D*)", x, right, role="model"),
            Series("printed", "∇D*/(1 − D*), as on the slide", x, -right, role="alt", dashed=True),
        ),
        x_label="x", y_label="nats per unit of x", marker=lab.config.x, subtitle="exact",
        note=f"At x = {decimal(lab.config.x, 2)}: {decimal(at)}. Descent moves a sample against it, towards the "
        "data; with the slide's sign it would move away.",
    )  # fmt: skip


def _below(nats: float) -> str:
    return "at the top" if nats < 5e-4 else f"{decimal(nats)} below the top"
