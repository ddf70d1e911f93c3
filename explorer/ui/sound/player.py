"""`Player`, which plays one sound, and the way to one."""

from __future__ import annotations

import importlib.util

import numpy as np
from PySide6.QtCore import QObject, Signal

__all__ = ["Player", "open_player"]


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


def open_player(parent: QObject) -> Player | None:
    """A player, or None without QtMultimedia (the extra `audio`) or without a device that plays sound."""
    if importlib.util.find_spec("PySide6.QtMultimedia") is None:
        return None
    from explorer.ui.sound.qt_player import QtPlayer

    return QtPlayer(parent) if QtPlayer.has_device() else None
