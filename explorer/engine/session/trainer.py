"""A training step: each player draws a batch, computes its loss, differentiates it and updates its parameters."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor

from explorer.engine.data.tensors import TensorData
from explorer.engine.devices import Placement, is_deferred
from explorer.engine.errors import BadInput, Diverged, RunError
from explorer.engine.randomness import derive
from explorer.engine.session.before_loss import BeforeLoss
from explorer.engine.session.clock import Clock
from explorer.engine.session.cuda_graph import cuda_graph
from explorer.engine.session.learner import Learner
from explorer.engine.session.metric_buffer import Scalars
from explorer.engine.session.optimisation import Optimisation
from explorer.engine.session.round_graphs import RoundGraphs
from explorer.engine.session.state import TrainingState
from explorer.engine.setup import Setup
from explorer.engine.training import Training, learning_rate
from models.protocol import DataBatch, Progress

__all__ = ["Outcome", "Phase", "Trainer"]


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
class _Round:
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


class Trainer:
    """Trains a model round by round.

    Args:
        learner: The model, its players with their optimisers, and its averaged weights.
        data: Source of the batches.
        setup: Seed, and the length of the schedule.
        placement: Device, and rank among the processes that train the model together.
        between_micro_batches: Called between two micro-batches of an update.

    Attributes:
        step: Rounds completed.
        position: Position in the endless stream of training data.
        horizon: Length of the learning-rate schedule, (steps, seconds); it is in seconds if these are above 0.
        clock: Training time.
        rng: Source of all noise of training.
        outcome: Results of the round that was completed last; there is none before the first.
        graphs: The rounds that were captured on a GPU.

    Raises:
        BadInput: The batch or the page does not suit the number of processes.
    """

    def __init__(
        self,
        learner: Learner,
        data: TensorData,
        setup: Setup,
        placement: Placement,
        between_micro_batches: Callable[[], None],
    ):
        _check_world(placement, setup.training, learner.players)
        self.step = self.position = 0
        self.horizon = (setup.training.steps, setup.training.seconds)
        self.clock = Clock()
        self.rng = torch.Generator(placement.device).manual_seed(derive(setup.seed, "training"))
        self.outcome: Outcome
        self._learner, self._data, self._seed, self._placement = learner, data, setup.seed, placement
        self._between_micro_batches = between_micro_batches
        self.graphs = RoundGraphs(cuda_graph, _why_eager(placement, setup.training, learner.players))

    @property
    def progress(self) -> Progress:
        """Rounds completed, and the completed share of the schedule."""
        steps, seconds = self.horizon
        share = self.clock.seconds / seconds if seconds > 0 else self.step / steps
        return Progress(self.step, min(1.0, share))

    def round(self, training: Training) -> None:
        """Trains for one round, replayed as a CUDA graph where one was captured. Raises as `phases` does.

        Afterwards `step` and `position` are advanced, and `outcome` holds the results.
        """
        with self.clock.running():
            this = self._begin(training)
            scalars = self._replayed(this)
            self.clock.stop()
            if scalars is None:
                for _ in self._work(this):
                    pass
                scalars = this.scalars()
            self._complete(this, scalars)

    def phases(self, training: Training, only: str = "", pictured: bool = False) -> Iterator[Phase]:
        """Trains for one round, phase by phase.

        Args:
            training: Settings of the round.
            only: Name of the player that makes the one update of this round, or "" for all updates of all players.
            pictured: Whether what the losses are computed from is kept, for pictures of the phases. No number changes.

        Yields:
            Each phase after it has been done. The clock is stopped meanwhile. With the last phase the round is
            complete: `step` and `position` are advanced, and `outcome` holds the results.

        Raises:
            Diverged: A loss or gradient was not finite. On CUDA it is not raised here, but by `Journal.flush`.
        """
        with self.clock.running():
            this = self._begin(training, only)
        for phase in self._work(this, pictured):
            if phase.is_last:
                self._complete(this, this.scalars())
            yield phase

    def _begin(self, training: Training, only: str = "") -> _Round:
        """Prepares a round: whatever changes from round to round is written where its operations read it."""
        learner, progress = self._learner, self.progress
        learner.set_training(training)
        learner.model.begin_round(progress)
        updates = _updates(learner.players, only)
        rates = {
            name: learning_rate(training.rate(name), training.schedule, progress.share)
            for each in updates
            for name in each.player.rates
        }
        for each in dict.fromkeys(updates):
            each.set_rates(rates)
        learner.set_averaging(self.step + 1)
        start, size = self._placement.slice_of(training.batch)
        first = self.position + start
        index = [self._data.order(first + update * training.batch, size) for update in range(len(updates))]
        return _Round(training, only, updates, torch.stack(index), rates)

    def _work(self, this: _Round, pictured: bool = False) -> Iterator[Phase]:
        """Does the operations of a round, and yields each phase."""
        learner, model, clock = self._learner, self._learner.model, self.clock
        training, updates = this.training, this.updates
        parts, alone = training.micro_batches, self._placement.world == 1
        count = sum(2 + parts * (1 + len(each.player.forward_phases)) for each in updates)
        numbers = itertools.count(1)
        before: BeforeLoss | None = None

        def phase(name: str, values: dict[str, Tensor]) -> Phase:
            return Phase(player.name, name, values, next(numbers), count, player.explanation(name), before)

        for update, optimisation in enumerate(updates, 1):
            player = optimisation.player

            # Draw: gradients cleared, the next batch of the stream.
            clock.start()
            optimisation.zero()
            if not alone:
                self._seed_noise("draw", update, 0)
            batch = self._data.drawn(this.index[update - 1], self.rng)
            clock.stop()
            if pictured:
                before = BeforeLoss.keep(model, batch, self.rng)
            yield phase("draw", {})

            sums: dict[str, Tensor] = {}
            for part in range(parts):
                if part:
                    self._between_micro_batches()

                # Forward: the player's loss and metrics on one micro-batch, means over its data.
                micro_batch = _micro_batch(batch, part, parts)
                if not alone:
                    self._seed_noise("noise", update, part)
                if pictured:
                    before = BeforeLoss.keep(model, micro_batch, self.rng)
                clock.start()
                values = self._loss(player.name, micro_batch, training)
                clock.stop()
                *early, last = player.forward_phases  # they are told one by one, and computed at once
                for name in early:
                    yield phase(name, {})
                yield phase(last, values)

                # Backward: gradients add up over the micro-batches to that of the mean over the whole batch.
                clock.start()
                (values["loss"] if parts == 1 else values["loss"] / parts).backward()
                for key, value in values.items():
                    mean = value.detach() if parts == 1 else value.detach() / parts
                    sums[key] = sums[key] + mean if part else mean
                clock.stop()
                yield phase("backward", sums)

            # Update: the mean gradient of all processes moves the parameters, unless it is not finite.
            clock.start()
            self._placement.reduce(itertools.chain(optimisation.gradients(), sums.values()))
            finite = optimisation.update(sums["loss"], training.clip)
            if not is_deferred(finite.device) and not finite.item():
                clock.stop()
                every = {name: training.rate(name) for each in learner.players for name in each.player.rates}
                raise Diverged(self.step + 1, player.name, every)
            model.after_update(player.name)
            this.add("" if len(learner.players) == 1 else f"{player.name}_", sums, finite)
            if update == len(updates):
                learner.average()
            clock.stop()
            yield phase("update", sums)

    def _replayed(self, this: _Round) -> Scalars | None:
        """The results of a round that a captured graph has made; None if it is to be made operation by operation."""
        if not this.training.graphs:
            return None
        structure = self._learner.revision, this.training.captured
        variant = self._learner.model.round_variant
        return self.graphs.replay(structure, variant, this.index, partial(self._capturable, this.training), self.rng)

    def _loss(self, player: str, batch: DataBatch, training: Training) -> dict[str, Tensor]:
        """Loss and metrics of a player, in the precision of the training."""
        model = self._learner.model
        if training.precision == "float32" or not is_deferred(self._placement.device):
            return model.player_loss(player, batch, rng=self.rng)
        # Weights are rounded anew in each product: a graph would not see those that were kept before an update.
        with torch.autocast(self._placement.device.type, torch.bfloat16, cache_enabled=False):
            values = model.player_loss(player, batch, rng=self.rng)
        return {key: value.to(model.dtype) for key, value in values.items()}

    def _capturable(self, training: Training, index: Tensor) -> Scalars:
        """The operations of a whole round on the data at given positions, to be captured; its results."""
        this = _Round(training, "", _updates(self._learner.players, ""), index)
        for _ in self._work(this):
            pass
        return this.scalars().packed()

    def _complete(self, this: _Round, scalars: Scalars) -> None:
        self.step, self.position = self.step + 1, self.position + len(this.updates) * this.training.batch
        self.outcome = Outcome(this.only, this.rates, scalars)

    def state(self, setup: Setup, best: float | None) -> TrainingState:
        """The state of training, between two rounds.

        Args:
            setup: The setup with the current live parameters.
            best: Score of the best weights by validation, or None.
        """
        return TrainingState(
            step=self.step,
            seconds=self.clock.seconds,
            position=self.position,
            horizon=self.horizon,
            best=best,
            config=setup.config,
            training=setup.training,
            optimisers=self._learner.training,
            stage=self._learner.model.stage,
            device=self._placement.device.type,
            threads=torch.get_num_threads(),
            rng=self.rng.get_state(),
            tensors=self._learner.tensors(),
        )

    def load(self, state: TrainingState) -> None:
        """Continues from a state of the same setup with bit-identical results.

        Raises:
            RunError: The state does not belong to this model or device.
        """
        self._learner.load(state)
        device = self._placement.device.type
        if state.device != device:
            raise RunError(
                f"this run was trained on {state.device}; continue there, because noise differs between devices"
            )
        self.step, self.position, self.horizon = state.step, state.position, state.horizon
        self.clock = Clock(state.seconds)
        self.rng.set_state(state.rng)

    def _seed_noise(self, purpose: str, update: int, part: int) -> None:
        """Seeds the noise by step, update, rank and part, so that all parts of a batch have different noise."""
        self.rng.manual_seed(derive(self._seed, purpose, self.step, update, self._placement.rank, part))


def _updates(players: list[Optimisation], only: str) -> list[Optimisation]:
    """The updates of a round, in order."""
    if only:
        return [next(each for each in players if each.player.name == only)]
    return [each for each in players for _ in range(each.player.updates)]


def _micro_batch(batch: DataBatch, part: int, parts: int) -> DataBatch:
    """One of the equal parts of a batch."""
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


def _why_eager(placement: Placement, training: Training, players: list[Optimisation]) -> str:
    """Why no round can be replayed as a CUDA graph, or ""."""
    if not is_deferred(placement.device):
        return "there is no GPU"
    if placement.world > 1:
        return "several processes exchange gradients in each round"
    if training.micro_batches > 1:
        return "each micro-batch has noise of its own"
    if any(each.player.rows for each in players):
        return "the model keeps a row for each datum, and the rows of a batch are not known in advance"
    return ""


def _check_world(placement: Placement, training: Training, players: list[Optimisation]) -> None:
    if placement.world == 1:
        return
    if training.batch % (placement.world * training.micro_batches):
        raise BadInput(
            f"a batch of {training.batch} cannot be divided among {placement.world} processes "
            f"with {training.micro_batches} micro_batches each"
        )
    if training.seconds > 0:
        raise BadInput("several processes train for a number of steps, not of seconds: set seconds=0")
    if any(each.player.rows for each in players):
        raise BadInput("a model that keeps a row for each datum is trained by one process alone")
