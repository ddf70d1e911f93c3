"""The rows of a table in standard units, and the exact densities that a flow of them is compared with."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from models.exact.normal import LOG_2PI
from models.protocol import Data

__all__ = ["Rows"]

_TEST = 4000
_REACH, _NODES = 60.0, 481  # standard deviations and nodes of the quadrature; they are dense around 0


class Rows:
    """Training and test rows in standard units: column by column minus the mean of the data, over their deviation.

    Attributes:
        names: Names of the columns, or () where they have none.
        train: (n, k), float32.
        test: (m, k), float32.
        correlation: Of the training rows, (k, k).
    """

    def __init__(self, data: Data):
        spec, test = data.spec, data.split("test", _TEST)
        self._mean, self._std = torch.tensor(spec.mean), torch.tensor(spec.std)
        self._log_marginal = data.log_marginal
        self.names = spec.columns
        self.train, self.test = self._standardised(data.train.x), self._standardised(test.x)
        self._x, self._log_prob = test.x, data.log_prob
        self.correlation: np.ndarray = np.corrcoef(self.train.double().numpy(), rowvar=False)

    def _standardised(self, x: Tensor) -> Tensor:
        return (x - self._mean) / self._std

    @functools.cached_property
    def log_density(self) -> Tensor | None:
        """Exact log density of each test row in standard units, (m,) nats, float64; None if it is unknown."""
        return None if self._log_prob is None else self._log_prob(self._x).double() + self._std.double().log().sum()

    def log_marginal(self, column: int) -> Callable[[np.ndarray], np.ndarray] | None:
        """Exact log density of a column in standard units, (n,) to (n,) nats; None if it is unknown."""
        exact = self._log_marginal
        if exact is None:
            return None
        mean, std = float(self._mean[column]), float(self._std[column])
        return lambda u: exact(column, mean + std * u) + np.log(std)

    def quadrature(self, column: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Nodes in standard units, log p_data there, and weights p_data · du, (n,) each; the column's density is known.

        The trapezoidal rule in v with u = sinh v.
        """
        exact = self.log_marginal(column)
        if exact is None:
            raise ValueError(f"the density of column {column + 1} is unknown")
        v = np.linspace(-np.arcsinh(_REACH), np.arcsinh(_REACH), _NODES)
        u = np.sinh(v)
        log_p = exact(u)
        return u, log_p, np.exp(log_p) * np.cosh(v) * (v[1] - v[0])

    @functools.cached_property
    def normal_divergences(self) -> np.ndarray:
        """KL(p_data(x_i) ‖ N(0, 1)) of each column in standard units, (k,) nats, by quadrature."""
        found = []
        for column in range(len(self.correlation)):
            u, log_p, weight = self.quadrature(column)
            inside = weight > 0
            found.append(weight[inside] @ (log_p[inside] + 0.5 * np.square(u[inside]) + 0.5 * LOG_2PI))
        return np.array(found)

    def floor(self, d: int) -> float:
        """Nats that a model loses at least in which the first d entries are independent standard normal variables.

        KL(p_data(x_{1:d}) ‖ N(0, I)) is at least the sum of the divergences of its marginals, and at least the
        divergence of the Gaussian with its moments, −½ log det R_{1:d}, which it is for Gaussian data.
        """
        of_moments = -0.5 * float(np.linalg.slogdet(self.correlation[:d, :d]).logabsdet)
        if self._log_marginal is None:
            return of_moments
        return max(of_moments, float(self.normal_divergences[:d].sum()))
