"""A generator of bits, whose samples are not differentiable, and four estimators of its gradient."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.exact.densities_1d import log_sigmoid
from models.frames import Bars, Curves, Density, Plane, Points, Series
from models.gan.discrete.bit_generators import DATA, ESTIMATORS, BitGame, corners, data_masses, logistic_noise
from models.gan.discrete.equations import equations_of
from models.protocol import Lab, Noise, Objective, Preset, Scene, Try, param, view
from models.views.words import decimal

__all__ = ["DiscreteGanLab"]

_ROLES = {"score": "alt", "baseline": "prior", "gumbel": "model", "straight": "data"}
_SHORT = {"score": "score", "baseline": "with baseline", "gumbel": "Gumbel", "straight": "straight"}
_LOSSES = {"minimax": "log(1 − D)", "non-saturating": "−log D"}
_TEMPERATURES = np.geomspace(0.05, 5.0, 13)
_DRAWS = 5000  # for what cannot be enumerated
_CLOUD = 400
_SIDE = 60  # cells of the map of D
_FAR = 8.0  # greatest |θ| in descent
_AT_ONCE = 5  # steps of descent between two pictures
_COUNTS = np.unique(np.geomspace(1, 1000, 25).round().astype(int))


def _bit(number: int) -> Any:
    return lambda config: config.bits >= number


class DiscreteGanLab(Lab):
    """The gradient of a generator of bits: exact, by a sum over all strings, and estimated from samples.

    Williams, 1992 (score function); Jang et al., 2017 (arXiv 1611.01144) and Maddison et al., 2017 (arXiv 1611.00712)
    for relaxed bits; Bengio et al., 2013 (arXiv 1308.3432) for the straight-through estimator.
    """

    title = "Discrete GAN"
    reference = "https://arxiv.org/abs/1611.01144"
    about = (
        "The data are bit strings; the generator draws bit i = 1 with probability σ(θᵢ). "
        "D is the best discriminator for these θ, by enumeration; θ descends E[f(x)]."
    )
    presets = (
        Preset("Three bits, one pattern", "", about="The step has no gradient; four estimators, two of them biased."),
        Preset("Cold: τ = 0.1", "", {"temperature": 0.1}, about="Little bias, and a spread many times larger."),
        Preset("Hot: τ = 3", "", {"temperature": 3.0}, about="Little spread, and the wrong gradient."),
        Preset("One draw at a time", "", {"n": 1}, about="Descent fluctuates most with the score function."),
        Preset(
            "All 0 or all 1", "", {"data": "pair", "bits": 4, "t1": 0.3, "t2": 0.2, "t3": 0.1, "t4": 0.2},
            about="Independent bits cannot generate just these two strings: descent drops one of two modes.",
        ),
        Preset(
            "Parity", "", {"data": "parity", "t1": 0.0, "t2": 0.0, "t3": 0.0},
            about="The exact gradient is 0 at θ = 0, though half of the samples are wrong: no single bit helps.",
        ),
    )  # fmt: skip
    scenes = (
        Scene(
            "Bias and spread", "Which estimators of the gradient are unbiased, and how much do they scatter?",
            lead="bias", beside=("gradient",), below=("error",),
        ),
        Scene(
            "Relaxation", "What is D between the strings?",
            lead="relaxed", beside=("bias",),
        ),
        Scene(
            "Descent", "Which estimator trains the generator?",
            lead="descent", beside=("distribution",), below=("gradient",),
        ),
    )  # fmt: skip
    look_at = (
        "The lecture's gradient needs observations that change a little when θ does. A bit is a step: the gradient "
        "through it is 0. The score function needs only values of D: it is unbiased, but has a large spread, which a "
        "baseline reduces.\n\n"
        "Gumbel-softmax softens the bits: the hotter, the smoother and the more biased. It asks D about points between "
        "the strings, where no data are; here the logit is interpolated there. Straight-through uses real bits and the "
        "slope of D at them."
    )
    try_next = (
        Try("Cool the relaxation to τ = 0.1: the spread grows", preset="Cold: τ = 0.1", scene="Bias and spread"),
        Try("Heat it to τ = 3: the bias grows", preset="Hot: τ = 3", scene="Bias and spread"),
        Try("Take one draw a step and watch “Descent”", preset="One draw at a time", scene="Descent"),
        Try("Choose data of all 0 or all 1: a mode is dropped", preset="All 0 or all 1", scene="Descent"),
        Try("Choose the parity data: no single bit helps", preset="Parity", scene="Descent"),
        Try("Compare the estimators for a normal latent", page="reparameterization"),
    )

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        temperature: float = param(
            0.5, "Temperature τ", 0.05, 5.0, log=True, live=True, help="Temperature of the relaxed bits."
        )
        n: int = param(10, "Draws for a gradient", 1, 1000, log=True, live=True)
        bit: int = param(1, "Gradient by θ of bit", 1, 4, live=True, help="In “Gradient”; at most the number of bits.")
        bits: int = param(3, "Bits", 2, 4, live=True)
        data: str = param("pattern", "Data", choices=DATA, live=True)
        loss: str = param("minimax", "Generator's loss f", choices=_LOSSES, live=True)
        t1: float = param(-0.5, "θ₁", -4.0, 4.0, step=0.1, live=True)
        t2: float = param(0.8, "θ₂", -4.0, 4.0, step=0.1, live=True)
        t3: float = param(0.3, "θ₃", -4.0, 4.0, step=0.1, live=True, when=_bit(3))
        t4: float = param(0.0, "θ₄", -4.0, 4.0, step=0.1, live=True, when=_bit(4))
        steps: int = param(60, "Steps of descent", 20, 400, log=True, live=True, more=True)
        rate: float = param(1.0, "Step size", 0.05, 5.0, log=True, live=True, more=True)

    config: Config

    def __init__(self, config: Config):
        super().__init__(config)
        c = config
        data = tuple(data_masses(c.data, c.bits).tolist())
        self.game = BitGame((c.t1, c.t2, c.t3, c.t4)[: c.bits], data, c.loss == "minimax")
        self.exact = self.game.gradient()

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """The generator, its loss, the exact gradient, and the estimators."""
        return equations_of(config)

    def values(self) -> Mapping[str, float]:
        """Loss and JSD, nats; by the θ of the chosen bit the gradient, and moments of estimates from one draw."""
        i = self._place
        return {
            "chance": float(self.game.chance[i]),
            "loss": self.game.expected,
            "jsd": self.game.jensen_shannon(),
            "gradient": round(float(self.exact[i]), 12),
            "score_variance": float(self.game.moments("score")[1][i]),
            "baseline_variance": float(self.game.moments("baseline")[1][i]),
            "straight_mean": round(float(self.game.moments("straight")[0][i]), 12),
        }

    @property
    def _place(self) -> int:
        """Index of the chosen bit."""
        return min(self.config.bit, self.config.bits) - 1

    def _singles(self, noise: Noise, temperature: np.ndarray | float, draws: int = _DRAWS) -> np.ndarray:
        """Gumbel-softmax gradients from single draws, the same noise at every temperature, (…, draws, bits)."""
        epsilon = logistic_noise(draws, self.game.bits, rng=noise.rng())
        hot = np.asarray(temperature, dtype=float)
        if hot.ndim == 0:
            return self.game.single("gumbel", epsilon, float(hot))
        return np.stack([self.game.single("gumbel", epsilon, float(t)) for t in hot])

    def _numbers(self, name: str, singles: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean and variance of a single-draw estimate and the standard error of the mean, (bits,) each."""
        if name == "gumbel":
            variance = singles.var(axis=0, ddof=1)
            return singles.mean(axis=0), variance, np.sqrt(variance / len(singles))
        mean, variance = self.game.moments(name)
        return mean, variance, np.zeros_like(mean)

    def _bias(self, mean: np.ndarray) -> float:
        return float(np.linalg.norm(mean - self.exact))

    @view("Bias and spread over τ", lead=True, help="Bias of each estimator, and its standard deviation.")
    def bias(self, noise: Noise) -> Curves:
        """Length of the bias vector and standard deviation of estimates against the temperature."""
        c, t = self.config, _TEMPERATURES
        series = []
        for name, label in _SHORT.items():
            if name == "gumbel":
                numbers = [self._numbers(name, s) for s in self._singles(noise, t)]
                bias = np.array([self._bias(mean) for mean, *_ in numbers])
                spread = np.array([math.sqrt(float(variance.sum()) / c.n) for _, variance, _ in numbers])
                null = np.array([float(np.linalg.norm(error)) for *_, error in numbers])
                series.append(Series("null", "Gumbel: sampling error", t, null, role="model", pane="bias", dashed=True))
            else:
                mean, variance, _ = self._numbers(name, np.empty(0))
                bias = np.full(len(t), self._bias(mean))
                spread = np.full(len(t), math.sqrt(float(variance.sum()) / c.n))
            if name != "baseline":  # both score functions are unbiased
                series.append(Series(f"{name}.bias", label, t, bias, role=_ROLES[name], pane="bias"))
            series.append(Series(name, label, t, spread, role=_ROLES[name], pane="spread"))
        size = float(np.linalg.norm(self.exact))
        series.append(Series("exact", "exact gradient", t, np.full(len(t), size), pane="bias", dashed=True))
        series.sort(key=lambda s: s.pane != "bias")
        return Curves(
            tuple(series), x_label="temperature τ", log_x=True, marker=c.temperature,
            subtitle=f"‖E ĝ − g‖ above, √tr Var of {_of(c.n)} below; Gumbel: {_DRAWS:,} draws, others exact",
            note=f"Length of the exact gradient: {decimal(size, 4)}. “Sampling error”: apparent bias of an unbiased "
            "estimator with as many draws.",
        )  # fmt: skip

    @view("Gradient by one θ", help="The exact gradient, the one through the step, and the means of the estimators.")
    def gradient(self, noise: Noise) -> Bars:
        """Means of the estimators, the spread of one estimate, and the exact gradient dashed."""
        c = self.config
        i = self._place
        singles = self._singles(noise, c.temperature)
        rows = [("exact", float(self.exact[i]), 0.0, "total"), ("through the step", 0.0, 0.0, "total")]
        for name, label in ESTIMATORS.items():
            mean, variance, _ = self._numbers(name, singles)
            rows.append((label, float(mean[i]), math.sqrt(float(variance[i]) / c.n), _ROLES[name]))
        return Bars(
            tuple(label for label, *_ in rows), np.array([v for _, v, *_ in rows]),
            errors=np.array([e for *_, e, _ in rows]), roles=tuple(role for *_, role in rows),
            reference=np.full(len(rows), float(self.exact[i])),
            subtitle=f"∂E[f]/∂θ{'₁₂₃₄'[i]}: means, spread of {_of(c.n)}; τ = {c.temperature:.3g}",
            note="A bit x = 1[θ + ε > 0] is a step: its derivative is 0 almost everywhere, so it yields no gradient.",
        )  # fmt: skip

    @view("Relaxed bits", help="D over two bits: at the four strings, and between them.")
    def relaxed(self, noise: Noise) -> Plane:
        """D interpolated over the first two bits, the relaxed draws, and the four corners."""
        c, at = self.config, (np.arange(_SIDE) + 0.5) / _SIDE
        others = (self.game.chance[2:] > 0.5).astype(float)
        x1, x2 = np.meshgrid(at, at)
        x = np.concatenate(
            [np.stack([x1, x2], -1), np.broadcast_to(others, (_SIDE, _SIDE, len(others)))], axis=-1
        )  # fmt: skip
        d = np.exp(log_sigmoid(self.game.logit(x)))
        soft = self.game.relaxed(
            logistic_noise(_CLOUD, c.bits, rng=noise.rng()), c.temperature
        )  # fmt: skip
        corner = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        held = "" if c.bits == 2 else f"; other bits {''.join(str(int(b)) for b in others)}"
        middle = float(np.mean((soft > 0.1) & (soft < 0.9)))
        return Plane(
            (
                Density(d, (0.0, 1.0, 0.0, 1.0), role="real-fake", low=0.0, high=1.0),
                Points(soft[:, :2], role="model", size=4.0, name=f"relaxed bits, τ = {c.temperature:.3g}"),
                Points(corner, role="total", size=11.0, name="real bits"),
            ),
            x_label="bit 1", y_label="bit 2", extent=(-0.06, 1.06, -0.06, 1.06),
            subtitle=f"D, its logit interpolated between the corners{held}; {_CLOUD} draws",
            note=f"{100 * middle:.0f} % of the relaxed bits are between 0.1 and 0.9, where no data are.",
        )  # fmt: skip

    @view("Error against draws", help="Root mean square error of an estimate from n draws.")
    def error(self, noise: Noise) -> Curves:
        """√(bias² + variance/n) of each estimator."""
        c, singles, series = self.config, self._singles(noise, self.config.temperature), []
        for name, label in _SHORT.items():
            mean, variance, _ = self._numbers(name, singles)
            total = np.sqrt(float(((mean - self.exact) ** 2).sum()) + float(variance.sum()) / _COUNTS)
            series.append(Series(name, label, _COUNTS, np.maximum(total, 1e-9), role=_ROLES[name]))
        size = max(float(np.linalg.norm(self.exact)), 1e-9)
        series.append(Series("exact", "exact gradient", _COUNTS, np.full(len(_COUNTS), size), dashed=True))
        return Curves(
            tuple(series), x_label="draws n", y_label="error", log_x=True, log_y=True, marker=float(c.n),
            subtitle=f"√(bias² + variance/n); Gumbel at τ = {c.temperature:.3g}: {_DRAWS:,} draws, others exact",
            note="The error of an unbiased estimate falls as 1/√n; that of a biased one levels off at its bias.",
        )  # fmt: skip

    @view("Descent", help="Gradient descent with each estimator; D is the best one at every step.")
    def descent(self, noise: Noise) -> Iterator[Curves]:
        """Exact JSD of data and generator along descents that use each estimator."""
        c = self.config
        rng = noise.rng()
        names = ("exact", *ESTIMATORS)
        games = dict.fromkeys(names, self.game)
        course: dict[str, list[float]] = {name: [self.game.jensen_shannon()] for name in names}
        for step in range(1, c.steps + 1):
            epsilon = logistic_noise(c.n, c.bits, rng=rng)
            for name, game in games.items():
                g = game.gradient() if name == "exact" else game.single(name, epsilon, c.temperature).mean(axis=0)
                theta = np.clip(np.array(game.theta) - c.rate * g, -_FAR, _FAR)
                games[name] = replace(game, theta=tuple(theta.tolist()))
                course[name].append(games[name].jensen_shannon())
            if step % _AT_ONCE and step < c.steps:
                continue
            at = np.arange(step + 1)
            series = [
                Series(name, label, at, np.array(course[name]), role=_ROLES[name], unit="nats")
                for name, label in ESTIMATORS.items()
            ]  # fmt: skip
            series.append(Series("exact", "exact gradient", at, np.array(course["exact"]), unit="nats", dashed=True))
            ends = "; ".join(f"{label} {decimal(course[name][-1])}" for name, label in ESTIMATORS.items())
            yield Curves(
                tuple(series), x_label="steps of descent", y_label="JSD",
                subtitle=f"JSD by enumeration; step {step} of {c.steps}, {_of(c.n)} each, the same noise for all",
                note=f"Exact {decimal(course['exact'][-1])}; {ends}.",
            )  # fmt: skip

    @view("Distribution of strings", help="p_θ of every string; the dashed line is the data.")
    def distribution(self) -> Bars:
        """Probability of each string under the generator, and under the data."""
        labels = tuple("".join(map(str, row)) for row in corners(self.game.bits))
        return Bars(
            labels, self.game.masses, roles=("model",) * len(labels), reference=np.array(self.game.data),
            subtitle=f"p_θ of {len(labels)} strings, exact; dashed: {DATA[self.config.data]}",
            note=f"JSD = {decimal(self.game.jensen_shannon(), 4)} nats, E[f] = {decimal(self.game.expected, 4)}.",
        )  # fmt: skip


def _of(n: int) -> str:
    return "1 draw" if n == 1 else f"{n:,} draws"
