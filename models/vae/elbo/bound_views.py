"""Views of the bound on log p(x) in a model with one latent number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from models.exact.normal import normal_log_prob
from models.frames import Bars, Curves, Density, Lines, Plane, Points, Series
from models.protocol import view
from models.vae.elbo.one_latent import ALL, OneLatent, Weights
from models.views.words import decimal

__all__ = ["AHEAD", "densities", "integrand", "plane", "terms", "values_of"]

AHEAD = 300
"""Number of further gradient steps that are drawn."""
_TOP = 2.6  # upper end of s in the plane
_DEPTHS = (0.1, 0.5, 1.0, 2.0, 4.0)  # nats below the best value at which the plane has contours
_RANGE = 10.0  # nats below the best value at which its colours end


class BoundLab(Protocol):
    """Interface of the lab that the views use: log p(x) = ELBO + D_KL(q ‖ p(z|x)) for q = N(m, s²)."""

    config: Any

    @property
    def model(self) -> OneLatent:
        """The model and its observation."""

    @property
    def weights(self) -> Weights:
        """The terms of the bound that are switched on."""

    @property
    def path(self) -> np.ndarray:
        """m and s along the gradient steps, those made and the next ones, (n, 2)."""

    @property
    def q(self) -> tuple[float, float]:
        """m and s after the gradient steps."""

    def values(self) -> Mapping[str, float]:
        """The terms at q, nats; see `values_of`."""


def _climbed(lab: BoundLab) -> str:
    """The objective of the gradient steps, in words."""
    c = lab.config
    first, second = ("E[log p(x, z)]", "−E[log q(z)]") if c.form == "joint" else ("E[log p(x|z)]", "−KL(q ‖ p(z))")
    on = (c.joint, c.entropy) if c.form == "joint" else (c.reconstruction, c.kl)
    terms = [name for name, used in ((first, on[0]), (second, on[1])) if used]
    return {0: "nothing: both terms are off", 1: f"{''.join(terms)} alone", 2: "the ELBO"}[len(terms)]


def _q_words(lab: BoundLab) -> str:
    m, s = lab.q
    after = f" after {lab.config.steps} steps" if lab.config.steps else ""
    std = decimal(s) if s >= 1e-3 else f"{s:.1e}".replace("e-0", "e-").replace("-", "−")
    return f"m = {decimal(m)}, s = {std} of q{after}"


def values_of(lab: BoundLab) -> dict[str, float]:
    """Every term of both decompositions at q, nats, by its key in the equations of the lab."""
    m, s = lab.q
    likelihood, prior, entropy = (float(term) for term in lab.model.terms(m, s))
    return {
        "log_evidence": lab.model.log_evidence(),
        "elbo": likelihood + prior + entropy,
        "gap": lab.model.gap(m, s),
        "joint": likelihood + prior,
        "entropy": entropy,
        "reconstruction": likelihood,
        "prior": prior + entropy,
    }


def _reach(lab: BoundLab) -> float:
    """Half the width of the axis of z, and of m."""
    best = [abs(z) for z in lab.model.map_points()] + [min(7.0, abs(z)) for z in lab.model.likelihood_points()]
    return max(4.0, math.ceil(max(best) + 1.0))


@view("Densities of z", lead=True, help="Prior, likelihood, posterior and q over the one latent number z.")
def densities(lab: BoundLab) -> Curves:
    """Prior, likelihood, posterior and q as functions of z."""
    m, s = lab.q
    reach = _reach(lab)
    z = np.union1d(np.linspace(-reach, reach, 801), np.clip(m + s * np.linspace(-4, 4, 81), -reach, reach))
    curves = [
        ("prior", "prior p(z)", "prior", np.exp(normal_log_prob(z, 0.0, 1.0))),
        ("likelihood", "likelihood p(x|z)", "data", np.exp(lab.model.log_likelihood(z))),
        ("posterior", "posterior p(z|x)", "total", np.exp(lab.model.log_posterior(z))),
    ]
    ceiling = 2.2 * max(float(y.max()) for *_, y in curves)
    q = np.exp(normal_log_prob(z, m, s))
    series = [Series(key, label, z, y, role=role) for key, label, role, y in curves]
    series.append(Series("q", "q(z)", z, np.minimum(q, ceiling), role="model"))
    if lab.config.steps:
        start = np.exp(normal_log_prob(z, lab.config.m, lab.config.s))
        series.append(Series("start", "q at the start", z, np.minimum(start, ceiling), role="model", dashed=True))
    note = f"Greatest p(z|x) at z = {_places(lab.model.map_points())}"
    note += f", greatest p(x|z) at z = {_places(lab.model.likelihood_points())}."
    if q.max() > ceiling:
        note += f" q is cut off: its peak is {q.max():,.3g}."
    return Curves(tuple(series), x_label="z", y_label="density", subtitle=_q_words(lab), note=note)


@view("Terms of the bound", help="log p(x) = ELBO + KL(q ‖ p(z|x)), and the ELBO in both forms.")
def terms(lab: BoundLab) -> Bars:
    """Every term of both decompositions at q."""
    values = lab.values()
    evidence, elbo, gap = (values[key] for key in ("log_evidence", "elbo", "gap"))
    rows = [
        ("log p(x)", evidence, "total"),
        ("ELBO", elbo, "model"),
        ("KL(q ‖ p(z|x)), the gap", gap, "alt"),
        ("form 1: E[log p(x, z)]", values["joint"], "data"),
        ("form 1: −E[log q(z)]", values["entropy"], "model"),
        ("form 2: E[log p(x|z)]", values["reconstruction"], "data"),
        ("form 2: −KL(q ‖ p(z))", values["prior"], "prior"),
    ]
    if lab.weights != ALL:
        rows.append(("objective of the steps", float(lab.model.objective(*lab.q, lab.weights)), "total"))
    exact = "exact" if lab.model.power == 1 else "log p(x) and gap by quadrature"
    return Bars(
        tuple(label for label, *_ in rows),
        np.array([value for _, value, _ in rows]),
        roles=tuple(role for *_, role in rows),
        unit="nats",
        subtitle=f"{_q_words(lab)}; {exact}",
        note=f"{decimal(evidence)} = {decimal(elbo)} + {decimal(gap)}. The steps maximise {_climbed(lab)}.",
    )


@view(
    "Bound over m and s", help="The ELBO, or the terms of it that are on, for every q; the path of the gradient steps."
)
def plane(lab: BoundLab) -> Plane:
    """The objective over (m, s), contours below its best value, the path of gradient steps and the optimum."""
    reach, rows, columns = _reach(lab), 130, 160
    m = (np.arange(columns) + 0.5) / columns * 2 * reach - reach
    s = (np.arange(rows) + 0.5) / rows * _TOP
    values = lab.model.objective(m[None, :], s[:, None], lab.weights)  # (rows, columns)
    best = lab.model.optimum(lab.weights)
    top = max([float(values.max()), *(float(lab.model.objective(*p, lab.weights)) for p in best if p[1] > 0)])
    extent = (-reach, reach, 0.0, _TOP)
    done = min(lab.config.steps, len(lab.path) - 1)
    layers = [
        Density(values, extent, low=top - _RANGE, high=top, name=f"nats, {_climbed(lab)}"),
        Density(values, extent, role="total", contours=tuple(top - depth for depth in _DEPTHS[::-1])),
        Lines(lab.path[done:], np.zeros(1, int), dashed=True, name="next steps"),
        Lines(lab.path[: done + 1], np.zeros(1, int), width=2.0, name="steps made"),
        Points(np.array(best).reshape(-1, 2), role="prior", size=10.0, name="best q"),
        Points(lab.path[done : done + 1], role="data", size=9.0, name="q"),
    ]
    diverged = len(lab.path) <= lab.config.steps + AHEAD
    where = " or ".join(f"m = {decimal(p[0])}, s = {decimal(p[1])}" for p in best)
    note = f"Best: {where}" + (", a limit that the steps approach." if best and best[0][1] == 0 else ".")
    if not best:
        note = (
            "No q is best: the objective has no upper limit."
            if lab.weights != Weights(0.0, 0.0, 0.0)
            else "Both terms are off: nothing to maximise."
        )
    if diverged:
        note = f"The steps diverge after {len(lab.path) - 1}: make the step size smaller."
    return Plane(
        tuple(layers), x_label="m", y_label="s", extent=extent, square=False,
        subtitle=f"exact values and gradient; contours {', '.join(f'{d:g}' for d in _DEPTHS)} nats below the best",
        note=note, warning=diverged,
    )  # fmt: skip


@view("Ratio under q", help="The ELBO is the average of log p(x, z) − log q(z) over q.")
def integrand(lab: BoundLab) -> Curves:
    """log p(x, z) − log q(z) within three standard deviations of q: constant if and only if q is the posterior."""
    m, s = lab.q
    z = m + s * np.linspace(-3.0, 3.0, 301)
    ratio = lab.model.log_joint(z) - normal_log_prob(z, m, s)
    elbo, evidence = float(lab.model.objective(m, s)), lab.model.log_evidence()
    spread = math.sqrt(max(0.0, lab.model.ratio_variance(m, s)))
    constant = np.ones_like(z)
    return Curves(
        (
            Series("ratio", "log p(x, z) − log q(z)", z, ratio, role="model", unit="nats"),
            Series("elbo", "its average, the ELBO", z, elbo * constant, role="model", unit="nats", dashed=True),
            Series("evidence", "log p(x)", z, evidence * constant, unit="nats", dashed=True),
        ),
        x_label="z from m − 3 s to m + 3 s", y_label="nats",
        subtitle=f"standard deviation over q: {decimal(spread, 4)} nats",
        note="If q is the posterior, the curve is flat at log p(x)." if lab.model.power == 1
        else "It is not flat for any Gaussian q, because the posterior is not Gaussian.",
    )  # fmt: skip


def _places(points: tuple[float, ...]) -> str:
    return " and ".join(decimal(z) for z in points)
