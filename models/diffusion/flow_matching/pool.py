"""Pairs of noise and the data to which a trained flow takes it, on which the flow is trained again."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from models.diffusion.process import STRAIGHT, Estimate, Level, estimate, trajectory

__all__ = ["PairPool"]

_SIZE, _BLOCK = 8192, 256  # pairs, and those that are made in one round
_PASSES = 40


class PairPool(nn.Module):
    """A fixed set of noise, and where the flow ends for each, computed block by block.

    The noise is drawn once; nothing else is random, so that every process of a job has the same pairs.

    Attributes:
        net: A frozen copy of the network that makes the pairs.
        noise: Standard normal, (size, 2).
        data: Where the flow ends, (size, 2); zeros where it has not been computed.
        filled: Number of pairs computed, a scalar.
    """

    noise: Tensor
    data: Tensor
    filled: Tensor

    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = copy.deepcopy(net).requires_grad_(False)
        self.register_buffer("noise", torch.randn(_SIZE, 2))
        self.register_buffer("data", torch.zeros(_SIZE, 2))
        self.register_buffer("filled", torch.zeros((), dtype=torch.int64))
        self._full = False

    def count(self) -> int:
        """Number of pairs computed."""
        if not self._full:
            self._full = int(self.filled) == _SIZE
        return _SIZE if self._full else int(self.filled)

    @torch.no_grad()
    def fill(self) -> None:
        """Computes the next block, if one is left."""
        begin = self.count()
        if begin == _SIZE:
            return
        block = slice(begin, begin + _BLOCK)

        def field(x: Tensor, t: Tensor, level: Level) -> Estimate:
            return estimate("velocity", self.net(x / level.scale, t), x, level)

        *_, last = trajectory(field, STRAIGHT, self.noise[block], sampler="heun", passes=_PASSES)
        self.data[block] = last.x
        self.filled += _BLOCK

    def draw(self, n: int, rng: torch.Generator) -> Estimate:
        """Pairs of datum and noise, (n, 2) each, among those that are computed."""
        u = torch.rand(n, generator=rng, device=self.noise.device, dtype=self.noise.dtype)
        index = (u * self.filled).long()
        return Estimate(self.data[index], self.noise[index])
