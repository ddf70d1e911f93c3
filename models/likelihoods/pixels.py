"""Likelihoods p(x|z): distributions whose parameters are the output of a decoder network."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["Bernoulli", "Gaussian", "LearnedGaussian", "Likelihood"]

_FIRST = 0.3  # a learned σ at the start of a training
_WIDEST = 2.0  # twice the range of the data: wider than any useful σ, and exp() stays finite
_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


class Likelihood(ABC):
    """A distribution of images whose entries are independent given z.

    Attributes:
        outputs: Numbers that the decoder gives for each entry of the image; it has `outputs`·c channels.
        draws: Scalar draws for each entry.
        continuous: Whether it is a density, of dequantised data.
    """

    outputs: int
    draws: int
    continuous: bool = False

    @abstractmethod
    def log_prob(self, output: Tensor, x: Tensor) -> Tensor:
        """Values of log p(x|z) summed over the entries, nats; (..., outputs·c, h, w) and (..., c, h, w) to (...)."""

    @abstractmethod
    def mean(self, output: Tensor) -> Tensor:
        """Mean of p(x|z); (..., outputs·c, h, w) to (..., c, h, w)."""

    @abstractmethod
    def draw(self, output: Tensor, *, rng: torch.Generator) -> Tensor:
        """A draw from p(x|z); (..., outputs·c, h, w) to (..., c, h, w)."""


class Bernoulli(Likelihood):
    """Each pixel is 1 with probability sigmoid(output), else 0.

    Of a grey image, `log_prob` is the cross-entropy on its intensities: the expected log-likelihood of a binary image
    drawn with these intensities as probabilities, not a density of the grey values.
    """

    outputs = 1
    draws = 1

    def log_prob(self, output: Tensor, x: Tensor) -> Tensor:
        """Values of log p(x|z) summed over pixels, nats, at most 0; from logits, hence finite if these are."""
        entropy = F.binary_cross_entropy_with_logits(output, x.expand_as(output), reduction="none")
        return -entropy.sum(dim=(-3, -2, -1))

    def mean(self, output: Tensor) -> Tensor:
        """Probability that each pixel is 1."""
        return output.sigmoid()

    def draw(self, output: Tensor, *, rng: torch.Generator) -> Tensor:
        """A binary image."""
        return torch.bernoulli(output.sigmoid(), generator=rng)


class Gaussian(Likelihood):
    """Each entry is Normal(μ(z), σ²), the same σ everywhere, on images dequantised to values from 0 to 1.

    μ is the sigmoid of the output, and thus in the range of the data.

    Args:
        sigma: Standard deviation σ, in units of the range from black to white.
    """

    outputs = 1
    draws = 1
    continuous = True

    def __init__(self, sigma: float):
        self.sigma = sigma

    def log_prob(self, output: Tensor, x: Tensor) -> Tensor:
        """Log density summed over entries, nats, its normaliser included."""
        return _normal_log_prob(x, output.sigmoid(), torch.full_like(output[..., :1, :1, :1], math.log(self.sigma)))

    def mean(self, output: Tensor) -> Tensor:
        """μ(z)."""
        return output.sigmoid()

    def draw(self, output: Tensor, *, rng: torch.Generator) -> Tensor:
        """An image with noise of σ on each entry."""
        return output.sigmoid() + self.sigma * _noise_like(output, rng)


class LearnedGaussian(Likelihood):
    """Each entry is Normal(μ(z), σ²(z)) with its own σ(z), on images dequantised to values from 0 to 1.

    The first half of the channels gives μ by a sigmoid, the second log σ by one that goes from the floor to 2 and
    starts near 0.3. Without a floor σ would shrink without limit wherever the data do not vary, as at the border of
    handwritten digits, and the density grow without limit.

    Args:
        floor: Smallest σ, in units of the range from black to white.
    """

    outputs = 2
    draws = 1
    continuous = True

    def __init__(self, floor: float):
        self.floor = floor
        self._low = math.log(floor)
        self._range = math.log(_WIDEST) - self._low
        start = (math.log(max(_FIRST, 1.01 * floor)) - self._low) / self._range
        self._start = math.log(start / (1 - start))

    def _parameters(self, output: Tensor) -> tuple[Tensor, Tensor]:
        raw_mean, raw = output.chunk(2, dim=-3)
        return raw_mean.sigmoid(), self._low + self._range * (raw + self._start).sigmoid()

    def log_prob(self, output: Tensor, x: Tensor) -> Tensor:
        """Log density summed over entries, nats, its normaliser included."""
        return _normal_log_prob(x, *self._parameters(output))

    def mean(self, output: Tensor) -> Tensor:
        """μ(z)."""
        return self._parameters(output)[0]

    def deviation(self, output: Tensor) -> Tensor:
        """σ(z)."""
        return self._parameters(output)[1].exp()

    def draw(self, output: Tensor, *, rng: torch.Generator) -> Tensor:
        """An image with noise of σ(z) on each entry."""
        mean, log_std = self._parameters(output)
        return mean + log_std.exp() * _noise_like(mean, rng)


def _noise_like(mean: Tensor, rng: torch.Generator) -> Tensor:
    return torch.randn(mean.shape, generator=rng, device=mean.device, dtype=mean.dtype)


def _normal_log_prob(x: Tensor, mean: Tensor, log_std: Tensor) -> Tensor:
    """Normal log densities summed over the entries; (..., c, h, w) to (...)."""
    squares = ((x - mean) * (-log_std).exp()).square()
    return -(0.5 * squares + log_std + _HALF_LOG_2PI).sum(dim=(-3, -2, -1))
