"""Saving of a session: checkpoints at intervals and on demand, the best weights by validation, the summary."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import Any

from explorer.engine.errors import WriteError
from explorer.engine.runs.checkpoint import Checkpoint
from explorer.engine.runs.run import Run
from explorer.engine.session.state import TrainingState, to_checkpoint
from explorer.engine.training import Training

__all__ = ["Saver", "is_rate_jump"]

AUTOSAVE = 30.0  # seconds between two checkpoints
_JUMP = 2.0  # factor above which an increase of a learning rate is a jump


class Saver:
    """Writes checkpoints and the summary of a session into its run; without a run it writes nothing.

    Args:
        run: The run, or None.

    Attributes:
        best_score: Score of the best weights by validation, the higher the better, or None before the first.
        make_room: Deletes what the run can do without, where the disk is full; returns whether there was something.
        run: The run, or None.
    """

    def __init__(self, run: Run | None):
        self.best_score: float | None = None
        self.make_room: Callable[[], bool] = lambda: False
        self.run = run
        self._best: Checkpoint | None = None
        self._saved = time.monotonic()

    @property
    def due(self) -> bool:
        """Whether the last checkpoint is older than the interval of automatic saving."""
        return self.run is not None and time.monotonic() - self._saved > AUTOSAVE

    def write(self, action: Callable[[], None]) -> None:
        """Writes something that the run needs; where the disk is full, room is made for it.

        Raises:
            WriteError: It cannot be written.
        """
        while True:
            try:
                return action()
            except WriteError as error:
                if not error.full or not self.make_room():
                    raise

    def compare(self, score: float | None, weights: Callable[[], Checkpoint]) -> None:
        """Keeps the weights until they are saved, if their score is the best so far.

        Args:
            score: The score, or None where the page declares no validation.
            weights: Returns a copy of the weights.
        """
        if score is not None and (self.best_score is None or score > self.best_score):
            self.best_score, self._best = score, weights()

    def save(self, state: Callable[[], TrainingState]) -> None:
        """Writes a checkpoint, and the best weights if they are new."""
        self.save_best()
        if self.run is not None:
            run, checkpoint = self.run, to_checkpoint(state())
            self.write(lambda: run.save(checkpoint))
        self._saved = time.monotonic()

    def save_best(self) -> None:
        """Writes the best weights if they are new."""
        if self.run is not None and self._best is not None:
            run, best = self.run, self._best
            self.write(lambda: run.save_best(best))
            self._best = None

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Writes the state of the run and its newest metrics."""
        if self.run is not None:
            run = self.run
            self.write(lambda: run.write_summary(summary))


def is_rate_jump(before: Training, after: Training) -> bool:
    """Whether a learning rate is more than doubled, which can destroy the weights although the loss stays finite."""
    rates = {field.name for field in dataclasses.fields(after)} - {field.name for field in dataclasses.fields(Training)}
    return any(after.rate(name) > _JUMP * before.rate(name) for name in rates)
