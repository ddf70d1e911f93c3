"""Known distributions fitted to points of the plane that can be dragged."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.autoregressive.maximum_likelihood.plane_fits import FLOOR, PlaneMixture, fit_mixture, fit_normal
from models.frames import Bars, Curves, Density, Ellipses, Plane, Series
from models.protocol import Points, view
from models.views.words import decimal, plural

__all__ = ["KINDS", "fits", "learning", "plane"]

KINDS = {"independent": "Independent normals", "normal": "Multivariate normal", "mixture": "Mixture"}
_REACH = 4.0  # the plane goes from −4 to 4
_CELLS = 90
_LOGS = (-9.0, -7.0, -5.0, -3.0, -1.0)  # log densities of the contours


def _fit(config: Any, xy: np.ndarray) -> PlaneMixture:
    if config.kind == "mixture":
        return fit_mixture(xy, config.components, config.em)[-1]
    return fit_normal(xy, correlated=config.kind == "normal")


@view("Points and density", lead=True, help="Points of your own and the density of greatest likelihood among its kind.")
def plane(lab: Any, points: Points) -> Plane:
    """The fitted density as a heat map with contours, and the 1σ ellipses of its components."""
    fit = _fit(lab.config, points.xy)
    reach = max(_REACH, 1.1 * float(np.abs(points.xy).max()))
    centers = (np.arange(_CELLS) + 0.5) / _CELLS * 2 * reach - reach
    grid = np.stack(np.meshgrid(centers, centers), -1).reshape(-1, 2)
    log_density = fit.log_prob(grid).reshape(_CELLS, _CELLS)
    axes, angles = fit.ellipses()
    extent = (-reach, reach, -reach, reach)
    return Plane(
        (
            Density(np.exp(log_density), extent, low=0.0),
            Density(np.maximum(log_density, -12.0), extent, role="alt", contours=_LOGS, name="contours of log p"),
            Ellipses(fit.means, axes, angles, role="model", dashed=False, name="1σ"),
        ),
        x_label="x₁", y_label="x₂", extent=extent,
        subtitle=f"{KINDS[lab.config.kind].lower()}, {plural(fit.parameters, 'parameter')}",
        note=f"Cross-entropy {decimal(-float(fit.log_prob(points.xy).mean()))} nats. "
        f"Standard deviations are at least {FLOOR}.",
    )  # fmt: skip


@view("Kinds of density", help="The mean log density of the points under the best density of each kind.")
def fits(lab: Any, points: Points) -> Bars:
    """𝓛/n of the three kinds, each fitted to the points."""
    xy, c = points.xy, lab.config
    made = (
        fit_normal(xy, correlated=False),
        fit_normal(xy, correlated=True),
        fit_mixture(xy, c.components, c.em)[-1],
    )
    names = [f"{name.lower()}, {fit.parameters}" for name, fit in zip(KINDS.values(), made, strict=True)]
    return Bars(
        tuple(names), np.array([float(fit.log_prob(xy).mean()) for fit in made]), roles=("alt", "model", "prior"),
        unit="nats", subtitle="𝓛/n; behind each name its parameters",
        note="More parameters never lower it on the points to which they are fitted.",
    )  # fmt: skip


@view("Learning the mixture", help="The mean log density of the points, step by step of EM.")
def learning(lab: Any, points: Points) -> Curves:
    """𝓛/n of the mixture during EM, and that of the multivariate normal."""
    path = fit_mixture(points.xy, lab.config.components, max(lab.config.em, 1))
    values = np.array([float(fit.log_prob(points.xy).mean()) for fit in path])
    steps = np.arange(len(values))
    normal = float(fit_normal(points.xy, correlated=True).log_prob(points.xy).mean())
    return Curves(
        (
            Series("mixture", f"mixture of {lab.config.components}", steps, values, role="prior", unit="nats"),
            Series(
                "normal", "multivariate normal", steps[[0, -1]], np.full(2, normal), role="model", unit="nats",
                dashed=True,
            ),
        ),
        x_label="steps of EM", y_label="nats a point", subtitle="𝓛/n with the density",
        note="EM is one way to descend the cross-entropy: no step raises it.",
    )  # fmt: skip
