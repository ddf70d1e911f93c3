"""What slow motion shows of one phase of an update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.frames import Frame

__all__ = ["PhasePicture"]


@dataclass(frozen=True)
class PhasePicture:
    """Frames and numbers of one phase.

    Attributes:
        frames: Frame by the name of a view of the page, of the kind that the view returns. Its card shows it until a
            later phase of the same update has another one, or the next update begins.
        values: Numbers of the phase by the name that is printed beside them ("image a: m₁").
    """

    frames: Mapping[str, Frame] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
