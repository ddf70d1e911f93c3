"""Slow motion: a round phase by phase, with a pause after each phase."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from explorer.engine.session.session import Session
from explorer.engine.session.trainer import Phase

__all__ = ["PhaseReport", "SlowMotion"]

PACE = 1.25  # seconds a phase


@dataclass(frozen=True)
class PhaseReport:
    """A completed phase, with its metrics as floats.

    Attributes:
        phase: The phase.
        step: The round it belongs to, from 1.
        values: Its metrics by key, "loss" among them; after "backward" also "gradient", the Euclidean norm of the
            player's gradient; for "update" also "lr", its learning rate.
        going_on: Whether the next phase follows without a further command.
    """

    phase: Phase
    step: int
    values: Mapping[str, float]
    going_on: bool = False


class SlowMotion:
    """The pace of phases.

    Attributes:
        pace: Seconds a phase, or None for training at full speed.
        next: Time at which the next phase is due, of the monotonic clock.
    """

    def __init__(self) -> None:
        self.pace: float | None = None
        self.next = 0.0

    def set_pace(self, pace: float | None) -> None:
        """Changes the pace, starting with the current pause; None for full speed."""
        if pace is not None and self.pace is not None:
            self.next += pace - self.pace
        self.pace = pace

    @property
    def due(self) -> bool:
        """Whether the pause is over."""
        return time.monotonic() >= self.next

    def play(self, session: Session, going_on: bool) -> PhaseReport:
        """Does the next phase of a session, and begins the pause after it."""
        step = session.step_count + 1
        phase = session.substep()
        self.next = time.monotonic() + (self.pace or 0.0)
        player = next(each for each in session.learner.players if each.player.name == phase.player)
        values = {key: float(value.detach()) for key, value in phase.metrics.items()}
        if phase.name == "backward":
            gradients = [parameter.grad for parameter in player.parameters if parameter.grad is not None]
            values["gradient"] = float(torch.linalg.vector_norm(torch.stack([g.norm() for g in gradients])))
        elif phase.name == "update":
            values["lr"] = player.lr
        return PhaseReport(phase, step, values, going_on)
