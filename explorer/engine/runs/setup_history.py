"""The setup of a run at each of its steps: that at the start, and what was changed while it trained."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from explorer.engine.errors import BadInput, RunError
from explorer.engine.runs.run import Run
from explorer.engine.setup import Setup, live_changes

__all__ = ["LiveChange", "SetupHistory"]

_LENGTH = {"steps", "seconds"}  # how long a run trains changes none of its steps


@dataclass(frozen=True)
class LiveChange:
    """A change of live parameters.

    Attributes:
        step: The round after which it was made; it applies to later ones.
        values: The new values by name.
    """

    step: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class SetupHistory:
    """A setup, and the live changes that were made of it.

    Attributes:
        start: The setup with which the run was created.
        changes: Live changes in the order of their steps.
    """

    start: Setup
    changes: tuple[LiveChange, ...] = ()

    @classmethod
    def of(cls, run: Run) -> SetupHistory:
        """The history that a run has on disk.

        Raises:
            RunError: A change is damaged.
        """
        try:
            found = (LiveChange(line["step"], dict(line["set"])) for line in run.changes() if "set" in line)
            history = cls(run.setup, tuple(found))
            history.at(None)
        except (TypeError, ValueError, KeyError, BadInput) as error:
            raise RunError(f"{run.folder / 'changes.jsonl'} is damaged ({error})") from None
        return history

    def with_change(self, step: int, values: Mapping[str, Any]) -> SetupHistory:
        """This history with another change, made after a step."""
        return SetupHistory(self.start, (*self.changes, LiveChange(step, dict(values))))

    def until(self, step: int | None) -> tuple[LiveChange, ...]:
        """The changes that hold at a step: those made after an earlier one; all of them where it is None."""
        return self.changes if step is None else tuple(change for change in self.changes if change.step < step)

    def at(self, step: int | None) -> Setup:
        """The setup with which the weights of a step were trained; the last one where it is None."""
        merged = {name: value for change in self.until(step) for name, value in change.values.items()}
        config, training, _ = live_changes(self.start, merged)
        return dataclasses.replace(self.start, config=config, training=training)

    def changed_steps(self, step: int | None = None) -> tuple[int, ...]:
        """Steps after which a parameter got another value while the run trained, up to a step if one is given.

        The length of the run does not count, nor what was changed before its first step.
        """
        values = {**vars(self.start.config), **vars(self.start.training)}
        steps: dict[int, None] = {}
        for change in self.until(step):
            if change.step > 0 and any(values[n] != v for n, v in change.values.items() if n not in _LENGTH):
                steps[change.step] = None
            values |= change.values
        return tuple(steps)

    def identity(self, step: int | None) -> dict[str, Any]:
        """What a figure says of the parameters in force at a step: `config`, `training`, and the changes so far."""
        stored = self.at(step).to_json()
        changes = [{"step": change.step, "set": dict(change.values)} for change in self.until(step)]
        return {key: stored[key] for key in ("config", "training")} | ({"changes": changes} if changes else {})
