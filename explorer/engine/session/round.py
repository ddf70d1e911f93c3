"""One round of training: every player draws, computes, differentiates and moves, phase by phase."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.engine.data.tensors import TensorData
from explorer.engine.errors import Diverged
from explorer.engine.session.optimisation import Optimisation
from explorer.engine.training import Training, learning_rate
from models.protocol import DataBatch, GenerativeModel, Player

__all__ = ["Clock", "Outcome", "Phase", "play"]


@dataclass(frozen=True)
class Phase:
    """One phase of one player's move, as slow motion shows it.

    Attributes:
        player: Whose move it is.
        name: "draw", "forward", "backward" or "update".
        metrics: What is known by then, scalars on the device.
        number: Which phase of the round it is, from 1.
        count: Phases in the round.
        explain: Gives the sentence on a phase of the player.
    """

    player: str
    name: str
    metrics: dict[str, Tensor]
    number: int
    count: int
    explain: Callable[[str], str]

    @property
    def explanation(self) -> str:
        """One sentence on what happens."""
        return self.explain(self.name)


@dataclass
class Outcome:
    """What a round leaves: its metrics, its learning rates, its updates, and whether all of them were made."""

    finite: Tensor
    updates: int
    metrics: dict[str, Tensor]
    rates: dict[str, float]


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
    rng: torch.Generator,
    alone: str,
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
        rng: Of all noise of training.
        alone: Name of the player that makes the one update of this round, or "" for all updates of all players.
        clock: Runs while something is computed.
        between: Called between two micro-batches.
        close: Called with the outcome when the last update has been made, before its phase is yielded.

    Yields:
        Each phase after it has been done.

    Raises:
        Diverged: A loss or gradient was not finite on a device that can be asked at once.
    """
    moves = [each for each in players for _ in range(each.player.updates)]
    if alone:
        moves = [next(each for each in players if each.player.name == alone)]
    metrics: dict[str, Tensor] = {}
    all_rates: dict[str, float] = {}
    finite: Tensor | None = None
    parts = training.micro_batches
    count = len(moves) * (2 + 2 * parts)
    done = 0

    def phase(player: Player, name: str, metrics: dict[str, Tensor]) -> Phase:
        nonlocal done
        done += 1
        return Phase(player.name, name, metrics, done, count, player.explanation)

    for number, optimisation in enumerate(moves):
        player = optimisation.player
        clock.start()
        rates = {name: learning_rate(training.rate(name), training.schedule, progress) for name in player.rates}
        optimisation.set_rates(rates)
        all_rates |= rates
        optimisation.zero()
        batch = data.train_batch(position, training.batch, rng)
        position += training.batch
        clock.stop()
        yield phase(player, "draw", {})
        sums: dict[str, Tensor] = {}
        for part in range(parts):
            if part:
                between()
            clock.start()
            values = model.player_loss(player.name, _part(batch, part, parts), rng=rng)
            clock.stop()
            yield phase(player, "forward", values)
            clock.start()
            (values["loss"] if parts == 1 else values["loss"] / parts).backward()
            for key, value in values.items():
                mean = value.detach() if parts == 1 else value.detach() / parts
                sums[key] = sums[key] + mean if part else mean
            clock.stop()
            yield phase(player, "backward", sums)
        clock.start()
        made = optimisation.update(sums["loss"], training.clip)
        if made.device.type != "cuda" and not made.item():
            clock.stop()
            raise Diverged(step, player.name, max(rates.values()))
        finite = made if finite is None else finite & made
        model.after_update(player.name)
        own = "loss" if len(players) == 1 else f"{player.name}_loss"
        metrics |= {own if key == "loss" else key: value for key, value in sums.items()}
        if number == len(moves) - 1:
            close(Outcome(finite, len(moves), metrics, all_rates))
        clock.stop()
        yield phase(player, "update", sums)


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
