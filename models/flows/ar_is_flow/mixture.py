"""A mixture of Gaussians in the plane as a map of uniform noise: the Knothe–Rosenblatt map."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from models.exact.normal import LOG_2PI
from models.flows.jacobians import jacobians

__all__ = ["KnotheRosenblatt", "PlanarMixture"]

_REACH = 12.0  # deviations beyond the outermost means within which quantiles are sought
_MOST_STEPS = 80  # bisections alone need about 55
_DONE = 2e-15  # difference of a distribution function from its level: rounding


@dataclass(frozen=True)
class PlanarMixture:
    """Round Gaussians of equal weight.

    Attributes:
        means: Their means, (components, 2).
        std: Their standard deviation.
    """

    means: Tensor
    std: float

    @classmethod
    def triangle(cls, apart: float, std: float) -> PlanarMixture:
        """Three components, at the corners of a triangle that two of its sides reach across `apart`."""
        corners = torch.tensor([[-0.5, -0.35], [0.5, -0.1], [-0.1, 0.5]], dtype=torch.float64)
        return cls(apart * corners, std)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log density of the mixture, (n, 2) to (n,), nats."""
        square = ((x[:, None] - self.means) / self.std).square().sum(dim=-1)  # (n, components)
        each = -0.5 * square - LOG_2PI - 2 * math.log(self.std)
        return each.logsumexp(dim=1) - math.log(len(self.means))


class KnotheRosenblatt:
    """The triangular map of uniform noise whose samples have the density of a mixture (Rosenblatt, 1952; Knothe, 1957).

    The first coordinate is the quantile of its marginal, the second that of its conditional given the first. Both are
    mixtures on a line, so their distribution functions are sums of Φ, and quantiles are found by Newton's method.

    Args:
        mixture: The density.
        order: The coordinate that is drawn first, then the other: (0, 1) or (1, 0).
    """

    def __init__(self, mixture: PlanarMixture, order: tuple[int, int]):
        self.mixture, self.order = mixture, order

    def transform(self, noise: Tensor) -> Tensor:
        """x for noise in the unit square, (n, 2) to (n, 2)."""
        first, second = self.order
        x = torch.empty_like(noise)
        x[:, first] = self._quantile(noise[:, first], first, self._even(noise[:, first]))
        x[:, second] = self._quantile(noise[:, second], second, self._weights(x[:, first]))
        return x

    def inverse(self, x: Tensor) -> Tensor:
        """The noise of x, (n, 2) to (n, 2): its distribution functions in the order of the map."""
        first, second = self.order
        columns = {first: self._first(x[:, first]), second: self._second(x[:, second], x[:, first])}
        return torch.stack([columns[0], columns[1]], dim=1)

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x) = log |det ∂f⁻¹/∂x|, (n, 2) to (n,), nats: the density of the noise is 1.

        The Jacobian is that of automatic differentiation, its determinant that of a full matrix.
        """
        return torch.linalg.slogdet(jacobians(self.inverse, x)).logabsdet

    def log_conditionals(self, x: Tensor) -> Tensor:
        """log p of the first coordinate of the order, and of the second given it, (n, 2) to (n, 2), nats."""
        diagonal = jacobians(self.inverse, x).diagonal(dim1=1, dim2=2)
        return diagonal[:, list(self.order)].log()

    def _first(self, at: Tensor) -> Tensor:
        """Distribution function of the coordinate that is drawn first, (n,) to (n,)."""
        return self._mixed(at, self.order[0], self._even(at))[0]

    def _second(self, at: Tensor, given: Tensor) -> Tensor:
        """Distribution function of the other coordinate given the first, (n,) and (n,) to (n,)."""
        return self._mixed(at, self.order[1], self._weights(given))[0]

    def _even(self, at: Tensor) -> Tensor:
        components = len(self.mixture.means)
        return torch.full((len(at), components), 1.0 / components, dtype=at.dtype)

    def _weights(self, given: Tensor) -> Tensor:
        """Probability of each component given the first coordinate, (n,) to (n, components)."""
        away = (given[:, None] - self.mixture.means[:, self.order[0]]) / self.mixture.std
        return (-0.5 * away.square()).softmax(dim=1)

    def _mixed(self, at: Tensor, coordinate: int, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Distribution function and density of a mixture on a line, (n,) and weights (n, components) to (n,) each."""
        away = (at[:, None] - self.mixture.means[:, coordinate]) / self.mixture.std
        density = (-0.5 * away.square() - 0.5 * LOG_2PI).exp() / self.mixture.std
        return (weights * torch.special.ndtr(away)).sum(dim=1), (weights * density).sum(dim=1)

    def _quantile(self, level: Tensor, coordinate: int, weights: Tensor) -> Tensor:
        """Where the distribution function of a mixture on a line takes a level, (n,) to (n,).

        Newton's method, with a bisection wherever a step would leave the interval that holds the quantile.
        """
        means, reach = self.mixture.means[:, coordinate], _REACH * self.mixture.std
        low, high = (torch.full_like(level, float(end)) for end in (means.min() - reach, means.max() + reach))
        at = 0.5 * (low + high)
        for _ in range(_MOST_STEPS):
            below, density = self._mixed(at, coordinate, weights)
            excess = below - level
            if float(excess.abs().max()) < _DONE:
                break
            low, high = torch.where(excess < 0, at, low), torch.where(excess < 0, high, at)
            new = at - excess / density
            at = torch.where((new >= low) & (new <= high), new, 0.5 * (low + high))
        return at
