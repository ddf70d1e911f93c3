"""The likelihood of the flips over θ or p, its gradient, and gradient ascent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from models.autoregressive.coin_flips.bernoulli import Flips, flip, logit, sigmoid
from models.frames import Curves, Lines, Plane, Points, Series
from models.protocol import Drag, view
from models.views.words import decimal, plural

__all__ = ["ascent", "gradient", "likelihood", "log_likelihood"]

_EDGE = 6.0  # θ is drawn from −6 to 6, and farther where the steps lead there
_POINTS = 601
_ENDS = 1e-3  # p is drawn from here to 1 − here: at the ends 𝓛 is −∞
_FLOOR = 1e-12  # nats at which a difference that vanishes is drawn on a logarithmic axis
_REACH = 5.0  # widths 1/√I about the maximum in which the likelihood is drawn
_ROOM = 0.08  # of the height of 𝓛 above its greatest value


def _grid(lab: Any) -> np.ndarray:
    """θ at the points of the curves, (n,)."""
    if lab.config.over == "p":
        return logit(np.linspace(_ENDS, 1.0 - _ENDS, _POINTS))
    far = max(_EDGE, 1.05 * float(np.abs(lab.path).max()))
    return np.linspace(-far, far, _POINTS)


def _place(lab: Any, theta: np.ndarray) -> np.ndarray:
    """Where values of θ stand on the horizontal axis; any shape to the same shape."""
    return sigmoid(theta) if lab.config.over == "p" else np.asarray(theta)


def _axis(lab: Any) -> str:
    return "p = σ(θ)" if lab.config.over == "p" else "θ"


def _width(lab: Any) -> tuple[float, float] | None:
    """The best place on the horizontal axis, and 1/√I there; None where all flips are alike."""
    data = lab.flips
    if not 0 < data.ones < data.n:
        return None
    if lab.config.over == "p":
        return data.frequency, 1.0 / math.sqrt(float(data.information_in_p(np.array(data.frequency))))
    return data.best, 1.0 / math.sqrt(float(data.information(np.array(data.best))))


def _about(lab: Any) -> np.ndarray:
    """θ at points about the maximum that reach the place in force, (n,); all that are drawn where there is none."""
    width, here = _width(lab), float(_place(lab, np.array(lab.theta)))
    if width is None:
        return _grid(lab)
    best, spread = width
    low, high = min(best - _REACH * spread, here), max(best + _REACH * spread, here)
    if lab.config.over == "p":
        return logit(np.linspace(max(low, _ENDS), min(high, 1.0 - _ENDS), _POINTS))
    return np.linspace(low, high, _POINTS)


def _start(config: Any) -> float:
    """𝓛 at the θ of the start."""
    data = Flips(config.n, int(flip(config.p, config.n, config.draw).sum()))
    return float(data.log_likelihood(np.array(config.theta)))


def _best_words(data: Flips) -> str:
    if 0 < data.ones < data.n:
        return f"Greatest at σ(θ) = {data.ones:,}/{data.n:,} = {decimal(data.frequency)}, the frequency of heads."
    which = "heads" if data.ones else "tails"
    return f"All flips are {which}: 𝓛 rises towards 0 for ever, and no θ is best."


@view(
    "Log-likelihood", lead=True,
    drags=(Drag(x="theta", at=_start, when=lambda config: config.over == "theta"),),
    help="𝓛 of the flips, its parabola at the maximum, and the steps of gradient ascent. Drag the start.",
)  # fmt: skip
def log_likelihood(lab: Any) -> Plane:
    """𝓛 over θ or p, the parabola of the Fisher information, and the path of gradient ascent."""
    data, theta, start = lab.flips, _grid(lab), np.zeros(1, int)
    values, path = data.log_likelihood(theta), data.log_likelihood(lab.path)
    x, steps = _place(lab, theta), _place(lab, lab.path)
    top = data.greatest
    low = min(float(values[[0, -1]].max()), float(path.min()), top - 3.0)
    low = max(low, float(values.min())) if lab.config.over == "p" else low
    height = top - low
    layers = [Lines(np.stack([x, values], 1), start, role="total", width=2.0, name="𝓛")]
    width = _width(lab)
    if width is not None:
        best, spread = width
        parabola = top - 0.5 * ((x - best) / spread) ** 2
        near = parabola >= low
        layers.append(Lines(np.stack([x, parabola], 1)[near], start, role="alt", dashed=True, name="parabola of I"))
        level = top - 0.5
        ends = np.array([[best - spread, level], [best + spread, level]])
        layers.append(Lines(ends, start, role="alt", width=2.0, name="± 1/√I"))
    return Plane(
        (
            *layers,
            Lines(np.stack([steps, path], 1), start, role="model", width=1.0),
            Points(np.stack([steps, path], 1), role="model", size=6.0, name="steps of ascent"),
        ),
        x_label=_axis(lab), y_label="nats", extent=(float(x[0]), float(x[-1]), low, top + _ROOM * height), square=False,
        subtitle=f"of {plural(data.n, 'flip')}, {data.ones:,} heads",
        note=_best_words(data),
    )  # fmt: skip


@view("Likelihood", help="The probability of the flips, relative to its greatest value.")
def likelihood(lab: Any) -> Curves:
    """The likelihood over θ or p relative to its greatest value, and the Gaussian with the width 1/√I."""
    data, theta = lab.flips, _about(lab)
    top = data.greatest
    x = _place(lab, theta)
    series = [Series("likelihood", "likelihood", x, np.exp(data.log_likelihood(theta) - top))]
    width = _width(lab)
    note = "There is no greatest value: 1 is approached."
    if width is not None:
        best, spread = width
        bell = np.exp(-0.5 * ((x - best) / spread) ** 2)
        series.append(Series("gaussian", "Gaussian, 1/√I", x, bell, role="alt", dashed=True))
        note = f"Width 1/√I = {decimal(spread)} about {decimal(best)}."
    return Curves(
        tuple(series), x_label=_axis(lab), y_label="relative", marker=float(_place(lab, np.array(lab.theta))),
        subtitle="exact; 1 at the maximum", note=note,
    )  # fmt: skip


@view("Gradient", help="The slope of 𝓛: 0 at the maximum.")
def gradient(lab: Any) -> Curves:
    """The derivative of 𝓛 with respect to θ or p."""
    data, theta = lab.flips, _grid(lab)
    x, here = _place(lab, theta), np.array(lab.theta)
    if lab.config.over == "p":
        inside = (x > 0.02) & (x < 0.98)  # it is infinite at the ends
        x, slope, now = x[inside], data.gradient_in_p(x[inside]), float(data.gradient(here) / _slope(here))
        label = "d𝓛/dp = heads/p − tails/(1 − p)"
    else:
        slope, now, label = data.gradient(theta), float(data.gradient(here)), "d𝓛/dθ = Σxᵢ − n σ(θ)"
    zero = Series("zero", "0", x[[0, -1]], np.zeros(2), role="alt", dashed=True)
    return Curves(
        (Series("gradient", label, x, slope, role="model"), zero),
        x_label=_axis(lab), y_label="nats per unit", marker=float(_place(lab, here)), subtitle="exact",
        note=f"After {plural(lab.config.steps, 'step')}: {_small(now)}.",
    )  # fmt: skip


def _slope(theta: np.ndarray) -> np.ndarray:
    """dp/dθ = p(1 − p)."""
    return sigmoid(theta) * sigmoid(-theta)


@view("Steps of ascent", help="p = σ(θ), what 𝓛 lacks to its greatest value, and the gradient, step by step.")
def ascent(lab: Any) -> Curves:
    """p, the distance of 𝓛 from its greatest value, and the size of the gradient after each step."""
    data, path = lab.flips, lab.path
    steps = np.arange(len(path))
    top = data.greatest
    lacking = np.maximum(top - data.log_likelihood(path), _FLOOR)
    slope = np.abs(data.gradient(path))
    series = (
        Series("p", "p = σ(θ)", steps, sigmoid(path), role="model", pane="p"),
        Series(
            "frequency", "frequency of heads", steps[[0, -1]], np.full(2, data.frequency), role="data", pane="p",
            dashed=True,
        ),
        Series("lacking", "max 𝓛 − 𝓛", steps, lacking, pane="nats", unit="nats"),
        Series("gradient", "size of d𝓛/dθ", steps, np.maximum(slope, _FLOOR), role="alt", pane="nats"),
    )  # fmt: skip
    note = "Each step adds the step size times (frequency − σ(θ)) to θ."
    if data.ones in (0, data.n):
        note = (
            f"The gradient is {_small(float(slope[-1]))} and stays positive: θ = {decimal(lab.theta)} goes on for ever."
        )
    return Curves(
        series, x_label="steps", log_panes=("nats",),
        subtitle=f"θ = {decimal(lab.theta)}, p = {decimal(float(sigmoid(np.array(lab.theta))), 4)}", note=note,
    )  # fmt: skip


def _small(value: float) -> str:
    """A number that may be very small: "−2.130", "1.4e−9"."""
    if value and abs(value) < 5e-4:
        return f"{value:.2g}".replace("-", "−")
    return decimal(value)
