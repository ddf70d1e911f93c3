"""Known distributions in the plane, fitted by maximum likelihood: in closed form, and mixtures by EM. Float64, nats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.exact.normal import LOG_2PI

__all__ = ["FLOOR", "PlaneMixture", "fit_mixture", "fit_normal"]

FLOOR = 0.15
"""Least standard deviation in any direction: without a floor the likelihood of a normal on one datum is infinite."""


@dataclass(frozen=True)
class PlaneMixture:
    """A mixture of k normal distributions in the plane; one of them alone for k = 1.

    Attributes:
        weights: (k,), which sum to 1.
        means: (k, 2).
        covariances: (k, 2, 2).
        parameters: Number of free parameters.
    """

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray
    parameters: int

    def log_joint(self, xy: np.ndarray) -> np.ndarray:
        """log of weight times density of each component; (n, 2) to (n, k)."""
        away = xy[:, None] - self.means  # (n, k, 2)
        precision = np.linalg.inv(self.covariances)
        distance = np.einsum("nki,kij,nkj->nk", away, precision, away)
        log_det = np.linalg.slogdet(self.covariances)[1]
        return np.log(self.weights) - 0.5 * (distance + log_det) - LOG_2PI

    def log_prob(self, xy: np.ndarray) -> np.ndarray:
        """Log density; (n, 2) to (n,)."""
        return np.logaddexp.reduce(self.log_joint(xy), axis=1)

    def ellipses(self) -> tuple[np.ndarray, np.ndarray]:
        """Semi-axes of the 1σ ellipse of each component, (k, 2), the longer one first, and its angle, (k,) radians."""
        values, vectors = np.linalg.eigh(self.covariances)
        return np.sqrt(values[:, ::-1]), np.arctan2(vectors[:, 1, 1], vectors[:, 0, 1])


def _floored(covariance: np.ndarray) -> np.ndarray:
    """Covariances whose standard deviations are at least `FLOOR`; (…, 2, 2) to the same shape."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.maximum(values, FLOOR**2)[..., None, :]) @ np.swapaxes(vectors, -1, -2)


def fit_normal(xy: np.ndarray, *, correlated: bool) -> PlaneMixture:
    """The normal distribution of greatest likelihood: mean and covariance of the points.

    Args:
        xy: The points, (n, 2).
        correlated: With the whole covariance, else with its diagonal, in which x₁ and x₂ are independent.
    """
    mean = xy.mean(axis=0)
    covariance = (xy - mean).T @ (xy - mean) / len(xy)
    kept = covariance if correlated else np.diag(np.diag(covariance))
    return PlaneMixture(np.ones(1), mean[None], _floored(kept)[None], 5 if correlated else 4)


def fit_mixture(xy: np.ndarray, k: int, steps: int) -> list[PlaneMixture]:
    """Mixtures during EM, which raises the likelihood with each step.

    The components start at points that are far from one another. Dempster, Laird and Rubin, 1977, "Maximum likelihood
    from incomplete data via the EM algorithm".

    Args:
        xy: The points, (n, 2).
        k: Number of components.
        steps: Number of steps.

    Returns:
        The mixture at the start and after each step, steps + 1 of them.
    """
    overall = fit_normal(xy, correlated=True)
    means = [xy[np.argmax(((xy - overall.means[0]) ** 2).sum(1))]]
    while len(means) < k:
        nearest = np.min([((xy - mean) ** 2).sum(1) for mean in means], axis=0)
        means.append(xy[np.argmax(nearest)])
    start = PlaneMixture(np.full(k, 1 / k), np.array(means), np.repeat(overall.covariances, k, axis=0), 6 * k - 1)
    path = [start]
    for _ in range(steps):
        path.append(_em_step(path[-1], xy))
    return path


def _em_step(model: PlaneMixture, xy: np.ndarray) -> PlaneMixture:
    """One step of EM: shares of the components in each point, then the moments of the points by these shares."""
    log_joint = model.log_joint(xy)
    shares = np.exp(log_joint - np.logaddexp.reduce(log_joint, axis=1)[:, None])  # (n, k)
    weights = shares.sum(axis=0)
    held = np.maximum(weights, 1e-12)[:, None]
    means = shares.T @ xy / held
    away = xy[:, None] - means
    covariances = np.einsum("nk,nki,nkj->kij", shares, away, away) / held[:, None]
    weights = np.maximum(weights / len(xy), 1e-12)
    return PlaneMixture(weights / weights.sum(), means, _floored(covariances), model.parameters)
