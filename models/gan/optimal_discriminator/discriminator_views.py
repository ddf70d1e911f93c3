"""Pictures of the discriminator that is best between two known densities, and of one that is trained."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from models.exact.densities_1d import LineMixture, Pair, log_sigmoid
from models.exact.divergences import kl, masses
from models.exact.normal import decimal
from models.frames import Bars, Curves, Lines, Plane, Points, Series
from models.gan.optimal_discriminator.fit import Course, course
from models.protocol import Drag, Lab, Noise, view

__all__ = ["EDGE", "DiscriminatorViews", "pair_of"]

EDGE = 5.0
"""x is drawn from −5 to 5."""
_POINTS = 601
_FAR = np.linspace(-2 * EDGE, 2 * EDGE, 2 * _POINTS)  # where the classifier is measured
_SEEN = np.abs(_FAR) <= EDGE
_ENDS = 1e-4  # D is drawn from here to 1 − here: at the ends the objective is −∞
_DEPTH = 2.2  # how far below its top the pointwise objective is drawn, in units of p + q


def pair_of(config: Any) -> Pair:
    """The densities of data and model that a config describes."""
    return Pair(
        LineMixture.about(config.data_mean, config.data_std, config.data_gap),
        LineMixture.about(config.model_mean, config.model_std, config.model_gap),
    )


def _integrand(config: Any, d: np.ndarray) -> np.ndarray:
    """p_data(x) log D + p_model(x) log(1 − D) at the x of the config; D of any shape to the same shape."""
    pair, x = pair_of(config), np.array(config.x)
    p, q = (float(np.exp(part.log_prob(x))) for part in (pair.p, pair.q))
    return p * np.log(d) + q * np.log1p(-d)


class DiscriminatorViews(Lab):
    """The views of D* = p_data/(p_data + p_model).

    Attributes:
        pair: The two densities.
    """

    config: Any
    pair: Pair

    def optimum(self, x: np.ndarray) -> np.ndarray:
        """D* = p_data/(p_data + p_model); any shape to the same shape."""
        return np.exp(log_sigmoid(self.pair.log_ratio(x)))

    @view(
        "Densities and D*", lead=True, help="Handles: mean and standard deviation of each density, and D at x.",
        drags=(Drag("data_mean", "data_std"), Drag("model_mean", "model_std"), Drag("x", "d")),
    )  # fmt: skip
    def densities(self) -> Plane:
        """Both densities, D* between 0 and 1, and the chosen x with its D."""
        c, x = self.config, np.linspace(-EDGE, EDGE, _POINTS)
        p, q = (np.exp(part.log_prob(x)) for part in (self.pair.p, self.pair.q))
        best = float(self.optimum(np.array(c.x)))
        top = max(1.3, 1.05 * float(max(p.max(), q.max())))
        start = np.zeros(1, int)
        return Plane(
            (
                Lines(np.array([[-EDGE, 0.5], [EDGE, 0.5]]), start, dashed=True),
                Lines(np.stack([x, p], 1), start, role="data", width=2.0, name="p_data(x)"),
                Lines(np.stack([x, q], 1), start, role="model", width=2.0, name="p_model(x)"),
                Lines(np.stack([x, self.optimum(x)], 1), start, width=2.0, name="D*(x)"),
                Lines(np.array([[c.x, 0.0], [c.x, top]]), start, role="alt", dashed=True),
                Points(np.array([[c.data_mean, c.data_std]]), role="data", size=9.0),
                Points(np.array([[c.model_mean, c.model_std]]), role="model", size=9.0),
                Points(np.array([[c.x, best]]), role="total", size=7.0, name="D* at x"),
                Points(np.array([[c.x, c.d]]), role="alt", size=9.0, name="D at x"),
            ),
            x_label="x", y_label="p, D", extent=(-EDGE, EDGE, 0.0, top), square=False,
            subtitle=f"exact; at x = {decimal(c.x, 2)}: D = {decimal(c.d, 2)}, D* = {decimal(best)}",
            note="Drag the dots: the densities' stand at (mean, standard deviation), the third at (x, D).",
        )  # fmt: skip

    @view(
        "Function of D at x", help="What the objective asks for at one x; the handle is D.",
        drags=(Drag("d", at=lambda config: float(_integrand(config, np.array(config.d)))),),
    )  # fmt: skip
    def function(self) -> Plane:
        """p_data(x) log D + p_model(x) log(1 − D) as a function of D, its top, and the chosen D."""
        c, x = self.config, np.array(self.config.x)
        p, q = (float(np.exp(part.log_prob(x))) for part in (self.pair.p, self.pair.q))
        best, d = float(self.optimum(x)), np.linspace(_ENDS, 1 - _ENDS, 801)
        shape = _integrand(c, d)
        inside = min(max(best, _ENDS), 1 - _ENDS)
        top, mine = float(_integrand(c, np.array(inside))), float(_integrand(c, np.array(c.d)))
        low = min(top - _DEPTH * (p + q), mine)
        room = 0.12 * (top - low)
        start = np.zeros(1, int)
        return Plane(
            (
                Lines(np.array([[inside, low - room], [inside, top]]), start, dashed=True),
                Lines(np.stack([d, shape], 1), start, role="prior", width=2.0, name="p_data log D + p_model log(1−D)"),
                Points(np.array([[inside, top]]), role="total", size=8.0, name="top: D*"),
                Points(np.array([[c.d, mine]]), role="alt", size=9.0, name="D"),
            ),
            x_label="D", y_label="nats", extent=(0.0, 1.0, low - room, top + room), square=False,
            subtitle=f"x = {decimal(c.x, 2)}, p_data = {decimal(p)}, p_model = {decimal(q)}; D is {_below(top - mine)}",
            note=f"Slope p_data/D − p_model/(1 − D) = {decimal(p / c.d - q / (1 - c.d))}; 0 at D* = {decimal(best)}.",
        )  # fmt: skip

    @view("Objective at D*", help="L(D*) = −log 4 + 2 JSD: both sides, computed apart.")
    def objective(self) -> Bars:
        """L(D*) by quadrature of its definition, and the parts it is made of."""
        x, cell = self.pair.grid()
        value = self.pair.objective(self.pair.log_ratio(x), x, cell)
        p, q = (masses(np.exp(part.log_prob(x)), cell) for part in (self.pair.p, self.pair.q))
        first, second = kl(p, 0.5 * (p + q)), kl(q, 0.5 * (p + q))
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
            subtitle="by quadrature; “mean” is ½ p_data + ½ p_model",
            note=f"{decimal(value)} = −{decimal(math.log(4))} + 2 · {decimal(0.5 * (first + second))}. "
            "“JSD + C” on a later slide drops this 2.",
        )  # fmt: skip

    def _course(self, noise: Noise) -> Course:
        c = self.config
        return course(self.pair, c.n, c.steps, noise.seed, (-2 * EDGE, 2 * EDGE), 2 * _POINTS)

    def _errors(self, f: np.ndarray) -> tuple[float, float]:
        """Mean |D − D*| under ½ p_data + ½ p_model, and L(D*) − L(D), nats, of F on the course's grid."""
        x = _FAR
        p, q = (masses(np.exp(part.log_prob(x))) for part in (self.pair.p, self.pair.q))
        best = self.pair.log_ratio(x)
        away = np.abs(np.exp(log_sigmoid(f)) - np.exp(log_sigmoid(best)))
        lost = p @ (log_sigmoid(best) - log_sigmoid(f)) + q @ (log_sigmoid(-best) - log_sigmoid(-f))
        return float(0.5 * (p + q) @ away), float(lost)

    @view("Classifier on samples", help="A network trained on samples of both comes to D*.")
    def classifier(self, noise: Noise) -> Iterator[Curves]:
        """D of the network while it is trained, and D*."""
        training, x = self._course(noise), _FAR[_SEEN]
        best = Series("best", "D*", x, self.optimum(x), dashed=True)
        while True:
            f = training.recorded[-1]
            away, lost = self._errors(f)
            yield Curves(
                (Series("d", "D, trained", x, np.exp(log_sigmoid(f[_SEEN])), role="alt"), best),
                x_label="x", y_label="D",
                subtitle=f"step {training.step:,} of {training.steps:,}; {self.config.n:,} samples of each",
                note=f"Mean |D − D*| = {decimal(away)}; L(D) is {decimal(lost, 4)} nats below L(D*). "
                "Where no samples lie, D is a guess.",
            )  # fmt: skip
            if training.finished:
                return
            training.advance()

    @view("Error while training", help="How far the classifier is from D* as it trains.")
    def error(self, noise: Noise) -> Iterator[Curves]:
        """Mean |D − D*| and L(D*) − L(D) against the step."""
        training = self._course(noise)
        while True:
            done = len(training.recorded)
            values = np.array([self._errors(f) for f in training.recorded])
            steps = np.maximum(training.marks[:done], 1)
            yield Curves(
                (
                    Series("away", "mean |D − D*|", steps, np.maximum(values[:, 0], 1e-6), role="alt"),
                    Series("lost", "L(D*) − L(D)", steps, np.maximum(values[:, 1], 1e-6), unit="nats", pane="lost"),
                ),
                x_label="training step", log_x=True, log_y=True,
                subtitle=f"step {training.step:,} of {training.steps:,}; {self.config.n:,} samples of each",
                note=f"By quadrature of the true densities. Now {decimal(values[-1, 0])} and "
                f"{decimal(values[-1, 1], 4)} nats.",
            )  # fmt: skip
            if training.finished:
                return
            training.advance()

    @view("Gradient in x", help="∇ log(1 − D*), by which a sample is moved, and the sign the slide prints.")
    def gradient(self) -> Curves:
        """∇ₓ log(1 − D*) and ∇D*/(1 − D*)."""
        x = np.linspace(-EDGE, EDGE, _POINTS)
        d, slope = self.optimum(x), self.pair.p.score(x) - self.pair.q.score(x)
        right = -d * slope  # ∇D = D (1 − D) ∇ log p/q
        here, mine = np.array(self.config.x), float(self.optimum(np.array(self.config.x)))
        at = -mine * float(self.pair.p.score(here) - self.pair.q.score(here))
        return Curves(
            (
                Series("right", "∇ log(1 − D*) = −∇D*/(1 − D*)", x, right, role="model"),
                Series("printed", "∇D*/(1 − D*), as on the slide", x, -right, role="alt", dashed=True),
            ),
            x_label="x", y_label="nats per unit of x", marker=self.config.x, subtitle="exact",
            note=f"At x = {decimal(self.config.x, 2)}: {decimal(at)}. Descent moves a sample against it, towards the "
            "data; with the slide's sign it would move away.",
        )  # fmt: skip


def _below(nats: float) -> str:
    return "at the top" if nats < 5e-4 else f"{decimal(nats)} below the top"
