"""Instance noise: data and model of `supports` with Gaussian noise added, by quadrature.

Noise in all d dimensions is noise in the plane of the supports times noise across it, which is the same for both and
drops out of every divergence; along a segment it drops out as well. Sønderby et al., 2017 (arXiv 1610.04490).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.exact.divergences import jensen_shannon, kl, total_variation
from models.gan.non_overlap.supports import RADIUS, Divergences, Supports

__all__ = ["Overlapping", "overlapping"]

_REACH = 9.0  # standard deviations covered
_LINE = 60  # cells a standard deviation on the line
_CHORDS, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_RADII = 1200


@dataclass(frozen=True)
class Overlapping:
    """Exact values once the supports overlap.

    Attributes:
        divergences: Divergences of the noisy distributions.
        minimax: Gradient of the minimax loss on θ at the optimal D: that of 2 JSD.
        non_saturating: Gradient of the non-saturating loss there: the mean of −∂ log D* over the model.
    """

    divergences: Divergences
    minimax: float
    non_saturating: float


@lru_cache(maxsize=512)
def overlapping(supports: Supports, theta: float, sigma: float) -> Overlapping:
    """Divergences and gradients under noise of standard deviation sigma > 0, nats."""
    p, q, slope, cell = _disks(theta, sigma) if supports.shape == "disks" else _line(theta, sigma)
    support = (p + q) > 1e-290
    p, q, slope = p[support] * cell, q[support] * cell, slope[support]
    d = p / (p + q)  # D*
    if supports.shape == "disks":
        divergence, variation = kl(p, q), total_variation(p, q)
    else:  # two normal distributions: in closed form, also where the densities underflow
        divergence, variation = 0.5 * (theta / sigma) ** 2, math.erf(abs(theta) / (sigma * math.sqrt(8.0)))
    at_optimum = Divergences(divergence, jensen_shannon(p, q), variation, abs(theta))
    # The losses' gradients are means over the model of −D ∂F and −(1 − D) ∂F, with F = log p_data/p_θ and ∂F its slope.
    return Overlapping(at_optimum, float(-(q * d * slope).sum()), float(-(q * (1.0 - d) * slope).sum()))


def _line(theta: float, sigma: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Densities N(0, σ²) and N(θ, σ²), ∂F and the size of a cell; the trapezoidal rule is exact to rounding here."""
    cell = sigma / _LINE
    low, high = min(0.0, theta) - _REACH * sigma, max(0.0, theta) + _REACH * sigma
    cells = min(math.ceil((high - low) / cell), 200_000)
    x = np.linspace(low, high, cells + 1)
    scale = 1.0 / (sigma * math.sqrt(2.0 * math.pi))
    p, q = (scale * np.exp(-0.5 * ((x - at) / sigma) ** 2) for at in (0.0, theta))
    return p, q, np.full_like(x, -theta / sigma**2), float(x[1] - x[0])


def _disks(theta: float, sigma: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """The same for a disk at the origin and one at (θ, 0), on a grid over the half plane y > 0, which counts twice."""
    reach = RADIUS + 6.0 * sigma
    cell = min(max(sigma / 4.0, 0.008), 0.05)
    x = np.arange(min(0.0, theta) - reach, max(0.0, theta) + reach, cell)
    y = np.arange(0.5 * cell, reach, cell)
    radii, density, derivative = _radial(sigma, reach + abs(theta) + cell)
    near, far = (np.hypot(x - at, y[:, None]) for at in (0.0, theta))
    p, q = np.interp(near, radii, density), np.interp(far, radii, density)
    slope = np.interp(near, radii, derivative) * x / np.maximum(near, 1e-12)  # of log p along x
    slope -= np.interp(far, radii, derivative) * (x - theta) / np.maximum(far, 1e-12)
    both = 2.0 * cell * cell
    return p / (p.sum() * both), q / (q.sum() * both), slope, both


@lru_cache(maxsize=32)
def _radial(sigma: float, reach: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Density of the noisy disk by distance from its centre, and the derivative of its logarithm."""
    r = np.linspace(0.0, 1.5 * reach, _RADII)
    # Polar coordinates about the point itself would be singular; chords of the disk are not.
    u = RADIUS * np.sin(0.5 * np.pi * _CHORDS)  # denser towards the edge, where the chords get short
    weight = RADIUS * 0.5 * np.pi * np.cos(0.5 * np.pi * _CHORDS) * _WEIGHTS
    half = np.sqrt(np.maximum(RADIUS**2 - u**2, 0.0))
    inside = np.array([math.erf(h / (sigma * math.sqrt(2.0))) for h in half])
    gauss = np.exp(-0.5 * ((r[:, None] - u) / sigma) ** 2) / (sigma * math.sqrt(2.0 * math.pi))
    density = gauss @ (weight * inside) / (math.pi * RADIUS**2)
    density = np.maximum(density, 1e-300)
    return r, density, np.gradient(np.log(density), r)
