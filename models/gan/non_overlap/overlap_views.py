"""Exact divergences between two supports, and the values, slopes and gradients of critics as θ varies."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple
from typing import Any

import numpy as np

from models.frames import Curves, Series
from models.gan.non_overlap.critic import Critic, fitted
from models.gan.non_overlap.noisy import overlapping
from models.gan.non_overlap.supports import Divergences
from models.gan.non_overlap.training import SLICE, are_apart, axis_of, critic_of, power, progress, supports_of, train
from models.protocol import Lab, param, view
from models.views.words import decimal

__all__ = ["descend", "descent", "divergences_of", "ratio", "slope", "sweep"]

_BOUNDED = "JSD in nats, TV"  # name of a pane
_AT = (-1.0, -0.5, -0.25, -0.1, 0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)  # θ at which critics are trained
_CRITIC_STEPS = 600


def divergences_of(config: Any) -> Divergences:
    """The divergences at the θ of a config: in closed form, or with instance noise by quadrature."""
    c, supports = config, supports_of(config)
    return overlapping(supports, c.theta, c.sigma).divergences if c.sigma else supports.divergences(c.theta)


def descend(gradient: Callable[[float], float], theta: float, rate: float, steps: int) -> np.ndarray:
    """θ at the start and after each step of gradient descent, (steps + 1,), kept within ±10."""
    path = [theta]
    for _ in range(steps):
        path.append(min(max(path[-1] - rate * gradient(path[-1]), -10.0), 10.0))
    return np.array(path)


@view("Ratio D/(1 − D)", help="The ratio of the densities by D, beside the true one.")
def ratio(lab: Lab) -> Iterator[Curves]:
    """exp(F) along x₁ beside the true ratio p_data/p_θ: infinite on the data, 0 on the model, undefined elsewhere."""
    c, critic = lab.config, critic_of(lab.config)
    x, line = axis_of(c)
    for done in train(critic, c.steps):
        at, network = critic.plane(done)
        f = np.clip(network(line)[0], -60.0, 60.0)
        series = [Series("learned", "D/(1 − D)", x, np.exp(f), role="model")]
        top = max(float(np.exp(np.abs(f)).max()), 10.0)
        series += _true_ratio(c, x, top)
        at_model = float(np.exp(np.interp(c.theta, x, f)))
        yield Curves(
            tuple(series), x_label="x₁", y_label="D/(1 − D)", log_y=True, marker=c.theta,
            subtitle=f"after {at:,} steps, at x₂ = 0{progress(c, done)}",
            note=f"At θ = {c.theta:g} D/(1 − D) is {power(at_model)}. "
            + (
                "The true ratio is 0: θ has a gradient only because this estimate is wrong."
                if are_apart(c)
                else "The supports overlap, so the true ratio is finite there, and so is its gradient."
                if c.sigma
                else "Where the disks overlap, the true ratio is 1."
            ),
        )  # fmt: skip


def _true_ratio(c: Any, x: np.ndarray, top: float) -> list[Series]:
    """The true ratio of the densities along x₁, up to `top` where it is infinite."""
    supports = supports_of(c)
    half = supports.half_width
    if c.sigma and supports.shape != "disks":
        f = np.clip((c.theta**2 - 2.0 * c.theta * x) / (2.0 * c.sigma**2), -60.0, 60.0)
        return [Series("true", "true ratio, in closed form", x, np.exp(f), dashed=True)]
    if c.sigma:
        return []
    if c.theta == 0.0:
        return [Series("true", "true ratio: 1 on both", np.array([-half, half]), np.ones(2), dashed=True)]
    series = []
    for key, label, middle, level in (
        ("data", "true ratio: ∞ on the data", 0.0, top), ("model", "true ratio: 0 on the model", c.theta, 1 / top),
    ):  # fmt: skip
        ends = np.sort([middle - half, middle + half])
        if c.theta < 2.0 * half:  # disks: where both have mass, the ratio is 1
            ends[1 if key == "data" else 0] = c.theta - half if key == "data" else half
        box = np.array([ends[0], ends[0], ends[1], ends[1]])
        series.append(Series(key, label, box, np.array([1.0, level, level, 1.0]), role=key, dashed=True))
    return series


@view("Sweep of θ", help="Divergences against θ, exact (dashed), and by trained networks (solid).")
def sweep(lab: Lab) -> Iterator[Curves]:
    """Exact divergences against θ, with the values of networks over them."""
    c, at = lab.config, np.array(_AT)
    theta = np.unique(np.concatenate([np.linspace(-1.0, 2.0, 61), [-1e-9, 0.0, 1e-9]]))
    for rows in _exact(c, theta):
        exact = _exact_series(c, theta[: len(rows)], rows)
        yield _sweep_frame(c, exact, "training begins")
    learned: dict[str, Series] = {}
    for key, label, role, pane, critic, steps in (
        ("d", f"JSD by D, {c.steps:,} steps", "model", _BOUNDED, _critics(c, "logistic"), c.steps),
        (
            "gp",
            f"critic, λ = {c.penalty:g}",
            "alt",
            "W₁",
            _critics(c, "penalty"),
            _CRITIC_STEPS,
        ),
        ("clip", f"clip {c.clip:g}", "prior", "W₁", _critics(c, "clip"), _CRITIC_STEPS),
    ):
        for done in train(critic, steps):
            value = critic.record(steps).value[-1]
            learned[key] = Series(key, label, at, value, role=role, pane=pane)
            state = "" if done >= steps else f"{key} {done:,} of {steps:,} steps"
            yield _sweep_frame(c, [*exact, *learned.values()], state)


def _exact_series(c: Any, theta: np.ndarray, rows: list[Divergences]) -> list[Series]:
    kl, jsd, tv, w1 = np.array([astuple(row) for row in rows]).T
    series = [
        Series("jsd", "JSD", theta, jsd, role="total", pane=_BOUNDED, unit="nats", dashed=True),
        Series("tv", "TV", theta, tv, role="prior", pane=_BOUNDED, dashed=True),
        Series("w1", "W₁ = |θ|", theta, w1, role="total", pane="W₁", dashed=True),
    ]
    if c.sigma:
        series.append(Series("kl", "KL, up to 20", theta, np.minimum(kl, 20.0), role="data", pane="KL", dashed=True))
    return series


def _sweep_frame(c: Any, series: list[Series], state: str) -> Curves:
    supports, current = supports_of(c), divergences_of(c)
    kl = "∞" if math.isinf(current.kl) else f"{current.kl:.3g}"
    jump = "" if c.sigma or supports.shape == "disks" else " JSD jumps to log 2: discontinuous."
    how = f"noise σ = {c.sigma:g}, quadrature" if c.sigma else "closed form"
    return Curves(
        tuple(series), x_label="θ", marker=c.theta,
        subtitle=f"dashed: exact, {how}; solid: networks at {len(_AT)} θ in the plane{state and '; ' + state}",
        note=f"θ = {c.theta:g}: KL {kl}, JSD {current.jensen_shannon:.4f}, TV {current.total_variation:.4f}, "
        f"W₁ {current.wasserstein:g}.{jump} No critic's value is W₁.",
    )  # fmt: skip


def _exact(c: Any, theta: np.ndarray) -> Iterator[list[Divergences]]:
    """The divergences at each θ so far: yielded whenever a slice of time is over, and at the end."""
    supports, began = supports_of(c), time.perf_counter()
    rows: list[Divergences] = []
    for value in theta.tolist():
        if c.sigma > 0:
            rows.append(overlapping(supports, abs(round(value, 6)), c.sigma).divergences)
        else:
            rows.append(supports.divergences(value))
        if time.perf_counter() - began > SLICE and len(rows) < len(theta):
            yield rows
            began = time.perf_counter()
    yield rows


def _critics(c: Any, game: str) -> Critic:
    """Networks at all θ of the sweep, in the plane: distances do not depend on the dimension."""
    strength = {"logistic": 0.0, "penalty": c.penalty, "clip": c.clip}[game]
    return fitted(c.support, _AT, game, sigma=c.sigma, strength=strength, seed=c.seed)


@view("Slope of the critic", help="Slope of critics at the model, and the slope in closed form for two points.")
def slope(lab: Lab) -> Iterator[Curves]:
    """Slope of the critic with gradient penalty against θ beside 1 + θ/(2λ), and of the clipped critic."""
    c, at = lab.config, np.array(_AT)
    right = at > 0
    line = np.linspace(0.0, 2.0, 81)
    series = [
        Series("two", "1 + θ/(2λ)", line, 1.0 + line / (2.0 * c.penalty), role="alt", dashed=True),
        Series("one", "1: W₁", line, np.ones_like(line), role="total", dashed=True),
    ]
    learned: dict[str, Series] = {}
    for key, label, role in (
        ("penalty", f"penalty λ = {c.penalty:g}", "alt"),
        ("clip", f"clip {c.clip:g}", "prior"),
    ):
        critic = _critics(c, key)
        for done in train(critic, _CRITIC_STEPS):
            slope = -critic.record(_CRITIC_STEPS).slope[-1][right]
            learned[key] = Series(key, label, at[right], slope, role=role)
            state = "" if done >= _CRITIC_STEPS else f"; {label}, {done:,} of {_CRITIC_STEPS:,}"
            yield Curves(
                (*series, *learned.values()), x_label="θ", y_label="slope", marker=c.theta,
                subtitle=f"trained on {c.support} for {_CRITIC_STEPS:,} steps{state}",
                note="With the penalty the slope grows with θ, the clip sets it; W₁ has the slope 1.",
            )  # fmt: skip


@view(
    "Descent on θ",
    help="Gradient descent on θ alone with each objective: it arrives or stays. Of supports apart, only W₁ has "
    "a slope; gradients of networks are interpolated between the θ of their training.",
)
def descent(
    lab: Lab,
    rate: float = param(0.02, "Step size", 0.001, 0.2, log=True),
    rounds: int = param(200, "Steps", 10, 1000),
) -> Iterator[Curves]:
    """θ over gradient steps: exact divergences, and losses of networks trained afresh at each θ."""
    c, supports = lab.config, supports_of(lab.config)
    side = np.linspace(0.0, 2.2, 89)
    for divergences in _exact(c, side):
        if len(divergences) < len(side):
            yield Curves(
                (Series("start", "θ at the start", np.zeros(1), np.array([c.theta]), role="model"),),
                x_label="steps of θ", y_label="θ",
                subtitle=f"exact divergences, {len(divergences)} of {len(side)} θ",
            )  # fmt: skip
    columns = np.array([astuple(row) for row in divergences]).T  # (4, θ)
    rows = (("kl", "KL", "prior"), ("jsd", "JSD", "model"), ("tv", "TV", "alt"), ("w1", "W₁", "data"))
    at = np.arange(rounds + 1)
    exact: list[Series] = []
    for place, (key, label, role) in enumerate(rows):
        slopes = _slopes(side, columns[place], jumps=not c.sigma and supports.shape != "disks")
        path = descend(_odd(side, slopes), c.theta, rate, rounds)
        exact.append(Series(key, f"{label} {_end(path)}", at, path, role=role, dashed=True))
    if are_apart(c):  # one line for the three that lie upon each other
        exact[:3] = [Series("still", "KL, JSD, TV stay", at, exact[0].y, role="total", dashed=True)]
    learned: dict[str, Series] = {}
    for key, label, role, game, steps in (
        ("minimax", "minimax", "model", "logistic", c.steps),
        ("non-saturating", "non-sat.", "alt", "logistic", c.steps),
        ("gp", f"λ = {c.penalty:g}", "data", "penalty", _CRITIC_STEPS),
        ("clip", f"clip {c.clip:g}", "prior", "clip", _CRITIC_STEPS),
    ):
        critic = _critics(c, game)
        for done in train(critic, steps):
            record = critic.record(steps)
            values = {"minimax": record.minimax, "non-saturating": record.non_saturating}.get(key, -record.slope)
            path = descend(_between(values[-1]), c.theta, rate, rounds)
            learned[key] = Series(key, f"{label} {_end(path)}", at, path, role=role)
            yield Curves(
                (*exact, *learned.values()), x_label="steps of θ", y_label="θ",
                subtitle=f"dashed: exact; solid: networks, {c.steps:,} steps (critics {_CRITIC_STEPS:,}), "
                f"interpolated between {len(_AT)} θ"
                + ("" if done >= steps else f"; {game} {done:,} of {steps:,}"),
            )  # fmt: skip


def _slopes(theta: np.ndarray, values: np.ndarray, *, jumps: bool) -> np.ndarray:
    """Derivative of a divergence by θ ≥ 0; 0 where the divergence is infinite, and without its jumps."""
    if np.isinf(values).any():
        return np.zeros_like(theta)
    slopes = np.gradient(values, theta)
    if jumps and values[1] > 0.5:  # JSD and total variation; W₁ does not jump
        slopes[:2] = slopes[2]
    return slopes


def _odd(theta: np.ndarray, slopes: np.ndarray) -> Callable[[float], float]:
    """The slope as an odd function of θ; 0 within a rounding error of θ = 0."""
    return lambda at: 0.0 if abs(at) < 1e-9 else math.copysign(float(np.interp(abs(at), theta, slopes)), at)


def _between(values: np.ndarray) -> Callable[[float], float]:
    """Gradients at the θ of the sweep, linear between them."""
    return lambda at: float(np.interp(at, _AT, values))


def _end(path: np.ndarray) -> str:
    """The end of a path of θ, in two words."""
    last = path[-20:]
    if abs(path[-1] - path[0]) < 0.05 * abs(path[0]):
        return "stays"
    if np.abs(last).max() < 0.1:
        return "arrives"
    return f"at {decimal(float(last.mean()), 2)}" if np.ptp(last) < 0.05 else f"jumps by {np.ptp(last):.2g}"
