"""The noise of training: one generator whose state is kept, or one for each part of a batch."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.engine.devices import Placement
from explorer.engine.randomness import derive

__all__ = ["Noise"]


class Noise:
    """The generators from which training draws.

    A batch in one part takes its noise from one generator, which goes on from round to round. A batch in several parts,
    micro-batches of one process or of several, takes that of each part of each update from a generator of its own,
    seeded by (seed, step, update, part): the numbers do not depend on which process computes which part.

    Args:
        seed: Seed of the run.
        placement: Device, and rank among the processes that train the model together.
        parts: Parts of a batch, of all processes together.
    """

    def __init__(self, seed: int, placement: Placement, parts: int):
        self._seed, self._device = seed, placement.device
        self._whole = self._generator().manual_seed(derive(seed, "training"))
        self._numbers = placement.parts_of(parts)
        self._alone = parts == 1
        self._of_parts: list[list[torch.Generator]] = []

    def _generator(self) -> torch.Generator:
        return torch.Generator(self._device)

    @property
    def parts(self) -> int:
        """Parts of a batch that this process computes."""
        return len(self._numbers)

    @property
    def generators(self) -> list[torch.Generator]:
        """All generators from which a round draws."""
        return [self._whole] if self._alone else [rng for update in self._of_parts for rng in update]

    def begin(self, step: int, updates: int) -> None:
        """Seeds the noise of a round.

        Args:
            step: Rounds completed.
            updates: Updates that the round makes.
        """
        if self._alone:
            return
        while len(self._of_parts) < updates:
            self._of_parts.append([self._generator() for _ in self._numbers])
        for update in range(updates):
            for rng, part in zip(self._of_parts[update], self._numbers, strict=True):
                rng.manual_seed(derive(self._seed, "noise", step, update, part))

    def of(self, update: int, part: int) -> torch.Generator:
        """The generator of one of this process's parts of an update, both from 0."""
        return self._whole if self._alone else self._of_parts[update][part]

    def state(self) -> Tensor:
        """State of the one generator; that of parts is a function of the step."""
        return self._whole.get_state()

    def load(self, state: Tensor) -> None:
        """Goes on from a state of a generator of the same kind of device."""
        self._whole.set_state(state)

    def move(self, step: int) -> None:
        """Goes on at a step from a new seed, where the state is that of a generator of another kind of device."""
        self._whole.manual_seed(derive(self._seed, "training", step))
