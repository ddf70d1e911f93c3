"""A small classifier that tells pairs (x, z ~ q(z|x)) from pairs (x, z ~ r(z|x)): its logit is a log ratio."""

from __future__ import annotations

import functools
import math
import time

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import silu, softplus

from models.exact.normal import standard_normal
from models.inference.ratio_posterior.exact import draw_x, log_prior
from models.inference.ratio_posterior.q import MappedPosterior
from models.protocol import half_cosine

__all__ = ["Training", "training"]

_SIZES = ((2, 48), (48, 48), (48, 1))
_SHAPES = [shape for rows, columns in _SIZES for shape in ((rows, columns), (columns,))]
_COUNTS = [math.prod(shape) for shape in _SHAPES]
_SLICE = 0.012  # s of training between two frames
_BATCH = 128  # pairs of each kind
_RATE = 1e-2
_BETAS, _TINY = (0.9, 0.999), 1e-8
_SHOWN = 300  # pairs of each kind that are kept for pictures


class Training:
    """The training of a 2-48-48-1 network T_ψ by Adam on E_q[softplus(−T)] + E_r[softplus(T)].

    Plain, the rival r is the prior p(z) and r_ψ = T_ψ(x, z). With adaptive contrast r is the Gaussian with the mean m
    and the standard deviation d of q(z|x): T_ψ sees (z − m)/d, and r_ψ = T_ψ + log N(z; m, d²) − log p(z) (Mescheder et
    al., 2017, §3.2). `advance` continues the training, so that several views share one.

    Args:
        q: The posterior; the network sees only draws from it.
        sigma: Standard deviation of x given z, for the data.
        n: Number of pairs of each kind, of the same n data.
        steps: Number of updates; the learning rate falls to 0 along a cosine.
        adaptive: Whether the contrast is adaptive.
        seed: Seed of pairs, initial weights and batches.

    Attributes:
        x, z: Pairs of q, (k,) each, for a picture.
        rival: z of the pairs of the rival with the same x, (k,).
    """

    def __init__(self, q: MappedPosterior, sigma: float, n: int, steps: int, adaptive: bool, seed: int):
        rng = torch.Generator().manual_seed(seed)
        self.q, self.n, self.steps, self.adaptive, self.step = q, n, steps, adaptive, 0
        x, e, noise = draw_x(n, sigma, rng=rng), standard_normal(n, rng=rng), standard_normal(n, rng=rng)
        z = q.value(e, x)
        rival = q.shift + q.std(x) * noise if adaptive else noise
        self.x, self.z, self.rival = x[:_SHOWN].copy(), z[:_SHOWN].copy(), rival[:_SHOWN].copy()
        self._means, self._stds = np.array([x.mean(), 0.0]), np.array([x.std() + 1e-6, 1.0])
        self._pairs = torch.stack([self._seen(x, z), self._seen(x, rival)])  # (2, n, 2)
        start = []
        for rows, columns in _SIZES:
            start += [torch.randn(rows * columns, generator=rng) * math.sqrt(1.5 / rows), torch.zeros(columns)]
        start[-2] *= 0.1  # T is small at first
        self._psi = torch.cat(start)
        self._first, self._second = torch.zeros_like(self._psi), torch.zeros_like(self._psi)
        self._rng = rng

    def _seen(self, x: np.ndarray, z: np.ndarray) -> Tensor:
        """What the network sees of pairs, (n,) each to (n, 2)."""
        if self.adaptive:
            z = (z - self.q.shift) / self.q.std(x)
        return torch.from_numpy((np.stack([x, z], axis=1) - self._means) / self._stds).float()

    def _logits(self, seen: Tensor, psi: Tensor) -> Tensor:
        """T_ψ, (n, 2) to (n,)."""
        a, b, c, d, e, f = (part.view(shape) for part, shape in zip(psi.split(_COUNTS), _SHAPES, strict=True))
        hidden = silu(torch.addmm(d, silu(torch.addmm(b, seen, a)), c))
        return torch.addmm(f, hidden, e)[:, 0]

    def log_ratio(self, x: np.ndarray, z: np.ndarray) -> np.ndarray:
        """r_ψ(x, z), the estimate of log q(z|x) − log p(z), nats; both of one shape, to the same shape."""
        x, z = np.broadcast_arrays(np.asarray(x, float), np.asarray(z, float))
        with torch.no_grad():
            logits = self._logits(self._seen(x.ravel(), z.ravel()), self._psi).double().numpy().reshape(x.shape)
        if not self.adaptive:
            return logits
        std = self.q.std(x)
        return logits + log_prior((z - self.q.shift) / std) - np.log(std) - log_prior(z)

    @property
    def finished(self) -> bool:
        """Whether all updates are made."""
        return self.step >= self.steps

    def advance(self) -> None:
        """Trains for the time between two frames, or to the end."""
        ends = time.perf_counter() + _SLICE
        with torch.enable_grad():
            while not self.finished:
                self._update()
                if time.perf_counter() > ends:
                    return

    def _update(self) -> None:
        psi = self._psi.detach().requires_grad_()
        picked = torch.randint(self.n, (2, min(_BATCH, self.n)), generator=self._rng)
        batch = torch.cat([self._pairs[0, picked[0]], self._pairs[1, picked[1]]])
        of_q, of_rival = self._logits(batch, psi).chunk(2)
        (gradient,) = torch.autograd.grad(softplus(-of_q).mean() + softplus(of_rival).mean(), psi)
        rate = _RATE * half_cosine(self.step / self.steps)
        self.step += 1
        with torch.no_grad():
            self._first.lerp_(gradient, 1 - _BETAS[0])
            self._second.lerp_(gradient.square(), 1 - _BETAS[1])
            mean = self._first / (1 - _BETAS[0] ** self.step)
            square = self._second / (1 - _BETAS[1] ** self.step)
            self._psi = psi.detach() - rate * mean / (square.sqrt() + _TINY)


@functools.lru_cache(maxsize=48)
def training(q: MappedPosterior, sigma: float, n: int, steps: int, adaptive: bool, seed: int) -> Training:
    """The training for these arguments, which views share."""
    return Training(q, sigma, n, steps, adaptive, seed)
