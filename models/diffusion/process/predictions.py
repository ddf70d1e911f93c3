"""What a network of a diffusion model can predict, and the datum and the noise that follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from models.diffusion.process.schedules import Level

__all__ = ["PREDICTIONS", "Estimate", "datum", "divergences", "estimate", "noise"]

PREDICTIONS: Mapping[str, str] = {"eps": "Noise ε", "x0": "Datum x₀", "v": "Velocity v", "score": "Score ∇ log p"}
"""Names for menus. v = α ε − σ x₀ (Salimans and Ho, 2022); the score is −ε/σ."""


class Estimate(NamedTuple):
    """Datum and noise in x_t = α x₀ + σ ε, as they are estimated from x_t; (n, d) each."""

    x0: Tensor
    eps: Tensor


_Convert = Callable[[Tensor, Tensor, Level], Tensor]
"""What is predicted, x_t and its level."""

_DATUM: Mapping[str, _Convert] = {
    "eps": lambda eps, x, at: (x - at.sigma * eps) / at.alpha,
    "x0": lambda x0, x, at: x0,
    "v": lambda v, x, at: (at.alpha * x - at.sigma * v) / at.scale.square(),
    "score": lambda score, x, at: (x + at.sigma.square() * score) / at.alpha,
    "velocity": lambda u, x, at: (x - at.sigma * u) / (at.alpha + at.sigma),
}
_NOISE: Mapping[str, _Convert] = {
    "eps": lambda eps, x, at: eps,
    "x0": lambda x0, x, at: (x - at.alpha * x0) / at.sigma,
    "v": lambda v, x, at: (at.sigma * x + at.alpha * v) / at.scale.square(),
    "score": lambda score, x, at: -at.sigma * score,
    "velocity": lambda u, x, at: (x + at.alpha * u) / (at.alpha + at.sigma),
}


def datum(prediction: str, output: Tensor, x: Tensor, level: Level) -> Tensor:
    """The datum that follows from a prediction at x_t. See `estimate`."""
    return _DATUM[prediction](output, x, level)


def noise(prediction: str, output: Tensor, x: Tensor, level: Level) -> Tensor:
    """The noise that follows from a prediction at x_t. See `estimate`."""
    return _NOISE[prediction](output, x, level)


def estimate(prediction: str, output: Tensor, x: Tensor, level: Level) -> Estimate:
    """Datum and noise that follow from a prediction at x_t.

    Args:
        prediction: What was predicted: a key of `PREDICTIONS`, or "velocity", the ε − x₀ of the straight path.
        output: The prediction, (n, d).
        x: x_t, (n, d).
        level: Its level, (n, 1) or of one element.
    """
    return Estimate(datum(prediction, output, x, level), noise(prediction, output, x, level))


def divergences(prediction: str, of_output: Tensor, dims: int, level: Level) -> Estimate:
    """The divergences in x_t of the datum and the noise that follow from a prediction, (n,) each.

    Args:
        prediction: As of `estimate`.
        of_output: The divergence of the prediction, (n,).
        dims: Number of dimensions, the divergence of x_t itself.
        level: The level, of one element.
    """
    return estimate(prediction, of_output, torch.full_like(of_output, dims), level)
