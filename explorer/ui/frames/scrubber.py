"""The scrubber of a film: play, a slider over its frames, and the position of the one in view."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from explorer.ui.controls import IconButton, Readout, Scale, Slider
from explorer.ui.numbers import count, number
from explorer.ui.theme import Theme

__all__ = ["Scrubber"]

_SLOW, _FAST = 100, 40  # ms from frame to frame of a film of at most _MANY frames, and of a longer one
_MANY = 60
_LONGEST = 6000  # ms that playing takes at most: a longer film leaves frames out
_CALM = 500  # ms, with reduced motion, when it leaps as far as it would have played


class Scrubber(QWidget):
    """Chooses one of the frames along an axis, by hand or by playing. Playing ends at the last frame.

    Attributes:
        place: Number of the frame that is chosen, from 0.
        play_button: Plays and pauses.
        slider: The slider, which has the focus.

    Signals:
        moved: Number of the frame that was chosen, by hand, by a key or by playing.

    Args:
        theme: Colours, and whether motion is reduced.
    """

    moved = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self._theme = theme
        self._at, self._axis = np.zeros(1), ""
        self.place = 0
        self.play_button = IconButton(theme, "play", "Play the film", parent=self)
        self.play_button.clicked.connect(self.toggle)
        self.slider = Slider(theme, Scale(0, 1, 1, whole=True), 0, parent=self)
        self.slider.moved.connect(self._on_slider_moved)
        self._readout = Readout(parent=self)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_beat)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.play_button)
        row.addWidget(self.slider, 1)
        row.addWidget(self._readout)
        self.setFocusProxy(self.slider)

    @property
    def last(self) -> int:
        """Number of the last frame."""
        return len(self._at) - 1

    @property
    def is_playing(self) -> bool:
        """Whether it plays."""
        return self._timer.isActive()

    @property
    def position(self) -> str:
        """Axis and position of the chosen frame as text: "t 0.25"."""
        at = float(self._at[self.place])
        whole = bool((self._at == np.round(self._at)).all())
        return f"{self._axis} {count(at) if whole else number(at)}".strip()

    def set_axis(self, at: np.ndarray, axis: str, place: int) -> None:
        """Takes another film, without a signal.

        Args:
            at: Positions of its frames, (k,).
            axis: Name of the axis.
            place: Number of the frame that is chosen.
        """
        self._at, self._axis = at, axis
        self.slider.set_scale(Scale(0, max(self.last, 1), 1, whole=True))
        for control in (self.slider, self.play_button):
            control.setEnabled(self.last > 0)
        self.slider.setAccessibleName(f"Position in the film: {axis}" if axis else "Position in the film")
        self._set_place(place)

    def go(self, place: int) -> None:
        """Chooses a frame; a number beyond the ends stands for the first or the last frame."""
        place = min(max(place, 0), self.last)
        if place != self.place:
            self._set_place(place)
            self.moved.emit(place)

    def _set_place(self, place: int) -> None:
        self.place = place
        self.slider.set_number(place)
        self._readout.setText(self.position)
        self.slider.setAccessibleDescription(f"{self.position}, frame {place + 1} of {self.last + 1}")

    @Slot()
    def toggle(self) -> None:
        """Plays from the chosen frame, or from the first where that is the last one; or pauses."""
        if self.is_playing:
            self.pause()
        elif self.last > 0:
            if self.place == self.last:
                self.go(0)
            self._timer.start(self._pace()[0])
            self._show_playing()

    def pause(self) -> None:
        """Stops playing."""
        self._timer.stop()
        self._show_playing()

    def _pace(self) -> tuple[int, int]:
        """Milliseconds between two chosen frames, and how many frames further the next one is."""
        frames = self.last + 1
        interval = _SLOW if frames <= _MANY else _FAST
        leap = -(-frames * interval // _LONGEST)
        if self._theme.reduced_motion:
            return _CALM, leap * round(_CALM / interval)
        return interval, leap

    def _show_playing(self) -> None:
        playing = self.is_playing
        self.play_button.set_face("pause" if playing else "play", "Pause the film" if playing else "Play the film")

    @Slot()
    def _on_beat(self) -> None:
        interval, leap = self._pace()
        self._timer.setInterval(interval)
        self.go(self.place + leap)
        if self.place == self.last:
            self.pause()

    @Slot(float)
    def _on_slider_moved(self, value: float) -> None:
        self.pause()
        self.go(round(value))

    def hideEvent(self, event: QHideEvent) -> None:
        """Pauses out of sight."""
        self.pause()
        super().hideEvent(event)
