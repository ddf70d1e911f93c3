"""The Fréchet distance of two Gaussians, and of two samples by the Gaussians of their moments."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["frechet", "frechet_gaussians", "moments"]


def moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean (d,) and covariance (d, d) of a sample (n, d), in float64; n is at least 2."""
    x = x.double()
    mean = x.mean(dim=0)
    centred = x - mean
    return mean, centred.T @ centred / (len(x) - 1)


def _root(matrix: Tensor) -> Tensor:
    """The symmetric square root of a positive semidefinite matrix; negative eigenvalues from rounding count as 0."""
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp_min(0.0).sqrt()) @ vectors.T


def frechet_gaussians(mean_p: Tensor, cov_p: Tensor, mean_q: Tensor, cov_q: Tensor) -> float:
    """Squared 2-Wasserstein distance of two Gaussians: |μp − μq|² + tr(Σp + Σq − 2 (Σp^½ Σq Σp^½)^½).

    Dowson and Landau, 1982. Singular covariances are allowed: the trace of the root is taken from eigenvalues.

    Args:
        mean_p: Mean of the first, (d,).
        cov_p: Its covariance, (d, d).
        mean_q: Mean of the second, (d,).
        cov_q: Its covariance, (d, d).
    """
    root = _root(cov_p)
    between = torch.linalg.eigvalsh(root @ cov_q @ root).clamp_min(0.0).sqrt().sum()
    value = (mean_p - mean_q).square().sum() + cov_p.trace() + cov_q.trace() - 2.0 * between
    return max(0.0, float(value))


def frechet(x: Tensor, y: Tensor) -> float:
    """The Fréchet distance of two samples of features, (n, d) and (m, d).

    Heusel et al., 2017 (arXiv 1706.08500). The estimate is biased upwards by about d/n of the spread: compare it
    only with estimates from equally many data, such as that of two samples of the same distribution.
    """
    return frechet_gaussians(*moments(x), *moments(y))
