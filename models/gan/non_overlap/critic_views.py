"""A trained discriminator between two supports: its map, the gradient that reaches θ, and its profile."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from models.frames import Curves, Density, Field, Plane, Points, Series
from models.gan.non_overlap.noisy import overlapping
from models.gan.non_overlap.training import are_apart, axis_of, critic_of, power, progress, sigmoid, supports_of, train
from models.protocol import Drag, Lab, view

__all__ = ["LOSSES", "closed_form", "discriminator", "gradient", "logit_gradients", "profile"]

LOSSES = {"minimax": "Minimax", "non-saturating": "Non-saturating"}
"""Losses of the generator, as choices."""

_ARROW, _LONGEST = 0.8, 0.45  # length of an arrow of gradient 1, and the greatest length, data units
_LEAST = 1e-12  # smaller values are not drawn: the axis is logarithmic
_SIDE, _UP = (-0.9, 2.9), (-1.35, 1.35)
_MAP = 1.4, 1.8  # width and height of the heat map relative to the plane: it fills a card of any usual shape
_CELLS, _COARSE = (134, 122), (67, 61)  # cells of the heat map at the end, and during training


def logit_gradients(a: np.ndarray, theta: float) -> tuple[np.ndarray, np.ndarray]:
    """Gradients on θ of both losses under the logit a(θ/2 − x): a σ(−aθ/2) and a σ(aθ/2), float64, any shape."""
    half = 0.5 * a * theta
    return a * np.exp(-np.logaddexp(0.0, half)), a * np.exp(-np.logaddexp(0.0, -half))


def _network(c: Any) -> str:
    noise = f", noise σ = {c.sigma:g}" if c.sigma else ""
    return f"D of {c.d:,}-64-64-1 ReLU{noise}"


@view(
    "Supports and D",
    lead=True,
    help="Data, model, D after t steps, and the direction in which each point of the model is moved. Drag the model.",
    drags=(Drag(x="theta"),),
)
def discriminator(lab: Lab) -> Iterator[Plane]:
    """The two supports over the heat map of D, with the steps of the generator's points under its loss.

    An arrow is 0.8 times as long as the step against the gradient, so that it is seen to vanish; long ones are cut.
    """
    c, nodes = lab.config, supports_of(lab.config).nodes()
    loss = c.loss
    model = nodes + np.array([c.theta, 0.0])
    few = model[:: max(1, len(model) // 24)]
    critic = critic_of(c)
    for done in train(critic, c.steps):
        at, network = critic.plane(done)
        cells = _CELLS if done >= c.steps else _COARSE
        d = sigmoid(network.values(_grid(cells))).reshape(cells[::-1])
        f, gradient = network(few)
        weight = sigmoid(f) if loss == "minimax" else sigmoid(-f)
        push = weight[:, None] * gradient  # against the gradient of −softplus(F), or of softplus(−F)
        record = critic.record(done)
        on_theta = (record.minimax if loss == "minimax" else record.non_saturating)[-1, 0]
        where = "" if c.d == 2 else f" in the plane of the supports, of {c.d:,} dimensions"
        yield Plane(
            (
                Density(d, (*_AROUND[0], *_AROUND[1]), role="real-fake", low=0.0, high=1.0, name="D"),
                Points(nodes, role="data", size=5.0, name="data"),
                Points(model, role="model", size=5.0, name="model"),
                Field(few, push, role="total", longest=_arrow(push), name=f"{LOSSES[loss].lower()} step"),
            ),
            x_label="x₁", y_label="x₂", extent=(*_SIDE, *_UP),
            subtitle=f"after {at:,} steps; {_network(c)}{where}{progress(c, done)}",
            note=f"Longest arrow {power(float(np.hypot(*push.T).max()))}; "
            f"gradient on θ {power(float(on_theta))} ({LOSSES[loss].lower()}).",
        )  # fmt: skip


@view("Gradient over steps of D", help="The gradient of each loss on θ during the training of D, up to t steps.")
def gradient(lab: Lab) -> Iterator[Curves]:
    """Size of both gradients on θ against the steps of D."""
    c, critic = lab.config, critic_of(lab.config)
    for done in train(critic, c.steps):
        record = critic.record(done)
        seen = record.steps >= 1
        steps, series = record.steps[seen], []
        sizes = {"minimax": np.abs(record.minimax[:, 0]), "non-saturating": np.abs(record.non_saturating[:, 0])}
        roles = {"minimax": "model", "non-saturating": "alt"}
        for loss, size in sizes.items():
            label = f"{LOSSES[loss]}, |∂/∂θ|"
            series.append(Series(loss, label, steps, _drawn(size[seen]), role=roles[loss]))
        if c.sigma and c.theta:
            exact = overlapping(supports_of(c), c.theta, c.sigma)
            for loss, value in (("minimax", exact.minimax), ("non-saturating", exact.non_saturating)):
                level = _drawn(np.full(len(steps), abs(value)))
                label = f"{LOSSES[loss]} at D*"
                series.append(Series(f"{loss}.exact", label, steps, level, role=roles[loss], dashed=True))
        yield Curves(
            tuple(series), x_label="steps of D", y_label="|∂/∂θ|", log_x=True, log_y=True, marker=float(c.steps),
            subtitle=f"{_network(c)}, Adam 1e−3, θ = {c.theta:g}, from {power(_LEAST)} up{progress(c, done)}",
            note=_story(record.steps, sizes, c.steps)
            + (" At the exact D* it is ∇D/D = 0/0, undefined." if are_apart(c) else ""),
        )  # fmt: skip


@view("Profile of D", help="D, 1 − D and the slope of D along x₁, through the middle of both supports.")
def profile(lab: Lab) -> Iterator[Curves]:
    """D and |∂D/∂x₁| on the axis through both supports, logarithmic."""
    c, critic = lab.config, critic_of(lab.config)
    x, line = axis_of(c)
    for done in train(critic, c.steps):
        at, network = critic.plane(done)
        f, gradient = network(line)
        d, rest = sigmoid(f), sigmoid(-f)
        slope = np.abs(d * rest * gradient[:, 0])
        ends = np.interp([0.0, c.theta], x, slope)
        parts = [_drawn(part) for part in (d, rest, slope)]
        yield Curves(
            (
                Series("d", "D", x, parts[0], role="data", pane="D"),
                Series("rest", "1 − D", x, parts[1], role="model", pane="D"),
                Series("slope", "|∂D/∂x₁|", x, parts[2], role="total", pane="slope"),
            ),
            x_label="x₁", log_y=True, marker=c.theta,
            subtitle=f"after {at:,} steps, at x₂ = 0, from {power(_LEAST)} up{progress(c, done)}",
            note=f"|∂D/∂x₁| is {power(ends[0])} on the data (0) and {power(ends[1])} on the model ({c.theta:g})"
            + (": a correct D is flat wherever there is mass." if are_apart(c) else "."),
        )  # fmt: skip


@view("Closed form", help="The gradient on θ of both losses when the logit is a(θ/2 − x).")
def closed_form(lab: Lab) -> Curves:
    """Both gradients against the sharpness a, for data at 0 and the model at θ."""
    c = lab.config
    a = np.geomspace(1e-2, 1e4, 400)
    minimax, rival = logit_gradients(a, c.theta)
    drawn = minimax >= _LEAST
    current = [float(g[0]) for g in logit_gradients(np.array([c.a]), c.theta)]
    peak = 2.5569 / c.theta if c.theta else math.inf  # aθ/2 = 1 + W(1/e)
    return Curves(
        (
            Series("minimax", "minimax, a σ(−aθ/2)", a[drawn], minimax[drawn], role="model"),
            Series("non-saturating", "non-saturating, a σ(aθ/2)", a, rival, role="alt"),
        ),
        x_label="sharpness a", y_label="|∂/∂θ|", log_x=True, log_y=True, marker=c.a,
        subtitle=f"D = σ(a(θ/2 − x)), data at 0, model at θ = {c.theta:g}; exact, drawn down to {power(_LEAST)}",
        note=f"a = {c.a:g}: minimax {power(current[0])}, peak at a = {peak:.3g}; non-saturating {power(current[1])}. "
        "a → ∞ is the optimal D: 0 for minimax, without bound for the other, which is 0/0 at D* itself.",
    )  # fmt: skip


def _drawn(sizes: np.ndarray) -> np.ndarray:
    """The values that are drawn, NaN for those too small."""
    return np.where(sizes >= _LEAST, sizes, np.nan)


def _arrow(push: np.ndarray) -> float:
    """Length of the longest arrow, data units."""
    return float(min(_ARROW * np.hypot(*push.T).max(), _LONGEST))


def _around(ends: tuple[float, float], factor: float) -> tuple[float, float]:
    middle, half = (ends[0] + ends[1]) / 2, factor * (ends[1] - ends[0]) / 2
    return middle - half, middle + half


_AROUND = _around(_SIDE, _MAP[0]), _around(_UP, _MAP[1])


def _grid(cells: tuple[int, int]) -> np.ndarray:
    """Middles of the cells of the heat map, row by row, (cells, 2)."""
    x, y = (
        low + (np.arange(count) + 0.5) / count * (high - low) for (low, high), count in zip(_AROUND, cells, strict=True)
    )
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _story(steps: np.ndarray, sizes: dict[str, np.ndarray], t: int) -> str:
    """Both gradients after t steps, in words."""
    place = int(np.searchsorted(steps, t, side="right")) - 1
    minimax, rival = sizes["minimax"], sizes["non-saturating"]
    start, peak = max(float(minimax[0]), _LEAST), int(minimax.argmax())
    return (
        f"After {steps[place]:,} steps minimax has {power(float(minimax[place] / start))} times its first gradient "
        f"(at most {minimax[peak] / start:.1f} times, at {steps[peak]:,}), non-saturating "
        f"{rival[place] / max(float(rival[0]), _LEAST):,.0f} times."
    )
