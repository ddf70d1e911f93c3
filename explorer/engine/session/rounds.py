"""A round of training: its updates and phases, its results, and what of it a device or several processes can do."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from explorer.engine.devices import Placement, is_deferred
from explorer.engine.errors import BadInput
from explorer.engine.session.before_loss import BeforeLoss
from explorer.engine.session.metric_buffer import Scalars
from explorer.engine.session.optimisation import Optimisation
from explorer.engine.training import Training
from models.protocol import DataBatch

__all__ = ["Outcome", "Phase", "Round", "check_world", "joined", "updates_of", "why_eager"]


@dataclass(frozen=True)
class Phase:
    """One completed phase of a player's update.

    Attributes:
        player: Name of the player.
        name: "draw", one of the player's `forward_phases`, "backward" or "update".
        metrics: Loss and metrics computed so far, scalars on the device.
        number: Number of the phase in its round, from 1.
        count: Phases in the round.
        explanation: One sentence that describes the phase.
        before: What the loss is computed from, where the phase can be drawn, else None.
    """

    player: str
    name: str
    metrics: dict[str, Tensor]
    number: int
    count: int
    explanation: str
    before: BeforeLoss | None = None

    @property
    def is_last(self) -> bool:
        """Whether it completes the round."""
        return self.number == self.count


@dataclass
class Outcome:
    """The results of a round.

    Attributes:
        only: Name of the player that made the one update of the round, or "" for all updates of all players.
        rates: Learning rate by training field.
        scalars: Loss and metrics of each player, and whether all updates were made.
    """

    only: str
    rates: dict[str, float]
    scalars: Scalars


@dataclass
class Round:
    """A round: what is known before its first operation, and what its operations compute.

    Attributes:
        training: Settings of the round.
        only: Name of the player that makes the one update, or "".
        updates: The updates, in order.
        index: Positions of the data of each update in the training split, (updates, data of this process).
        rates: Learning rate by training field.
        metrics: Loss and metrics of each player, scalars on the device.
        finite: Whether all updates so far were made, a boolean scalar on the device.
    """

    training: Training
    only: str
    updates: list[Optimisation]
    index: Tensor
    rates: dict[str, float] = field(default_factory=dict)
    metrics: dict[str, Tensor] = field(default_factory=dict)
    finite: Tensor | None = None

    def add(self, prefix: str, values: dict[str, Tensor], finite: Tensor) -> None:
        """Adds the results of an update."""
        self.metrics |= {f"{prefix}{key}" if key == "loss" else key: value for key, value in values.items()}
        self.finite = finite if self.finite is None else self.finite & finite

    def scalars(self) -> Scalars:
        """The results of all updates."""
        assert self.finite is not None
        return Scalars.of(self.finite, self.metrics)


def updates_of(players: list[Optimisation], only: str) -> list[Optimisation]:
    """The updates of a round, in order."""
    if only:
        return [next(each for each in players if each.player.name == only)]
    return [each for each in players for _ in range(each.player.updates)]


def joined(parts: list[DataBatch]) -> DataBatch:
    """One batch of the data of several."""
    if len(parts) == 1:
        return parts[0]

    def together(name: str) -> Any:
        tensors = [getattr(part, name) for part in parts]
        return None if tensors[0] is None else torch.cat(tensors)

    return dataclasses.replace(parts[0], **{name: together(name) for name in ("x", "y", "index", "mask")})


def why_eager(placement: Placement, players: list[Optimisation]) -> str:
    """Why no round can be replayed as a CUDA graph, or ""."""
    if not is_deferred(placement.device):
        return "there is no GPU"
    if placement.world > 1:
        return "several processes exchange gradients in each round"
    if any(each.player.rows for each in players):
        return "the model keeps a row for each datum, and the rows of a batch are not known in advance"
    return ""


def check_world(placement: Placement, training: Training, players: list[Optimisation]) -> None:
    """Refuses what several processes cannot train together.

    Raises:
        BadInput: The batch, the length of the run or the model does not suit the number of processes.
    """
    if placement.world == 1:
        return
    if training.micro_batches % placement.world:
        raise BadInput(
            f"a batch in {training.micro_batches} micro_batches cannot be divided among {placement.world} processes; "
            f"the number of processes must divide {training.micro_batches}"
        )
    if training.seconds > 0:
        raise BadInput("several processes train for a number of steps, not of seconds: set seconds=0")
    if any(each.player.rows for each in players):
        raise BadInput("a model that keeps a row for each datum is trained by one process alone")
