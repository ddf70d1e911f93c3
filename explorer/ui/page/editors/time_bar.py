"""The controls of a time: play, slider and value."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from explorer.ui.controls import IconButton, Scale, Slider, ValueBox, text_label
from explorer.ui.theme import Theme

__all__ = ["TimeBar"]

_SCALE = Scale(0.0, 1.0, 0.01)


class TimeBar(QFrame):
    """A row with a button that plays, a slider and a box for the time t, 0 to 1.

    Signals:
        moved: The time, while the slider is moved or when a value was typed.
        play_toggled: Play, or stop.

    Args:
        theme: Colours.
        name: Object name; those of the controls begin with it.
    """

    moved = Signal(float)
    play_toggled = Signal(bool)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Time")
        self.play = IconButton(theme, "play", "Play from t = 0 to 1")
        self.play.setObjectName(f"{name}.play")
        self.play.setCheckable(True)
        self.slider = Slider(theme, _SCALE, 0.0)
        self.slider.setObjectName(f"{name}.slider")
        self.slider.setAccessibleName("Time t")
        self.box = ValueBox(_SCALE, 0.0)
        self.box.explain_refusals()
        self.box.setObjectName(f"{name}.value")
        self.box.setAccessibleName("Value of the time t")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.play)
        line.addWidget(text_label("t", "label"))
        line.addWidget(self.slider, 1)
        line.addWidget(self.box)
        self.slider.moved.connect(self.moved)
        self.box.committed.connect(self._on_committed)
        self.play.toggled.connect(self._on_toggled)

    def show_time(self, t: float) -> None:
        """Shows a time without a signal."""
        self.slider.set_number(t)
        self.box.set_number(round(t, 4))

    def show_playing(self, playing: bool) -> None:
        """Shows whether the time is playing, without a signal."""
        blocked = self.play.blockSignals(True)
        self.play.setChecked(playing)
        self.play.blockSignals(blocked)
        self.play.set_face("pause" if playing else "play", "Stop" if playing else "Play from t = 0 to 1")

    @Slot(float, float)
    def _on_committed(self, _before: float, t: float) -> None:
        self.moved.emit(t)

    @Slot(bool)
    def _on_toggled(self, playing: bool) -> None:
        self.show_playing(playing)
        self.play_toggled.emit(playing)
