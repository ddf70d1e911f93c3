"""Models of images with a code z ~ N(0, I) and a decoder network: what those with an encoder and without it share."""

from __future__ import annotations

import math
from abc import ABC
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from models.likelihoods.dequantisation import dequantise, quantise, unit_mean
from models.likelihoods.pixels import Bernoulli, Gaussian, LearnedGaussian, Likelihood
from models.protocol import BadValue, DataSpec, Image, Kind, param
from models.vae.exact_views import ExactViews
from models.vae.networks import Decoder

__all__ = ["DecoderConfig", "ImageModel"]

_DECODERS = {"bernoulli": "Bernoulli", "gaussian": "Gaussian", "learned": "Gaussian, learned σ"}


def _likelihood(config: Any) -> Likelihood:
    if config.decoder == "gaussian":
        return Gaussian(config.sigma)
    return LearnedGaussian(config.sigma_floor) if config.decoder == "learned" else Bernoulli()


@dataclass(frozen=True)
class DecoderConfig:
    """Parameters of the generative model, and the sizes of the networks."""

    latent: int = param(2, "Latent dimensions", 1, 64, help="Dimension of z.")
    beta: float = param(
        1.0, "KL weight β", 0.0, 10.0, step=0.1, live=True, help="1: the ELBO; more presses q(z|x) onto the prior."
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


class ImageModel(ExactViews, ABC):
    """Images from z ~ N(0, I) and x|z from a decoder network.

    The Bernoulli decoder takes the intensities of grey images as probabilities of ink. Reconstruction term, ELBO and
    importance-weighted estimate are then statements about random binary versions of the image, not densities of its
    grey values: they bound the expected log-likelihood of such a binarization from below.

    The Gaussian decoders, with one σ or with σ(z) of each entry, are densities of dequantised images: where the data
    have `DataSpec.levels` L values, each gets uniform noise that fills its share 1/L of the range (`dequantisation`),
    anew each time the loss is computed. What infers z sees the image without noise.

    Attributes:
        sizes: What encoder and decoder networks are built of, in the order of their arguments.
        likelihood: What the decoder's output means.
        decoder: The network, built by the subclass in the order of its parts.
    """

    config: Any
    decoder: Decoder

    def __init__(self, config: Any, spec: DataSpec):
        super().__init__(config, spec)
        self.check(config, spec.kind)
        self.likelihood = _likelihood(config)
        self.sizes = (config.network, spec.kind.shape, config.latent, config.hidden, config.layers, config.channels)

    def new_decoder(self) -> Decoder:
        """A decoder with initial weights."""
        return Decoder(*self.sizes, outputs=self.likelihood.outputs)

    @classmethod
    def check(cls, config: Any, kind: Kind) -> None:
        """Refuses a Bernoulli decoder on colour, whose intensities are no probabilities of ink.

        Raises:
            BadValue: It is asked for.
        """
        if config.decoder == "bernoulli" and isinstance(kind, Image) and kind.values == "colour":
            raise BadValue(
                "decoder",
                "decoder bernoulli takes binary or grey images, not colour: set decoder to gaussian or learned",
            )

    @classmethod
    def latent_dim_of(cls, config: Any, spec: DataSpec | None) -> int:
        """Dimension of z."""
        return config.latent

    @property
    def levels(self) -> int:
        """Values of an entry whose intervals the density is spread over; 0 where nothing is dequantised."""
        return self.spec.levels if self.likelihood.continuous else 0

    @property
    def decoder_note(self) -> str:
        """What the decoder's values are about, where that is not plain; or ""."""
        if self.config.decoder == "learned":
            return f"σ(z) of each entry is at least {self.config.sigma_floor:g}, with the range of the data as 1."
        grey = isinstance(self.spec.kind, Image) and self.spec.kind.values == "grey"
        return "Grey data: intensities are taken as probabilities of ink." if grey and not self.continuous else ""

    @property
    def continuous(self) -> bool:
        """Whether p(x|z) is a density."""
        return self.likelihood.continuous

    @classmethod
    def noise_dims(cls, config: Any, kind: Kind) -> int:
        """One scalar for each latent dimension, one for each entry of the image."""
        return config.latent + _likelihood(config).draws * math.prod(kind.shape)

    def decode_mean(self, z: Tensor) -> Tensor:
        """Mean of p(x|z) in data units; (n, latent) to (n, c, h, w)."""
        return unit_mean(self.likelihood.mean(self.decoder(z)), self.levels)

    def decode_draw(self, z: Tensor, *, rng: torch.Generator) -> Tensor:
        """A draw from p(x|z), one of the values the data have; (n, latent) to (n, c, h, w)."""
        draw = self.likelihood.draw(self.decoder(z), rng=rng)
        return quantise(draw, self.levels) if self.continuous else draw

    def observed(self, x: Tensor, rng: torch.Generator | None = None) -> Tensor:
        """What p(x|z) is a distribution of: x, dequantised for a density; any shape to the same shape."""
        return dequantise(x, self.levels, rng)

    def log_likelihood(self, z: Tensor, observed: Tensor) -> Tensor:
        """Values of log p(x|z), nats; (k, n, latent) and (n, c, h, w) to (k, n)."""
        output = self.decoder(z.to(observed).flatten(0, 1)).unflatten(0, z.shape[:2])  # (k, n, outputs·c, h, w)
        return self.likelihood.log_prob(output, observed)

    @torch.no_grad()
    def sample(self, n: int, *, rng: torch.Generator, mean: bool = False) -> Tensor:
        """Images from the model, (n, c, h, w).

        Args:
            n: Number of images.
            rng: Source of z and of the pixels.
            mean: Whether the mean of p(x|z) is given instead of a draw from it.
        """
        z = self.prior_draw(n, rng=rng)
        decode = self.decode_mean if mean else partial(self.decode_draw, rng=rng)
        return torch.cat([decode(part) for part in z.split(self.rows)])
