"""The player of this machine, if it has one."""

from __future__ import annotations

import importlib.util

from PySide6.QtCore import QObject

from explorer.ui.sound.player import Player

__all__ = ["open_player"]


def open_player(parent: QObject) -> Player | None:
    """A player, or None without QtMultimedia (the extra `audio`), libraries that it needs, or a device for sound."""
    if importlib.util.find_spec("PySide6.QtMultimedia") is None:
        return None
    try:
        from explorer.ui.sound.qt_player import QtPlayer
    except ImportError:  # on Linux QtMultimedia needs the system's libpulse
        return None
    return QtPlayer(parent) if QtPlayer.has_device() else None
