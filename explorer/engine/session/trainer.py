"""A training step: each player draws a batch, computes its loss, differentiates it and updates its parameters."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor

from explorer.engine.data.tensors import TensorData
from explorer.engine.devices import Placement, is_deferred
from explorer.engine.errors import Diverged, RunError
from explorer.engine.session.before_loss import BeforeLoss
from explorer.engine.session.clock import Clock
from explorer.engine.session.cuda_graph import cuda_graph
from explorer.engine.session.learner import Learner
from explorer.engine.session.metric_buffer import Scalars
from explorer.engine.session.noise import Noise
from explorer.engine.session.round_graphs import RoundGraphs
from explorer.engine.session.rounds import Outcome, Phase, Round, check_world, joined, updates_of, why_eager
from explorer.engine.session.state import TrainingState
from explorer.engine.setup import Setup
from explorer.engine.training import Training, learning_rate
from models.protocol import DataBatch, Progress

__all__ = ["Trainer"]


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
        noise: Source of all noise of training.
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
        check_world(placement, setup.training, learner.players)
        self.step = self.position = 0
        self.horizon = (setup.training.steps, setup.training.seconds)
        self.clock = Clock()
        self.noise = Noise(setup.seed, placement, setup.training.micro_batches)
        self.outcome: Outcome
        self._learner, self._data, self._placement = learner, data, placement
        learner.model.processes = placement.world
        self._between_micro_batches = between_micro_batches
        self.graphs = RoundGraphs(cuda_graph, why_eager(placement, learner.players))

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
                for _ in self._work(this, between=self._between_micro_batches):
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
        for phase in self._work(this, pictured, self._between_micro_batches):
            if phase.is_last:
                self._complete(this, this.scalars())
            yield phase

    def _begin(self, training: Training, only: str = "") -> Round:
        """Prepares a round: whatever changes from round to round is written where its operations read it."""
        learner, progress = self._learner, self.progress
        learner.set_training(training)
        learner.model.begin_round(progress)
        updates = updates_of(learner.players, only)
        rates = {
            name: learning_rate(training.rate(name), training.schedule, progress.share)
            for each in updates
            for name in each.player.rates
        }
        for each in dict.fromkeys(updates):
            each.set_rates(rates)
        learner.set_averaging(self.step + 1)
        self.noise.begin(self.step, len(updates))
        start, size = self._placement.slice_of(training.batch)
        first = self.position + start
        index = [self._data.order(first + update * training.batch, size) for update in range(len(updates))]
        return Round(training, only, updates, torch.stack(index), rates)

    def _work(self, this: Round, pictured: bool = False, between: Callable[[], None] = lambda: None) -> Iterator[Phase]:
        """Does the operations of a round, and yields each phase; calls `between` between two micro-batches."""
        learner, model, clock = self._learner, self._learner.model, self.clock
        training, updates, parts = this.training, this.updates, self.noise.parts
        count = sum(2 + parts * (1 + len(each.player.forward_phases)) for each in updates)
        numbers = itertools.count(1)
        before: BeforeLoss | None = None

        def phase(name: str, values: dict[str, Tensor]) -> Phase:
            return Phase(player.name, name, values, next(numbers), count, player.explanation(name), before)

        for update, optimisation in enumerate(updates):
            player = optimisation.player
            sources = [self.noise.of(update, part) for part in range(parts)]

            # Draw: gradients cleared, the next batch of the stream, in equal parts.
            clock.start()
            optimisation.zero()
            places = this.index[update].reshape(parts, -1)
            micro_batches = [self._data.drawn(place, rng) for place, rng in zip(places, sources, strict=True)]
            clock.stop()
            if pictured:
                before = BeforeLoss.keep(model, joined(micro_batches), sources[0])
            yield phase("draw", {})

            sums: dict[str, Tensor] = {}
            for part, (micro_batch, rng) in enumerate(zip(micro_batches, sources, strict=True)):
                if part:
                    between()

                # Forward: the player's loss and metrics on one micro-batch, means over its data.
                if pictured:
                    before = BeforeLoss.keep(model, micro_batch, rng)
                clock.start()
                values = self._loss(player.name, micro_batch, training, rng)
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
            if update == len(updates) - 1:
                learner.average()
            clock.stop()
            yield phase("update", sums)

    def _replayed(self, this: Round) -> Scalars | None:
        """The results of a round that a captured graph has made; None if it is to be made operation by operation."""
        if not this.training.graphs:
            return None
        structure = self._learner.revision, this.training.captured
        variant = self._learner.model.round_variant
        return self.graphs.replay(
            structure, variant, this.index, partial(self._capturable, this.training), self.noise.generators
        )

    def _loss(self, player: str, batch: DataBatch, training: Training, rng: torch.Generator) -> dict[str, Tensor]:
        """Loss and metrics of a player, with the autocast of the training."""
        model = self._learner.model
        if training.autocast == "none" or not is_deferred(self._placement.device):
            return model.player_loss(player, batch, rng=rng)
        # Weights are rounded anew in each product: a graph would not see those that were kept before an update.
        with torch.autocast(self._placement.device.type, torch.bfloat16, cache_enabled=False):
            values = model.player_loss(player, batch, rng=rng)
        return {key: value.to(model.dtype) for key, value in values.items()}

    def _capturable(self, training: Training, index: Tensor) -> Scalars:
        """The operations of a whole round on the data at given positions, to be captured; its results."""
        this = Round(training, "", updates_of(self._learner.players, ""), index)
        for _ in self._work(this):
            pass
        return this.scalars().packed()

    def _complete(self, this: Round, scalars: Scalars) -> None:
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
            rng=self.noise.state(),
            tensors=self._learner.tensors(),
        )

    def load(self, state: TrainingState, move: bool = False) -> None:
        """Continues from a state of the same setup with bit-identical results, or from one of another kind of device.

        Args:
            state: The state.
            move: Whether it may: weights, moments and counters carry over exactly, the noise goes on from a new seed.

        Raises:
            RunError: The state does not belong to this model or device.
        """
        device = self._placement.device.type
        if state.device != device and not move:
            raise RunError(
                f"this run was trained on {state.device}, and its numbers would differ on {device}; "
                f"to continue it here all the same, name the device (--device {device}, or Device in the window)"
            )
        self._learner.load(state)
        self.step, self.position, self.horizon = state.step, state.position, state.horizon
        self.clock = Clock(state.seconds)
        if state.device == device:
            self.noise.load(state.rng)
        else:
            self.noise.move(state.step)
