"""Networks of adversarial inference: implicit and Gaussian q_φ(z|x), and the discriminator T_ψ of pairs (x, z)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.nets import MLP

__all__ = ["GaussianPosterior", "ImplicitPosterior", "PairDiscriminator", "Posterior", "features_of"]

_SMALL = 0.3  # of He's scale in the last layer: q begins close to its noise, r_ψ close to 0
_LOG_STD_LIMIT = 7.0


def features_of(x: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """Data in standard units as rows, (n, *shape) to (n, entries)."""
    return ((x - mean) / std).flatten(1)


def _network(sizes: list[int]) -> MLP:
    """An MLP of SiLU units with He's initialisation."""
    network = MLP(sizes, nn.SiLU)
    layers = [layer for layer in network if isinstance(layer, nn.Linear)]
    for layer in layers:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    with torch.no_grad():
        layers[-1].weight.mul_(_SMALL)
    return network


class Posterior(nn.Module):
    """Base class of q_φ(z|x): z = f(φ, ε, x) with ε ~ N(0, I).

    Attributes:
        noise: Dimension of ε.
        dim: Dimension of z.
    """

    noise: int
    dim: int

    def forward(self, features: Tensor, e: Tensor) -> Tensor:
        """f(φ, ε, x); data (n, entries) and noise (…, n, noise) to (…, n, dim)."""
        raise NotImplementedError

    def draw(self, features: Tensor, draws: int, *, rng: torch.Generator) -> Tensor:
        """Draws of z for each datum, (n, entries) to (draws, n, dim)."""
        shape = (draws, len(features), self.noise)
        return self(features, torch.randn(shape, generator=rng, device=features.device, dtype=features.dtype))


class ImplicitPosterior(Posterior):
    """z = ε₁ + g_φ(x, ε), where ε₁ are the first entries of ε: it can be drawn from, its density is unknown.

    With no hidden layer g is affine, and q is Gaussian with covariance (I₁ + B)(I₁ + B)ᵀ.

    Args:
        entries: Numbers in a datum.
        dim: Dimension of z.
        noise: Dimension of ε, at least that of z.
        hidden: Units in each hidden layer.
        layers: Hidden layers.
    """

    def __init__(self, entries: int, dim: int, noise: int, hidden: int, layers: int):
        super().__init__()
        self.noise, self.dim = noise, dim
        self.net = _network([entries + noise, *[hidden] * layers, dim])

    def forward(self, features: Tensor, e: Tensor) -> Tensor:
        """f(φ, ε, x); data (n, entries) and noise (…, n, noise) to (…, n, dim)."""
        x = features.expand(*e.shape[:-1], -1)
        return e[..., : self.dim] + self.net(torch.cat([x, e], dim=-1))


class GaussianPosterior(Posterior):
    """z = m_φ(x) + s_φ(x) ε: the q of a variational autoencoder.

    Args:
        entries: Numbers in a datum.
        dim: Dimension of z and of ε.
        hidden: Units in each hidden layer.
        layers: Hidden layers.
    """

    def __init__(self, entries: int, dim: int, hidden: int, layers: int):
        super().__init__()
        self.noise = self.dim = dim
        self.net = _network([entries, *[hidden] * layers, 2 * dim])

    def moments(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance, (n, dim) each."""
        mean, raw = self.net(features).chunk(2, dim=-1)
        return mean, 2 * _LOG_STD_LIMIT * torch.tanh(raw / _LOG_STD_LIMIT)  # a smooth limit that keeps exp() finite

    def forward(self, features: Tensor, e: Tensor) -> Tensor:
        """m + s ε."""
        mean, log_var = self.moments(features)
        return mean + (0.5 * log_var).exp() * e


class PairDiscriminator(nn.Module):
    """T_ψ(x, z): the log odds that a pair comes from the first of two joint distributions.

    Args:
        entries: Numbers in a datum, and in whatever else is given beside z.
        dim: Dimension of z.
        hidden: Units in each hidden layer.
        layers: Hidden layers.
    """

    def __init__(self, entries: int, dim: int, hidden: int, layers: int):
        super().__init__()
        self.net = _network([entries + dim, *[hidden] * layers, 1])

    def forward(self, features: Tensor, z: Tensor) -> Tensor:
        """Data (n, entries) and points (…, n, dim) to (…, n)."""
        x = features.expand(*z.shape[:-1], -1)
        return self.net(torch.cat([x, z], dim=-1))[..., 0]
