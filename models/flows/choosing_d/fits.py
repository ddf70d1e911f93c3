"""Small Real NVP flows of a table, fitted a few steps at a time and kept for the same settings."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from models.exact.normal import LOG_2PI
from models.flows.choosing_d.adam import Adam
from models.flows.choosing_d.dependence import K
from models.flows.choosing_d.rows import Rows
from models.flows.real_nvp.model import parts
from models.flows.transforms import AffineCoupling, Chain
from models.protocol import Data

__all__ = ["Fit", "Fits", "build_flow", "fits_of", "rows_of"]

_BATCH, _RATE = 256, 1e-2
_SLICE = 0.01  # s of training between two frames, but at least one step
_KEPT = 4  # settings whose fits are kept


def build_flow(d: int, layers: int, masks: str, width: int, rng: torch.Generator, k: int = K) -> Chain:
    """Affine coupling layers with one hidden layer each, in standard units; the identity at first.

    Weights come from `rng`: they are made without numbers, then drawn as `torch.nn.Linear` does.
    """
    with torch.device("meta"):
        couplings = [AffineCoupling(kept, moved, [width]) for kept, moved in _on_cpu(k, d, layers, masks)]
    for coupling in couplings:
        *_, last = linears = [part for part in coupling.net if isinstance(part, nn.Linear)]
        for linear in linears:
            bound = 0.0 if linear is last else linear.in_features**-0.5
            linear.weight, linear.bias = (
                nn.Parameter(torch.empty(part.shape).uniform_(-bound, bound, generator=rng))
                for part in (linear.weight, linear.bias)
            )
    return Chain(couplings)


def _on_cpu(k: int, d: int, layers: int, masks: str) -> list[tuple[Tensor, Tensor]]:
    with torch.device("cpu"):
        return parts(k, d, layers, masks)


class Fit:
    """A flow that descends −log p_θ by Adam; the learning rate falls to 0 along a cosine.

    Args:
        rows: The data.
        d: Number of entries kept.
        layers: Number of layers.
        masks: Which entries stay, as of `parts`.
        width: Units of the hidden layer of each network.
        steps: Length of the training.
        seed: Seed of weights and batches.

    Attributes:
        flow: From noise to standard units, float32.
        step: Steps taken.
        gap: Mean of log p_data − log p_θ over the test rows with its standard error, nats, once the training is done;
            where p_data is unknown, of −log p_θ in standard units.
    """

    def __init__(self, rows: Rows, d: int, layers: int, masks: str, *, width: int, steps: int, seed: int):
        self._rows, self._rng, self._steps = rows, torch.Generator().manual_seed(seed), steps
        self.flow, self.step = build_flow(d, layers, masks, width, self._rng), 0
        self.gap: tuple[float, float] | None = None
        self._adam: Adam | None = Adam(self.flow.parameters())

    @property
    def finished(self) -> bool:
        """Whether the training is done and the gap is measured."""
        return self.gap is not None

    @property
    def progress(self) -> str:
        """How far the training is: "step 40 of 200", "200 steps"."""
        return f"{self._steps} steps" if self.step == self._steps else f"step {self.step} of {self._steps}"

    def advance(self) -> None:
        """Trains for a moment, or measures the gap after the last step."""
        if self.step == self._steps:
            self._measure()
            return
        ends = time.perf_counter() + _SLICE
        self._descend()
        while self.step < self._steps and time.perf_counter() < ends:
            self._descend()

    def _descend(self) -> None:
        assert self._adam is not None, "training is not done"
        rate = _RATE * 0.5 * (1 + math.cos(math.pi * self.step / self._steps))
        picked = torch.randint(len(self._rows.train), (_BATCH,), generator=self._rng)
        with torch.enable_grad():
            self._adam.descend(-self.log_prob(self._rows.train[picked]).mean(), rate)
        self.step += 1

    def log_prob(self, x: Tensor) -> Tensor:
        """log p_θ in standard units, (n, k) to (n,), nats."""
        e, log_det = self.flow.inverse(x)
        return log_det - 0.5 * e.square().sum(dim=1) - 0.5 * LOG_2PI * x.shape[1]

    @torch.no_grad()
    def _measure(self) -> None:
        exact, log_prob = self._rows.log_density, self.log_prob(self._rows.test).double()
        apart = -log_prob if exact is None else exact - log_prob
        self.gap = float(apart.mean()), float(apart.std()) / math.sqrt(len(apart))
        self._adam = None

    def slices(self) -> Iterator[Fit]:
        """The fit after each moment of training that is left; once if none is."""
        if self.finished:
            yield self
        while not self.finished:
            self.advance()
            yield self


class Fits:
    """The flows of one table under one width, number of steps and seed; each begins when it is first asked for."""

    def __init__(self, rows: Rows, width: int, steps: int, seed: int):
        self._begin = functools.partial(Fit, rows, width=width, steps=steps, seed=seed)
        self._made: dict[tuple[int, int, str], Fit] = {}

    def of(self, d: int, layers: int, masks: str) -> Fit:
        """The flow of some layers; in one layer that does not draw its part, which entries stay is the same."""
        key = d, layers, "fixed" if layers == 1 and masks == "alternate" else masks
        if key not in self._made:
            self._made[key] = self._begin(*key)
        return self._made[key]


def rows_of(data: Data) -> Rows:
    """The rows of a table, made once."""
    if "choosing_d.rows" not in data.cache:
        data.cache["choosing_d.rows"] = Rows(data)
    found: Rows = data.cache["choosing_d.rows"]
    return found


def fits_of(data: Data, config: Any) -> Fits:
    """The flows of a table under a config of the lab; those of the last few settings are kept."""
    if "choosing_d.fits" not in data.cache:
        data.cache["choosing_d.fits"] = functools.lru_cache(_KEPT)(functools.partial(Fits, rows_of(data)))
    found: Fits = data.cache["choosing_d.fits"](config.width, config.steps, config.seed)
    return found
