"""Events that a host sends to the window. They are rare; frequent data are pulled as snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from explorer.engine.session.session import Session
from explorer.engine.session.slow_motion import PhaseReport
from explorer.engine.views.static_page import StaticPage
from models.frames import Frame
from models.protocol import Player

__all__ = [
    "Closed",
    "Done",
    "Event",
    "Failed",
    "Grown",
    "Moved",
    "Opened",
    "Paused",
    "PhasePlayed",
    "Progress",
    "Recorded",
    "Saved",
    "Staged",
    "Told",
    "Training",
]


@dataclass(frozen=True)
class Opened:
    """A session or static page was opened.

    Attributes:
        shown: The session, or the page with fixed weights.
    """

    shown: Session | StaticPage


@dataclass(frozen=True)
class Training:
    """Training has started or continues."""


@dataclass(frozen=True)
class Paused:
    """Training is paused.

    Attributes:
        within_round: Whether it is paused between two phases of a round.
    """

    within_round: bool = False


@dataclass(frozen=True)
class Done:
    """All steps of the run are done."""


@dataclass(frozen=True)
class Failed:
    """A command or training failed.

    Attributes:
        message: One sentence.
        error: The exception.
        details: Traceback of an error that no part of the application expects, or "".
    """

    message: str
    error: Exception
    details: str = ""


@dataclass(frozen=True)
class PhasePlayed:
    """A phase of a round is complete, in slow motion.

    Attributes:
        report: The phase and its numbers.
    """

    report: PhaseReport


@dataclass(frozen=True)
class Staged:
    """The structure of the model or its players changed.

    Attributes:
        players: The new players, in the order of their updates.
    """

    players: tuple[Player, ...]


@dataclass(frozen=True)
class Recorded:
    """Recorded frames were read.

    Attributes:
        step: Step at which they were recorded.
        frames: Frames by view.
    """

    step: int
    frames: Mapping[str, Frame]


@dataclass(frozen=True)
class Progress:
    """A download is in progress.

    Attributes:
        message: One sentence.
    """

    message: str


@dataclass(frozen=True)
class Saved:
    """A checkpoint was written on command.

    Attributes:
        step: Rounds completed.
    """

    step: int


@dataclass(frozen=True)
class Moved:
    """The run is now in another folder, because it could not be written to.

    Attributes:
        folder: The new folder.
    """

    folder: Path


@dataclass(frozen=True)
class Grown:
    """A run that is looked at has grown."""


@dataclass(frozen=True)
class Told:
    """Something has ended early, and training goes on.

    Attributes:
        message: One sentence.
    """

    message: str


@dataclass(frozen=True)
class Closed:
    """The host has ended. This is the last event."""


Event = (
    Opened
    | Training
    | Paused
    | Done
    | Failed
    | PhasePlayed
    | Staged
    | Recorded
    | Progress
    | Saved
    | Moved
    | Grown
    | Told
    | Closed
)  # all kinds of events
