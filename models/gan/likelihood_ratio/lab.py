"""Likelihood-ratio estimation by classification: which losses recover log p_data/p_θ, and how."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.exact.densities_1d import LineMixture, Pair, log_sigmoid
from models.frames import Bars, Curves, Lines, Plane, Points, Series
from models.gan.likelihood_ratio.classifier_losses import LOSSES
from models.gan.likelihood_ratio.equations import EQUATIONS
from models.gan.likelihood_ratio.fits import PROPER, RatioFits, ratio_fits
from models.gan.likelihood_ratio.words import ABOUT, LOOK_AT, PRESETS, SCENES, TRY_NEXT
from models.protocol import Lab, Noise, Objective, param, view
from models.views.density_handles import density_handles
from models.views.words import decimal

__all__ = ["LikelihoodRatioLab"]

_EDGE = 6.0
_ROLES = {"log": "model", "brier": "prior", "exponential": "alt", "hinge": "data", "absolute": "total"}
_READINGS = "log-ratio, nats"
_MOST = 9.0  # nats and values of F at which curves end
_MOST_F, _MOST_RISK = 2.0, 4.0  # the same for F of the losses without a reading, and for expected losses
_SEEN = 2e-4  # share of the greatest density of either below which nothing is drawn
_RATIOS = np.geomspace(0.1, 10.0, 9)
_ALL = tuple(LOSSES)


def _pair(config: Any) -> Pair:
    return Pair(
        LineMixture.about(config.data_mean, config.data_std, config.data_gap),
        LineMixture.about(config.model_mean, config.model_std),
    )


def _data_density(config: Any, x: float) -> float:
    return float(np.exp(_pair(config).data.log_prob(np.array(x))))


def _model_density(config: Any, x: float) -> float:
    return float(np.exp(_pair(config).model.log_prob(np.array(x))))


_HANDLES = (
    *density_handles("data_mean", "data_std", _data_density, "data_gap"),
    *density_handles("model_mean", "model_std", _model_density),
)


class LikelihoodRatioLab(Lab):
    """The ratio of two densities, learned by telling samples of the one from samples of the other.

    Sugiyama et al., 2012, "Density ratio estimation in machine learning"; Mohamed and Lakshminarayanan, 2016
    (arXiv 1610.03483); proper losses and their links as in Reid and Williamson, 2010.
    """

    title = "Likelihood ratio"
    reference = "https://arxiv.org/abs/1610.03483"
    about, look_at, try_next = ABOUT, LOOK_AT, TRY_NEXT
    presets, scenes = PRESETS, SCENES

    @dataclass(frozen=True)
    class Config:
        """Parameters of the page."""

        n: int = param(2000, "Samples of the model n₀", 50, 10_000, log=True, live=True)
        ratio: float = param(1.0, "Data for each, n₁/n₀", 0.1, 10.0, log=True, live=True)
        corrected: bool = param(
            False, "Subtract log(n₁/n₀)", live=True, help="Subtracted from every reading of log p_data/p_θ."
        )
        exact: bool = param(
            False, "Fit the densities themselves", live=True, help="By quadrature, as with infinitely many samples."
        )
        x: float = param(0.5, "Place x", -_EDGE, _EDGE, step=0.05, live=True, help="Position in the card “Risk at x”.")
        data_mean: float = param(-0.8, "Data mean", -3.0, 3.0, step=0.05, live=True)
        data_std: float = param(0.8, "Data std", 0.4, 1.5, step=0.02, live=True)
        data_gap: float = param(0.0, "Data modes apart", 0.0, 5.0, step=0.1, live=True, help="0: one Gaussian.")
        model_mean: float = param(0.8, "Model mean", -3.0, 3.0, step=0.05, live=True)
        model_std: float = param(1.1, "Model std", 0.4, 1.5, step=0.02, live=True)
        functions: int = param(15, "Splines in F", 6, 40, live=True, more=True)
        smoothness: float = param(
            0.2, "Penalty on bends", 1e-3, 100.0, log=True, live=True, more=True, help="In units of one datum."
        )

    config: Config

    def __init__(self, config: Config):
        super().__init__(config)
        self.pair = _pair(config)
        self.ones = max(2, round(config.n * config.ratio))

    @classmethod
    def objective_of(cls, config: Config) -> Objective:
        """The best logit and D at x, and the best F of each loss there."""
        return EQUATIONS

    def values(self) -> Mapping[str, float]:
        """At x: the log ratio, log(n₁/n₀) and their sum, nats; P(y = 1|x); the best F of each loss."""
        odds = np.array(self._odds)
        return {
            "log_ratio": self._log_ratio,
            "log_numbers": self._log_numbers,
            "F_star": self._odds,
            "probability": math.exp(float(log_sigmoid(odds))),
            **{f"best_{name}": float(loss.best(odds)) for name, loss in LOSSES.items()},
        }

    @property
    def _log_ratio(self) -> float:
        """log p_data/p_θ at the x of the config."""
        return float(self.pair.log_ratio(np.array(self.config.x)))

    @property
    def _log_numbers(self) -> float:
        """log n₁/n₀."""
        return math.log(self.ones / self.config.n)

    @property
    def _odds(self) -> float:
        """log P(y = 1|x)/P(y = 0|x) at the x of the config."""
        return self._log_ratio + self._log_numbers

    def fits(self, noise: Noise, *, exact: bool | None = None) -> RatioFits:
        """All five fits to the samples, or to the densities themselves."""
        c = self.config
        sign = -1 if (c.exact if exact is None else exact) else 1
        return ratio_fits(self.pair, sign * self.ones, sign * c.n, c.functions, c.smoothness, noise.seed, _ALL)

    @property
    def _counts(self) -> str:
        if self.config.exact:
            return f"fitted to the densities, n₁/n₀ = {self.ones / self.config.n:.3g}"
        return f"{self.ones:,} data, {self.config.n:,} samples"

    def _window(self, fits: RatioFits) -> np.ndarray:
        p, q = (np.exp(part.log_prob(fits.x)) for part in (self.pair.data, self.pair.model))
        return (p > _SEEN * p.max()) | (q > _SEEN * q.max())

    @view("Ratios by five losses", lead=True, help="log p_data/p_θ by each loss; exact values and limits dashed.")
    def ratios(self, noise: Noise) -> Curves:
        """The readings of the three proper losses beside log p_data/p_θ, and F of the other two beside their limits."""
        fits = self.fits(noise)
        seen = self._window(fits)
        x, exact = fits.x[seen], self.pair.log_ratio(fits.x[seen])
        shift = 0.0 if self.config.corrected else fits.log_odds
        taken = fits.log_odds if self.config.corrected else 0.0
        series = [
            Series(name, f"{LOSSES[name].title}: {LOSSES[name].reading}", x, _cut(fits.reading(name)[seen] - taken),
                   role=_ROLES[name], pane=_READINGS, unit="nats")
            for name in PROPER
        ]  # fmt: skip
        series.append(Series("exact", "log p_data/p_θ", x, _cut(exact), pane=_READINGS, dashed=True, unit="nats"))
        if abs(shift) > 1e-9:
            label = "log p_data/p_θ + log(n₁/n₀)"
            series.append(Series("shifted", label, x, _cut(exact + shift), role="data", pane=_READINGS,
                                 dashed=True, unit="nats"))  # fmt: skip
        for name in ("hinge", "absolute"):
            loss = LOSSES[name]
            limit = loss.best(fits.exact[seen])
            series += [
                Series(name, f"{loss.title}: {'F' if name == 'hinge' else 'D'}", x, _cut(fits.F[name][seen], _MOST_F),
                       role=_ROLES[name], pane="F or D"),
                Series(f"{name}.limit", "its limit", x, limit, role=_ROLES[name], pane="F or D", dashed=True),
            ]  # fmt: skip
        errors = ", ".join(f"{LOSSES[name].title} {decimal(fits.error(name), 2)}" for name in PROPER)
        shifted = f" All readings are shifted by log(n₁/n₀) = {decimal(shift)}." if abs(shift) > 1e-9 else ""
        return Curves(
            tuple(series), x_label="x", subtitle=f"{self._counts}; F of {self.config.functions} splines",
            note=f"Root mean square errors, log(n₁/n₀) subtracted: {errors} nats.{shifted}",
        )  # fmt: skip

    @view(
        "Densities and samples", help="Handles: mean and standard deviation of each density, on its curve.",
        drags=_HANDLES,
    )  # fmt: skip
    def densities(self, noise: Noise) -> Plane:
        """Both densities, some of the samples, and P(y = 1|x)."""
        c, fits = self.config, self.fits(noise)
        x = np.linspace(-_EDGE, _EDGE, 601)
        p, q = (np.exp(part.log_prob(x)) for part in (self.pair.data, self.pair.model))
        eta = np.exp(log_sigmoid(self.pair.log_ratio(x) + fits.log_odds))
        start, floor = np.zeros(1, int), -0.16
        return Plane(
            (
                Points(np.stack([fits.data, np.full(len(fits.data), -0.05)], 1), role="data", size=3.0),
                Points(np.stack([fits.fake, np.full(len(fits.fake), -0.11)], 1), role="model", size=3.0),
                Lines(np.stack([x, p], 1), start, role="data", width=2.0, name="p_data"),
                Lines(np.stack([x, q], 1), start, role="model", width=2.0, name="p_θ"),
                Lines(np.stack([x, eta], 1), start, dashed=True, width=1.5, name="P(y = 1|x)"),
                Points(np.array([handle.position(c) for handle in _HANDLES[:2]]), role="data", size=9.0),
                Points(np.array([handle.position(c) for handle in _HANDLES[2:]]), role="model", size=9.0),
            ),
            x_label="x", y_label="p", extent=(-_EDGE, _EDGE, floor, 1.6), square=False,
            subtitle=f"{self._counts}" + ("" if c.exact else f"; at most {len(fits.fake)} of each drawn"),
            note="P(y = 1|x) = n₁ p_data/(n₁ p_data + n₀ p_θ). Drag the dots: mean and standard deviation.",
        )  # fmt: skip

    @view("Calibration", help="Among points with D = 0.7, are 70 of 100 data? On the diagonal they are.")
    def calibration(self, noise: Noise) -> Curves:
        """Share of data among all x with a given D, for each loss."""
        fits, series = self.fits(noise), []
        for name, loss in LOSSES.items():
            points = fits.calibration(name)
            series.append(Series(name, loss.title, points[:, 0], points[:, 1], role=_ROLES[name]))
        ends = np.array([0.0, 1.0])
        series.append(Series("exact", "calibrated", ends, ends, role="data", dashed=True))
        worst = {name: _gap(fits.calibration(name)) for name in LOSSES}
        gaps = ", ".join(f"{LOSSES[name].title} {decimal(worst[name], 2)}" for name in LOSSES)
        return Curves(
            tuple(series), x_label="D, as the loss gives it", y_label="share of data",
            subtitle=f"{self._counts}; shares by quadrature, 20 bands of D",
            note=f"Farthest from the diagonal: {gaps}.",
        )  # fmt: skip

    @view("Risk at x", help="Expected loss at one x as a function of F, and its minimum.")
    def risk(self) -> Curves:
        """P(y = 1|x) ℓ(F, 1) + P(y = 0|x) ℓ(F, 0) of each loss."""
        f = np.linspace(-4.0, 4.0, 641)
        odds = self._odds
        eta = np.array(math.exp(float(log_sigmoid(np.array(odds)))))
        series, best = [], []
        for name, loss in LOSSES.items():
            values = float(eta) * loss.value(f, 1, 0.0) + (1 - float(eta)) * loss.value(f, 0, 0.0)
            series.append(Series(name, loss.title, f, _cut(values, _MOST_RISK), role=_ROLES[name]))
            best.append(f"{loss.title} {decimal(float(loss.best(np.array(odds))), 2)}")
        return Curves(
            tuple(series), x_label="F", y_label="expected loss",
            subtitle=f"exact; x = {decimal(self.config.x, 2)}, P(y = 1|x) = {decimal(float(eta))}",
            note=f"Least at F = {', '.join(best)}. log P(y = 1|x)/P(y = 0|x) = {decimal(odds, 2)}.",
        )  # fmt: skip

    @view("Shift by unequal numbers", help="Mean of reading − log p_data/p_θ against log(n₁/n₀).")
    def shift(self, noise: Noise) -> Curves:
        """Mean of reading − log p_data/p_θ for several n₁/n₀, beside log(n₁/n₀)."""
        c, sign = self.config, -1 if self.config.exact else 1
        means: dict[str, list[float]] = {name: [] for name in PROPER}
        at = []
        for ratio in _RATIOS:
            ones = max(2, round(c.n * ratio))
            fits = ratio_fits(self.pair, sign * ones, sign * c.n, c.functions, c.smoothness, noise.seed, PROPER)
            at.append(fits.log_odds)
            middle = fits.weight * (np.abs(self.pair.log_ratio(fits.x)) < 3.0)  # in the tails the noise hides the shift
            for name in PROPER:
                away = fits.reading(name) - self.pair.log_ratio(fits.x)
                means[name].append(float(middle @ away / middle.sum()))
        x = np.array(at)
        series = [Series(k, LOSSES[k].title, x, np.array(v), role=_ROLES[k], unit="nats") for k, v in means.items()]
        series.append(Series("exact", "log(n₁/n₀)", x, x, dashed=True, unit="nats"))
        return Curves(
            tuple(series), x_label="log(n₁/n₀)", y_label="mean shift", marker=self._log_numbers,
            subtitle=f"n₀ = {'∞' if c.exact else format(c.n, ',')}; means where |log p_data/p_θ| < 3",
            note="The logit of P(y = 1|x) is log p_data/p_θ + log(n₁/n₀): only equal numbers give the ratio itself.",
        )  # fmt: skip

    @view("Errors of the readings", help="Errors of fits to samples, and of fits to the densities themselves.")
    def errors(self, noise: Noise) -> Bars:
        """Root mean square error of each proper loss, from samples and from the densities."""
        drawn, exact = self.fits(noise, exact=False), self.fits(noise, exact=True)
        rows = [(f"{LOSSES[name].title}, samples", drawn.error(name), _ROLES[name]) for name in PROPER]
        rows += [(f"{LOSSES[name].title}, densities", exact.error(name), _ROLES[name]) for name in PROPER]
        return Bars(
            tuple(label for label, *_ in rows), np.array([v for _, v, _ in rows]),
            roles=tuple(role for *_, role in rows), unit="nats",
            subtitle=f"root mean square, without the shift log(n₁/n₀); {self.ones:,} data, {self.config.n:,} samples",
            note="Fits to the densities themselves have only the error of the splines.",
        )  # fmt: skip


def _cut(values: np.ndarray, most: float = _MOST) -> np.ndarray:
    """The values up to a size, NaN beyond: a curve that goes on along the limit looks like a result."""
    return np.where(np.abs(values) <= most, values, np.nan)


def _gap(points: np.ndarray) -> float:
    return float(np.abs(points[:, 1] - points[:, 0]).max())
