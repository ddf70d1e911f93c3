"""Helpers of the lab's views: supports and discriminators of a config, training in slices, numbers as text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from models.gan.non_overlap.critic import Critic, fitted
from models.gan.non_overlap.supports import Supports

__all__ = ["SLICE", "are_apart", "axis_of", "critic_of", "power", "progress", "sigmoid", "supports_of", "train"]

SLICE = 0.02
"""Seconds of work between two frames."""

_FIRST = 0.008  # seconds before the first frame, which follows a control that is dragged


def supports_of(config: Any) -> Supports:
    """The supports of data and model that a config describes."""
    return Supports(config.support)


def critic_of(config: Any) -> Critic:
    """The discriminator of a config's support, θ, dimension, noise and seed, trained as far as it has been."""
    c = config
    return fitted(c.support, (c.theta,), d=c.d, sigma=c.sigma, seed=c.seed)


def are_apart(config: Any) -> bool:
    """Whether data and model can be separated without error."""
    return not config.sigma and supports_of(config).overlap(config.theta) == 0.0


def axis_of(config: Any) -> tuple[np.ndarray, np.ndarray]:
    """Positions on x₁ that include both supports, (n,), and the same as points of the plane, (n, 2)."""
    x = np.union1d(np.linspace(-0.8, max(config.theta, 0.2) + 0.8, 321), [0.0, config.theta])
    return x, np.stack([x, np.zeros_like(x)], axis=1)


def train(critic: Critic, steps: int) -> Iterator[int]:
    """Trains a critic in slices; yields the number of steps made after each, at last `steps`.

    A critic that has been trained further, for a larger t, yields `steps` at once: its record has them all.
    """
    if 0 < critic.done < steps:  # another view has begun the training: shown at once
        yield critic.done
    while (done := critic.advance(steps, SLICE if critic.done else _FIRST)) < steps:
        yield done
    yield min(done, steps)


def progress(config: Any, done: int) -> str:
    """Suffix of a subtitle during training, or ""."""
    return "" if done >= config.steps else f"; training, {done:,} of {config.steps:,}"


def sigmoid(f: np.ndarray) -> np.ndarray:
    """σ(f), relatively exact at both ends."""
    return np.exp(-np.logaddexp(0.0, -f))


def power(value: float) -> str:
    """A number of any size as text: "0.243", "3.4e−5"."""
    if value == 0.0 or 1e-3 <= abs(value) < 1e4:
        text = f"{value:.3g}"
    else:
        mantissa, exponent = f"{value:.1e}".split("e")
        text = f"{mantissa}e{int(exponent)}" if math.isfinite(value) else "∞"
    return text.replace("-", "−")
