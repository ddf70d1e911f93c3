"""How good the estimated divergence and the log ratio are: for far ratios, and for few samples."""

from __future__ import annotations

import functools
from collections.abc import Generator, Iterator

import numpy as np
import torch

from models.exact.normal import standard_normal
from models.frames import Curves, Series
from models.inference.ratio_posterior.classifier import Training, training
from models.inference.ratio_posterior.exact import draw_x, log_ratio_at, mean_over_x, prior_kls
from models.inference.ratio_posterior.q import MappedPosterior, posterior_of
from models.protocol import Lab, Noise, param, view
from models.views.words import decimal

__all__ = ["average_kl", "error", "far", "measure", "widths_for"]

_TARGETS = 6  # divergences of the sweep
_FARTHEST = 8.0  # nats
_MORE = 3.0  # nats that the sweep adds where q has a shape that is farther than that
_HELD_OUT = 4000  # fresh pairs of q
_NUMBERS = (100, 500, 2500, 12_500)
_KINDS = {"plain": ("plain", "alt"), "adaptive": ("adaptive contrast", "model")}


@functools.lru_cache(maxsize=64)
def average_kl(q: MappedPosterior, sigma: float) -> float:
    """E[KL(q(z|x) ‖ p(z))] over p(x), by quadrature, nats."""
    return mean_over_x(lambda x: prior_kls(q, x), sigma)


def widths_for(q: MappedPosterior, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Factors by which q is made narrower, falling, and the divergence E[KL(q ‖ p)] of each, nats, (k,) each.

    Scaled by t about its mean, q has the divergence KL(1) − log t + ½ v (t² − 1), with v its mean variance.
    """
    variance = mean_over_x(lambda x: q.std(x) ** 2, sigma)
    first = average_kl(q, sigma)

    def divergence(t: np.ndarray) -> np.ndarray:
        return first - np.log(t) + 0.5 * variance * (t**2 - 1.0)

    widest = variance**-0.5  # where the divergence is least
    least = float(divergence(np.array(widest)))
    targets = np.linspace(least, max(_FARTHEST, least + _MORE), _TARGETS)
    t = widest * np.exp(-np.linspace(0.0, targets[-1] - least + 1.0, 4000))
    factors = np.interp(targets, divergence(t), t)
    return factors, divergence(factors)


def measure(fit: Training, sigma: float, seed: int) -> tuple[float, float]:
    """E_q[r_ψ], and the root mean square of r_ψ − r*, nats, over fresh pairs of q."""
    rng = torch.Generator().manual_seed(seed + 1)
    x, e = draw_x(_HELD_OUT, sigma, rng=rng), standard_normal(_HELD_OUT, rng=rng)
    guess = fit.log_ratio(x, fit.q.value(e, x))
    return float(guess.mean()), float(np.sqrt(np.mean((guess - log_ratio_at(fit.q, e, x)) ** 2)))


def _finish(fit: Training) -> Generator[None, None, None]:
    """Trains to the end; yields before the first part and after each."""
    yield None
    while not fit.finished:
        fit.advance()
        yield None


def _series(done: dict[str, list[float]], at: np.ndarray) -> list[Series]:
    return [
        Series(kind, label, at[: len(done[kind])], np.array(done[kind]), role=role, unit="nats")
        for kind, (label, role) in _KINDS.items()
    ]


@view(
    "Far ratios",
    help="The divergence that a classifier finds as q becomes narrower, against the true one; the diagonal is exact.",
)  # fmt: skip
def far(
    lab: Lab, noise: Noise, updates: int = param(400, "Updates for each", 50, 5000, log=True)
) -> Iterator[Curves | None]:
    """E_q[r_ψ] against KL(q ‖ p), averaged over x, with the prior and with adaptive contrast."""
    c = lab.config
    q = posterior_of(c)
    here = average_kl(q, c.sigma)
    yield None
    factors, exact = widths_for(q, c.sigma)
    done: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    for k, factor in enumerate(factors):
        for kind in _KINDS:
            fit = training(q.scaled(float(factor)), c.sigma, c.n, updates, kind == "adaptive", noise.seed)
            yield from _finish(fit)
            done[kind].append(measure(fit, c.sigma, noise.seed)[0])
        found = ", ".join(f"{label} {decimal(done[kind][-1], 2)}" for kind, (label, _) in _KINDS.items())
        yield Curves(
            (*_series(done, exact), Series("exact", "exact", exact, exact, unit="nats", dashed=True)),
            x_label="KL(q ‖ p), exact, nats", y_label="E_q[r_ψ], nats", marker=here if here <= exact[-1] else None,
            subtitle=f"{k + 1} of {len(factors)} widths of q; averages over x; {c.n:,} pairs, {updates:,} updates each",
            note=f"At {decimal(float(exact[k]), 2)} nats: {found}.",
        )  # fmt: skip


@view(
    "Error against samples",
    help="Root mean square of r_ψ − r* over fresh pairs of q, for classifiers trained on more and more pairs.",
)  # fmt: skip
def error(
    lab: Lab, noise: Noise, updates: int = param(400, "Updates for each", 50, 5000, log=True)
) -> Iterator[Curves | None]:
    """The error of r_ψ against the number of pairs, with the prior and with adaptive contrast."""
    c = lab.config
    q, numbers = posterior_of(c), np.array(_NUMBERS, float)
    done: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    for k, n in enumerate(_NUMBERS):
        for kind in _KINDS:
            fit = training(q, c.sigma, n, updates, kind == "adaptive", noise.seed)
            yield from _finish(fit)
            done[kind].append(measure(fit, c.sigma, noise.seed)[1])
        found = "; ".join(f"{label} {decimal(done[kind][-1], 2)}" for kind, (label, _) in _KINDS.items())
        yield Curves(
            tuple(_series(done, numbers)), x_label="pairs of each kind n", y_label="error of r_ψ, nats", log_x=True,
            log_y=True, marker=float(c.n),
            subtitle=f"{k + 1} of {len(_NUMBERS)} numbers; {_HELD_OUT:,} fresh pairs of q; {updates:,} updates each",
            note=f"With {n:,} pairs: {found} nats. What many pairs leave is the network's own error.",
        )  # fmt: skip
