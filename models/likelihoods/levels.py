"""Distributions of one entry that takes one of a few levels, given the output of a network.

The levels are the values k/(L − 1), k = 0 … L − 1, of data units from 0 to 1. An output is laid out as the channels of
an image, (n, outputs, …): `outputs` numbers for each entry.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["BernoulliLevels", "CategoricalLevels", "Levels", "LogisticLevels"]

_WIDEST = 7.0  # −log of the smallest scale of a logistic, half the range of the data being 1


class Levels(ABC):
    """A distribution over the levels of one entry.

    Attributes:
        levels: Number of levels L.
        outputs: Numbers that the network gives for each entry.
    """

    levels: int
    outputs: int

    @abstractmethod
    def log_probs(self, output: Tensor) -> Tensor:
        """Log probability of every level, nats; (n, outputs, …) to (n, L, …)."""

    @abstractmethod
    def log_prob(self, output: Tensor, x: Tensor) -> Tensor:
        """Log probability of the entries of x, data units, nats; (n, outputs, …) and (n, …) to (n, …)."""

    def draw(self, output: Tensor, u: Tensor, temperature: float | Tensor = 1.0) -> Tensor:
        """The level at which the distribution function passes u, in data units; (n, outputs) and (n,) to (n,).

        Args:
            output: Output of the network.
            u: Uniform numbers from 0 to 1, one for each entry.
            temperature: Probabilities are raised to the power 1/temperature and normalised again; one for all, or (n,).
        """
        heat = temperature[:, None] if isinstance(temperature, Tensor) else temperature
        p = torch.softmax(self.log_probs(output) / heat, dim=1)
        passed = (p.cumsum(dim=1) <= u[:, None]).sum(dim=1)
        return passed.clamp_max(self.levels - 1).to(output.dtype) / (self.levels - 1)

    def mean(self, output: Tensor) -> Tensor:
        """Mean of the distribution, data units; (n, outputs, …) to (n, …)."""
        values = torch.arange(self.levels, device=output.device, dtype=output.dtype) / (self.levels - 1)
        return torch.einsum("nl...,l->n...", self.log_probs(output).exp(), values)

    def indices(self, x: Tensor) -> Tensor:
        """Number of the level of each entry; any shape to the same shape, int64."""
        return (x * (self.levels - 1)).round().long()


class BernoulliLevels(Levels):
    """Two levels: 1 with probability σ(output), else 0."""

    levels = 2
    outputs = 1

    def log_probs(self, output: Tensor) -> Tensor:
        """Log probabilities of 0 and of 1, from logits: finite if these are."""
        logits = output[:, 0]
        return torch.stack([F.logsigmoid(-logits), F.logsigmoid(logits)], dim=1)

    def log_prob(self, output: Tensor, x: Tensor) -> Tensor:
        """x log σ(output) + (1 − x) log σ(−output)."""
        return -F.binary_cross_entropy_with_logits(output[:, 0], x, reduction="none")

    def draw(self, output: Tensor, u: Tensor, temperature: float | Tensor = 1.0) -> Tensor:
        """1 where u lies below the probability of 1, else 0."""
        return (u < (output[:, 0] / temperature).sigmoid()).to(output.dtype)

    def mean(self, output: Tensor) -> Tensor:
        """Probability of 1."""
        return output[:, 0].sigmoid()


class CategoricalLevels(Levels):
    """A softmax with one logit for each level (van den Oord et al., 2016, arXiv 1601.06759).

    Args:
        levels: Number of levels, at least 2.
    """

    def __init__(self, levels: int):
        self.levels = self.outputs = levels

    def log_probs(self, output: Tensor) -> Tensor:
        """Log-softmax of the outputs."""
        return torch.log_softmax(output, dim=1)

    def log_prob(self, output: Tensor, x: Tensor) -> Tensor:
        """The log-softmax at the level of each entry."""
        return -F.cross_entropy(output, self.indices(x), reduction="none")


class LogisticLevels(Levels):
    """A mixture of K logistic distributions, integrated over the interval of each level.

    The first interval begins at −∞, the last ends at ∞ (Salimans et al., 2017, arXiv 1701.05517). The outputs are K
    logits of the mixture, K means and K log scales, on a scale where the data go from −1 to 1. The probability of an
    interval from b to a, σ(a) − σ(b) = σ(a) σ(−b) (1 − e^{b−a}), is computed in logarithms and does not underflow.

    Args:
        levels: Number of levels, at least 2.
        components: Number of logistics K.
    """

    def __init__(self, levels: int, components: int):
        self.levels, self.components = levels, components
        self.outputs = 3 * components

    def log_probs(self, output: Tensor) -> Tensor:
        """Log probability of every level."""
        shape = (1, self.levels, *(1,) * (output.ndim - 2))
        every = torch.arange(self.levels, device=output.device, dtype=output.dtype).reshape(shape)
        return self._at(output, every / (self.levels - 1))

    def log_prob(self, output: Tensor, x: Tensor) -> Tensor:
        """Log probability of the level of each entry."""
        return self._at(output, x[:, None])[:, 0]

    def _at(self, output: Tensor, x: Tensor) -> Tensor:
        """Log probability of levels x in data units; (n, 3K, …) and (n or 1, m, …) to (n, m, …)."""
        logits, means, log_scales = output[:, None].chunk(3, dim=2)  # (n, 1, K, …) each
        inverse = (-log_scales.clamp_min(-_WIDEST)).exp()
        half = 1.0 / (self.levels - 1)  # half the distance of two levels, whose range is 2
        centre = (2 * x[:, :, None] - 1) - means  # (n, m, K, …)
        upper, lower = inverse * (centre + half), inverse * (centre - half)
        within = F.logsigmoid(upper) + F.logsigmoid(-lower) + torch.log(-torch.expm1(-2 * half * inverse))
        first, last = x[:, :, None] < 0.5 * half, x[:, :, None] > 1 - 0.5 * half
        log_p = torch.where(first, F.logsigmoid(upper), torch.where(last, F.logsigmoid(-lower), within))
        return torch.logsumexp(torch.log_softmax(logits, dim=2) + log_p, dim=2)
