"""Slow motion: a round phase by phase, with a pause after each phase."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch

from explorer.engine.session.rounds import Phase
from explorer.engine.session.session import Session
from models.frames import Frame
from models.protocol import PhasePicture

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
        picture: Frames and numbers of the phase where the model has the capability `HasPhasePictures`.
    """

    phase: Phase
    step: int
    values: Mapping[str, float]
    going_on: bool = False
    picture: PhasePicture = field(default_factory=PhasePicture)


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

    def play(
        self, session: Session, going_on: bool, shown: Callable[[Phase], Mapping[str, Frame]] = lambda phase: {}
    ) -> PhaseReport:
        """Does the next phase of a session, and begins the pause after it.

        Args:
            session: The session.
            going_on: Whether the next phase follows without a further command.
            shown: Called after the phase; returns the frame of each view in sight, on which the phase may draw.
        """
        step = session.step_count + 1
        phase = session.substep()
        player = next(each for each in session.learner.players if each.player.name == phase.player)
        values = {key: float(value.detach()) for key, value in phase.metrics.items()}
        if phase.name == "backward":
            gradients = [parameter.grad for parameter in player.parameters if parameter.grad is not None]
            values["gradient"] = float(torch.linalg.vector_norm(torch.stack([g.norm() for g in gradients])))
        elif phase.name == "update":
            values["lr"] = player.lr
        picture, frames = PhasePicture(), shown(phase)
        if phase.before is not None:
            after = session.model if phase.name == "update" else None
            picture = phase.before.picture(phase.player, phase.name, frames, after)
        self.next = time.monotonic() + (self.pace or 0.0)
        return PhaseReport(dataclasses.replace(phase, before=None), step, values, going_on, picture)
