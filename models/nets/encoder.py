"""The encoder network of a variational autoencoder on images, and the reparameterised draw."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from models.nets import MLP, ConvEncoder

__all__ = ["Encoder", "posterior_draw", "posterior_noise"]

_LOG_VAR_LIMIT = 15.0  # σ from 0.0006 to 1,800: wider than any useful posterior, and exp() stays finite


class Encoder(nn.Module):
    """Images to mean and log variance of the diagonal Gaussian q(z|x).

    Args:
        network: "mlp" or "convolutional".
        shape: (c, h, w) of an image.
        latent: Dimension of z.
        hidden: Width of the dense hidden layers.
        layers: Number of dense hidden layers; a convolutional network has one.
        channels: Channels of the first convolution; the second has twice as many.
    """

    def __init__(
        self, *, network: str, shape: tuple[int, ...], latent: int, hidden: int, layers: int, channels: int
    ):  # fmt: skip
        super().__init__()
        self.net = (
            nn.Sequential(nn.Flatten(), MLP([math.prod(shape), *[hidden] * layers, 2 * latent]))
            if network == "mlp"
            else nn.Sequential(
                ConvEncoder(shape, (channels, 2 * channels), hidden), nn.ReLU(), nn.Linear(hidden, 2 * latent)
            )
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(n, c, h, w) to mean and log variance, each (n, latent)."""
        mean, raw = self.net(x).chunk(2, dim=-1)
        # A smooth limit: close to the identity for usual posteriors, with a gradient that leads back from beyond it.
        return mean, _LOG_VAR_LIMIT * torch.tanh(raw / _LOG_VAR_LIMIT)


def posterior_draw(mean: Tensor, log_var: Tensor, *, rng: torch.Generator) -> Tensor:
    """A reparameterised draw z = mean + σ ε with ε ~ N(0, 1), of the shape of the mean."""
    return mean + (0.5 * log_var).exp() * posterior_noise(mean, rng=rng)


def posterior_noise(mean: Tensor, *, rng: torch.Generator) -> Tensor:
    """The ε ~ N(0, 1) of a draw, of the shape of the mean."""
    return torch.randn(mean.shape, generator=rng, device=mean.device, dtype=mean.dtype)
