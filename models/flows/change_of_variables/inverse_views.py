"""The lecture's x^x: one power forward, an iteration backward."""

from __future__ import annotations

import functools
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from models.flows.change_of_variables import self_power
from models.flows.change_of_variables.noises import ShiftedExponential
from models.flows.change_of_variables.panel import ONE
from models.frames import Bars, Curves, Lines, Plane, Points, Series
from models.protocol import Drag, Lab, Noise, param, view
from models.views.words import decimal

__all__ = ["agreement", "convergence", "inverse_values", "there_and_back", "timings"]

_RIGHT = (2.5, 5.0, 10.0, 20.0)  # where the picture of an iteration ends
_STEPS = 55
_FLOOR = 1e-17  # errors below the spacing of floats are drawn here
_SPACING = float(np.finfo(float).eps)
_ROUNDS = 7  # measurements of each method
_HALVINGS = 52


def _log_power(e: float) -> float:
    """log ε^ε."""
    return float(e * np.log(e))


def inverse_values(config: Any) -> dict[str, float]:
    """x = ε^ε, and the ε that Newton's method finds for it."""
    log_x = _log_power(config.e)
    found, _ = self_power.newton(np.array([log_x]))
    return {"power": float(self_power.forward(np.array(config.e))), "found": float(found[0])}


@view(
    "There and back", help="ε^ε on a logarithmic axis: one evaluation leads up, tangents lead back. Drag ε.",
    drags=(Drag("e", at=lambda config: _log_power(config.e)),),
)  # fmt: skip
def there_and_back(lab: Lab) -> Plane:
    """The curve log x = ε log ε, the way up from ε, and Newton's tangents back to it."""
    given = lab.config.e
    log_x = _log_power(given)
    path = self_power.newton_path(log_x, 7)
    right = next(end for end in _RIGHT if end >= 1.05 * path[1])
    e = np.linspace(1.0, right, 400)
    top, height = 1.02 * _log_power(right), path * np.log(path)
    low = -0.08 * top
    corners = np.stack([np.stack([path[:-1], height[:-1]], 1), np.stack([path[1:], np.full(len(path) - 1, log_x)], 1),
                        np.stack([path[1:], height[1:]], 1)], 1)  # fmt: skip
    return Plane(
        (
            Lines(np.array([[1.0, log_x], [right, log_x]]), ONE, role="model", dashed=True, name="log x"),
            Lines(np.stack([e, e * np.log(e)], 1), ONE, width=2.5, name="ε log ε"),
            Lines(np.array([[given, 0.0], [given, log_x]]), ONE, role="prior", width=2.0, name="f"),
            Lines(corners.reshape(-1, 2), np.arange(0, 3 * len(corners), 3), role="alt", width=1.5,
                  name="f⁻¹: tangents"),
            Points(np.stack([path, height], 1), role="alt", size=6.0),
            Points(np.array([[given, log_x]]), role="prior", size=9.0),
        ),
        x_label="ε", y_label="log x", extent=(1.0, right, low, top), square=False,
        subtitle=f"x = ε^ε, {decimal(given, 2)} → {_large(log_x)}",
        note="Newton: 1 → " + " → ".join(decimal(value, 5) for value in path[1:5].tolist()) + " → …",
    )  # fmt: skip


def _large(log_x: float) -> str:
    x = float(np.exp(log_x))
    return decimal(x, 2) if x < 1e4 else f"{x:,.0f}"


@view("Error by step", help="Relative error of ε after each step of three ways to invert ε^ε.")
def convergence(lab: Lab) -> Curves:
    """Errors of Newton's method on ε log ε = log x, on ε^ε = x, and of halving an interval."""
    given = lab.config.e
    log_x = _log_power(given)
    steps = np.arange(_STEPS + 1)
    paths = {
        "logarithm": ("Newton, logs", self_power.newton_path(log_x, _STEPS), "model"),
        "direct": ("Newton", self_power.newton_path(log_x, _STEPS, logarithm=False), "alt"),
        "bisection": ("bisection", self_power.bisection(np.array([log_x]), _STEPS)[:, 0], "prior"),
    }
    errors = {key: np.maximum(np.abs(path / given - 1), _FLOOR) for key, (_, path, _) in paths.items()}
    first, second, third = (int(np.argmax(error < 1e-12)) for error in errors.values())
    return Curves(
        tuple(Series(key, label, steps, errors[key], role=role) for key, (label, _, role) in paths.items()),
        x_label="steps", y_label="relative error", log_y=True, subtitle=f"x = ε^ε for ε = {decimal(given, 2)}",
        note=f"To an error below 10⁻¹² Newton takes {first} steps on ε log ε = log x, {second} on ε^ε = x from "
        f"1 + log x, bisection {third}.",
    )  # fmt: skip


class _Timer:
    """Repeated measurements of the time that f and its inverses take for n draws.

    Attributes:
        taken: Seconds of each measurement by method.
    """

    def __init__(self, n: int, seed: int):
        e = ShiftedExponential().sample(n, rng=Noise(seed).rng())
        log_x = e * np.log(e)
        self.n = n
        self.calls: dict[str, Callable[[], Any]] = {
            "f: ε^ε": lambda: self_power.forward(e),
            "f⁻¹: exp(W(log x))": lambda: self_power.by_lambert(log_x),
            "f⁻¹: Newton": lambda: self_power.newton(log_x),
            "f⁻¹: bisection": lambda: self_power.bisection(log_x, _HALVINGS),
        }
        self.taken: dict[str, list[float]] = {name: [] for name in self.calls}
        self_power.by_lambert(log_x[:1])  # the first call imports scipy

    @property
    def finished(self) -> bool:
        """Whether each method has been measured often enough."""
        return min(map(len, self.taken.values())) >= _ROUNDS

    def measure(self) -> None:
        """Measures the method that was measured least often."""
        name = min(self.calls, key=lambda name: len(self.taken[name]))
        begun = time.perf_counter()
        self.calls[name]()
        self.taken[name].append(time.perf_counter() - begun)

    def nanoseconds(self) -> np.ndarray:
        """Median time a value by method, NaN where there is none yet, (4,)."""
        return np.array([1e9 * statistics.median(t) / self.n if t else np.nan for t in self.taken.values()])


@functools.lru_cache(maxsize=8)
def _timer(n: int, seed: int) -> _Timer:
    """One timer for each number of draws and seed, so that a picture that is shown again keeps its numbers."""
    return _Timer(n, seed)


@view("Time a value", help="Forward and three inverses, on draws of 1 + Exp(1). Redraw the noise to measure again.")
def timings(lab: Lab, noise: Noise, draws: int = param(4000, "Draws", 100, 8000, log=True)) -> Iterator[Bars]:
    """Median time of f and of its inverses a value, measured on this computer."""
    timer = _timer(draws, noise.seed)
    while True:
        found = timer.nanoseconds()
        done = min(map(len, timer.taken.values()))
        known = np.isfinite(found[:3]).all()
        yield Bars(
            tuple(timer.calls), found, roles=("prior", "total", "model", "alt"), unit="ns",
            pending=not timer.finished,
            subtitle=f"median of {done} of {_ROUNDS} measurements, {draws:,} draws of 1 + Exp(1)",
            note=f"Newton takes {decimal(found[2] / found[0], 0)} times as long as f, exp(W(log x)) "
            f"{decimal(found[1] / found[0], 0)} times." if known else "",
        )  # fmt: skip
        if timer.finished:
            return
        timer.measure()


@view("Newton and Lambert W", help="Relative difference of the two inverses from x = 1.00000001 to 10³⁰⁴.")
def agreement(lab: Lab) -> Curves:
    """|Newton − exp(W(log x))|/ε over log x."""
    log_x = np.geomspace(1e-8, 700.0, 400)
    found, steps = self_power.newton(log_x)
    lambert = self_power.by_lambert(log_x)
    apart = np.abs(found / lambert - 1)
    return Curves(
        (
            Series("apart", "relative difference", log_x, np.maximum(apart, _FLOOR), role="model"),
            Series("spacing", "spacing of floats", log_x[[0, -1]], np.full(2, _SPACING), dashed=True),
        ),
        x_label="log x", y_label="relative", log_x=True, log_y=True, marker=_log_power(lab.config.e),
        subtitle=f"400 values; at most {steps} steps of Newton",
        note=f"The largest difference is {apart.max() / _SPACING:.0f} times the spacing of floats; equal ones are "
        "drawn at 10⁻¹⁷.",
    )  # fmt: skip
