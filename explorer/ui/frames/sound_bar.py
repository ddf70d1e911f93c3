"""The controls of sound: play or stop, loop, and save it as a WAV file."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from explorer.ui.controls import Button, IconButton
from explorer.ui.sound import open_player
from explorer.ui.theme import Theme

__all__ = ["SoundBar"]


class SoundBar(QWidget):
    """A row of buttons. Without a player there is Save WAV alone.

    Attributes:
        player: Plays the sound, or None where none can.
        play_button, loop_button: None without a player.
        save_button: Asks for a WAV file.

    Signals:
        save_asked: The sound is to be saved.
        moved: Time of the sound that is heard, s, or None when it ends.

    Args:
        theme: Colours.
    """

    save_asked = Signal()
    moved = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self._samples, self._rate = np.zeros(0, np.float32), 1
        self._playing = self.is_looping = False
        self.player = open_player(self)
        self.play_button: Button | None = None
        self.loop_button: IconButton | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        if self.player is not None:
            self.player.moved.connect(self.moved)
            self.player.ended.connect(self._on_ended)
            self.play_button = Button(theme, "Play", "play", parent=self)
            self.play_button.clicked.connect(self.toggle)
            self.loop_button = IconButton(theme, "loop", "Repeat the sound", parent=self)
            self.loop_button.clicked.connect(self._on_loop)
            row.addWidget(self.play_button)
            row.addWidget(self.loop_button)
        row.addStretch(1)
        self.save_button = Button(theme, "Save WAV", "export", kind="ghost", parent=self)
        self.save_button.clicked.connect(self.save_asked)
        row.addWidget(self.save_button)

    def name_after(self, name: str) -> None:
        """Names the buttons after a view: sound.<view>.play, .loop and .save."""
        for button, what in ((self.play_button, "play"), (self.loop_button, "loop"), (self.save_button, "save")):
            if button is not None:
                button.setObjectName(f"sound.{name}.{what}")

    def set_sound(self, samples: np.ndarray, rate: int) -> None:
        """Sets the sound that Play starts; a sound that is already playing continues."""
        self._samples, self._rate = samples, rate

    @Slot()
    def toggle(self) -> None:
        """Plays the sound, or stops it."""
        if self.player is None or self.play_button is None:
            return
        if self._playing:
            self.player.stop()
            return
        self._playing = True
        self.play_button.set_face("Stop", "stop")
        self.player.play(np.nan_to_num(self._samples), self._rate, self.is_looping)

    def stop(self) -> None:
        """Stops the sound."""
        if self._playing and self.player is not None:
            self.player.stop()

    @Slot()
    def _on_loop(self) -> None:
        assert self.player is not None
        assert self.loop_button is not None
        self.is_looping = not self.is_looping
        name, token = ("Play the sound once", "accent") if self.is_looping else ("Repeat the sound", "text2")
        self.loop_button.set_face("loop", name, token)
        self.player.set_loop(self.is_looping)

    @Slot()
    def _on_ended(self) -> None:
        self._playing = False
        if self.play_button is not None:
            self.play_button.set_face("Play", "play")
        self.moved.emit(None)
