"""One round of training: every player draws, computes, differentiates and moves, phase by phase."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from explorer.engine.errors import Diverged
from explorer.engine.optimisation import Optimisation
from explorer.engine.tensors import TensorData
from explorer.engine.training import Training, learning_rate
from models.protocol import DataBatch, GenerativeModel

__all__ = ["Clock", "Outcome", "Phase", "play"]


@dataclass(frozen=True)
class Phase:
    """One phase of one player's move, as slow motion shows it.

    Attributes:
        player: Whose move it is.
        name: "draw", "forward", "backward" or "update".
        explanation: One sentence on what happens.
        metrics: What is known by then, scalars on the device.
    """

    player: str
    name: str
    explanation: str
    metrics: dict[str, Tensor]


@dataclass
class Outcome:
    """What a round leaves: its metrics, its learning rates, and whether all its updates were made."""

    finite: Tensor
    metrics: dict[str, Tensor] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)


class Clock:
    """Training time: runs while a model is trained, stands while it is looked at, saved or waited for."""

    def __init__(self, seconds: float = 0.0):
        self._total = seconds
        self._began: float | None = None

    def start(self) -> None:
        """Runs on."""
        self._began = time.perf_counter()

    def stop(self) -> None:
        """Stands."""
        if self._began is not None:
            self._total += time.perf_counter() - self._began
            self._began = None

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Runs within, and stands afterwards if it stood before."""
        stood = self._began is None
        if stood:
            self.start()
        try:
            yield
        finally:
            if stood:
                self.stop()

    @property
    def seconds(self) -> float:
        """Training time so far."""
        return self._total + (0.0 if self._began is None else time.perf_counter() - self._began)


def play(
    model: GenerativeModel,
    players: list[Optimisation],
    training: Training,
    data: TensorData,
    *,
    position: int,
    step: int,
    progress: float,
    generator: torch.Generator,
    clock: Clock,
    between: Callable[[], None],
    close: Callable[[Outcome], None],
) -> Iterator[Phase]:
    """Plays one round.

    Args:
        model: The model.
        players: Its players, in the order in which they move.
        training: Settings as they stand.
        data: Where batches come from.
        position: In the stream of training data, where this round begins.
        step: Number of the round, from 1.
        progress: Share of the schedule that is done.
        generator: Of all noise of training.
        clock: Runs while something is computed.
        between: Called between two micro-batches.
        close: Called with the outcome when the last update has been made, before its phase is yielded.

    Yields:
        Each phase after it has been done.

    Raises:
        Diverged: A loss or gradient was not finite on a device that can be asked at once.
    """
    device = players[0].parameters[0].device  # the model's own property looks for it through all its modules
    outcome = Outcome(torch.ones((), dtype=torch.bool, device=device))
    moves = [optimisation for optimisation in players for _ in range(optimisation.player.updates)]
    parts = training.micro_batches
    for number, optimisation in enumerate(moves):
        player = optimisation.player
        clock.start()
        rates = {name: learning_rate(training.rate(name), training.schedule, progress) for name in player.rates}
        optimisation.set_rates(rates)
        outcome.rates |= rates
        optimisation.zero()
        batch = data.train_batch(position, training.batch, generator)
        position += training.batch
        clock.stop()
        yield Phase(player.name, "draw", player.explanation("draw"), {})
        sums: dict[str, Tensor] = {}
        for part in range(parts):
            if part:
                between()
            clock.start()
            values = model.player_loss(player.name, _part(batch, part, parts), generator=generator)
            clock.stop()
            yield Phase(player.name, "forward", player.explanation("forward"), values)
            clock.start()
            (values["loss"] if parts == 1 else values["loss"] / parts).backward()
            for key, value in values.items():
                mean = value.detach() if parts == 1 else value.detach() / parts
                sums[key] = sums[key] + mean if part else mean
            clock.stop()
            yield Phase(player.name, "backward", player.explanation("backward"), sums)
        clock.start()
        made = optimisation.update(sums["loss"], training.clip)
        if device.type != "cuda" and not bool(made):
            clock.stop()
            raise Diverged(step, player.name, max(rates.values()))
        outcome.finite = outcome.finite & made
        model.after_update(player.name)
        own = "loss" if len(players) == 1 else f"{player.name}_loss"
        outcome.metrics |= {own if key == "loss" else key: value for key, value in sums.items()}
        if number == len(moves) - 1:
            close(outcome)
        clock.stop()
        yield Phase(player.name, "update", player.explanation("update"), sums)


def _part(batch: DataBatch, part: int, parts: int) -> DataBatch:
    if parts == 1:
        return batch
    size = len(batch) // parts
    chosen = slice(part * size, (part + 1) * size)
    return dataclasses.replace(
        batch,
        x=batch.x[chosen],
        y=None if batch.y is None else batch.y[chosen],
        index=batch.index[chosen],
        mask=None if batch.mask is None else batch.mask[chosen],
    )
