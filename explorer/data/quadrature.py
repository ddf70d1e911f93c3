"""Nodes and weights of quadrature in one and two dimensions."""

from __future__ import annotations

import numpy as np

__all__ = ["REACH", "panels", "standard_axis", "standard_grid"]

REACH = 8.0
"""Standard deviations beyond which a Gaussian has less than 1e-14 of its mass."""


def panels(a: float, b: float, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights, (m,) each, of 16-point Gauss-Legendre rules on panels of at most a width from a to b."""
    count = int(np.ceil((b - a) / width))
    node, weight = np.polynomial.legendre.leggauss(16)
    edges = np.linspace(a, b, count + 1)
    half = (b - a) / count / 2
    return ((edges[:-1] + half)[:, None] + half * node).ravel(), np.tile(half * weight, count)


def standard_axis(step: float) -> tuple[np.ndarray, np.ndarray]:
    """Evenly spaced points over a standard normal, (m,), and the probability of each cell, (m,)."""
    count = int(np.ceil(REACH / step))
    u = step * np.arange(-count, count + 1)
    return u, np.exp(-(u**2) / 2) * (step / np.sqrt(2 * np.pi))


def standard_grid() -> tuple[np.ndarray, np.ndarray]:
    """A grid over a standard normal in the plane, (m, 2), and the probability of each cell, (m,).

    Trapezoidal sums over it are exact to rounding for integrands that are smooth at a tenth of a standard deviation.
    """
    u, density = standard_axis(0.1)
    return np.stack(np.meshgrid(u, u, indexing="ij"), axis=-1).reshape(-1, 2), np.outer(density, density).ravel()
