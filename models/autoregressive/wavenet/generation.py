"""Generation of sounds, sample by sample: from cached activations, or naively."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from models.autoregressive.wavenet.network import Network
from models.likelihoods.quantised import SampleDistribution
from models.nets.wavenet_cache import ArrayCache, TensorCache

__all__ = ["Generation", "NaiveGeneration", "OnArraysAside", "generation"]

_FEW = 8  # sounds that NumPy draws faster than a GPU, which takes a millisecond for a sample of any number of sounds


class Generation(ABC):
    """Sounds that are being drawn. Each draw inverts a distribution function, so that noise determines the sounds.

    Attributes:
        levels: Levels of all samples, (n, t) int64; those drawn so far, and those given.
        done: Number of samples drawn so far.
        known: Number of samples with which all sounds begin.

    Args:
        network: The network.
        distribution: The distribution of a sample given its output.
        uniform: Noise, uniform numbers, (n, t, draws).
        y: Class of each sound, (n,), or None without conditioning.
        temperature: Of the distribution; 1 for that of the model.
        levels: Levels of given samples, (n, t), or None where none is given.
        mask: 1 where a sample is given, (n, t), or None.
    """

    def __init__(
        self,
        network: Network,
        distribution: SampleDistribution,
        uniform: Tensor,
        y: Tensor | None = None,
        temperature: float = 1.0,
        levels: Tensor | None = None,
        mask: Tensor | None = None,
    ):
        n, length, _ = uniform.shape
        self.network, self.distribution, self.uniform = network, distribution, uniform
        self.y, self.temperature = y, temperature
        given = torch.zeros(n, length, dtype=torch.bool, device=uniform.device) if mask is None else mask > 0
        blank = torch.zeros(n, length, dtype=torch.int64, device=uniform.device)
        self.levels = blank if levels is None else torch.where(given, levels, blank)
        self._given = given
        everywhere = given.all(dim=0).long()
        self.known = self.done = int(everywhere.cumprod(0).sum())

    @property
    def length(self) -> int:
        """Samples of each sound."""
        return self.levels.shape[1]

    def start(self) -> Tensor:
        """Vectors of the last tokens before the one that predicts the next sample, (n, receptive_field, channels)."""
        tokens = self.network.context(self.levels[:, : self.done + 1])[:, :-1]
        field = self.network.receptive_field
        if tokens.shape[1] < field:  # before the second sample one token more is needed
            tokens = torch.cat([tokens.new_full((len(tokens), 1), self.network.before), tokens], dim=1)
        return self.network.entrance(tokens[:, -field:])

    def advance(self, count: int) -> None:
        """Draws the next samples, at most as many as there are left."""
        stop = min(self.done + count, self.length)
        with torch.no_grad():
            self.draw(self.done, stop)
        self.done = stop

    @abstractmethod
    def draw(self, start: int, stop: int) -> None:
        """Draws samples and writes them to `levels`."""

    def keep_given(self, t: int, drawn: Tensor) -> Tensor:
        """The levels of sample t: those given, and those drawn elsewhere."""
        return torch.where(self._given[:, t], self.levels[:, t], drawn)


class _OnArrays(Generation):
    """On a CPU: the loop over samples is NumPy alone."""

    @cached_property
    def _cache(self) -> ArrayCache:
        return ArrayCache(self.network.stack, self.start(), self.y)

    @cached_property
    def _vectors(self) -> np.ndarray:
        """What the network gets for each token, (levels + 1, channels)."""
        return self.network.entrance(torch.arange(self.network.before + 1)[None])[0].numpy()

    def draw(self, start: int, stop: int) -> None:
        levels, given, uniform = self.levels.numpy(), self._given.numpy(), self.uniform.numpy()
        forced = given[:, start:stop].any()
        last = levels[:, start - 1] if start else [self.network.before] * len(levels)
        for t in range(start, stop):
            output = self._cache.step(self._vectors[last])
            last = self.distribution.draw_array(output, uniform[:, t], self.temperature)
            if forced:
                last = [old if keep else new for old, new, keep in zip(levels[:, t], last, given[:, t], strict=True)]
            levels[:, t] = last


class _OnTensors(Generation):
    """On any device: nothing is read back before the end, so that the device does not wait."""

    @cached_property
    def _cache(self) -> TensorCache:
        return TensorCache(self.network.stack, self.start(), self.y)

    def draw(self, start: int, stop: int) -> None:
        blank = self.levels.new_full((len(self.levels),), self.network.before)
        for t in range(start, stop):
            token = self.levels[:, t - 1] if t else blank
            output = self._cache.step(self.network.entrance(token[:, None])[:, 0])
            drawn = self.distribution.draw(output, self.uniform[:, t], self.temperature)
            self.levels[:, t] = self.keep_given(t, drawn)


class OnArraysAside(Generation):
    """On a GPU, for few sounds: in NumPy on a copy, because each operation on a device costs a launch.

    The levels are copied back after each call of `advance`. See `Generation` for the arguments.
    """

    @cached_property
    def _aside(self) -> _OnArrays:
        y = None if self.y is None else self.y.cpu()
        network = copy.deepcopy(self.network).cpu()
        return _OnArrays(
            network, self.distribution, self.uniform.cpu(), y, self.temperature, self.levels.cpu(), self._given.cpu()
        )

    def draw(self, start: int, stop: int) -> None:
        """Draws samples and writes them to `levels`."""
        self._aside.draw(start, stop)
        self.levels[:, start:stop] = self._aside.levels[:, start:stop].to(self.levels.device)


class NaiveGeneration(Generation):
    """The whole receptive field is computed for each sample: what caching is compared with."""

    def draw(self, start: int, stop: int) -> None:
        """Draws samples and writes them to `levels`."""
        for t in range(start, stop):
            tokens = self.network.context(self.levels[:, : t + 1])[:, -self.network.receptive_field :]
            output = self.network(tokens, self.y)[:, -1]
            drawn = self.distribution.draw(output, self.uniform[:, t], self.temperature)
            self.levels[:, t] = self.keep_given(t, drawn)


def generation(
    network: Network,
    distribution: SampleDistribution,
    uniform: Tensor,
    y: Tensor | None = None,
    temperature: float = 1.0,
    levels: Tensor | None = None,
    mask: Tensor | None = None,
) -> Generation:
    """Cached generation: in NumPy on a CPU and for few sounds, else on tensors. See `Generation` for the arguments."""
    kind: type[Generation] = _OnArrays
    if uniform.device.type != "cpu":
        kind = OnArraysAside if len(uniform) <= _FEW else _OnTensors
    return kind(network, distribution, uniform, y, temperature, levels, mask)
