"""Critics that are trained to distinguish two supports, with their gradients on θ recorded during training.

A fit trains one network for each of several θ, all at once. Views share fits: each advances the training as far as its
time allows, and reads the record of all steps made so far.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

from models.gan.non_overlap.supports import Supports, lift
from models.gan.objectives import gradient_penalty

__all__ = ["MOST", "Critic", "Fit", "PlaneCritic", "Record", "fitted", "recorded_steps"]

MOST = 5_000  # updates
_WIDTH = 64
_LR = 1e-3
_BETAS = {"logistic": (0.9, 0.999), "penalty": (0.5, 0.9), "clip": (0.5, 0.9)}
_DRAWN = 256  # points of each side in a batch with instance noise
_ROUND = (30, 50, 100, 150, 200, 300, 500, 700, 1_000, 1_500, 2_000, 3_000)  # updates after which values are recorded
_CACHED = 12  # fits


@dataclass(frozen=True)
class Fit:
    """Description of a training. Equal fits give equal numbers.

    Attributes:
        shape: Key of `SUPPORTS`.
        thetas: One network is trained for each.
        game: "logistic" (a discriminator), "penalty" (a critic with gradient penalty) or "clip" (with clipped weights).
        d: Dimension of the space that the networks see.
        sigma: Standard deviation of instance noise.
        strength: Weight λ of the penalty, or the clip.
        seed: Seed of the initial weights, which are the same for every θ, and of all draws.
    """

    shape: str
    thetas: tuple[float, ...]
    game: str = "logistic"
    d: int = 2
    sigma: float = 0.0
    strength: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class Record:
    """Values of m networks after each of k numbers of updates.

    Attributes:
        steps: Numbers of updates, (k,).
        minimax: Gradient with respect to θ of E[log(1 − D(G(z)))], (k, m).
        non_saturating: Gradient with respect to θ of −E[log D(G(z))], (k, m).
        value: (k, m): of a discriminator its estimate of the Jensen–Shannon divergence, ½ (L + log 4) nats; of a critic
            the mean of F on the data minus that on the model.
        slope: Mean slope of F along θ at the model's points, (k, m).
    """

    steps: np.ndarray
    minimax: np.ndarray
    non_saturating: np.ndarray
    value: np.ndarray
    slope: np.ndarray


def recorded_steps() -> np.ndarray:
    """Numbers of updates after which values are recorded: every one at first, every 4 % later, and round numbers."""
    return np.unique(np.concatenate([np.arange(25), np.geomspace(25, MOST, 140).round().astype(int), _ROUND]))


@dataclass(frozen=True)
class PlaneCritic:
    """One network as a function on the plane of the supports; float64.

    Attributes:
        layers: Weights (in, out) and biases (out,); those of the first layer include the lift.
    """

    layers: tuple[tuple[np.ndarray, np.ndarray], ...]

    def values(self, xy: np.ndarray) -> np.ndarray:
        """F (n,) at points (n, 2), without the gradient."""
        (w1, b1), (w2, b2), (w3, b3) = self.layers
        two = np.maximum(xy @ w1 + b1, 0.0) @ w2 + b2  # (n, width)
        return np.asarray((np.maximum(two, 0.0) @ w3 + b3)[:, 0])

    def __call__(self, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """F (n,) and its gradient (n, 2) at points (n, 2)."""
        (w1, b1), (w2, b2), (w3, b3) = self.layers
        one = xy @ w1 + b1  # (n, width)
        two = np.maximum(one, 0.0) @ w2 + b2
        f = np.maximum(two, 0.0) @ w3 + b3  # (n, 1)
        back = (two > 0) * w3[:, 0]  # (n, width)
        back = (one > 0) * (back @ w2.T)
        return f[:, 0], back @ w1.T


class Critic:
    """The networks of a fit during training. All methods can be called from any thread.

    Args:
        fit: Description of the training.
    """

    def __init__(self, fit: Fit):
        self.fit = fit
        self.done = 0
        self._lock = threading.Lock()
        self._recorded_steps = set(recorded_steps().tolist())
        self._records: list[tuple[int, np.ndarray]] = []
        self._planes: dict[int, tuple[np.ndarray, ...]] = {}
        self._rng = torch.Generator().manual_seed(fit.seed)
        m = len(fit.thetas)
        self._weights = _initial(fit.d, m, self._rng)
        optimiser = partial(torch.optim.Adam, lr=_LR, betas=_BETAS[fit.game], fused=True)
        self._optimiser = optimiser(self._weights)
        self._lift = lift(fit.d, seed=fit.seed).float()
        nodes = torch.from_numpy(Supports(fit.shape).nodes()).float()  # (n, 2)
        self._data = nodes.expand(m, -1, -1) @ self._lift.T  # (m, n, d)
        shift = torch.tensor(fit.thetas, dtype=torch.float32)[:, None, None] * self._lift[:, 0]  # (m, 1, d)
        self._model = self._data + shift
        # Gradients are recorded at the same points and noise each time.
        self._seen = self._batch(torch.Generator().manual_seed(fit.seed + 1))
        self._record()

    def advance(self, steps: int, seconds: float = math.inf) -> int:
        """Continues the training up to a total number of updates or until the time is over; returns the number made."""
        with self._lock, torch.enable_grad():
            ends = time.perf_counter() + seconds
            while self.done < min(steps, MOST) and time.perf_counter() < ends:
                self._update()
                self.done += 1
                if self.done in self._recorded_steps:
                    self._record()
            return self.done

    def record(self, steps: int = MOST) -> Record:
        """The values recorded up to a number of updates."""
        with self._lock:
            rows = [(step, values) for step, values in self._records if step <= steps]
        at, values = np.array([step for step, _ in rows]), np.stack([values for _, values in rows])
        return Record(at, *np.moveaxis(values, 1, 0))

    def plane(self, steps: int, network: int = 0) -> tuple[int, PlaneCritic]:
        """One network after the largest recorded number of updates that is at most `steps`, and that number."""
        with self._lock:
            at = max(step for step in self._planes if step <= steps)
            flat = [part[network].astype(float) for part in self._planes[at]]
        return at, PlaneCritic(tuple((flat[i], flat[i + 1][0]) for i in (0, 2, 4)))

    def _forward(self, x: Tensor) -> Tensor:
        """F at (m, n, d), (m, n)."""
        w = self._weights
        h = torch.baddbmm(w[1], x, w[0]).relu()
        h = torch.baddbmm(w[3], h, w[2]).relu()
        return torch.baddbmm(w[5], h, w[4]).squeeze(2)

    def _batch(self, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Data and model, (m, n, d): all nodes, or with noise a random selection, the same for every network."""
        sigma = self.fit.sigma
        if sigma == 0.0:
            return self._data, self._model
        sides = []
        for side in (self._data, self._model):
            rows = torch.randint(side.shape[1], (_DRAWN,), generator=rng)
            noise = torch.randn(_DRAWN, self.fit.d, generator=rng, dtype=torch.float32)
            sides.append(side[:, rows] + sigma * noise)
        return sides[0], sides[1]

    def _update(self) -> None:
        real, fake = self._batch(self._rng)
        self._optimiser.zero_grad()
        f_real, f_fake = self._forward(real), self._forward(fake)
        if self.fit.game == "logistic":
            loss = (softplus(-f_real).mean(1) + softplus(f_fake).mean(1)).sum()
        else:
            loss = (f_fake.mean(1) - f_real.mean(1)).sum()
        if self.fit.game == "penalty":
            loss = loss + self.fit.strength * self._penalty(real, fake)
        loss.backward()
        self._optimiser.step()
        if self.fit.game == "clip":
            with torch.no_grad():
                for part in self._weights:
                    part.clamp_(-self.fit.strength, self.fit.strength)

    def _penalty(self, real: Tensor, fake: Tensor) -> Tensor:
        """The sum over the networks of their gradient penalties."""
        m, n, d = real.shape
        if n == 1:  # two points: only the position between them varies
            real, fake = real.expand(-1, 32, -1), fake.expand(-1, 32, -1)
        elif n > 1:  # random pairs, as in a batch of samples
            fake = fake[:, torch.randperm(n, generator=self._rng)]

        def critic(x: Tensor) -> Tensor:
            return self._forward(x.reshape(m, -1, d)).reshape(-1)

        return m * gradient_penalty(critic, real.reshape(-1, d), fake.reshape(-1, d), rng=self._rng)

    def _record(self) -> None:
        real, fake = self._seen
        at = fake.detach().requires_grad_()
        with torch.enable_grad():
            f = self._forward(at)
            (gradient,) = torch.autograd.grad(f.sum(), at)
        slope = (gradient @ self._lift[:, 0]).double()  # (m, n)
        with torch.no_grad():
            f_real, f_fake = self._forward(real).double(), f.detach().double()
        if self.fit.game == "logistic":
            value = 0.5 * (math.log(4.0) - softplus(-f_real).mean(1) - softplus(f_fake).mean(1))
        else:
            value = f_real.mean(1) - f_fake.mean(1)
        minimax, rival = -(torch.sigmoid(f_fake) * slope).mean(1), -(torch.sigmoid(-f_fake) * slope).mean(1)
        self._records.append((self.done, torch.stack([minimax, rival, value, slope.mean(1)]).numpy()))
        if len(self.fit.thetas) == 1:
            w = [part.detach() for part in self._weights]
            self._planes[self.done] = tuple(part.numpy().copy() for part in (self._lift.T @ w[0], *w[1:]))


def _initial(d: int, m: int, rng: torch.Generator) -> list[Tensor]:
    """Weights (m, in, out) and biases (m, 1, out) of three layers, uniform as those of `nn.Linear`, equal for all m."""
    weights = []
    for size_in, size_out in ((d, _WIDTH), (_WIDTH, _WIDTH), (_WIDTH, 1)):
        for rows in (size_in, 1):
            drawn = (2.0 * torch.rand(rows, size_out, generator=rng, dtype=torch.float32) - 1.0) / math.sqrt(size_in)
            weights.append(drawn.expand(m, -1, -1).clone().requires_grad_())
    return weights


_critics: OrderedDict[Fit, Critic] = OrderedDict()
_critics_lock = threading.Lock()


def fitted(
    shape: str,
    thetas: Sequence[float],
    game: str = "logistic",
    *,
    d: int = 2,
    sigma: float = 0.0,
    strength: float = 0.0,
    seed: int = 0,
) -> Critic:
    """The critic of a fit in its current state of training; the fits used last are cached."""
    fit = Fit(shape, tuple(map(float, thetas)), game, d, float(sigma), float(strength), seed)
    with _critics_lock:
        critic = _critics.pop(fit, None) or Critic(fit)
        _critics[fit] = critic
        while len(_critics) > _CACHED:
            _critics.popitem(last=False)
    return critic
