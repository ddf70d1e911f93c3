"""Distributions of one sample of sound, quantised on a µ-law grid: a softmax, or a mixture of logistics."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["MixtureOfLogistics", "MuLaw", "SampleDistribution", "Softmax"]

_WIDEST = 6.0  # log scale of a logistic that is flat over all companded values


class MuLaw:
    """Quantisation of amplitudes from −1 to 1 with levels that are dense around silence (ITU-T G.711).

    An amplitude x is companded to u = sign(x) ln(1 + µ|x|) / ln(1 + µ), with µ one less than the number of levels; the
    levels are evenly spaced from u = −1 to u = 1.

    Args:
        levels: Number of levels, at least 2.
    """

    def __init__(self, levels: int):
        self.levels = levels
        self._mu = levels - 1

    def compand(self, x: Tensor) -> Tensor:
        """Amplitudes x to companded values u."""
        return x.sign() * torch.log1p(self._mu * x.abs()) / math.log1p(self._mu)

    def expand(self, u: Tensor) -> Tensor:
        """Companded values u to amplitudes x."""
        return u.sign() * torch.expm1(u.abs() * math.log1p(self._mu)) / self._mu

    def quantise(self, x: Tensor) -> Tensor:
        """The nearest level of each amplitude, in companded values, int64."""
        return (0.5 * (self.compand(x.clamp(-1, 1)) + 1) * self._mu + 0.5).floor().long()

    def companded(self, level: Tensor, dtype: torch.dtype) -> Tensor:
        """Companded value u of each level."""
        return 2 * level.to(dtype) / self._mu - 1

    def amplitude(self, level: Tensor, dtype: torch.dtype) -> Tensor:
        """Amplitude x of each level."""
        return self.expand(self.companded(level, dtype))


class SampleDistribution(ABC):
    """A distribution over levels, whose parameters are the output of a network.

    Attributes:
        levels: Number of levels.
        outputs: Numbers that the network gives for each sample.
        draws: Uniform numbers that one draw takes.
    """

    levels: int
    outputs: int
    draws: int

    @abstractmethod
    def log_prob(self, output: Tensor, level: Tensor) -> Tensor:
        """Log probability of levels, nats; (..., outputs) and (...) to (...)."""

    @abstractmethod
    def log_probs(self, output: Tensor) -> Tensor:
        """Log probability of every level, nats; (..., outputs) to (..., levels)."""

    @abstractmethod
    def draw(self, output: Tensor, uniform: Tensor, temperature: float) -> Tensor:
        """Levels drawn by inversion, int64; (..., outputs) and (..., draws) to (...)."""

    @abstractmethod
    def draw_array(self, output: np.ndarray, uniform: np.ndarray, temperature: float) -> np.ndarray:
        """The same in NumPy, for generation on a CPU; (n, outputs) and (n, draws) to (n,)."""


def _inverse(weights: Tensor, uniform: Tensor) -> Tensor:
    """Index drawn in proportion to weights, (..., k) and (...) to (...): the first at which their sum exceeds u."""
    total = weights.cumsum(-1)
    return (total <= uniform[..., None] * total[..., -1:]).sum(-1).clamp(max=weights.shape[-1] - 1)


def _inverse_array(weights: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    total = np.cumsum(weights, axis=-1)
    below = total <= uniform[:, None] * total[:, -1:]
    return np.minimum(below.sum(axis=-1), weights.shape[-1] - 1)


class Softmax(SampleDistribution):
    """A probability for each level (van den Oord et al., 2016, arXiv 1609.03499, section 2.2).

    Args:
        levels: Number of levels.
    """

    draws = 1

    def __init__(self, levels: int):
        self.levels = self.outputs = levels

    def log_prob(self, output: Tensor, level: Tensor) -> Tensor:
        """Log probability of levels, nats."""
        nats = F.cross_entropy(output.flatten(0, -2), level.flatten(), reduction="none")
        return -nats.view_as(level)

    def log_probs(self, output: Tensor) -> Tensor:
        """Log probability of every level, nats."""
        return output.log_softmax(-1)

    def draw(self, output: Tensor, uniform: Tensor, temperature: float) -> Tensor:
        """Levels, by inversion of the distribution function; logits are divided by the temperature."""
        return _inverse((output / temperature).softmax(-1), uniform[..., 0])

    def draw_array(self, output: np.ndarray, uniform: np.ndarray, temperature: float) -> np.ndarray:
        """The same in NumPy."""
        return _inverse_array(np.exp((output - output.max(-1, keepdims=True)) / temperature), uniform[:, 0])


class MixtureOfLogistics(SampleDistribution):
    """Each level has the mass that a mixture of logistics gives to its cell of companded values u.

    The outermost cells reach to ∓∞, so that the masses add up to 1 (Salimans et al., 2017, arXiv 1701.05517). The log
    probability is a smooth function of u, and so can be differentiated with respect to the sound, as distillation needs
    (van den Oord et al., 2018, arXiv 1711.10433). The levels are those of the softmax: likelihoods can be compared.

    Args:
        levels: Number of levels.
        components: Number of logistics K. The output has K logits of their weights, K means and K log scales.
    """

    draws = 2  # one for the component, one for its value

    def __init__(self, levels: int, components: int):
        self.levels, self.components, self.outputs = levels, components, 3 * components
        self._half = 1 / (levels - 1)  # half a cell
        self._narrowest = math.log(self._half) - 5  # all in one cell

    def log_prob(self, output: Tensor, level: Tensor) -> Tensor:
        """Log probability of levels, nats."""
        return self.log_mass(output, 2 * self._half * level.to(output.dtype) - 1)

    def log_probs(self, output: Tensor) -> Tensor:
        """Log probability of every level, nats."""
        u = 2 * self._half * torch.arange(self.levels, device=output.device).to(output.dtype) - 1
        return self.log_mass(output[..., None, :], u)

    def log_mass(self, output: Tensor, u: Tensor) -> Tensor:
        """Log mass of the cell around companded values, nats; (..., outputs) and (...) to (...).

        With a = (u + h − m)/s and b = (u − h − m)/s for half a cell h, σ(a) − σ(b) = σ(a) σ(−b) (1 − exp(b − a)).
        """
        logits, mean, log_scale = output.chunk(3, dim=-1)
        log_scale = log_scale.clamp(self._narrowest, _WIDEST)
        scale = log_scale.exp()
        offset = u[..., None] - mean
        above, below = F.logsigmoid((offset + self._half) / scale), F.logsigmoid((self._half - offset) / scale)
        inner = above + below + torch.log(-torch.expm1(-2 * self._half / scale))
        first, last = u[..., None] < -1 + self._half, u[..., None] > 1 - self._half
        mass = torch.where(first, above, torch.where(last, below, inner))
        return (logits.log_softmax(-1) + mass).logsumexp(-1)

    def draw(self, output: Tensor, uniform: Tensor, temperature: float) -> Tensor:
        """Levels: a component, then a value of it in the nearest cell; logits and scales are those of a temperature."""
        logits, mean, log_scale = output.chunk(3, dim=-1)
        chosen = _inverse((logits / temperature).softmax(-1), uniform[..., 0])[..., None]
        mean, log_scale = mean.gather(-1, chosen)[..., 0], log_scale.gather(-1, chosen)[..., 0]
        p = uniform[..., 1].clamp(min=torch.finfo(output.dtype).tiny)
        u = mean + temperature * log_scale.clamp(self._narrowest, _WIDEST).exp() * (p.log() - (-p).log1p())
        return (0.5 * (u.clamp(-1, 1) + 1) * (self.levels - 1) + 0.5).floor().long()

    def draw_array(self, output: np.ndarray, uniform: np.ndarray, temperature: float) -> np.ndarray:
        """The same in NumPy."""
        logits, mean, log_scale = np.split(output, 3, axis=-1)
        weights = np.exp((logits - logits.max(-1, keepdims=True)) / temperature)
        chosen = _inverse_array(weights, uniform[:, 0])[:, None]
        mean, log_scale = (np.take_along_axis(each, chosen, axis=-1)[:, 0] for each in (mean, log_scale))
        p = np.maximum(uniform[:, 1], np.finfo(output.dtype).tiny)
        u = mean + temperature * np.exp(np.clip(log_scale, self._narrowest, _WIDEST)) * (np.log(p) - np.log1p(-p))
        return np.floor(0.5 * (np.clip(u, -1, 1) + 1) * (self.levels - 1) + 0.5).astype(np.int64)
