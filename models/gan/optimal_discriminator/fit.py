"""A small classifier of numbers, trained as a discriminator on samples of two densities."""

from __future__ import annotations

import functools
import math
import time

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

from models.exact.densities_1d import Pair
from models.protocol import half_cosine

__all__ = ["Course", "course"]

_WIDTH = 48
_SLICE = 0.02  # s of training between two frames
_BATCH = 256  # of data, and as many of the model
_RATE = 4e-3
_AT_ONCE = 20  # steps between two marks
_BETAS, _TINY = (0.9, 0.999), 1e-8


class Course:
    """The training of a 1-48-48-1 tanh network by Adam on −E[log D(x)] − E[log(1 − D(x))].

    `advance` continues it; recorded values are kept, so that several views share one training.

    Args:
        pair: The densities of data and model; the network sees only samples of them.
        n: Number of samples of each.
        steps: Length of the training; the learning rate falls to 0 along a cosine.
        seed: Seed of samples, initial weights and batches.
        at: Points at which F is recorded, (k,).

    Attributes:
        marks: Steps at which F is recorded.
        recorded: F at `at` at each of the marks reached so far, (k,) each.
        data, fake: The samples, (n,) each.
    """

    def __init__(self, pair: Pair, n: int, steps: int, seed: int, at: np.ndarray):
        rng = torch.Generator().manual_seed(seed)
        self.steps = steps
        self.data = pair.data.sample(n, rng=rng)
        self.fake = pair.model.sample(n, rng=rng)
        both = np.concatenate([self.data, self.fake])
        self._mean, self._std = float(both.mean()), float(both.std())
        self._rng = rng
        self._at, self._x, self._x_fake = (self._scaled(part) for part in (at, self.data, self.fake))
        sizes = ((1, _WIDTH), (_WIDTH, _WIDTH), (_WIDTH, 1))
        self._weights: list[Tensor] = []
        for rows, columns in sizes:
            gain = 2.0 if rows == 1 else math.sqrt(1.0 / rows)
            weight = gain * torch.randn(rows, columns, generator=rng, dtype=torch.float64)
            self._weights += [weight, torch.randn(columns, generator=rng, dtype=torch.float64) * (rows == 1)]
        self._moments = [(torch.zeros_like(w), torch.zeros_like(w)) for w in self._weights]
        self.marks = np.unique(np.concatenate([[0, 1, 2, 5, 10], np.arange(_AT_ONCE, steps, _AT_ONCE), [steps]]))
        self.recorded: list[np.ndarray] = [self._forward(self._at, self._weights).numpy()]
        self._step = 0

    def _scaled(self, x: np.ndarray) -> Tensor:
        return torch.from_numpy((x - self._mean) / self._std)[:, None]

    @staticmethod
    def _forward(x: Tensor, weights: list[Tensor]) -> Tensor:
        """F, (n, 1) to (n,)."""
        a, b, c, d, e, f = weights
        return (torch.tanh(torch.tanh(x @ a + b) @ c + d) @ e + f)[:, 0]

    @property
    def finished(self) -> bool:
        """Whether the training has ended."""
        return len(self.recorded) == len(self.marks)

    def advance(self) -> None:
        """Trains up to the next mark, or for the time of one frame."""
        goal, ends = int(self.marks[len(self.recorded)]), time.perf_counter() + _SLICE
        with torch.enable_grad():
            while self._step < goal:
                self._update()
                if self._step < goal and time.perf_counter() > ends:
                    return
        self.recorded.append(self._forward(self._at, self._weights).numpy())

    @property
    def step(self) -> int:
        """Steps made so far."""
        return self._step

    def _update(self) -> None:
        weights = [w.requires_grad_() for w in self._weights]
        picked = torch.randint(len(self._x), (2, _BATCH), generator=self._rng)
        f = self._forward(torch.cat([self._x[picked[0]], self._x_fake[picked[1]]]), weights)
        loss = softplus(-f[:_BATCH]).mean() + softplus(f[_BATCH:]).mean()
        gradients = torch.autograd.grad(loss, weights)
        rate = _RATE * half_cosine(self._step / self.steps)
        self._step += 1
        new = []
        with torch.no_grad():
            for weight, gradient, (first, second) in zip(weights, gradients, self._moments, strict=True):
                first.lerp_(gradient, 1 - _BETAS[0])
                second.lerp_(gradient.square(), 1 - _BETAS[1])
                m, v = first / (1 - _BETAS[0] ** self._step), second / (1 - _BETAS[1] ** self._step)
                new.append(weight.detach() - rate * m / (v.sqrt() + _TINY))
        self._weights = new


@functools.lru_cache(maxsize=2)
def course(pair: Pair, n: int, steps: int, seed: int, ends: tuple[float, float], points: int) -> Course:
    """The training for these arguments, which views share; F is recorded at equally spaced points."""
    return Course(pair, n, steps, seed, np.linspace(*ends, points))
