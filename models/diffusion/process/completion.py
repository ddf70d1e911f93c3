"""The missing part of a datum, given the rest."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from models.diffusion.process.samplers import Field, Moment
from models.diffusion.process.schedules import CLEAN, Schedule
from models.diffusion.process.steps import added_variance, posterior

__all__ = ["completion"]


def completion(
    field: Field,
    schedule: Schedule,
    x: Tensor,
    given: Tensor,
    mask: Tensor,
    *,
    passes: int,
    repeats: int,
    rng: torch.Generator,
) -> Iterator[Moment]:
    """The moments of ancestral sampling during which a part of the datum is held.

    After each step the given part is put in with the noise of that time (Lugmayr et al., 2022, arXiv 2201.09865). A
    step is repeated from where noise leads back to, so that both parts come to fit.

    Args:
        field: Estimates datum and noise.
        schedule: The schedule.
        x: Noise at t = 1, (n, …).
        given: The datum, of a shape that broadcasts with x.
        mask: 1 where it is given, else 0; likewise.
        passes: Steps.
        repeats: How often each step is made; the last is made once.
        rng: Source of the noise.

    Yields:
        A moment for each step, and the end.
    """
    closed = schedule.earliest == 0.0
    times = schedule.grid(passes + closed, x)[: None if not closed else -1]
    levels, clean, named = schedule.at(times), CLEAN.to(x), times.tolist()

    def noise() -> Tensor:
        return torch.randn(x.shape, generator=rng, device=x.device, dtype=x.dtype)

    for k, t in enumerate(named):
        last, level = k + 1 == len(named), levels[k]
        lower = clean if last else levels[k + 1]
        for again in range(1 if last else repeats):
            of = field(x, times[k], level)
            yield Moment(t, x, level, of)
            mean, variance = posterior(x, of.x0, level, lower)
            below = mean if last else mean + variance.sqrt() * noise()
            below = torch.where(mask > 0, lower.alpha * given + lower.sigma * noise(), below)
            if last or again + 1 == repeats:
                x = below
            else:
                x = level.alpha / lower.alpha * below + added_variance(level, lower).sqrt() * noise()
    yield Moment(0.0, x, clean)
