"""Playing of sounds, where the extra `audio` is installed."""

from explorer.ui.sound.player import Player, open_player

__all__ = ["Player", "open_player"]
