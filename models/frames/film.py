"""A film: frames along an axis."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.frames.frame import Frame

__all__ = ["Film"]


@dataclass(frozen=True)
class Film(Frame):
    """Frames of one kind along an axis, such as diffusion time, layers passed or pixels drawn.

    The window shows one frame at a time with a slider; a figure prints a strip of frames.

    Attributes:
        frames: At least one, all of one kind, none of them a `Film`. The subtitle and note of a frame are shown while
            it is in view, beside those of the film.
        at: Position of each frame along the axis, (k,), finite and strictly increasing.
        axis: Name of the axis with its unit: "t", "layer", "time (s)".

    Raises:
        ValueError: The frames are of several kinds, or `at` does not fit them.
    """

    frames: tuple[Frame, ...]
    at: np.ndarray
    axis: str

    def __post_init__(self) -> None:
        """Checks the frames and their positions."""
        if not self.frames:
            raise ValueError("a film has at least one frame")
        kinds = {type(frame) for frame in self.frames}
        if len(kinds) > 1:
            names = ", ".join(sorted(kind.__name__ for kind in kinds))
            raise ValueError(f"the frames of a film are of one kind, not of {names}")
        if Film in kinds:
            raise ValueError("a frame of a film is not a film itself")
        if not isinstance(self.at, np.ndarray) or self.at.shape != (len(self.frames),):
            shape = self.at.shape if isinstance(self.at, np.ndarray) else type(self.at).__name__
            raise ValueError(
                f"a film of {len(self.frames)} frames has an array of {len(self.frames)} positions, not {shape}"
            )
        if not np.isfinite(self.at).all():
            raise ValueError("the positions of a film are finite")
        if not (np.diff(self.at) > 0).all():
            raise ValueError("the positions of a film increase strictly")

    @property
    def kind(self) -> type[Frame]:
        """Class of the frames."""
        return type(self.frames[0])

    def thinned(self, most: int) -> Film:
        """The film with at most `most` of its frames, evenly chosen, the first and the last among them.

        Args:
            most: At least 1; with 1, the last frame alone is kept.
        """
        if len(self.frames) <= most:
            return self
        last = len(self.frames) - 1
        chosen = np.linspace(0, last, most).round().astype(int) if most > 1 else np.array([last])
        return replace(self, frames=tuple(self.frames[k] for k in chosen), at=self.at[chosen])
