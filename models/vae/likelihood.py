"""Likelihoods p(x|z): what a decoder's output means, apart from the network that computes it."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["Bernoulli", "Likelihood"]


class Likelihood(ABC):
    """A distribution of images whose entries are independent given z.

    Attributes:
        outputs: Numbers that the decoder gives for each entry of the image; it has `outputs`·c channels.
        draws: Scalar draws for each entry.
    """

    outputs: int
    draws: int

    @abstractmethod
    def log_prob(self, output: Tensor, x: Tensor) -> Tensor:
        """Values of log p(x|z) summed over the entries, nats; (..., outputs·c, h, w) and (..., c, h, w) to (...)."""

    @abstractmethod
    def mean(self, output: Tensor) -> Tensor:
        """Mean of p(x|z); (..., outputs·c, h, w) to (..., c, h, w)."""

    @abstractmethod
    def draw(self, output: Tensor, *, generator: torch.Generator) -> Tensor:
        """A draw from p(x|z); (..., outputs·c, h, w) to (..., c, h, w)."""


class Bernoulli(Likelihood):
    """Each pixel is 1 with probability sigmoid(output), else 0.

    Of a grey image, `log_prob` is the cross-entropy on its intensities: the expected log-likelihood of a binary image
    drawn with these intensities as probabilities, not a density of the grey values.
    """

    outputs = 1
    draws = 1

    def log_prob(self, output: Tensor, x: Tensor) -> Tensor:
        """Values of log p(x|z) summed over pixels, nats, at most 0; from logits, hence finite wherever these are."""
        entropy = F.binary_cross_entropy_with_logits(output, x.expand_as(output), reduction="none")
        return -entropy.sum(dim=(-3, -2, -1))

    def mean(self, output: Tensor) -> Tensor:
        """Probability that each pixel is 1."""
        return output.sigmoid()

    def draw(self, output: Tensor, *, generator: torch.Generator) -> Tensor:
        """A binary image."""
        return torch.bernoulli(output.sigmoid(), generator=generator)
