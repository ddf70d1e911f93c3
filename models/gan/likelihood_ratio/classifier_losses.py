"""Five losses of a classifier F on labels, the F that minimises each, and log p_data/p_θ as a function of that F."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from models.exact.densities_1d import log_sigmoid

__all__ = ["LOSSES", "Loss"]

Slopes = tuple[np.ndarray, np.ndarray]
"""First and second derivative of a loss by F."""


@dataclass(frozen=True)
class Loss:
    """A loss ℓ(F, y) of a number F on a datum (y = 1) or a sample of the model (y = 0).

    Attributes:
        title: Title in legends.
        formula: ℓ for y = 1 and for y = 0.
        value: Maps F, y and a width to ℓ. Each kink of a loss is replaced by an arc of that width, for Newton's method;
            with width 0 the value is ℓ itself.
        slopes: Maps F, y and a width above 0 to the first derivative and a second one that is never negative (for
            Brier the Gauss–Newton approximation).
        kinked: Whether the loss has kinks, so that the width matters.
        best: Maps log P(y = 1|x)/P(y = 0|x) to the F with the least expected loss.
        link: Maps the best F to log P(y = 1|x)/P(y = 0|x); None where F does not determine it.
        probability: Maps F to the P(y = 1|x) that the loss implies.
        reading: The log ratio as a function of F, in words.
    """

    title: str
    formula: str
    value: Callable[[np.ndarray, int, float], np.ndarray]
    slopes: Callable[[np.ndarray, int, float], Slopes]
    best: Callable[[np.ndarray], np.ndarray]
    link: Callable[[np.ndarray], np.ndarray] | None
    probability: Callable[[np.ndarray], np.ndarray]
    reading: str
    kinked: bool = False


def _sign(y: int) -> float:
    return 1.0 if y else -1.0


def _sigmoid(f: np.ndarray) -> np.ndarray:
    return np.exp(log_sigmoid(f))


def _log_slopes(f: np.ndarray, y: int, width: float) -> Slopes:
    d = _sigmoid(f)
    return d - y, d * (1 - d)


def _brier_slopes(f: np.ndarray, y: int, width: float) -> Slopes:
    d = _sigmoid(f)
    slope = d * (1 - d)
    return 2 * (d - y) * slope, 2 * slope**2


def _exponential_slopes(f: np.ndarray, y: int, width: float) -> Slopes:
    value = _exponential(f, y, width)
    return -_sign(y) * value, value


def _exponential(f: np.ndarray, y: int, width: float) -> np.ndarray:
    return np.exp(np.clip(-_sign(y) * f, None, 30.0))


def _hinge(f: np.ndarray, y: int, width: float) -> np.ndarray:
    """With an arc between margins 1 − width and 1 + width in place of the kink at 1."""
    short = 1.0 - _sign(y) * f
    arc = (short + width) ** 2 / (4 * width) if width else 0.0
    return np.where(np.abs(short) < width, arc, np.maximum(0.0, short))


def _hinge_slopes(f: np.ndarray, y: int, width: float) -> Slopes:
    inside = (1.0 - _sign(y) * f + width) / (2 * width)  # 0 to 1 along the arc
    return -_sign(y) * np.clip(inside, 0.0, 1.0), ((inside > 0) & (inside < 1)) / (2 * width)


def _absolute(f: np.ndarray, y: int, width: float) -> np.ndarray:
    """With an arc between F = y − width and F = y + width in place of the kink at y."""
    away = np.abs(f - y)
    arc = away**2 / (2 * width) + width / 2 if width else 0.0
    return np.where(away < width, arc, away)


def _absolute_slopes(f: np.ndarray, y: int, width: float) -> Slopes:
    away = (f - y) / width
    return np.clip(away, -1.0, 1.0), (np.abs(away) < 1) / width


LOSSES: Mapping[str, Loss] = {
    "log": Loss(
        "log", "−log σ(F), −log(1 − σ(F))", lambda f, y, width: -log_sigmoid(_sign(y) * f), _log_slopes,
        lambda odds: odds, lambda f: f, _sigmoid, "F",
    ),
    "brier": Loss(
        "Brier", "(1 − D)², D² with D = σ(F)", lambda f, y, width: (_sigmoid(f) - y) ** 2, _brier_slopes,
        lambda odds: odds, lambda f: f, _sigmoid, "logit D",
    ),
    "exponential": Loss(
        "exponential", "e⁻ᶠ, eᶠ", _exponential, _exponential_slopes,
        lambda odds: 0.5 * odds, lambda f: 2 * f, lambda f: _sigmoid(2 * f), "2 F",
    ),
    "hinge": Loss(
        "hinge", "max(0, 1 − F), max(0, 1 + F)", _hinge, _hinge_slopes,
        lambda odds: np.where(odds > 0, 1.0, -1.0), None,
        lambda f: np.clip(0.5 + 0.5 * f, 0.0, 1.0), "only its sign", True,
    ),
    "absolute": Loss(
        "absolute", "|1 − D|, |D| with D = F", _absolute, _absolute_slopes,
        lambda odds: np.where(odds > 0, 1.0, 0.0), None, lambda f: np.clip(f, 0.0, 1.0), "only a step", True,
    ),
}  # fmt: skip
"""Log loss; Brier (1950); the exponential loss of boosting (Friedman et al., 2000); the hinge of support vector
machines; and the absolute error, which is not proper. The first two are proper losses of D, the third is one of
D = σ(2F) (Buja et al., 2005); the hinge finds the better class and no more (Bartlett et al., 2006)."""
