"""A run that is looked at: without a lock, on any machine, while another process may train it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from explorer.engine.data.tensors import TensorData
from explorer.engine.obstacle import folder_obstacle
from explorer.engine.runs.curves import loss_curves, read_history
from explorer.engine.runs.recorder import Recorder
from explorer.engine.runs.run import Run
from explorer.engine.runs.setup_history import SetupHistory
from explorer.engine.runs.weights import load_weights
from explorer.engine.setup import Setup, split_values
from explorer.engine.views.static_page import StaticPage
from models.frames import Curves
from models.protocol import GenerativeModel

__all__ = ["WatchedRun"]


class WatchedRun(StaticPage):
    """The newest weights of a run, what was measured, and the timeline. Nothing of it is written to.

    Args:
        run: The run.
        model: Its model, on the CPU.
        data: Its data.
        reason: Why it cannot be trained on here.

    Attributes:
        run: The run.
        reason: Why it cannot be trained on here.
        setups: The setup at each step.
    """

    def __init__(self, run: Run, model: GenerativeModel, data: TensorData, reason: str):
        super().__init__(model, data)
        self.run, self.reason = run, reason
        self._is_locked = reason == folder_obstacle(self.run)
        self._seen: Mapping[str, float] = {}
        self.recorder = Recorder(run.frames)
        self.look()

    @property
    def setup(self) -> Setup:
        """The setup in force."""
        return self.setups.at(None)

    @property
    def progress(self) -> float:
        """Completed share of the run at the step of the weights, from 0 to 1."""
        training = self.setup.training
        done = self.seconds / training.seconds if training.seconds > 0 else self.step / training.steps
        return min(1.0, done)

    def curves(self) -> Curves:
        """Every metric."""
        return loss_curves(type(self.model), self.history, self.setup.config)

    @property
    def model(self) -> GenerativeModel:
        """The model, with averaged weights if the run has them."""
        assert isinstance(self.page, GenerativeModel)
        return self.page

    @property
    def newest(self) -> Mapping[str, float]:
        """The newest value of each metric."""
        return self.history.last()

    def look(self) -> bool:
        """Takes what the run has now; returns whether anything has changed since the last look.

        Raises:
            RunError: A file of the run is damaged.
        """
        freed = self._is_locked and not folder_obstacle(self.run)
        if freed:
            self._is_locked = False
            self.reason = "the other process has ended; open the run again to train it"
        seen = self._times()
        if seen == self._seen:
            return freed
        self._seen = seen
        self.setups = SetupHistory.of(self.run)
        self.history = read_history(self.run)
        self.recorder.follow()
        self._take_weights()
        self.viewer.renew(self.history)
        return True

    def _times(self) -> dict[str, float]:
        """When each file that grows was last written."""
        newest = self.run.newest_checkpoint()
        folder = self.run.folder
        paths = [folder / "metrics.jsonl", folder / "changes.jsonl", self.run.frames, *([newest[0]] if newest else [])]
        return {str(path): _time(path) for path in paths}

    def _take_weights(self) -> None:
        """Loads the newest weights into the model that the window knows."""
        found = self.run.last()
        self.step, self.seconds = found.step, float(found.state.get("seconds", 0.0))
        config, _ = split_values(type(self.model), found.state["config"])
        self.model.config = config
        load_weights(self.model, found, averaged=True)


def _time(path: Path) -> float:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # it may not exist yet, or not any more
        return -math.inf
