"""p(x|z) of images: a decoder network with a likelihood, and its parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from models.likelihoods.dequantisation import dequantise, quantise, unit_mean
from models.likelihoods.pixels import Bernoulli, Gaussian, LearnedGaussian, Likelihood
from models.nets import MLP, ConvDecoder
from models.protocol import BadValue, Image, Kind, param

__all__ = ["Decoder", "DecoderConfig", "check_decoder", "likelihood_of"]

_DECODERS = {"bernoulli": "Bernoulli", "gaussian": "Gaussian", "learned": "Gaussian, learned σ"}
_ENTRIES = 1 << 20  # entries of images decoded at a time, which bounds the memory of long evaluations


@dataclass(frozen=True)
class DecoderConfig:
    """Parameters of the generative model, and the sizes of the networks."""

    latent: int = param(2, "Latent dimensions", 1, 64, help="Dimension of z.")
    beta: float = param(
        1.0,
        "KL weight β",
        0.0,
        10.0,
        step=0.1,
        live=True,
        help="1: the ELBO; larger values pull q(z|x) towards the prior.",
    )
    decoder: str = param(
        "bernoulli", "Decoder", choices=_DECODERS,
        help="Bernoulli: black or white. Gaussian: densities of dequantised images, needed for colour.",
    )  # fmt: skip
    sigma: float = param(
        0.1, "Decoder σ", 0.01, 1.0, log=True, when=lambda config: config.decoder == "gaussian",
        help="Standard deviation of each entry given z; the range from black to white is 1.",
    )  # fmt: skip
    sigma_floor: float = param(
        0.02, "Smallest σ", 0.001, 0.3, log=True, when=lambda config: config.decoder == "learned",
        help="Pixels that never vary would have an infinite density without it.",
    )  # fmt: skip
    network: str = param(
        "mlp", "Network", choices={"mlp": "MLP", "convolutional": "Convolutional"}, help="Of encoder and decoder."
    )
    hidden: int = param(400, "Hidden width", 8, 4096, log=True, help="Units in each dense hidden layer.")
    layers: int = param(
        2, "Hidden layers", 1, 6, more=True, when=lambda config: config.network == "mlp",
        help="Dense hidden layers of the encoder, and of the decoder.",
    )  # fmt: skip
    channels: int = param(
        16, "Channels", 4, 256, log=True, more=True, when=lambda config: config.network == "convolutional",
        help="Of the first convolution; the second has twice as many.",
    )  # fmt: skip


def likelihood_of(config: Any) -> Likelihood:
    """The likelihood that a `DecoderConfig` names."""
    if config.decoder == "gaussian":
        return Gaussian(config.sigma)
    return LearnedGaussian(config.sigma_floor) if config.decoder == "learned" else Bernoulli()


def check_decoder(config: Any, kind: Kind) -> None:
    """Refuses a Bernoulli decoder on colour, whose intensities are not probabilities of ink.

    Raises:
        BadValue: The config asks for it.
    """
    if config.decoder == "bernoulli" and isinstance(kind, Image) and kind.values == "colour":
        raise BadValue(
            "decoder",
            "decoder bernoulli takes binary or grey images, not colour: set decoder to gaussian or learned",
        )


class Decoder(nn.Module):
    """p(x|z): a network from z to the parameters of a likelihood of images.

    The Bernoulli likelihood takes the intensities of grey images as probabilities of ink. Reconstruction term, ELBO and
    importance-weighted estimate then refer to random binary versions of the image, not to its grey values: they bound
    the expected log-likelihood of such a binary version from below.

    The Gaussian likelihoods, with one σ or with σ(z) of each entry, are densities of dequantised images. If an entry of
    the data can have L values, each gets uniform noise that fills its share 1/L of the range
    (`models.likelihoods.dequantisation`), drawn anew each time the loss is computed. The encoder sees the image without
    noise.

    Args:
        network: "mlp" or "convolutional".
        shape: (c, h, w) of an image.
        latent: Dimension of z.
        hidden: Width of the dense hidden layers.
        layers: Number of dense hidden layers; a convolutional network has one.
        channels: Channels of the last but one convolution; the one before has twice as many.
        likelihood: Distribution of an image given the network's output.
        levels: Number of values that an entry of the data can have, 0 if unknown (`DataSpec.levels`).

    Attributes:
        levels: The same for a density, whose data are dequantised; 0 for the Bernoulli likelihood.
    """

    def __init__(
        self,
        *,
        network: str,
        shape: tuple[int, ...],
        latent: int,
        hidden: int,
        layers: int,
        channels: int,
        likelihood: Likelihood,
        levels: int,
    ):
        super().__init__()
        self.shape = shape
        self.likelihood = likelihood
        self.levels = levels if likelihood.continuous else 0
        out = (likelihood.outputs * shape[0], *shape[1:])
        self.net = (
            nn.Sequential(MLP([latent, *[hidden] * layers, math.prod(out)]), nn.Unflatten(-1, out))
            if network == "mlp"
            else nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), ConvDecoder(hidden, (2 * channels, channels), out))
        )

    def forward(self, z: Tensor) -> Tensor:
        """Parameters of p(x|z), (n, latent) to (n, outputs·c, h, w)."""
        return self.net(z)

    def observed(self, x: Tensor, rng: torch.Generator | None = None) -> Tensor:
        """The x of p(x|z): the data, dequantised for a density; any shape to the same shape.

        Args:
            x: Data.
            rng: Source of the noise; without it each entry is in the middle of its interval.
        """
        return dequantise(x, self.levels, rng)

    def log_prob(self, observed: Tensor, z: Tensor) -> Tensor:
        """Values of log p(x|z), nats; x as `observed` returns it, (n, c, h, w), and z (n, latent) to (n,).

        With z (k, n, latent) there are k points for each image, (k, n).
        """
        output = self(z.to(observed).flatten(0, -2)).unflatten(0, z.shape[:-1])
        return self.likelihood.log_prob(output, observed)

    def mean(self, z: Tensor) -> Tensor:
        """Mean of p(x|z) in data units; (n, latent) to (n, c, h, w)."""
        return unit_mean(self.likelihood.mean(self(z)), self.levels)

    def draw(self, z: Tensor, *, rng: torch.Generator) -> Tensor:
        """A draw from p(x|z), rounded to a value that data can have; (n, latent) to (n, c, h, w)."""
        draw = self.likelihood.draw(self(z), rng=rng)
        return quantise(draw, self.levels) if self.likelihood.continuous else draw

    @property
    def at_once(self) -> int:
        """Greatest number of images that are decoded at once."""
        return max(1, _ENTRIES // math.prod(self.shape))

    def note(self, kind: Kind) -> str:
        """One sentence on the meaning of the values of p(x|z) for a kind of data, or "" if it is obvious."""
        if isinstance(self.likelihood, LearnedGaussian):
            return f"σ(z) of each entry is at least {self.likelihood.floor:g}, with the range of the data as 1."
        if isinstance(kind, Image) and kind.values == "grey" and not self.likelihood.continuous:
            return "Grey data: the intensity of a pixel is its probability of ink."
        return ""
