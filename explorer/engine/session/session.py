"""A training run in progress. Plain Python: one thread owns it, others leave requests."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from explorer.data import Dataset
from explorer.engine.data.tensors import TensorData
from explorer.engine.devices import Placement, prepare_thread, resolve
from explorer.engine.errors import BadInput, Diverged
from explorer.engine.randomness import derive
from explorer.engine.runs.checkpoint import Checkpoint
from explorer.engine.runs.history import History
from explorer.engine.runs.recorder import Recorder
from explorer.engine.runs.run import Run
from explorer.engine.session.journal import Journal
from explorer.engine.session.learner import Learner
from explorer.engine.session.memory import TooLittleMemory, noticing_memory, out_of_memory
from explorer.engine.session.metric_buffer import MetricBuffer, Record
from explorer.engine.session.optimisation import Optimisation
from explorer.engine.session.round import Clock, Outcome, Phase, play
from explorer.engine.session.state import full_checkpoint, restore, weights
from explorer.engine.setup import Setup, live_changes
from explorer.engine.training import Training
from explorer.engine.views.requests import Reply, Request, RequestQueue
from explorer.engine.views.viewer import Viewer
from models.frames import Frame
from models.protocol import DataSpec, GenerativeModel

__all__ = ["Session"]

AUTOSAVE = 30.0  # seconds
_OVER = ("diverged", "out of memory")
_LEAP = 2.0  # a learning rate raised by more than this factor at once


class Session:
    """Trains one model on one dataset.

    Args:
        setup: What is trained, and how.
        data: The dataset the setup names.
        run: Where it is kept, or None to keep nothing. The session takes the run for writing until `close`.
        placement: Device and rank; from the setup's device where None.
        record: Whether frames are recorded for the timeline.

    Attributes:
        state: "ready", "training", "done", "stopped", "diverged" or "out of memory".
        step_count: Rounds completed.
        learner: The model and what moves it.
        journal: What is noted: metrics, measurements, recorded frames.
        requests: Where other threads leave wishes; served between two micro-batches.
        on_reply: Called in the session's thread with each reply.
    """

    def __init__(
        self,
        setup: Setup,
        data: Dataset,
        *,
        run: Run | None = None,
        placement: Placement | None = None,
        record: bool = True,
    ):
        self.placement = placement or Placement(resolve(setup.device))
        self.run = run
        self.requests = RequestQueue()
        self.on_reply: Callable[[Reply], None] = _ignore_reply
        self._dataset = data
        self._recording = record
        if run is not None:
            run.acquire()
        try:
            self._build(setup)
        except BaseException:
            self.close()
            raise

    def _build(self, setup: Setup) -> None:
        """Everything as it is before step 0."""
        prepare_thread()
        device = self.placement.device
        self.setup = setup
        self.state = "ready"
        self.step_count = 0
        self.data = TensorData(self._dataset, setup.seed, device)
        self.learner = Learner(setup, self.data, device)
        growth = type(self.model).held_out_growth
        self.journal = Journal(self.data, setup.seed, self.run, self._recording, growth)
        self.rng = torch.Generator(device).manual_seed(derive(setup.seed, "training"))
        self.position = 0
        self.horizon = (setup.training.steps, setup.training.seconds)
        self.viewer = Viewer(self.model, self.data, device)
        self._ring = MetricBuffer(device)
        self._clock = Clock()
        self._round: Iterator[Phase] | None = None
        self._measured_start = False
        self._saved = time.monotonic()

    # What it is made of

    @property
    def model(self) -> GenerativeModel:
        """The model with its raw weights."""
        return self.learner.model

    @property
    def config(self) -> Any:
        """The page's config in force."""
        return self.setup.config

    @property
    def spec(self) -> DataSpec:
        """What the model was built for."""
        return self.model.spec

    @property
    def averaged(self) -> GenerativeModel | None:
        """The model with averaged weights, or None."""
        return self.learner.averaged

    @property
    def players(self) -> list[Optimisation]:
        """The players with their optimisers."""
        return self.learner.players

    @property
    def history(self) -> History:
        """Every metric over the steps."""
        return self.journal.history

    @property
    def recorder(self) -> Recorder:
        """The timeline."""
        return self.journal.recorder

    @property
    def best_score(self) -> float | None:
        """Score of the best checkpoint by validation, the higher the better."""
        return self.journal.best_score

    def display_model(self, raw: bool = False) -> GenerativeModel:
        """The model that views, samples and evaluation use: averaged weights where there are some."""
        return self.learner.display_model(raw)

    # How it stands

    @property
    def seconds(self) -> float:
        """Training time, looking, saving and waiting left out."""
        return self._clock.seconds

    @property
    def progress(self) -> float:
        """Share of the run that is done, from 0 to 1."""
        training = self.setup.training
        done = self.seconds / training.seconds if training.seconds > 0 else self.step_count / training.steps
        return min(1.0, done)

    @property
    def finished(self) -> bool:
        """Whether all steps or seconds are done, or the run is over some other way."""
        return self.progress >= 1.0 or self.state in _OVER

    def summary(self) -> dict[str, Any]:
        """State, steps, seconds and the newest value of each metric."""
        return {
            "state": self.state,
            "steps": self.step_count,
            "seconds": round(self.seconds, 3),
            "metrics": self.history.last(),
        }

    @property
    def between_phases(self) -> bool:
        """Whether a round has been begun by `substep` and not been finished."""
        return self._round is not None

    # Training

    def step(self) -> None:
        """One round: every player makes its updates. A round begun by `substep` is finished.

        Raises:
            Diverged: A loss or gradient was not finite; that update was not made, and the session is over.
            OutOfMemory: The batch is too large for the device; the session is over.
        """
        self.serve()
        self._advance(whole=True)

    def substep(self) -> Phase:
        """One phase of one player: draw, forward, backward or update. See `step` for what it raises."""
        self.serve()
        return self._advance(whole=False)

    def step_player(self, name: str) -> None:
        """One update of one player alone; the others stand still. See `step` for what it raises.

        It is a round of its own: it counts as a step, takes a batch from the stream, and is noted, saved and measured
        like any other. `changes.jsonl` says of which player it was, so that the run can be replayed. A round begun by
        `substep` is finished before.

        Raises:
            BadInput: No player has that name.
        """
        names = [each.player.name for each in self.players]
        if name not in names:
            raise BadInput(f"there is no player {name}; there are {', '.join(names)}")
        self.serve()
        if self._round is not None:
            self._advance(whole=True)
        self._advance(whole=True, alone=name)

    def _advance(self, *, whole: bool, alone: str = "") -> Phase:
        if self.state in _OVER:
            raise BadInput(f"this run is over ({self.state}); reset it or go on from its last checkpoint")
        self.state = "training"
        self._round = self._round or self._play(alone)
        with self._ending_on_failure():
            if not whole:
                return next(self._round)
            *_, last = self._round
        return last

    @contextlib.contextmanager
    def _ending_on_failure(self) -> Iterator[None]:
        """Ends the session where memory is too little or a number not finite."""
        try:
            with noticing_memory():
                yield
        except TooLittleMemory:
            self._end("out of memory")
            training = self.setup.training
            error = out_of_memory(self.model, self.players, self.data, training.batch, training.micro_batches)
            raise error from None
        except Diverged:
            if self.state not in _OVER:
                self._end("diverged")
            raise
        except BaseException:
            self._round = None  # the rest of a round that broke off cannot be played
            raise

    def _play(self, alone: str) -> Iterator[Phase]:
        steps, seconds = self.horizon
        self.learner.set_training(self.setup.training)
        return play(
            self.model,
            self.players,
            self.setup.training,
            self.data,
            position=self.position,
            step=self.step_count + 1,
            progress=self.seconds / seconds if seconds > 0 else self.step_count / steps,
            rng=self.rng,
            alone=alone,
            clock=self._clock,
            between=self.answer,
            close=partial(self._close_round, alone),
        )

    def _close_round(self, alone: str, outcome: Outcome) -> None:
        self._round = None
        self.learner.configure(self.setup.config)
        self.step_count += 1
        self.position += self.setup.training.batch * outcome.updates
        if alone and self.run is not None:
            self.run.add_lone_round(self.step_count, alone)
        self.learner.average(self.step_count)
        self._ring.push(Record(self.step_count, self.seconds, outcome.rates), outcome.metrics, outcome.finite)
        measure, record = self.journal.due(self.step_count)
        if measure or record or self.progress >= 1.0 or self._ring.due():
            self.flush()
        self._clock.stop()
        done = self.progress >= 1.0  # asked of a clock that stands, so that this and `finished` agree
        self.learner.grow(self.step_count)
        if measure or done:
            self._measure()
        if record or done:
            self._record()
        if done:
            self.state = "done"
            self._keep_summary()
        elif self.run is not None and time.monotonic() - self._saved > AUTOSAVE:
            self.save()

    def _end(self, state: str) -> None:
        self.state = state
        self._round = None
        for record in self._ring.flush():
            if record.finite:
                self.journal.note(record)
        self._keep_summary()

    # Numbers

    def flush(self) -> None:
        """Reads the metrics that wait on the device into history and run.

        Raises:
            Diverged: One of the rounds was not finite (its update was skipped on the device).
        """
        with self._clock.running():  # the device finishes its work meanwhile
            records = self._ring.flush()
        for record in records:
            if not record.finite:
                self._end("diverged")
                players = " or ".join(each.player.name for each in self.players)
                raise Diverged(record.step, players, max(record.lr.values()))
            self.journal.note(record)

    def _measure(self) -> None:
        self.journal.measure(self.display_model(), self.step_count, self.seconds, partial(weights, self))

    def _record(self) -> None:
        self.journal.record(self.viewer, self.display_model(), self.step_count)

    # Looking

    def serve(self) -> None:
        """Answers the requests that wait; before the first round also measures and records the initial weights."""
        prepare_thread()
        if not self._measured_start:
            self._measured_start = True
            with self._ending_on_failure():
                self._begin_run()
        self.answer()

    def _begin_run(self) -> None:
        if self.step_count:
            return
        if self.run is not None:
            self.save()
        measure, record = self.journal.due(0)
        if measure:
            self._measure()
        if record:
            self._record()

    def answer(self) -> None:
        """Answers the requests that wait."""
        if self.requests or self.viewer.streaming:
            self.viewer.serve(self.requests, self.display_model, self.step_count, self.on_reply)

    def frame(self, view: str, **params: Any) -> Frame:
        """A view as it is now, with default inputs."""
        return self.viewer.last_frame(Request(view, params=params), self.display_model())

    # Acts

    def change(self, **values: Any) -> None:
        """Changes live parameters, from the next round on.

        Raises:
            BadInput: Unknown, not live, or out of range.
        """
        config, training, checked = live_changes(self.setup, values)
        if training.seconds > 0 and training.seconds < self.seconds:
            raise BadInput(f"{self.seconds:.0f} s of training are done; seconds takes more, not {training.seconds:g}")
        if training.seconds == 0 and training.steps < self.step_count:
            raise BadInput(f"{self.step_count} steps are done; steps takes at least as many, not {training.steps}")
        self._save_before_rate_jump(training)
        self.apply(config, training)
        if self.run is not None:
            self.run.add_change(self.step_count + (self._round is not None), checked)

    def _save_before_rate_jump(self, training: Training) -> None:
        """A larger learning rate may ruin the weights before a number stops being finite: these ones are kept."""
        rates = type(self.model).rates
        raised = any(training.rate(name) > _LEAP * self.setup.training.rate(name) for name in rates)
        if raised and self.run is not None and self._round is None and self.step_count:
            self.save()

    def apply(self, config: Any, training: Training) -> None:
        """Takes config and training as they are to be from the next round on."""
        self.setup = dataclasses.replace(self.setup, config=config, training=training)
        if self._round is None:
            self.learner.configure(config)

    def reset(self, *, seed: int | None = None) -> None:
        """Back to before step 0, with the same initial weights; a new seed is a separate act.

        Raises:
            BadInput: The session keeps a run, which is what happened: begin a new one from the same setup.
        """
        if self.run is not None:
            raise BadInput("a session that keeps a run is not reset; begin a new one from the same setup")
        self._build(self.setup if seed is None else dataclasses.replace(self.setup, seed=seed))

    def stop(self) -> None:
        """Ends training here, between two rounds; the model stays usable, and the run can be resumed."""
        if self._round is not None:
            self._advance(whole=True)
        self.flush()
        if self.state in ("ready", "training"):
            self.state = "stopped"
            self._keep_summary()

    def close(self) -> None:
        """Gives the run's folder back."""
        if self.run is not None:
            self.run.close()

    # Keeping

    def save(self) -> None:
        """Writes a checkpoint, and the best one where it is new. A round begun by `substep` is finished first."""
        if self._round is not None:
            self._advance(whole=True)
        self.flush()
        self.journal.keep_best()
        if self.run is not None:
            self.run.save(full_checkpoint(self))
        self._saved = time.monotonic()

    def _keep_summary(self) -> None:
        if self.run is None:
            return
        if self.state in _OVER:
            self.journal.keep_best()
        else:
            self.save()
        self.run.write_summary(self.summary())

    def restore(self, checkpoint: Checkpoint) -> None:
        """Goes on from a checkpoint of the same setup, bit for bit; a run is cut back to it.

        Raises:
            RunError: The checkpoint does not belong to this setup.
        """
        self._build(self.setup)
        restore(self, checkpoint)

    def take_counters(
        self, *, step: int, seconds: float, position: int, horizon: tuple[int, float], best: float | None
    ) -> None:
        """Where a checkpoint was made."""
        self.step_count, self.position, self.horizon = step, position, horizon
        self._clock = Clock(seconds)
        self.state = "done" if self.progress >= 1.0 else "stopped"
        self.journal.go_back(step, best, set(type(self.model).rates))
        if self.run is None:
            return
        for change in self.run.changes():
            if change["step"] == step and "set" in change:  # made after the checkpoint, but before the next round
                config, training, _ = live_changes(self.setup, change["set"])
                self.apply(config, training)


def _ignore_reply(reply: Reply) -> None:
    """What happens to replies while no window is open."""
