"""Sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.frames.frame import Frame

__all__ = ["Audio"]


@dataclass(frozen=True)
class Audio(Frame):
    """Sound: samples (n,) from -1 to 1 at `rate` a second."""

    samples: np.ndarray
    rate: int
