"""The journal of a session: metrics of every round, measurements and recorded frames, in memory and in its run."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from explorer.engine.data.tensors import TensorData
from explorer.engine.errors import Diverged, FolderLost, WriteError
from explorer.engine.measure.validation import Validator
from explorer.engine.runs.history import History, metrics_of
from explorer.engine.runs.recorder import Recorder
from explorer.engine.runs.run import Run
from explorer.engine.session.learner import Learner
from explorer.engine.session.metric_buffer import MetricBuffer, Record
from explorer.engine.session.recording import Recording
from explorer.engine.session.rounds import Outcome
from explorer.engine.session.saver import Saver
from explorer.engine.session.state import weights
from explorer.engine.views.viewer import Viewer

__all__ = ["Journal"]


class Journal:
    """Records metrics, measurements and frames during training.

    Args:
        learner: The model in training, and its players.
        data: The session's data.
        seed: Seed of the noise of measurements.
        run: The run to write to, or None.
        saver: Keeps the best weights.
        between: Called between two frames, or two parts of a measurement, that are computed in a row.
        recording: Whether frames are recorded.
        measuring: Whether held-out data are measured.
        tell: Called with a sentence when recording ends early.

    Attributes:
        history: Every metric.
        recorder: The recorded frames.
        validator: Measures held-out data.
    """

    def __init__(
        self,
        learner: Learner,
        data: TensorData,
        seed: int,
        run: Run | None,
        saver: Saver,
        between: Callable[[], None],
        recording: bool,
        measuring: bool,
        tell: Callable[[str], None],
    ):
        model = learner.model
        self.history = History()
        self.validator = Validator(data, seed, type(model).validation_interval_growth, between)
        self.recorder = Recorder() if run is None else Recorder(run.frames, check=run.check_own)
        viewer = Viewer(model, data, model.device, self.history)
        self._recording = Recording(viewer, self.recorder, between) if recording else None
        self._learner, self._run, self._saver, self._measuring = learner, run, saver, measuring
        self._tell = tell
        self._buffer = MetricBuffer(model.device, first=measuring)

    def due(self, step: int, seconds: float) -> tuple[bool, bool]:
        """Whether a measurement and a recording are due at a step. Call it for each step once, in order.

        Args:
            step: Rounds completed.
            seconds: Training time.
        """
        record = self.recorder.due(step) and self._recording is not None and self._recording.affordable(seconds)
        return self.validator.due(step), record

    def note(self, step: int, seconds: float, outcome: Outcome) -> None:
        """Buffers the metrics of a round; `flush` adds them to history and run.

        Args:
            step: Number of the round, from 1.
            seconds: Training time.
            outcome: Results of the round.
        """
        self._buffer.push(Record(step, seconds, outcome.rates), outcome.scalars)

    @property
    def flush_due(self) -> bool:
        """Whether the buffered metrics are to be read now."""
        return self._buffer.due()

    def flush(self) -> None:
        """Adds the buffered metrics to history and run; values that are not finite are left out.

        Raises:
            Diverged: A loss or gradient of a round was not finite.
        """
        lines: list[Mapping[str, Any]] = []
        for record in self._buffer.flush():
            if not record.finite:
                players = " or ".join(each.player.name for each in self._learner.players)
                self._write(lines)
                raise Diverged(record.step, players, record.lr)
            values = {key: value for key, value in record.values.items() if math.isfinite(value)}
            self.history.add(record.step, values)
            lines.append({"step": record.step, "time": record.time, **record.lr, **values})
        self._write(lines)

    def _write(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Adds lines to the metrics of the run; where one cannot be written, all wait in memory."""
        if self._run is None:
            return
        failed = False
        for line in lines:
            try:
                self._run.add_metrics(line)
            except WriteError:
                failed = True
        if failed:
            self._saver.write(self._run.flush_metrics)

    def measure_and_record(self, step: int, seconds: float, measure: bool, record: bool) -> None:
        """Measures the model on held-out data and records its views, each if asked to.

        Args:
            step: Rounds completed.
            seconds: Training time.
            measure: Whether to measure. The saver gets the weights if they are the best so far.
            record: Whether to record.
        """
        if measure and self._measuring:
            self.measure(step, seconds)
        if record:
            self.record(step)

    def measure_fit(self, seconds: float) -> None:
        """Measures a fitted model on its training data: the metrics that a round would have given."""
        if not self._measuring:
            return
        values = self.validator.measure_training(self._learner.model)
        self.history.add(0, values)
        self._write([{"step": 0, "time": seconds, **values}])

    def measure(self, step: int, seconds: float) -> None:
        """Measures the model; the saver gets the weights if they are the best so far."""
        model = self._learner.display_model()
        values = self.validator.measure(model)
        if not values:
            return
        self.history.add(step, {f"held_out.{key}": value for key, value in values.items()})
        self._write([{"step": step, "time": seconds, "held_out": values}])
        score = self.validator.score(type(model), values)
        self._saver.compare(score, lambda: weights(step, self._learner.model, self._learner.averaged))

    def record(self, step: int) -> None:
        """Starts recording the views of the model; see `Recording`."""
        self._record(lambda recording: recording.start(self._learner.display_model(), step))

    def advance_recording(self) -> None:
        """Computes one frame of the recorded views that are incomplete."""
        self._record(lambda recording: recording.advance())

    def finish_recording(self) -> None:
        """Completes the recorded views."""
        self._record(lambda recording: recording.finish())

    def _record(self, work: Callable[[Recording], None]) -> None:
        """Does a part of the recording, which ends where a frame cannot be written: training needs no frames."""
        if self._recording is None:
            return
        try:
            work(self._recording)
        except FolderLost:
            raise
        except WriteError as error:
            self._end_recording(str(error))

    def _end_recording(self, reason: str) -> None:
        if self._recording is not None:
            self._recording = None
            self._tell(f"Recording for the timeline has ended, and training goes on: {reason}")

    def make_room(self) -> bool:
        """Ends recording and deletes recorded frames, where the disk is full; returns whether there were any."""
        self._end_recording("the disk is full, and recorded frames are deleted to make room")
        return self.recorder.make_room()

    def attach(self, run: Run, recorder: Recorder) -> None:
        """Writes to another run from now on, and records with another recorder."""
        self._run, self.recorder = run, recorder
        if self._recording is not None:
            self._recording.recorder = recorder

    def go_back(self, step: int, ignored: set[str]) -> None:
        """Drops everything after a checkpoint's step; step 0 is measured and recorded again.

        Args:
            step: Step of the checkpoint.
            ignored: Keys of the run's lines that are not metrics.
        """
        past = step if step else -1
        self.validator.skip(past)
        if self._run is None:
            self.recorder.skip(past)
            return
        self.recorder.load(past)
        for line in self._run.cut(step):
            self.history.add(line["step"], metrics_of(line, ignored))
