"""Rejection: simulations from the prior, of which those nearest to the observation are kept."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from models.protocol import Data
from models.simulators import Simulator, written
from models.views.pause import paused

__all__ = ["KEPT", "STANDARD", "Kept", "Rejection", "abc_in_parts", "nearest"]

STANDARD = 200_000
"""Simulations of the usual comparison."""
KEPT = 200
"""Nearest simulations that are kept."""
_PART = 1_000  # simulations at a time; each part has a seed of its own


@dataclass
class Kept:
    """The nearest simulations of one observation.

    Attributes:
        distance: Their distances, (≤ 200,).
        z: Their unknowns, (≤ 200, dim).
    """

    distance: Tensor
    z: Tensor

    def with_more(self, distance: Tensor, z: Tensor) -> Kept:
        """The nearest of these and of others."""
        distance, z = torch.cat([self.distance, distance]), torch.cat([self.z, z])
        least = distance.topk(min(KEPT, len(distance)), largest=False)
        return Kept(least.values, z[least.indices])


@dataclass
class Rejection:
    """Approximate Bayesian computation, which can be continued with more simulations.

    The distance is that of the entries in standard units of the data (Pritchard et al., 1999).

    Attributes:
        simulator: The process.
        x: Observations in standard units, (n, d); the same simulations serve all.
        center, spread: Mean and standard deviation of the data.
        parts: Parts of 1,000 simulations that were run.
        kept: The nearest of each observation.
    """

    simulator: Simulator
    x: Tensor
    center: Tensor
    spread: Tensor
    parts: int = 0
    kept: list[Kept] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Simulations so far."""
        return _PART * self.parts

    def until(self, count: int) -> Iterator[None]:
        """Runs more simulations until there are as many, rounded up to a thousand; one item for each part."""
        while self.count < count:
            rng = torch.Generator(self.x.device).manual_seed(self.parts)
            z = torch.randn(_PART, self.simulator.dim, generator=rng, device=self.x.device, dtype=self.x.dtype)
            made = (self.simulator.simulate(z, rng=rng) - self.center) / self.spread
            distances = torch.cdist(self.x, made)  # (n, part)
            if not self.kept:
                self.kept = [Kept(distances[0, :0], z[:0]) for _ in self.x]
            self.kept = [kept.with_more(row, z) for kept, row in zip(self.kept, distances, strict=True)]
            self.parts += 1
            yield None


def nearest(simulator: Simulator, x: Tensor, center: Tensor, spread: Tensor, count: int) -> list[Tensor]:
    """The z kept for each of n observations, (n, d) to n of (200, dim)."""
    run = Rejection(simulator, (x - center) / spread, center, spread)
    for _ in run.until(count):
        pass
    return [kept.z for kept in run.kept]


@dataclass
class _Runs:
    """The simulations of one observation that is looked at again and again.

    Attributes:
        run: The one that goes on.
        kept: Unknowns kept at 200,000 simulations and at the last count, by count.
    """

    run: Rejection
    kept: dict[int, Tensor] = field(default_factory=dict)


def abc_in_parts(
    data: Data, simulator: Simulator, x: Tensor, center: Tensor, spread: Tensor, count: int
) -> Generator[None, None, tuple[Tensor, int]]:
    """The z kept for one observation, (1, d), and the number of simulations; yields None while they run.

    A later call with more of them goes on from where an earlier one, even an interrupted one, had come.
    """
    key = "abc", written(simulator), x.cpu().numpy().tobytes()

    def first() -> Rejection:
        return Rejection(simulator, (x - center) / spread, center, spread)

    runs: _Runs = data.cache.setdefault(key, _Runs(first()))
    count = max(1, -(-count // _PART)) * _PART
    if count in runs.kept:
        return runs.kept[count], count
    if runs.run.count > count:
        runs.run = first()
    for stop in sorted({min(count, STANDARD), count}):
        yield from paused(runs.run.until(stop))
        if runs.run.count == stop:
            runs.kept = {stop: runs.run.kept[0].z} | {n: z for n, z in runs.kept.items() if n == STANDARD}
    return runs.kept[count], count
