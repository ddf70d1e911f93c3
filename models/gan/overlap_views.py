"""The views of what is exact between two supports, and of what critics make of it as θ varies."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple
from typing import Any

import numpy as np

from models.frames import Curves, Series
from models.gan.critic_views import CriticViews, power
from models.gan.noisy_overlap import overlapping
from models.gan.separability import flat_distances, samples_separable
from models.gan.supports import Divergences
from models.gan.trained_critic import Critic, fitted
from models.protocol import Noise, param, view

__all__ = ["OverlapViews", "descend", "logit_gradients"]

_AT = (-1.0, -0.5, -0.25, -0.1, 0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)  # θ at which critics are trained
_CRITIC_STEPS = 1_000
_SLICE = 0.02  # s between two frames
_DIMENSIONS = (1, 2, 3, 4, 5, 6, 8, 10, 14, 20, 30, 50, 100, 200, 500, 1000)
_PAIRS, _BATCHES = 100, 3  # of manifolds in a frame, and frames for a dimension
_TOUCH = 3e-3  # distances below count as none: they are computed to 1e−3
_FLOOR = 1e-12


def logit_gradients(a: np.ndarray, theta: float) -> tuple[np.ndarray, np.ndarray]:
    """Gradients on θ of both losses under the logit a(θ/2 − x): a σ(−aθ/2) and a σ(aθ/2), float64, any shape."""
    half = 0.5 * a * theta
    return a * np.exp(-np.logaddexp(0.0, half)), a * np.exp(-np.logaddexp(0.0, -half))


def descend(gradient: Callable[[float], float], theta: float, rate: float, steps: int) -> np.ndarray:
    """θ at the start and after each step of gradient descent, (steps + 1,), kept within ±10."""
    path = [theta]
    for _ in range(steps):
        path.append(min(max(path[-1] - rate * gradient(path[-1]), -10.0), 10.0))
    return np.array(path)


class OverlapViews(CriticViews):
    """Closed forms, sweeps over θ, descent on θ, instance noise and dimension; configured as `NonOverlapLab`."""

    config: Any

    @view("Closed form", help="The gradient on θ of both losses when the logit is a(θ/2 − x).")
    def closed_form(self) -> Curves:
        """Both gradients against the sharpness a, for data at 0 and the model at θ."""
        c = self.config
        a = np.geomspace(1e-2, 1e4, 400)
        minimax, rival = logit_gradients(a, c.theta)
        now = [float(g[0]) for g in logit_gradients(np.array([c.a]), c.theta)]
        peak = 2.5569 / c.theta if c.theta else math.inf  # aθ/2 = 1 + W(1/e)
        return Curves(
            (
                Series("minimax", "minimax, a σ(−aθ/2)", a, np.maximum(minimax, _FLOOR), role="model"),
                Series("non-saturating", "non-saturating, a σ(aθ/2)", a, rival, role="alt"),
            ),
            x_label="sharpness a", log_x=True, log_y=True, marker=c.a,
            subtitle=f"D = σ(a(θ/2 − x)), data at 0, model at θ = {c.theta:g}; exact, from {_FLOOR:g} upwards",
            note=f"a = {c.a:g}: minimax {power(now[0])}, greatest at a = {peak:.3g}; non-saturating {power(now[1])}. "
            "a → ∞ is the optimal D: 0 for minimax, without bound for the other, which is 0/0 at D* itself.",
        )  # fmt: skip

    @view("Sweep of θ", help="Divergences against θ, exact (dashed), and what trained networks say (solid).")
    def sweep(self) -> Iterator[Curves]:
        """Exact divergences against θ with learned values over them."""
        c, at = self.config, np.array(_AT)
        theta = np.unique(np.concatenate([np.linspace(-1.0, 2.0, 61), [-1e-9, 0.0, 1e-9]]))
        for found in self._exact(theta):
            exact = self._exact_series(theta[: len(found)], found)
            yield self._sweep_frame(exact, "training begins")
        learned: dict[str, Series] = {}
        for key, label, role, pane, critic, steps in (
            ("d", f"JSD as D says after {c.steps:,} steps", "model", "", self._grid("logistic"), c.steps),
            (
                "gp",
                f"critic, gradient penalty λ = {c.penalty:g}",
                "alt",
                "distance",
                self._grid("penalty"),
                _CRITIC_STEPS,
            ),
            ("clip", f"critic, clip {c.clip:g}", "prior", "distance", self._grid("clip"), _CRITIC_STEPS),
        ):
            for done in self.training(critic, steps):
                value = critic.record(steps).value[-1]
                learned[key] = Series(key, label, at, value, role=role, pane=pane)
                state = "" if done >= steps else f"{key} {done:,} of {steps:,} steps"
                yield self._sweep_frame([*exact, *learned.values()], state)

    def _exact_series(self, theta: np.ndarray, found: list[Divergences]) -> list[Series]:
        kl, jsd, tv, w1 = np.array([astuple(row) for row in found]).T
        series = [
            Series("jsd", "JSD", theta, jsd, role="total", unit="nats", dashed=True),
            Series("tv", "total variation", theta, tv, role="prior", dashed=True),
            Series("w1", "Wasserstein-1 = |θ|", theta, w1, role="total", pane="distance", dashed=True),
        ]
        if self.config.sigma:
            series.append(
                Series("kl", "KL, up to 20", theta, np.minimum(kl, 20.0), role="data", pane="kl", dashed=True)
            )
        return series

    def _sweep_frame(self, series: list[Series], state: str) -> Curves:
        c = self.config
        now = (
            overlapping(self.supports, c.theta, c.sigma).divergences if c.sigma else self.supports.divergences(c.theta)
        )
        kl = "∞" if math.isinf(now.kl) else f"{now.kl:.3g}"
        jump = (
            "" if c.sigma or self.supports.shape == "disks" else " JSD jumps from 0 to log 2 at θ = 0: discontinuous."
        )
        how = f"noise σ = {c.sigma:g}, quadrature" if c.sigma else "closed form"
        return Curves(
            tuple(series), x_label="θ", marker=c.theta,
            subtitle=f"dashed: exact, {how}; solid: networks at {len(_AT)} θ in the plane{state and '; ' + state}",
            note=f"θ = {c.theta:g}: KL {kl}, JSD {now.jensen_shannon:.4f}, TV {now.total_variation:.4f}, "
            f"W₁ {now.wasserstein:g}.{jump} The critics' values are not W₁.",
        )  # fmt: skip

    def _exact(self, theta: np.ndarray) -> Iterator[list[Divergences]]:
        """The divergences at each θ so far, whenever a slice of time is over and at the end."""
        c, found, began = self.config, [], time.perf_counter()
        for value in theta:
            value = float(value)
            noisy = c.sigma > 0
            found.append(
                overlapping(self.supports, abs(round(value, 6)), c.sigma).divergences
                if noisy
                else self.supports.divergences(value)
            )
            if time.perf_counter() - began > _SLICE and len(found) < len(theta):
                yield found
                began = time.perf_counter()
        yield found

    def _grid(self, game: str) -> Critic:
        """Networks at all θ of the sweep, in the plane: distances do not depend on the dimension."""
        c = self.config
        strength = {"logistic": 0.0, "penalty": c.penalty, "clip": c.clip}[game]
        return fitted(c.support, _AT, game, sigma=c.sigma, strength=strength, seed=c.seed)

    @view("Critic's slope", help="How steep critics are at the model, and what they should be on two points.")
    def critic_slope(self) -> Iterator[Curves]:
        """Slope of the critic with gradient penalty against θ beside 1 + θ/(2λ), and of the clipped critic."""
        c, at = self.config, np.array(_AT)
        right = at > 0
        line = np.linspace(0.0, 2.0, 81)
        series = [
            Series("two", "1 + θ/(2λ): two points", line, 1.0 + line / (2.0 * c.penalty), role="alt", dashed=True),
            Series("one", "1: the slope that gives W₁", line, np.ones_like(line), role="total", dashed=True),
        ]
        learned: dict[str, Series] = {}
        for key, label, role, pane in (
            ("penalty", f"gradient penalty λ = {c.penalty:g}", "alt", ""),
            ("clip", f"clipped at {c.clip:g}", "prior", "clip"),
        ):
            critic = self._grid(key)
            for done in self.training(critic, _CRITIC_STEPS):
                slope = -critic.record(_CRITIC_STEPS).slope[-1][right]
                learned[key] = Series(key, label, at[right], slope, role=role, pane=pane)
                state = "" if done >= _CRITIC_STEPS else f"; {label}, {done:,} of {_CRITIC_STEPS:,}"
                yield Curves(
                    (*series, *learned.values()), x_label="θ", marker=c.theta,
                    subtitle=f"trained on {self.supports.shape} for {_CRITIC_STEPS:,} steps{state}",
                    note="The penalty lets the slope grow with θ, to gain θ for each unit of it; the clip sets a slope "
                    "of its own. Neither critic's value is W₁, whose gradient on θ is 1.",
                )  # fmt: skip

    @view("Descent on θ", help="Gradient descent on θ alone with each objective: it arrives or it stays.")
    def descent(
        self,
        rate: float = param(0.02, "Step size", 0.001, 0.2, log=True),
        rounds: int = param(200, "Steps of θ", 10, 1000),
    ) -> Iterator[Curves]:
        """θ over gradient steps: exact divergences, and losses of networks trained afresh at each θ."""
        c = self.config
        side = np.linspace(0.0, 2.2, 89)
        for found in self._exact(side):
            if len(found) < len(side):
                yield Curves(
                    (Series("start", "θ at the start", np.zeros(1), np.array([c.theta]), role="model"),),
                    x_label="steps of θ", y_label="θ",
                    subtitle=f"exact divergences, {len(found)} of {len(side)} θ",
                )  # fmt: skip
        columns = np.array([astuple(row) for row in found]).T  # (4, θ)
        exact = []
        for place, (key, label, role) in enumerate(
            (("kl", "KL", "prior"), ("jsd", "JSD", "model"), ("tv", "total variation", "alt"), ("w1", "W₁", "data"))
        ):
            slopes = _slopes(side, columns[place], jumps=not c.sigma and self.supports.shape != "disks")
            path = descend(_odd(side, slopes), c.theta, rate, rounds)
            exact.append(Series(key, f"{label}: {_end(path)}", np.arange(rounds + 1), path, role=role, dashed=True))
        learned: dict[str, Series] = {}
        for key, label, role, game, steps in (
            ("minimax", f"minimax, D {c.steps:,} steps", "model", "logistic", c.steps),
            ("non-saturating", f"non-saturating, D {c.steps:,} steps", "alt", "logistic", c.steps),
            ("gp", f"critic, penalty {c.penalty:g}", "data", "penalty", _CRITIC_STEPS),
            ("clip", f"critic, clip {c.clip:g}", "prior", "clip", _CRITIC_STEPS),
        ):
            critic = self._grid(game)
            for done in self.training(critic, steps):
                record = critic.record(steps)
                values = {"minimax": record.minimax, "non-saturating": record.non_saturating}.get(key, -record.slope)
                path = descend(_between(values[-1]), c.theta, rate, rounds)
                learned[key] = Series(
                    key, f"{label}: {_end(path)}", np.arange(rounds + 1), path, role=role, pane="learned"
                )
                yield Curves(
                    (*exact, *learned.values()), x_label="steps of θ", y_label="θ",
                    subtitle="above: exact objectives; below: networks trained afresh at each θ"
                    + ("" if done >= steps else f"; {game} {done:,} of {steps:,}"),
                    note=f"Steps of {rate:g} from θ = {c.theta:g}. Networks were trained at {len(_AT)} θ, gradients "
                    "between them are interpolated. "
                    + ("The noise gives every divergence a slope." if c.sigma else "Only W₁ has a slope to follow."),
                )  # fmt: skip

    @view("Instance noise", help="Noise makes the supports overlap: exact gradients and divergence against σ.")
    def instance_noise(self) -> Iterator[Curves]:
        """Gradients on θ at the optimal D, and JSD, against the standard deviation of the noise."""
        c, began = self.config, time.perf_counter()
        sigmas = np.geomspace(0.02, 2.0, 61)
        found: list[tuple[float, float, float]] = []
        for sigma in sigmas:
            exact = overlapping(self.supports, c.theta, float(sigma))
            found.append((exact.minimax, exact.non_saturating, exact.divergences.jensen_shannon))
            if time.perf_counter() - began < _SLICE and len(found) < len(sigmas):
                continue
            minimax, rival, jsd = np.maximum(np.abs(np.array(found).T), _FLOOR)
            x = sigmas[: len(found)]
            best = int(minimax.argmax())
            yield Curves(
                (
                    Series("minimax", "minimax at D*: slope of 2 JSD", x, minimax, role="model", dashed=True),
                    Series("non-saturating", "non-saturating at D*", x, rival, role="alt", dashed=True),
                    Series("jsd", "JSD", x, jsd, role="total", pane="jsd", unit="nats", dashed=True),
                ),
                x_label="noise σ", log_x=True, log_y=True, marker=c.sigma or None,
                subtitle=f"exact, by quadrature; θ = {c.theta:g}; from {_FLOOR:g} upwards",
                note=f"Minimax has most at σ = {x[best]:.2f}: {power(minimax[best])}. On points and segments D* is "
                "the closed form with a = θ/σ².",
            )  # fmt: skip
            began = time.perf_counter()

    @view("Manifolds and dimension", help="How often two flat manifolds miss each other as the space grows.")
    def manifolds(
        self,
        noise: Noise,
        k: int = param(1, "Their dimension k", 1, 5),
        n: int = param(50, "Samples n of each", 2, 500, log=True),
    ) -> Iterator[Curves]:
        """Share of pairs of flat k-dimensional balls that a hyperplane separates, and their distance, against d."""
        generator = noise.generator()
        dims = [d for d in _DIMENSIONS if d >= k]
        distances: dict[int, np.ndarray] = {}
        for d in (d for d in dims for _ in range(_BATCHES)):
            drawn = flat_distances(d, k, _PAIRS, generator=generator).numpy()
            distances[d] = np.concatenate([distances.get(d, np.empty(0)), drawn])
            x, found = np.array(list(distances), float), list(distances.values())
            share = np.array([(distance > _TOUCH).mean() for distance in found])
            error = 2.0 * np.sqrt(share * (1.0 - share) / np.array([len(distance) for distance in found]))
            low, middle, high = np.array([np.quantile(distance, (0.1, 0.5, 0.9)) for distance in found]).T
            null = np.array([samples_separable(2 * n, int(value)) for value in x])
            always = 2 * k + 1
            yield Curves(
                (
                    Series("apart", "manifolds", x, share, role="model", low=share - error, high=share + error),
                    Series(
                        "same", f"null: {n} + {n} samples of one density (Cover)", x, null, role="prior", dashed=True
                    ),
                    Series("distance", "their distance", x, middle, role="data", pane="distance", low=low, high=high),
                ),
                x_label="dimension d", log_x=True, marker=float(self.config.d),
                subtitle=f"share separable by a hyperplane: {_PAIRS * _BATCHES} pairs of {k}-dimensional balls, ± 2 s.e.",
                note=f"From d = {always} on they miss each other with probability 1. Samples prove little there: from "
                f"d = {2 * n - 1} on, {n} + {n} of one density are always separable.",
            )  # fmt: skip


def _slopes(theta: np.ndarray, values: np.ndarray, *, jumps: bool) -> np.ndarray:
    """Derivative of a divergence by θ ≥ 0; 0 where it is infinite: there is nothing to follow. A jump is no slope."""
    if np.isinf(values).any():
        return np.zeros_like(theta)
    slopes = np.gradient(values, theta)
    if jumps and values[1] > 0.5:  # JSD and total variation; W₁ does not jump
        slopes[:2] = slopes[2]
    return slopes


def _odd(theta: np.ndarray, slopes: np.ndarray) -> Callable[[float], float]:
    """The slope as an odd function of θ; nothing is left to do within a rounding error of 0."""
    return lambda at: 0.0 if abs(at) < 1e-9 else math.copysign(float(np.interp(abs(at), theta, slopes)), at)


def _between(values: np.ndarray) -> Callable[[float], float]:
    """Gradients at the θ of the sweep, linear between them."""
    return lambda at: float(np.interp(at, _AT, values))


def _end(path: np.ndarray) -> str:
    """What became of θ, in two words."""
    last = path[-20:]
    if abs(path[-1] - path[0]) < 0.05 * abs(path[0]):
        return "stays"
    if np.abs(last).max() < 0.1:
        return "arrives"
    return f"at {last.mean():.2f}" if np.ptp(last) < 0.05 else f"jumps by {np.ptp(last):.2g}"
