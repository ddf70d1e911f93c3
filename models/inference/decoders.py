"""p(x|z) of adversarial inference: given by a simulator, or a network that is learned."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.exact.normal import LOG_2PI
from models.likelihoods.image_decoder import Decoder
from models.likelihoods.pixels import Bernoulli
from models.nets import MLP
from models.protocol import DataSpec, Image
from models.simulators import Simulator

__all__ = ["AnyDecoder", "GivenDecoder", "VectorDecoder", "learned_decoder"]

_FIRST_LOG_STD = -0.5


class GivenDecoder(nn.Module):
    """The p(x|z) of a simulator, without parameters."""

    at_once = 1 << 14

    def __init__(self, simulator: Simulator):
        super().__init__()
        self.simulator = simulator

    def log_prob(self, x: Tensor, z: Tensor) -> Tensor:
        """log p(x|z), nats; x (n, d) and z (…, n, dim) to (…, n)."""
        return self.simulator.log_likelihood(x.to(z), z)

    def mean(self, z: Tensor) -> Tensor:
        """Mean of p(x|z), (n, dim) to (n, d)."""
        return self.simulator.mean(z)

    def draw(self, z: Tensor, *, rng: torch.Generator) -> Tensor:
        """A draw from p(x|z), (n, dim) to (n, d)."""
        return self.simulator.simulate(z, rng=rng)


class VectorDecoder(nn.Module):
    """p_θ(x|z) = N(μ_θ(z), diag σ_θ²) for vectors, with one σ for each entry.

    Args:
        spec: The data, whose mean and standard deviation set the scale of the output.
        latent: Dimension of z.
        hidden: Units in each of two hidden layers.
    """

    at_once = 1 << 14
    center: Tensor
    spread: Tensor

    def __init__(self, spec: DataSpec, latent: int, hidden: int):
        super().__init__()
        d = spec.kind.shape[0]
        self.net = MLP([latent, hidden, hidden, d], nn.SiLU)
        self.log_std = nn.Parameter(torch.full((d,), _FIRST_LOG_STD))
        self.register_buffer("center", torch.tensor(spec.mean), persistent=False)
        self.register_buffer("spread", torch.tensor(spec.std).clamp_min(1e-6), persistent=False)

    def mean(self, z: Tensor) -> Tensor:
        """μ_θ(z), (…, latent) to (…, d)."""
        return self.center + self.spread * self.net(z.to(self.center))

    def log_prob(self, x: Tensor, z: Tensor) -> Tensor:
        """log p(x|z), nats; x (n, d) and z (…, n, latent) to (…, n)."""
        log_std = self.log_std + self.spread.log()
        away = (x - self.mean(z)) / log_std.exp()
        return -(0.5 * away.square() + log_std + 0.5 * LOG_2PI).sum(dim=-1)

    def draw(self, z: Tensor, *, rng: torch.Generator) -> Tensor:
        """A draw from p(x|z), (n, latent) to (n, d)."""
        mean = self.mean(z)
        noise = torch.randn(mean.shape, generator=rng, device=mean.device, dtype=mean.dtype)
        return mean + (self.log_std.exp() * self.spread) * noise


AnyDecoder = GivenDecoder | VectorDecoder | Decoder


def learned_decoder(spec: DataSpec, latent: int, hidden: int) -> VectorDecoder | Decoder:
    """A network for images, whose pixels are Bernoulli, or for vectors, whose entries are Gaussian."""
    if not isinstance(spec.kind, Image):
        return VectorDecoder(spec, latent, hidden)
    return Decoder(
        network="mlp", shape=spec.kind.shape, latent=latent, hidden=hidden, layers=2, channels=16,
        likelihood=Bernoulli(), levels=spec.levels,
    )  # fmt: skip
