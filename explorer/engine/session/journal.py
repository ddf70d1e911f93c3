"""What is noted of a session: metrics of every round, measurements, recorded frames; in memory, and in its run."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import Any

from explorer.engine.data.tensors import TensorData
from explorer.engine.measure.validation import Validator
from explorer.engine.runs.checkpoint import Checkpoint
from explorer.engine.runs.history import History
from explorer.engine.runs.recorder import Recorder
from explorer.engine.runs.run import Run
from explorer.engine.session.metric_buffer import Record
from explorer.engine.views.viewer import Request, Viewer
from models.frames import Frame
from models.protocol import GenerativeModel

__all__ = ["Journal", "metrics_of"]

_log = logging.getLogger("explorer")


class Journal:
    """Keeps what happens.

    Attributes:
        history: Every metric.
        recorder: The timeline.
        validator: Measures held-out data.
        best_score: Value of the best checkpoint by validation, or None.

    Args:
        data: The session's data.
        seed: Of the noise of measurements.
        run: Where all is written as well, or None.
        recording: Whether frames are recorded.
        growth: How much rarer measurements become, as `GenerativeModel.held_out_growth` says.
    """

    def __init__(self, data: TensorData, seed: int, run: Run | None, recording: bool, growth: float):
        self.history = History()
        self.validator = Validator(data, seed, growth)
        self.recorder = Recorder(run.frames if run is not None else None)
        self.best_score: float | None = None
        self._best: Checkpoint | None = None
        self._run = run
        self._recording = recording
        self._failed: set[str] = set()

    def due(self, step: int) -> tuple[bool, bool]:
        """Whether a measurement and whether a recording are due at a step; steps are asked in order, each once."""
        return self.validator.due(step), self._recording and self.recorder.due(step)

    def note(self, record: Record) -> None:
        """Notes the metrics of a round; those that are not finite are left out."""
        values = {key: value for key, value in record.values.items() if math.isfinite(value)}
        if self._run is not None:
            self._run.add_metrics({"step": record.step, "time": record.time, **record.lr, **values})
        self.history.add(record.step, values)

    def measure(self, model: GenerativeModel, step: int, seconds: float, weights: Callable[[], Checkpoint]) -> None:
        """Measures a model; where it is the best so far, its weights are kept.

        Args:
            model: What is measured.
            step: Rounds completed.
            seconds: Training time.
            weights: Gives the weights.
        """
        values = self.validator.measure(model)
        if not values:
            return
        if self._run is not None:
            self._run.add_metrics({"step": step, "time": seconds, "held_out": values})
        self.history.add(step, {f"held_out.{key}": value for key, value in values.items()})
        score = self.validator.score(type(model), values)
        if score is not None and (self.best_score is None or score > self.best_score):
            self.best_score, self._best = score, weights()

    def record(self, viewer: Viewer, model: GenerativeModel, step: int) -> None:
        """Records the views marked so, where frames are recorded at all."""
        if not self._recording:
            return
        shown: dict[str, Frame] = {}
        for name, view in viewer.views.items():
            if view.record and view.applies(type(model), model.config, model.spec) and name not in self._failed:
                try:
                    shown[name] = viewer.last_frame(Request(name), model)
                except Exception as error:  # what a view raises must not end a training run
                    self._failed.add(name)
                    _log.warning("view %s is recorded no longer: %s", name, error)
        self.recorder.add(step, shown)

    def keep_best(self) -> None:
        """Writes the best checkpoint where it is new."""
        if self._run is not None and self._best is not None:
            self._run.save_best(self._best)
            self._best = None

    def go_back(self, step: int, best: float | None, ignored: set[str]) -> None:
        """Forgets what lies after a checkpoint's step; before step 0 nothing had been measured or recorded.

        Args:
            step: Of the checkpoint.
            best: Best score by then.
            ignored: Keys of the run's lines that are no metrics.
        """
        self.best_score = best
        past = step if step else -1
        self.validator.skip(past)
        if self._run is None:
            self.recorder.skip(past)
            return
        self.recorder.load(past)
        for line in self._run.cut(step):
            self.history.add(line["step"], metrics_of(line, ignored))


def metrics_of(line: dict[str, Any], ignored: set[str]) -> dict[str, float]:
    """The metrics in a line of `metrics.jsonl`, those of held-out data as "held_out.<key>"."""
    held_out = line.get("held_out")
    if held_out:
        return {f"held_out.{key}": value for key, value in held_out.items()}
    return {key: value for key, value in line.items() if key not in {"step", "time"} | ignored}
