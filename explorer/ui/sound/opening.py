"""The player of this machine, if it has one."""

from __future__ import annotations

import importlib.util

from PySide6.QtCore import QObject

from explorer.ui.sound.player import Player

__all__ = ["open_player"]


def open_player(parent: QObject) -> Player | None:
    """A player, or None without QtMultimedia (the extra `audio`) or without a device that plays sound."""
    if importlib.util.find_spec("PySide6.QtMultimedia") is None:
        return None
    from explorer.ui.sound.qt_player import QtPlayer

    return QtPlayer(parent) if QtPlayer.has_device() else None
