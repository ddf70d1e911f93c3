"""A training run in progress. Plain Python, owned by one thread.

Longer than other files: it is the one interface to trainer, journal, saver and views, in methods of a few lines.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from explorer.data import Content, Dataset
from explorer.engine.data.tensors import TensorData
from explorer.engine.devices import Placement, is_deferred, prepare_thread, resolve
from explorer.engine.errors import BadInput, Diverged, WriteError
from explorer.engine.runs.parents import Parent
from explorer.engine.runs.recorder import Recorder
from explorer.engine.runs.run import Run
from explorer.engine.runs.setup_history import SetupHistory
from explorer.engine.session.failures import ending_on_failure
from explorer.engine.session.journal import Journal
from explorer.engine.session.learner import Learner
from explorer.engine.session.rounds import Phase
from explorer.engine.session.saver import Saver, is_rate_jump
from explorer.engine.session.state import TrainingState
from explorer.engine.session.trainer import Trainer
from explorer.engine.setup import Setup, live_changes
from explorer.engine.training import Training, check_length
from models.protocol import GenerativeModel

__all__ = ["Session"]

_log = logging.getLogger("explorer")
_OVER = ("diverged", "out of memory")


class Session:
    """Trains one model on one dataset.

    Args:
        setup: Page, data, config and training settings.
        data: The dataset that the setup names.
        run: The run to write to, locked until `close`; None to write nothing.
        placement: Device and rank; None for the setup's device. Only rank 0 writes, measures and records.
        record: Whether frames are recorded for the timeline.
        parents: Trained models that the config names, on the session's device, by field.
        stored_parents: The same as they are stored with a run.

    Attributes:
        setup: The setup with the current live parameters.
        setups: The setup at each step.
        status: "ready", "training", "done", "stopped", "diverged" or "out of memory".
        learner: The model with its players' optimisers and its averaged weights.
        trainer: Trains the model round by round; owns the clock and the random number generator.
        journal, saver: Metrics, measurements and recorded frames; checkpoints.
        unsaved: Whether training stopped because the run could not be written to; `move_session` saves it elsewhere.
        tell: Called with a sentence about something that has ended early; it is logged by default.
        between_micro_batches: Called whenever views can be computed, also during a recording.
        notice: A sentence about the device, which the caller shows, or "".
    """

    def __init__(
        self,
        setup: Setup,
        data: Dataset,
        *,
        run: Run | None = None,
        placement: Placement | None = None,
        record: bool = True,
        parents: Mapping[str, GenerativeModel] | None = None,
        stored_parents: Mapping[str, Parent] | None = None,
    ):
        self.placement = placement or Placement(resolve(setup.device))
        self.run, self._stored = (run if self.placement.rank == 0 else None), run
        self.between_micro_batches: Callable[[], None] = lambda: None
        self.tell: Callable[[str], None] = _log.warning
        self._dataset, self._recorded, self._parents = data, record, parents or {}
        self._stored_parents = stored_parents or {}
        if self.run is not None:
            self.run.acquire()
        try:
            self._build(setup)
        except BaseException:
            self.close()
            raise

    def _build(self, setup: Setup) -> None:
        """Creates everything in its state before step 0."""
        prepare_thread()
        self.setup, self.status, self.notice, self.unsaved = setup, "ready", "", False
        self.setups = SetupHistory(setup)
        self.data = TensorData(self._dataset, setup.seed, self.placement.device)
        self.learner = Learner(setup, self.data, self.placement.device, self._parents)
        self.trainer = Trainer(self.learner, self.data, setup, self.placement, self._between)
        self.saver = Saver(self.run)
        main = self.placement.rank == 0
        self.journal = Journal(
            self.learner,
            self.data,
            setup.seed,
            self.run,
            self.saver,
            self._between,
            main and self._recorded,
            main,
            self._told,
        )
        self.saver.make_room = self._make_room
        self._round: Iterator[Phase] | None = None
        self._begun = self._moved = False

    def _told(self, text: str) -> None:
        self.tell(text)

    def _make_room(self) -> bool:
        return self.run is not None and (self.journal.make_room() or self.run.drop_spare_checkpoint())

    def _between(self) -> None:
        self.between_micro_batches()

    @property
    def model(self) -> GenerativeModel:
        """The model with its raw weights."""
        return self.learner.model

    @property
    def step_count(self) -> int:
        """Rounds completed."""
        return self.trainer.step

    @property
    def seconds(self) -> float:
        """Training time, without views, saving and waiting."""
        return self.trainer.clock.seconds

    @property
    def fitted(self) -> str:
        """How the model was fitted to the data when the session was made, or "" if it is trained."""
        return self.model.fitted(self.setup.config)

    @property
    def progress(self) -> float:
        """Completed share of the run, from 0 to 1."""
        if self.fitted:
            return 1.0
        training = self.setup.training
        done = self.seconds / training.seconds if training.seconds > 0 else self.step_count / training.steps
        return min(1.0, done)

    @property
    def finished(self) -> bool:
        """Whether all steps or seconds are done, or the run has failed."""
        return self.progress >= 1.0 or self.status in _OVER

    @property
    def between_phases(self) -> bool:
        """Whether a round was started by `substep` and is incomplete."""
        return self._round is not None

    def display_model(self, raw: bool = False) -> GenerativeModel:
        """The model for views, samples and evaluation: with averaged weights, if it has any and `raw` is not set."""
        return self.learner.display_model(raw)

    def summary(self) -> dict[str, Any]:
        """Status, steps, seconds and the newest value of each metric."""
        return {
            "state": self.status,
            "steps": self.step_count,
            "seconds": round(self.seconds, 3),
            "metrics": self.journal.history.last(),
            **({"cuda_graphs": self.trainer.graphs.told} if is_deferred(self.placement.device) else {}),
        }

    # Training

    def begin(self) -> None:
        """Saves, measures and records the initial weights. `step` calls it before the first round.

        A fitted model is done with that.
        """
        if self._begun:
            return
        self._begun = True
        with self._ending_on_failure():
            if self.fitted:
                self.journal.measure_fit(self.seconds)
            elif self.run is not None:
                self.save()
            self.journal.measure_and_record(0, self.seconds, *self.journal.due(0, self.seconds))
            if self.fitted:
                self._finish("done")

    def step(self) -> None:
        """Trains for one round, in which each player makes its updates. A round started by `substep` is completed.

        Raises:
            BadInput: The model is fitted, or the session has ended.
            Diverged: A loss or gradient was not finite. The update was skipped, and the session has ended.
            OutOfMemory: The batch is too large for the device. The session has ended.
        """
        if self._round is not None:
            self._advance(whole=True)
            return
        self._make_ready()
        with self._ending_on_failure():
            self.trainer.round(self.setup.training)
            self._close_round()

    def substep(self) -> Phase:
        """Does one phase of one player: draw, one of the forward pass, backward or update. Raises as `step` does."""
        return self._advance(whole=False)

    def step_player(self, name: str) -> None:
        """Makes one update of one player alone, which counts as a round; `changes.jsonl` records it.

        Raises:
            BadInput: No player has that name.
        """
        names = [each.player.name for each in self.learner.players]
        if names and name not in names:
            raise BadInput(f"there is no player {name}; there are {', '.join(names)}")
        if self._round is not None:
            self._advance(whole=True)
        self._advance(whole=True, only=name)

    def _make_ready(self) -> None:
        """Checks that there is something to train, and saves, measures and records the initial weights."""
        if self.fitted:
            raise BadInput(f"this model is fitted by {self.fitted}; there is nothing to train")
        if self.status in _OVER:
            raise BadInput(f"this run is over ({self.status}); reset it or continue from its last checkpoint")
        if self.unsaved and self.run is not None:
            self.run.check_own()
        prepare_thread()
        self.begin()
        if self._moved and self.run is not None:
            self.run.add_move(self.step_count, self.placement.device.type)
        self._moved = False
        self.status = "training"

    def _advance(self, *, whole: bool, only: str = "") -> Phase:
        """Does the next phase, or all phases up to the end of the round."""
        self._make_ready()
        phases = self._round or self.trainer.phases(self.setup.training, only, pictured=not whole)
        self._round = None  # a round that raises is abandoned
        with self._ending_on_failure():
            for phase in phases:
                if phase.is_last:
                    self._close_round()
                elif not whole:
                    self._round = phases
                    break
        return phase

    def _ending_on_failure(self) -> contextlib.AbstractContextManager[None]:
        return ending_on_failure(self._fail, self._halt, self.learner, self.data)

    def _close_round(self) -> None:
        """Records the metrics of a completed round; measures, records views and saves if due."""
        trainer, outcome, clock = self.trainer, self.trainer.outcome, self.trainer.clock
        self.learner.configure(self.setup.config)
        if outcome.only and self.run is not None:
            run, only = self.run, outcome.only
            self._note(lambda: run.add_lone_round(trainer.step, only))
        clock.start()  # reading metrics waits for the device, which is part of training
        self.journal.note(trainer.step, clock.seconds, outcome)
        measure, record = self.journal.due(trainer.step, clock.seconds)
        if measure or record or self.journal.flush_due or self.progress >= 1.0:
            self.journal.flush()
        clock.stop()
        done = self.progress >= 1.0  # with the clock stopped, so that `finished` has the same value afterwards
        self.learner.grow(trainer.progress)
        self.journal.measure_and_record(trainer.step, self.seconds, measure or done, record or done)
        if done:
            self._finish("done")
        elif self.saver.due:
            self.save()
        else:
            self.journal.advance_recording()

    def flush(self) -> None:
        """Adds the metrics that are still on the device to history and run; raises `Diverged` like `step`."""
        with self._ending_on_failure(), self.trainer.clock.running():
            self.journal.flush()

    def _finish(self, status: str) -> None:
        """Ends training with a checkpoint and the summary."""
        self.status = status
        with self._ending_on_failure():
            self.save()
            self.saver.write_summary(self.summary())

    def _halt(self) -> None:
        """Stops training because the run cannot be written to; the model stays in memory."""
        self.status, self.unsaved = "stopped", True
        self.trainer.clock.stop()
        with contextlib.suppress(WriteError):  # the caller tells the error that led here
            self.saver.write_summary(self.summary())

    def _note(self, add: Callable[[], None]) -> None:
        """Adds a change to the run; where that fails, it waits in memory."""
        assert self.run is not None
        with self._ending_on_failure():
            try:
                add()
            except WriteError:
                self.saver.write(self.run.flush_changes)

    def _fail(self, status: str) -> None:
        """Ends training with the summary but no checkpoint: the last one holds better weights."""
        if self.status not in _OVER:
            self.status = status
            self.trainer.clock.stop()
            with contextlib.suppress(Diverged):
                self.journal.flush()
            self.journal.finish_recording()
            try:
                self.saver.save_best()
                self.saver.write_summary(self.summary())
            except WriteError as error:
                self.tell(str(error))  # what ended training is the error to raise

    # Commands

    def change(self, **values: Any) -> None:
        """Changes live parameters, from the next round on.

        Raises:
            BadInput: Unknown, not live, or out of range.
        """
        config, training, checked = live_changes(self.setup, values)
        check_length(training, self.step_count, self.seconds)
        if is_rate_jump(self.setup.training, training) and self._round is None and self.step_count:
            self.save()
        self._apply(config, training)
        step = self.step_count + (self._round is not None)
        self.setups = self.setups.with_change(step, checked)
        self.journal.history.changed = self.setups.changed_steps()
        if self.run is not None:
            run = self.run
            self._note(lambda: run.add_change(step, checked))

    def _apply(self, config: Any, training: Training) -> None:
        """Applies config and training settings, from the next round on."""
        self.setup = dataclasses.replace(self.setup, config=config, training=training)
        if self._round is None:
            self.learner.configure(config)

    def stop(self) -> None:
        """Ends training after the current round and saves; the model stays usable, and the run can be resumed."""
        if self._round is not None:
            self._advance(whole=True)
        self.flush()
        if self.status in ("ready", "training"):
            self._finish("stopped")

    def close(self) -> None:
        """Releases the run's folder."""
        if self.run is None:
            return
        try:
            self.run.close()
        except WriteError:
            if not self.unsaved:  # else it was told when training stopped
                raise

    @property
    def held(self) -> tuple[Mapping[str, Parent], Content | None]:
        """What a run keeps beside checkpoints and metrics: the models that it was made with, the file of the user."""
        return self._stored_parents, self._dataset.content

    def attach(self, run: Run, recorder: Recorder) -> None:
        """Writes to another run from now on, and records with another recorder."""
        self.run = self.saver.run = run
        self.journal.attach(run, recorder)

    def state(self) -> TrainingState:
        """The state of training, between two rounds."""
        return self.trainer.state(self.setup, self.saver.best_score)

    def load(self, state: TrainingState, move: bool = False) -> None:
        """Continues from a state of the same setup with bit-identical results; the run is truncated to its step.

        Args:
            state: The state.
            move: Whether it may come from another kind of device, where numbers differ; `changes.jsonl` records it.

        Raises:
            RunError: The state does not belong to this setup or device.
        """
        self._build(self.setup)
        self._apply(state.config, state.training)
        self.trainer.load(state, move)
        self.saver.best_score = state.best
        self.status = "done" if self.progress >= 1.0 else "stopped"
        self._begun = state.step > 0
        device = self.placement.device
        if state.device != device.type:
            self._moved, self.setup = True, dataclasses.replace(self.setup, device=str(device))
            self.notice = (
                f"moved from {state.device} to {device} at step {state.step}; "
                "numbers will differ from those of a run that stayed"
            )
        self.journal.go_back(state.step, set(type(self.model).rates))
        self.setups = SetupHistory(self.setup) if self._stored is None else SetupHistory.of(self._stored)
        self.journal.history.changed = self.setups.changed_steps()
        for change in self.setups.changes:
            if change.step == state.step:  # made after the checkpoint, before the next round
                self._apply(*live_changes(self.setup, change.values)[:2])

    def save(self) -> None:
        """Writes a checkpoint, and the best weights if they are new. A round started by `substep` is completed."""
        if self._round is not None:
            self._advance(whole=True)
        self.flush()
        with self._ending_on_failure():
            self.journal.finish_recording()
            self.saver.save(self.state)
        self.unsaved = False
