"""An autoregressive model of three numbers, read as a chain of conditionals and as a map of noise."""

from __future__ import annotations

import torch
from torch import Tensor

from models.exact.normal import LOG_2PI
from models.flows.jacobians import jacobians

__all__ = ["GaussianChain"]

_WIDTH = 0.5  # σ of the second and third conditional where c is 0


class GaussianChain:
    """p(x) = p(x_a) p(x_b | x_a) p(x_c | x_a, x_b), normal conditionals whose μ and σ depend on the x before.

    The first has μ = 0, σ = 1; the second μ = b sin 2x_a, σ = ½ exp(c tanh x_a); the third μ = b cos(x_a + x_b),
    σ = ½ exp(c tanh(x_a − x_b)). Coordinates are in their own order everywhere, whatever the order of the chain.

    Args:
        order: The coordinates a, b, c in the order in which the chain has them, a permutation of 0, 1, 2.
        bend: b, how much the means depend on earlier coordinates.
        change: c, how much the deviations do.
    """

    def __init__(self, order: tuple[int, int, int], bend: float, change: float):
        self.order = order
        self._bend, self._change = bend, change

    def conditional(self, like: Tensor, *earlier: Tensor) -> tuple[Tensor, Tensor]:
        """μ and σ of the next coordinate given the earlier ones, each of the shape of `like`."""
        if not earlier:
            return torch.zeros_like(like), torch.ones_like(like)
        if len(earlier) == 1:
            (a,) = earlier
            return self._bend * (2 * a).sin(), _WIDTH * (self._change * a.tanh()).exp()
        a, b = earlier
        return self._bend * (a + b).cos(), _WIDTH * (self._change * (a - b).tanh()).exp()

    # The first reading: a chain of conditionals

    def sample(self, n: int, *, rng: torch.Generator) -> Tensor:
        """Ancestral samples, (n, 3): each coordinate is drawn from its conditional given those drawn before."""
        drawn: list[Tensor] = []
        for _ in self.order:
            mean, std = self.conditional(torch.zeros(n, dtype=torch.float64), *drawn)
            drawn.append(torch.normal(mean, std, generator=rng))
        return self._in_coordinates(drawn)

    def log_conditionals(self, x: Tensor) -> Tensor:
        """log p of each coordinate given those before it in the order, (n, 3) to (n, 3), nats."""
        terms: list[Tensor] = []
        for i, (mean, std) in zip(self.order, self._conditionals(x), strict=True):
            terms.append(-0.5 * ((x[:, i] - mean) / std).square() - std.log() - 0.5 * LOG_2PI)
        return self._in_coordinates(terms)

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x) by the chain rule, (n, 3) to (n,), nats."""
        return self.log_conditionals(x).sum(dim=1)

    # The second reading: a map of noise

    def noise(self, n: int, *, rng: torch.Generator) -> Tensor:
        """ε ~ N(0, I), (n, 3), drawn in the order of the chain: the noise that `sample` uses from the same state."""
        return self._in_coordinates([torch.randn(n, generator=rng, dtype=torch.float64) for _ in self.order])

    def transform(self, noise: Tensor) -> Tensor:
        """x = f(ε), (n, 3) to (n, 3): x_i = μ_i + σ_i ε_i, with μ_i and σ_i functions of the noise before ε_i."""
        made: list[Tensor] = []
        for i in self.order:
            mean, std = self.conditional(noise[:, i], *made)
            made.append(mean + std * noise[:, i])
        return self._in_coordinates(made)

    def inverse(self, x: Tensor) -> Tensor:
        """ε = f⁻¹(x), (n, 3) to (n, 3): ε_i = (x_i − μ_i)/σ_i, all at once."""
        pairs = zip(self.order, self._conditionals(x), strict=True)
        return self._in_coordinates([(x[:, i] - mean) / std for i, (mean, std) in pairs])

    def log_prob_of_map(self, x: Tensor) -> Tensor:
        """log p(x) by the change of variables, (n, 3) to (n,), nats.

        The Jacobian of f⁻¹ is that of automatic differentiation, its determinant that of a full matrix.
        """
        log_noise = -0.5 * self.inverse(x).square().sum(dim=1) - 1.5 * LOG_2PI
        return log_noise + torch.linalg.slogdet(jacobians(self.inverse, x)).logabsdet

    def jacobian(self, noise: Tensor) -> Tensor:
        """∂x_i/∂ε_j at each ε, (n, 3) to (n, 3, 3)."""
        return jacobians(self.transform, noise)

    def deviations(self, x: Tensor) -> Tensor:
        """σ of each coordinate given those before it, (n, 3) to (n, 3)."""
        return self._in_coordinates([std for _, std in self._conditionals(x)])

    def means(self, x: Tensor) -> Tensor:
        """μ of each coordinate given those before it, (n, 3) to (n, 3)."""
        return self._in_coordinates([mean for mean, _ in self._conditionals(x)])

    def _conditionals(self, x: Tensor) -> list[tuple[Tensor, Tensor]]:
        """μ and σ of each coordinate in the order of the chain, given x (n, 3)."""
        earlier = [x[:, i] for i in self.order]
        return [self.conditional(x[:, 0], *earlier[:position]) for position in range(3)]

    def _in_coordinates(self, columns: list[Tensor]) -> Tensor:
        """Columns in the order of the chain, (n,) each, as columns in the order of the coordinates, (n, 3)."""
        return torch.stack([columns[self.order.index(i)] for i in range(3)], dim=1)
