"""What high probability on the data rewards and costs: three fits to data with two modes."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.autoregressive.maximum_likelihood.bins import EDGE, log_masses
from models.exact.densities_1d import LineMixture
from models.frames import Bars, Curves, Series
from models.protocol import view
from models.views.words import decimal

__all__ = ["DEVIATION", "between", "fits_of", "rewards", "shapes"]

DEVIATION = 0.5
"""Standard deviation of each mode of the data."""
_CLEAR = 2.0  # standard deviations of a mode: what is farther from both is between them
_ROLES = ("model", "alt", "prior")
_NAMES = ("normal, fitted", "normal on one mode", "two normals, fitted")


def fits_of(x: np.ndarray) -> tuple[LineMixture, LineMixture, LineMixture]:
    """The normal of greatest likelihood, that of the data right of 0 alone, and a mixture of two with one deviation.

    The mixture has a mode on either side of 0, at the means of the data there.
    """
    right, left = x[x > 0], x[x <= 0]
    if not len(right) or not len(left):
        right = left = x
    pooled = float(np.sqrt(np.concatenate([right - right.mean(), left - left.mean()]).var()))
    least = 0.05  # of a deviation, where few data agree
    return (
        LineMixture((float(x.mean()),), max(least, float(x.std()))),
        LineMixture((float(right.mean()),), max(least, float(right.std()))),
        LineMixture((float(left.mean()), float(right.mean())), max(least, pooled)),
    )


@view("Three fits", lead=True, help="Densities of three fits, and the density from which the data are drawn.")
def shapes(lab: Any) -> Curves:
    """The densities of the fits and of the data."""
    x = np.linspace(-EDGE, EDGE, 601)
    source = LineMixture.about(0.0, DEVIATION, lab.config.apart)
    series = [
        Series(name, name, x, np.exp(fit.log_prob(x)), role=role)
        for name, role, fit in zip(_NAMES, _ROLES, fits_of(lab.x), strict=True)
    ]
    series.append(Series("source", "source of the data", x, np.exp(source.log_prob(x)), role="data", dashed=True))
    return Curves(
        tuple(series), x_label="x", y_label="density", subtitle=f"{lab.config.n:,} data",
        note="The fitted normal covers both modes and the gap between them, where there are no data.",
    )  # fmt: skip


@view("Reward", help="The mean of log p_θ(x) over the data: what is maximised.")
def rewards(lab: Any) -> Bars:
    """𝓛/n of each fit and of the source."""
    source = LineMixture.about(0.0, DEVIATION, lab.config.apart)
    values = np.array([float(fit.log_prob(lab.x).mean()) for fit in (*fits_of(lab.x), source)])
    return Bars(
        (*_NAMES, "source of the data"), values, roles=(*_ROLES, "data"), unit="nats", subtitle="𝓛/n with the density",
        note=f"One mode alone costs {decimal(float(values[0] - values[1]))} nats a datum: data where p_θ is almost 0.",
    )  # fmt: skip


@view("Mass between the modes", help="How much of a density lies where there are no data.")
def between(lab: Any) -> Bars:
    """Share of the data, and of each density, more than 2σ from both modes and between them."""
    reach = 0.5 * lab.config.apart - _CLEAR * DEVIATION
    source = LineMixture.about(0.0, DEVIATION, lab.config.apart)
    edges = np.array([-max(reach, 0.0), max(reach, 0.0)])
    masses = [float(np.exp(log_masses(fit, edges)[0])) if reach > 0 else 0.0 for fit in (*fits_of(lab.x), source)]
    share = float((np.abs(lab.x) < reach).mean())
    return Bars(
        (*_NAMES, "source of the data", "data"), 100.0 * np.array([*masses, share]), roles=(*_ROLES, "data", "data"),
        unit="%",
        subtitle=f"between −{decimal(reach, 2)} and {decimal(reach, 2)}" if reach > 0 else "the modes overlap",
        note="Mass between the modes costs little: it lowers the density at the data by a constant factor.",
    )  # fmt: skip
