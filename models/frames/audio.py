"""Sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.frames.frame import Frame

__all__ = ["Audio"]


@dataclass(frozen=True)
class Audio(Frame):
    """Sound: samples (n,) from -1 to 1 at `rate` a second.

    Attributes:
        length: Number of samples that there is room for, where `samples` are the first of them and the others are still
            being generated; 0 for the number of samples.
        given: Number of samples at the beginning that are data, where those after them are drawn by a model.
        role: Colour of the samples, or of those after the given ones.
        spectrogram: The spectrogram is drawn below the waveform.
    """

    samples: np.ndarray
    rate: int
    length: int = 0
    given: int = 0
    role: str = "data"
    spectrogram: bool = False

    @property
    def seconds(self) -> float:
        """Length of the picture, s."""
        return max(len(self.samples), self.length) / self.rate
