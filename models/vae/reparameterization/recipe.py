"""The steps of black-box variational inference on a one-dimensional Gaussian q, with the numbers of each step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from models.exact.normal import normal_kl, normal_log_prob, standard_normal
from models.frames import Curves, Field, Layer, Lines, Plane, Points, Series
from models.protocol import Noise, view
from models.vae.reparameterization.estimators import LogJoint
from models.views.words import decimal

__all__ = ["MOST_ROUNDS", "STAGES", "Round", "history", "recipe", "rounds"]

STAGES = {"model": "1 Model", "q": "2 q", "sample": "3 Sample", "gradient": "4 Gradient", "step": "5 Step"}
"""The steps of the recipe."""
MOST_ROUNDS = 200
_DIVERGED = "The steps diverge: make the step size smaller."
_FAR = 1e3  # |m| beyond which the rounds count as divergent
_DEPTH = 9.0  # nats of log p(x, z) in the picture of the recipe


@dataclass(frozen=True)
class Round:
    """One round of the recipe.

    Attributes:
        m, s: q before the round.
        z: The draws, (n,).
        by_m, by_s: Reparameterised gradient of the ELBO from these draws.
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


def rounds(f: LogJoint, m: float, s: float, noise: np.ndarray, rate: float) -> list[Round]:
    """Rounds of stochastic gradient ascent on the ELBO E_q[log p(x, z)] − E_q[log q(z)], entropy in closed form.

    A step that would make s negative halves it instead. The rounds end early if they diverge.

    Args:
        f: log p(x, z).
        m: Mean of q at the start.
        s: Its standard deviation.
        noise: ε of each round, (rounds, n).
        rate: Step size.
    """
    done = []
    precision = 1.0 / f.sigma**2 + 1.0
    for epsilon in noise:
        z = m + s * epsilon
        slope = f.slope(z)
        by_m, by_s = float(slope.mean()), float((slope * epsilon).mean()) + 1.0 / s
        exact_m, exact_s = float(f.slope(np.array(m))), 1.0 / s - precision * s
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
    def joint(self) -> LogJoint:
        """log p(x, z)."""


def _rounds_of(lab: RecipeLab, noise: Noise) -> list[Round]:
    c = lab.config
    epsilon = standard_normal(MOST_ROUNDS + 1, c.draws, rng=noise.rng())
    return rounds(lab.joint, c.m, c.s, epsilon, c.rate)


@view("Recipe", lead=True, help="Model, q, sample, gradient, step: one round of variational inference.")
def recipe(lab: RecipeLab, noise: Noise) -> Plane:
    """One round: log p(x, z), q below it, draws on the curve with its slopes there, and q after the step."""
    done = _rounds_of(lab, noise)
    current = done[min(lab.config.rounds, len(done) - 1)]
    stage = list(STAGES).index(lab.config.stage)
    z = np.linspace(-4.0, 4.0, 401)
    mode = lab.config.x / (1.0 + lab.config.sigma**2)
    top = float(lab.joint.value(np.array(mode)))
    floor = top - _DEPTH

    def bell(m: float, s: float) -> np.ndarray:
        return np.column_stack([z, floor + 1.5 * np.exp(normal_log_prob(z, m, s))])

    one = np.zeros(1, int)
    layers: list[Layer] = [
        Lines(np.column_stack([z, lab.joint.value(z)]), one, width=2.0, name="log p(x, z)"),
    ]
    if stage >= 1:
        layers.append(
            Lines(bell(current.m, current.s), one, role="model", width=2.0, name="q(z), drawn 1.5 times as high")
        )
    if stage >= 2:
        stems = np.stack(
            [np.column_stack([current.z, np.full(len(current.z), floor)]), _on_curve(lab.joint, current.z)], axis=1
        )
        starts = 2 * np.arange(len(current.z))
        layers += [
            Lines(stems.reshape(-1, 2), starts, role="model", dashed=True),
            Points(_on_curve(lab.joint, current.z), role="model", size=8.0, name=f"{len(current.z)} draws z = m + s ε"),
        ]
    if stage >= 3:
        layers.append(
            Lines(_tangents(lab.joint, current.z), starts, role="data", width=2.5, name="slope of log p(x, z)")
        )
        peak = floor + 1.5 * float(np.exp(normal_log_prob(np.array(current.m), current.m, current.s)))
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
        tuple(layers), x_label="z", y_label="nats", extent=(-4.0, 4.0, floor, top + 1.0), square=False,
        subtitle=f"round {min(lab.config.rounds + 1, len(done))}, {subtitle}",
        note=_DIVERGED if diverged else note, warning=diverged,
    )  # fmt: skip


def _on_curve(joint: LogJoint, z: np.ndarray) -> np.ndarray:
    return np.column_stack([z, joint.value(z)])


def _tangents(joint: LogJoint, z: np.ndarray) -> np.ndarray:
    """Pieces of the tangents at the draws, about as long as each other in the picture, (2 n, 2)."""
    slope = joint.slope(z)
    half = 0.6 / np.hypot(1.0, slope * 8.0 / (_DEPTH + 1.0))
    away = np.column_stack([half, half * slope])
    return np.stack([_on_curve(joint, z) - away, _on_curve(joint, z) + away], axis=1).reshape(-1, 2)


def _stage_words(lab: RecipeLab, now: Round) -> tuple[str, str]:
    c = lab.config
    epsilon = (now.z - now.m) / now.s
    words = {
        "model": ("the model", f"z ~ N(0, 1), x|z ~ N(z, {c.sigma:g}²), and x = {c.x:g} is observed."),
        "q": ("the approximation", f"q(z) = N(m, s²) with m = {decimal(now.m)}, s = {decimal(now.s)}."),
        "sample": ("the sample", f"ε = {_listed(epsilon)}, so z = m + s ε = {_listed(now.z)}."),
        "gradient": (
            "the gradient of the ELBO",
            f"By m: mean of the slopes {_listed(lab.joint.slope(now.z))} = {decimal(now.by_m)}, exact "
            f"{decimal(now.exact_m)}. By s: mean of slope · ε, plus 1/s, = {decimal(now.by_s)}, exact "
            f"{decimal(now.exact_s)}.",
        ),
        "step": (
            "the step",
            f"m: {decimal(now.m)} + {c.rate:g} · {decimal(now.by_m)} → {decimal(now.next_m)}. "
            f"s: {decimal(now.s)} + {c.rate:g} · {decimal(now.by_s)} → {decimal(now.next_s)}"
            + (" (halved)." if now.next_s == 0.5 * now.s else "."),
        ),
    }
    return words[c.stage]


@view("Rounds", help="The ELBO after each round of the recipe, exactly.")
def history(lab: RecipeLab, noise: Noise) -> Curves:
    """Exact ELBO, m and s over the rounds of the recipe."""
    c, done = lab.config, _rounds_of(lab, noise)
    mean, std = c.x / (1.0 + c.sigma**2), c.sigma / math.hypot(1.0, c.sigma)
    evidence = float(normal_log_prob(np.array(c.x), 0.0, math.hypot(1.0, c.sigma)))
    m, s = np.array([r.m for r in done]), np.array([r.s for r in done])
    elbo = np.array([evidence - normal_kl(a, b, mean, std) for a, b in zip(m, s, strict=True)])
    index, constant = np.arange(len(done)), np.ones(len(done))
    return Curves(
        (
            Series("elbo", "ELBO", index, elbo, role="total", unit="nats"),
            Series("evidence", "log p(x)", index, evidence * constant, unit="nats", dashed=True),
            Series("m", "m", index, m, role="model", pane="m"),
            Series("m.exact", "mean of p(z|x)", index, mean * constant, role="model", pane="m", dashed=True),
            Series("s", "s", index, s, role="data", pane="s"),
            Series("s.exact", "its standard deviation", index, std * constant, role="data", pane="s", dashed=True),
        ),
        x_label="rounds", marker=float(c.rounds),
        subtitle=f"{c.draws} draws a round, step size {c.rate:g}; ELBO exact",
        note=_DIVERGED if len(done) <= MOST_ROUNDS else "", warning=len(done) <= MOST_ROUNDS,
    )  # fmt: skip


def _listed(values: np.ndarray, most: int = 3) -> str:
    shown = ", ".join(decimal(float(v), 2) for v in values[:most])
    return f"{shown}, …" if len(values) > most else shown
