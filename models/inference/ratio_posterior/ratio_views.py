"""The classifier's log ratio beside the exact one: along z at one x, and over the plane of x and z."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from models.exact.normal import normal_log_prob
from models.frames import Curves, Density, Layer, Lines, Plane, Points, Series
from models.inference.ratio_posterior.classifier import Training, training
from models.inference.ratio_posterior.exact import bound, log_joint, log_prior, log_ratio
from models.inference.ratio_posterior.q import posterior_of
from models.protocol import Drag, Lab, Noise, param, view
from models.views.pause import paused
from models.views.words import decimal

__all__ = ["EDGE", "X_RANGE", "curve_points", "fit_of", "pairs", "ratio"]

EDGE = 3.5
"""z is shown from −3.5 to 3.5."""
X_RANGE = (-1.0, 8.0)
_REACH = 5.0  # greatest |ε| of the range of q
_NODES = np.linspace(-6.0, 6.0, 401)  # of ε, for means of what the network says
_WEIGHTS = np.exp(log_prior(_NODES)) * (_NODES[1] - _NODES[0])
_POINTS = 500
_MOST = 12.0  # nats at which the log ratios are cut off
_PANE, _DENSITIES = "log ratio, nats", "density"
_COARSE, _FINE = (48, 60), (112, 140)  # rows and columns of the map while the classifier trains, and at the end
_BLOCK = 4  # rows of the map that are computed at once
_MAPS = {"estimate": "r_ψ", "exact": "r*", "error": "r_ψ − r*"}
_LIMITS = {"estimate": 6.0, "exact": 6.0, "error": 3.0}


def fit_of(config: Any, noise: Noise) -> Training:
    """The training that a config describes."""
    return training(
        posterior_of(config), config.sigma, config.n, config.steps, config.contrast == "adaptive", noise.seed
    )


def _trained(fit: Training) -> str:
    contrast = "adaptive contrast, " if fit.adaptive else ""
    return f"{contrast}{fit.n:,} pairs of each kind, update {fit.step:,} of {fit.steps:,}"


def curve_points(config: Any, window: str) -> np.ndarray:
    """Values of z at which curves are drawn, denser where q has its steps, (k,).

    Args:
        config: The page's config.
        window: "prior" for −3.5 to 3.5, "q" for f(φ, −5, x) to f(φ, 5, x).
    """
    q, x = posterior_of(config), np.array(config.x)
    ends = (-EDGE, EDGE)
    if window == "q":
        ends = (float(q.value(np.array(-_REACH), x)), float(q.value(np.array(_REACH), x)))
    fine = q.value(np.linspace(-4.5, 4.5, _POINTS), x)
    return np.union1d(np.linspace(*ends, _POINTS), np.clip(fine, *ends))


@view(
    "Log ratio at x", lead=True,
    help="The classifier's log ratio of q to the prior at the datum x, and the exact one dashed.",
)  # fmt: skip
def ratio(
    lab: Lab,
    noise: Noise,
    window: str = param("q", "Range of z", choices={"q": "of q", "prior": "of the prior"}),
) -> Iterator[Curves]:
    """r_ψ and r* over z above the densities of q, prior and posterior."""
    c, fit = lab.config, fit_of(lab.config, noise)
    q, x, z = posterior_of(c), np.array(c.x), curve_points(c, window)
    exact, terms = log_ratio(q, z, x), bound(q, c.x, c.sigma)
    seen = np.abs(exact) <= _MOST
    cuts = np.exp(np.stack([log_prior(z), log_joint(z, c.x, c.sigma) - terms.evidence, exact + log_prior(z)]))
    top = 1.6 * float(cuts[:2].max()) if window == "prior" else np.inf
    prior, posterior, of_q = np.minimum(cuts, top)
    fixed = (
        Series("exact", "r*", z, np.where(seen, exact, np.nan), pane=_PANE, unit="nats", dashed=True),
        Series("q", "q_φ(z|x)", z, of_q, role="model", pane=_DENSITIES),
        Series("prior", "p(z)", z, prior, role="prior", pane=_DENSITIES),
        Series("posterior", "p(z|x)", z, posterior, pane=_DENSITIES, dashed=True),
    )
    marker = c.z if z[0] <= c.z <= z[-1] else None
    while True:
        guess = fit.log_ratio(np.full_like(z, c.x), z)
        kl = float(_WEIGHTS @ fit.log_ratio(np.full_like(_NODES, c.x), q.value(_NODES, x)))
        yield Curves(
            (
                Series("estimate", "r_ψ, learned", z, np.where(np.abs(guess) <= _MOST, guess, np.nan), role="alt",
                       pane=_PANE, unit="nats"),
                *fixed,
            ),
            x_label="z", marker=marker, subtitle=f"x = {decimal(c.x, 2)}; {_trained(fit)}",
            note=f"KL(q ‖ p) = E_q[r*] = {decimal(terms.ratio, 2)} nats; E_q[r_ψ] = {decimal(kl, 2)}. ELBO "
            f"{decimal(terms.elbo, 2)}; with r_ψ {decimal(terms.likelihood - kl, 2)}.",
        )  # fmt: skip
        if fit.finished:
            return
        fit.advance()


def _map(lab: Lab, fit: Training, shown: str, size: tuple[int, int]) -> Generator[None, None, np.ndarray]:
    """r_ψ, r* or their difference on the plane, (rows, columns); computed in blocks of rows."""
    rows, columns = size
    x = X_RANGE[0] + (X_RANGE[1] - X_RANGE[0]) * (np.arange(columns) + 0.5) / columns
    z = -EDGE + 2 * EDGE * (np.arange(rows) + 0.5) / rows
    q = posterior_of(lab.config)

    def block(start: int) -> np.ndarray:
        at, here = np.meshgrid(x, z[start : start + _BLOCK])
        if shown == "exact":
            return log_ratio(q, here, at)
        guess = fit.log_ratio(at, here)
        return guess if shown == "estimate" else guess - log_ratio(q, here, at)

    parts = yield from paused(block(start) for start in range(0, rows, _BLOCK))
    return np.concatenate(parts)


@view(
    "Pairs of x and z", drags=(Drag("x", "z"),),
    help="Pairs with z from q and with z from the contrast, and the log ratio over the plane. Drag the dot: x and z.",
)  # fmt: skip
def pairs(
    lab: Lab,
    noise: Noise,
    shown: str = param("estimate", "Map", choices=_MAPS),
) -> Iterator[Plane | None]:
    """The pairs that the classifier tells apart, over a map of r_ψ, of r* or of their difference."""
    c, fit = lab.config, fit_of(lab.config, noise)
    extent, start, limit = (*X_RANGE, -EDGE, EDGE), np.zeros(1, int), _LIMITS[shown]
    rival = "the Gaussian contrast" if fit.adaptive else "p(z)"
    over: tuple[Layer, ...] = (
        Points(np.stack([fit.x, fit.rival], 1), role="prior", size=3.0, name=f"z from {rival}"),
        Points(np.stack([fit.x, fit.z], 1), role="data", size=3.0, name="z from q"),
        Lines(np.array([[c.x, -EDGE], [c.x, EDGE]]), start, dashed=True),
        Points(np.array([[c.x, c.z]]), role="alt", size=9.0, name="x and z"),
    )
    while True:
        size = _FINE if fit.finished else _COARSE
        values = yield from _map(lab, fit, shown, size)
        here, exact = fit.log_ratio(np.array([c.x]), np.array([c.z]))[0], _exact_at(c)
        yield Plane(
            (
                Density(np.clip(values, -limit, limit), extent, low=-limit, high=limit, name=f"{_MAPS[shown]}, nats"),
                Density(values, extent, role="total", contours=(0.0,), name=f"{_MAPS[shown]} = 0"),
                *over,
            ),
            x_label="x", y_label="z", extent=extent, square=False, subtitle=_trained(fit),
            note=f"At x = {decimal(c.x, 2)}, z = {decimal(c.z, 2)}: r_ψ = {decimal(float(here), 2)}, "
            f"r* = {decimal(exact, 2)} nats.",
        )  # fmt: skip
        if fit.finished:
            return
        fit.advance()


def _exact_at(config: Any) -> float:
    return float(log_ratio(posterior_of(config), np.array(config.z), np.array(config.x)))


@view("Posterior and q", help="The exact posterior of z at the datum x, its likelihood, and q.")
def posterior(lab: Lab) -> Curves:
    """Prior, likelihood, posterior and q over z."""
    c, z = lab.config, curve_points(lab.config, "prior")
    q, terms = posterior_of(c), bound(posterior_of(c), c.x, c.sigma)
    exact = np.exp(log_joint(z, c.x, c.sigma) - terms.evidence)
    mine = np.exp(q.log_prob(z, np.array(c.x)))
    likelihood = np.exp(normal_log_prob(z**2, c.x, c.sigma))
    top = 1.8 * max(float(exact.max()), float(likelihood.max()))
    cut = f" q is cut off: its peak is {mine.max():,.3g}." if mine.max() > top else ""
    return Curves(
        (
            Series("prior", "prior p(z)", z, np.exp(log_prior(z)), role="prior"),
            Series("likelihood", "likelihood p(x|z)", z, likelihood, role="data"),
            Series("posterior", "posterior p(z|x)", z, exact, dashed=True),
            Series("q", "q_φ(z|x)", z, np.minimum(mine, top), role="model"),
        ),
        x_label="z", y_label="density", subtitle=f"x = {decimal(c.x, 2)}; exact",
        note=f"log p(x) = ELBO + KL(q ‖ p(z|x)): {decimal(terms.evidence)} = {decimal(terms.elbo)} + "
        f"{decimal(terms.gap)} nats.{cut}",
    )  # fmt: skip
