"""`Player`, which plays one sound."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

__all__ = ["Player"]


class Player(QObject):
    """Plays one sound at a time.

    Signals:
        moved: Time within the sound, s, several times a second while it is played.
        ended: The sound is over, or was stopped.
    """

    moved = Signal(object)
    ended = Signal()

    def play(self, samples: np.ndarray, rate: int, loop: bool) -> None:
        """Plays a sound from its beginning, instead of one that is being played.

        Args:
            samples: Amplitudes from −1 to 1, (n,).
            rate: Samples a second.
            loop: Begins again at the end, until it is stopped.
        """
        raise NotImplementedError

    def set_loop(self, loop: bool) -> None:
        """Whether the sound that is being played begins again at its end."""
        raise NotImplementedError

    def stop(self) -> None:
        """Ends the sound."""
        raise NotImplementedError
