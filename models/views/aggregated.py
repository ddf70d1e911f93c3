"""The aggregated posterior: the mean of q(z|x) over data, which the prior should match."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from models.exact.normal import LOG_2PI
from models.frames import Density

__all__ = ["FAR", "Aggregated"]

FAR = 128
"""Number of data with which a latent point is compared to decide whether it is far; encoding them takes about 1 ms."""

_SHARE = 0.02  # share of the posterior means whose nearest neighbour is farther away than the edge
_SIDE = 96  # cells of a picture along each axis


class Aggregated:
    """The mixture (1/n) Σᵢ N(mᵢ, diag sᵢ²) of the posteriors of n data.

    Args:
        mean: Posterior means, (n, d).
        log_var: Log variances, (n, d).
    """

    def __init__(self, mean: Tensor, log_var: Tensor):
        self._mean, self._log_var = mean.detach().double(), log_var.detach().double()
        self._edge: float | None = None

    def _components(self, z: Tensor) -> Tensor:
        """Log densities of each component, (k, d) to (k, n)."""
        precision = (-self._log_var).exp()  # (n, d)
        squares = (
            z.square() @ precision.T - 2 * z @ (self._mean * precision).T + (self._mean.square() * precision).sum(1)
        )
        return -0.5 * (squares + self._log_var.sum(dim=1) + z.shape[1] * LOG_2PI)

    def log_prob(self, z: Tensor) -> Tensor:
        """Log density, (k, d) to (k,), nats."""
        return self._components(z.to(self._mean)).logsumexp(dim=1) - math.log(len(self._mean))

    @property
    def edge(self) -> float:
        """Distance from its nearest neighbour that 2 % of the posterior means exceed.

        Distances are used instead of densities, because posteriors are often narrower than the gaps between them and a
        point in such a gap does not count as far.
        """
        if self._edge is None:
            between = torch.cdist(self._mean, self._mean).fill_diagonal_(math.inf)
            kept = math.ceil((1 - _SHARE) * len(self._mean))
            self._edge = float(between.amin(dim=1).kthvalue(kept).values)
        return self._edge

    def is_far(self, z: Tensor) -> bool:
        """Whether a point, (1, d), is farther than `edge` from every posterior mean."""
        return float(torch.cdist(z.to(self._mean), self._mean).min()) > self.edge

    def density(self, limit: float) -> Density:
        """Heat map of two dimensions over [-limit, limit]²; a cell has the mean of the density over it."""
        edges = torch.linspace(-limit, limit, _SIDE + 1, dtype=torch.float64, device=self._mean.device)
        std = (0.5 * self._log_var).exp()
        # A Gaussian with independent coordinates is a product, so the sum over data is a product of matrices.
        # Differences of the distribution function also account for posteriors that are narrower than a cell.
        masses = torch.special.ndtr((edges - self._mean[..., None]) / std[..., None]).diff(dim=-1)  # (n, 2, side)
        cell = (2 * limit / _SIDE) ** 2
        values: np.ndarray = (masses[:, 1].T @ masses[:, 0] / (len(self._mean) * cell)).cpu().numpy()
        extent = (-limit, limit, -limit, limit)
        return Density(values, extent, role="model", low=0.0, name="aggregated posterior")
