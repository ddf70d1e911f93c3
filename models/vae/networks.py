"""Encoder and decoder of a variational autoencoder on images."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from models.nets import MLP, ConvDecoder, ConvEncoder

__all__ = ["Decoder", "Encoder", "posterior_draw", "prior_kl"]

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

    def __init__(self, network: str, shape: tuple[int, ...], latent: int, hidden: int, layers: int, channels: int):
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
        # A smooth limit: next to the identity where posteriors live, with a gradient that leads back from beyond.
        return mean, _LOG_VAR_LIMIT * torch.tanh(raw / _LOG_VAR_LIMIT)


class Decoder(nn.Module):
    """Latent points to the parameters of p(x|z).

    Args:
        network, shape, latent, hidden, layers, channels: As for the encoder.
        outputs: Numbers for each entry of the image.
    """

    def __init__(
        self,
        network: str,
        shape: tuple[int, ...],
        latent: int,
        hidden: int,
        layers: int,
        channels: int,
        outputs: int = 1,
    ):
        super().__init__()
        out = (outputs * shape[0], *shape[1:])
        self.net = (
            nn.Sequential(MLP([latent, *[hidden] * layers, math.prod(out)]), nn.Unflatten(-1, out))
            if network == "mlp"
            else nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), ConvDecoder(hidden, (2 * channels, channels), out))
        )

    def forward(self, z: Tensor) -> Tensor:
        """(n, latent) to (n, outputs·c, h, w)."""
        return self.net(z)


def prior_kl(mean: Tensor, log_var: Tensor) -> Tensor:
    """D_KL(N(mean, exp(log_var)) ‖ N(0, 1)) of each dimension, nats; any shape to the same shape."""
    return 0.5 * (mean.square() + torch.expm1(log_var) - log_var)  # expm1: no cancellation where q is near the prior


def posterior_draw(mean: Tensor, log_var: Tensor, *, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """A reparameterised draw z = mean + σ ε, and its ε ~ N(0, 1); shapes as the mean's."""
    noise = torch.randn(mean.shape, generator=rng, device=mean.device, dtype=mean.dtype)
    return mean + (0.5 * log_var).exp() * noise, noise
