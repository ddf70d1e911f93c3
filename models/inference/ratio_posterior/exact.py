"""The model z ~ N(0, 1), x|z ~ N(z², σ²), and what is known exactly of it and of q: by quadrature, in nats."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from models.exact.normal import normal_log_prob, normal_mean, standard_normal
from models.inference.ratio_posterior.q import MappedPosterior

__all__ = [
    "Bound",
    "bound",
    "draw_x",
    "log_evidence",
    "log_joint",
    "log_prior",
    "log_ratio",
    "log_ratio_at",
    "mean_over_x",
    "prior_kls",
]

_Z = np.linspace(-9.0, 9.0, 9001)
_E = np.linspace(-9.0, 9.0, 1201)
_ROOTS = np.linspace(-6.0, 6.0, 241)  # nodes of z for averages over x
_NOISES = np.linspace(-5.0, 5.0, 51)  # nodes of the noise on x
_TABLE = 80  # values of √x between which a function of x is interpolated


def log_prior(z: np.ndarray) -> np.ndarray:
    """log p(z)."""
    return normal_log_prob(z, 0.0, 1.0)


def log_joint(z: np.ndarray, x: float, sigma: float) -> np.ndarray:
    """log p(x, z)."""
    return log_prior(z) + normal_log_prob(z**2, x, sigma)


@functools.lru_cache(maxsize=256)
def log_evidence(x: float, sigma: float) -> float:
    """log p(x) = log ∫ p(z) p(x|z) dz."""
    joint = log_joint(_Z, x, sigma)
    top = float(joint.max())
    return top + float(np.log(np.exp(joint - top).sum() * (_Z[1] - _Z[0])))


def draw_x(n: int, sigma: float, *, rng: torch.Generator) -> np.ndarray:
    """Data of the model, (n,)."""
    return standard_normal(n, rng=rng) ** 2 + sigma * standard_normal(n, rng=rng)


def log_ratio(q: MappedPosterior, z: np.ndarray, x: np.ndarray) -> np.ndarray:
    """r*(x, z) = log q(z|x) − log p(z)."""
    return q.log_prob(z, x) - log_prior(z)


def log_ratio_at(q: MappedPosterior, e: np.ndarray, x: np.ndarray) -> np.ndarray:
    """r*(x, z) at z = f(φ, ε, x), without a search for the preimage."""
    return q.log_prob_at(e, x) - log_prior(q.value(e, x))


def prior_kls(q: MappedPosterior, x: np.ndarray) -> np.ndarray:
    """KL(q(z|x) ‖ p(z)) = E_q[r*] for each datum, (n,) to (n,)."""
    weight = np.exp(log_prior(_E)) * (_E[1] - _E[0])
    return np.asarray(weight @ log_ratio_at(q, _E[:, None], x[None, :]))


def mean_over_x(function: Callable[[np.ndarray], np.ndarray], sigma: float) -> float:
    """E[g(max(x, 0))] over p(x), for g, (n,) to (n,), that is smooth in √x: it is interpolated in a table."""
    weight = np.exp(log_prior(_ROOTS))[:, None] * np.exp(log_prior(_NOISES))[None, :]
    root = np.sqrt(np.maximum(_ROOTS[:, None] ** 2 + sigma * _NOISES[None, :], 0.0))
    table = np.linspace(0.0, float(root.max()), _TABLE)
    return float((weight * np.interp(root, table, function(table**2))).sum() / weight.sum())


@dataclass(frozen=True)
class Bound:
    """log p(x) = ELBO + KL(q ‖ p(z|x)) with ELBO = E_q[log p(x|z)] − E_q[r*], nats.

    Attributes:
        likelihood: E_q[log p(x|z)].
        ratio: E_q[r*] = KL(q ‖ p(z)).
        gap: KL(q ‖ p(z|x)).
        evidence: log p(x).
    """

    likelihood: float
    ratio: float
    gap: float
    evidence: float

    @property
    def elbo(self) -> float:
        """E_q[log p(x|z)] − E_q[r*]."""
        return self.likelihood - self.ratio


@functools.lru_cache(maxsize=256)
def bound(q: MappedPosterior, x: float, sigma: float) -> Bound:
    """The bound and its gap at a datum."""
    evidence, here = log_evidence(x, sigma), np.array(x)
    likelihood = normal_mean(lambda e: normal_log_prob(q.value(e, here) ** 2, x, sigma))
    ratio = normal_mean(lambda e: log_ratio_at(q, e, here))
    gap = normal_mean(lambda e: q.log_prob_at(e, here) - log_joint(q.value(e, here), x, sigma) + evidence)
    return Bound(likelihood, ratio, gap, evidence)
