"""What a network of a diffusion model can predict, and the noise that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from models.diffusion.process.schedules import Level

__all__ = ["PREDICTIONS", "coefficients", "from_eps", "to_eps"]

PREDICTIONS: Mapping[str, str] = {"eps": "Noise ε", "x0": "Datum x₀", "v": "Velocity v", "score": "Score ∇ log p"}
"""Names for menus. v = α ε − σ x₀ (Salimans and Ho, 2022); the score is −ε/σ."""

_COEFFICIENTS: Mapping[str, Callable[[Level], tuple[Tensor, Tensor]]] = {
    "eps": lambda at: (torch.zeros_like(at.sigma), torch.ones_like(at.sigma)),
    "x0": lambda at: (1 / at.sigma, -at.alpha / at.sigma),
    "v": lambda at: (at.sigma / at.scale.square(), at.alpha / at.scale.square()),
    "score": lambda at: (torch.zeros_like(at.sigma), -at.sigma),
}


def coefficients(prediction: str, level: Level) -> tuple[Tensor, Tensor]:
    """The a and b with which ε = a x_t + b (what is predicted)."""
    return _COEFFICIENTS[prediction](level)


def to_eps(prediction: str, output: Tensor, x: Tensor, level: Level) -> Tensor:
    """The noise that follows from a prediction at x_t; all (n, d), with a level (n, 1) or of one element."""
    a, b = coefficients(prediction, level)
    return a * x + b * output


def from_eps(prediction: str, eps: Tensor, x: Tensor, level: Level) -> Tensor:
    """What a network would have to predict for this noise; the inverse of `to_eps`."""
    a, b = coefficients(prediction, level)
    return (eps - a * x) / b
