"""Playback of sound, available with the extra `audio`."""

from explorer.ui.sound.opening import open_player
from explorer.ui.sound.player import Player

__all__ = ["Player", "open_player"]
