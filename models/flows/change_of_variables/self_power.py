"""The lecture's h(x) = x^x for x > 1: easy to compute, with an inverse that takes an iteration or Lambert's W. Float64.

All functions work with log x, so that x up to 10³⁰⁸ and beyond causes no overflow.
"""

from __future__ import annotations

import math

import numpy as np

__all__ = ["bisection", "by_lambert", "forward", "newton", "newton_path"]

_MOST = 60  # steps; Newton's method needs at most ten
_PRECISE = 4e-16  # relative step at which the iteration ends: two units in the last place


def forward(e: np.ndarray) -> np.ndarray:
    """ε^ε; any shape to the same shape."""
    return np.power(e, e)


def _step(e: np.ndarray, log_x: np.ndarray) -> np.ndarray:
    """Newton's step for ε log ε = log x: (ε + log x)/(1 + log ε)."""
    return np.maximum((e + log_x) / (1.0 + np.log(e)), 1.0)


def newton(log_x: np.ndarray) -> tuple[np.ndarray, int]:
    """Solves ε^ε = x for ε ≥ 1 by Newton's method on ε log ε = log x, from ε = 1.

    As ε log ε is convex, the first step leads to 1 + log x, at or above the solution, and all others down to it.

    Args:
        log_x: log x ≥ 0, any shape.

    Returns:
        ε in the same shape, and the number of steps that the slowest took.
    """
    log_x = np.asarray(log_x, dtype=float)
    e = np.ones_like(log_x)
    for step in range(1, _MOST + 1):
        e, before = _step(e, log_x), e
        if bool((np.abs(e - before) <= _PRECISE * e).all()):
            return e, step
    return e, _MOST


def by_lambert(log_x: np.ndarray) -> np.ndarray:
    """Solves ε^ε = x for ε ≥ 1 as exp(W(log x)), W the principal branch of Lambert's function; any shape.

    Corless et al., 1996, "On the Lambert W function" (doi 10.1007/BF02124750).
    """
    from scipy.special import lambertw  # costs a noticeable part of a second

    return np.exp(lambertw(np.asarray(log_x, dtype=float)).real)


def bisection(log_x: np.ndarray, halvings: int) -> np.ndarray:
    """Middles of the intervals that hold the solution, after 0, 1, … halvings of [1, 1 + log x]; (n,) to (k + 1, n)."""
    low, high = np.ones_like(log_x), 1.0 + log_x
    path = [0.5 * (low + high)]
    for _ in range(halvings):
        above = path[-1] * np.log(path[-1]) > log_x
        low, high = np.where(above, low, path[-1]), np.where(above, path[-1], high)
        path.append(0.5 * (low + high))
    return np.stack(path)


def newton_path(log_x: float, steps: int, *, logarithm: bool = True) -> np.ndarray:
    """Values of Newton's method for one x, from the start on, (steps + 1,); they stay where they no longer change.

    Args:
        log_x: log x ≥ 0.
        steps: Number of steps.
        logarithm: Solves ε log ε = log x, from ε = 1. Without it ε^ε = x itself, from ε = 1 + log x, with steps of
            about 1/(1 + log ε) while ε^ε ≫ x; from 1, the first step would lead to x.
    """
    path = [1.0 if logarithm else 1.0 + log_x]
    while len(path) <= steps:
        e = path[-1]
        if logarithm:
            after = float(_step(np.array(e), np.array(log_x)))
        else:  # (1 − x/ε^ε)/(1 + log ε), the quotient without overflow
            after = max(e + math.expm1(log_x - e * math.log(e)) / (1.0 + math.log(e)), 1.0)
        path.append(e if abs(after - e) <= _PRECISE * e else after)
    return np.array(path)
