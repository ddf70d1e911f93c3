"""The timeline: back to any recorded moment of a training, and forward again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from explorer.ui.controls import Button, IconButton, Readout, make_action
from explorer.ui.numbers import count
from explorer.ui.theme import Theme, Tokens
from explorer.ui.timeline.track import Track
from models.frames import Curves

__all__ = ["Timeline"]

_RATE = 83  # ms between two moments while it plays
_CALM = 500  # ms, with reduced motion, when it leaps over the moments between
_FRESH = 500  # ms between two drawings of the backdrop, whose shape changes slowly
_EMPTY = "no history yet"


class Timeline(QFrame):
    """Play, track, step and Live, 60 px high.

    While it is live the handle follows the training. Scrubbing or playing ends that; `Live` goes back to it.

    Attributes:
        track: The slider over the recorded moments.
        reduced_motion: Playing leaps twice a second over several moments, instead of running through all of them.

    Signals:
        scrubbed: A recorded step was chosen, by hand or by playing.
        live_requested: Live was pressed.

    Args:
        theme: Colours.
    """

    scrubbed = Signal(int)
    live_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self._theme = theme
        self._live = True
        self.reduced_motion = False
        self.setObjectName("timeline")
        self.setAccessibleName("Timeline")
        self.setProperty("panel", "bar")
        self.setFixedHeight(60)
        self._play = IconButton(theme, "play", "Play the recorded moments", "text2", self)
        self._play.setObjectName("timeline.play")
        self._play.clicked.connect(self._on_play_clicked)
        self.track = Track(theme, self)
        self.track.scrubbed.connect(self._on_track_scrubbed)
        self._words = Readout("timeline.step", self)
        self._words.setText(_EMPTY)
        self._go_live = Button(theme, "Live", parent=self)
        self._go_live.setObjectName("timeline.live")
        self._go_live.setToolTip("Show the training as it goes on")
        self._go_live.clicked.connect(self._on_live_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(12)
        row.addWidget(self._play)
        row.addWidget(self.track, 1)
        row.addWidget(self._words)
        row.addWidget(self._go_live)
        self._player = QTimer(self)
        self._player.timeout.connect(self._on_beat)
        self._ground: tuple[np.ndarray, np.ndarray] | None = None
        self._painter = QTimer(self, singleShot=True, interval=_FRESH)
        self._painter.timeout.connect(self._on_ground_due)
        theme.changed.connect(self.apply_theme)
        self._add_actions()
        self._show_state()

    def _add_actions(self) -> None:
        add = partial(make_action, self, group="Timeline")
        self.addAction(add("timeline.play", "Play the timeline", self.play))
        for key, sign, way in (("Left", -1, "back"), ("Right", 1, "forward")):
            for name, shift, moments in (
                ("One recorded moment", "", sign),
                ("Ten recorded moments", "Shift+", 10 * sign),
            ):
                text, name_ = f"{name} {way}", f"timeline.{way}.{abs(moments)}"
                self.addAction(add(name_, text, self._on_leap, key=shift + key, repeats=True, data=moments))

    @property
    def live(self) -> bool:
        """Whether the handle follows the training."""
        return self._live

    @property
    def playing(self) -> bool:
        """Whether it runs through the recorded moments."""
        return self._player.isActive()

    @property
    def step(self) -> int:
        """The step at the handle."""
        return self.track.step

    def show_recorded(self, steps: Sequence[int], total_steps: int) -> None:
        """The moments one can go back to.

        Args:
            steps: Recorded steps, ascending.
            total_steps: Of the whole training; 0 where it is not known, then the track reaches as far as the training.
        """
        had = bool(self.track.steps)
        self.track.show_recorded(steps, total_steps)
        if had != bool(steps):
            if not steps:
                self._stop()
                self.show_step(0)
                self._ground = None
                self.track.show_backdrop(np.zeros(0), np.zeros(0))
            self._show_state()
        self._say()

    def show_backdrop(self, x: np.ndarray, y: np.ndarray) -> None:
        """The loss behind the track, y (n,) over steps x (n,); drawn at most twice a second."""
        self._ground = (x, y)
        if not self._painter.isActive():
            self._on_ground_due()

    @Slot(object)
    def show_curves(self, curves: Curves) -> None:
        """The loss behind the track, out of the curves of a run."""
        total = next((series for series in curves.series if series.role == "total"), None)
        if total is not None:
            self.show_backdrop(total.x, total.y)

    @Slot()
    def clear(self) -> None:
        """Forgets the recorded moments and the marks of a failure."""
        self.show_recorded((), 0)
        self.clear_marks()

    def show_step(self, step: int) -> None:
        """Puts the handle at a step; does not signal."""
        self.track.show_step(step)
        self._say()

    def set_live(self, live: bool) -> None:
        """Says whether the handle follows the training; does not signal."""
        if live:
            self._stop()
        if live != self._live:
            self._live = live
            self._show_state()

    @Slot(int, int)
    def mark_failure(self, last_good: int, stopped: int) -> None:
        """Marks the last good step, which is kept, and the step at which training failed."""
        self.track.mark(last_good, stopped)

    def clear_marks(self) -> None:
        """Removes the marks of a failure."""
        self.track.clear_marks()

    def play(self) -> None:
        """Runs through the recorded moments from here on, from the first one where this is the last."""
        if not self.track.steps:
            return
        if self._live or self.track.moment >= len(self.track.steps) - 1:
            self._go(0)
        self._player.start(_CALM if self.reduced_motion else _RATE)
        self._show_state()

    def pause(self) -> None:
        """Stays where it is."""
        self._stop()

    @Slot()
    def _on_leap(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.track.leap(action.data())

    @Slot(object)
    def apply_theme(self, _tokens: Tokens) -> None:
        """Colours the dot of Live."""
        self._show_state()

    def _go(self, moment: int) -> None:
        self.track.go(moment)
        self._leave_for(self.track.step)

    def _leave_for(self, step: int) -> None:
        self.set_live(False)
        self._say()
        self.scrubbed.emit(step)

    def _stop(self) -> None:
        if self._player.isActive():
            self._player.stop()
            self._show_state()

    def _say(self) -> None:
        text = f"step {count(self.track.step)}" if self.track.steps else _EMPTY
        if text == self._words.text():
            return
        if _EMPTY in (text, self._words.text()):
            self._words.setText("")
        if self.track.steps:
            self._words.reserve(f"step {count(self.track.newest)}")  # so that the track does not jump while one scrubs
        self._words.setText(text)

    def _show_state(self) -> None:
        usable = bool(self.track.steps)
        self._play.setEnabled(usable)
        self._go_live.setEnabled(usable)
        self._go_live.setIcon(self._dot(usable))
        self._go_live.setAccessibleDescription("following the training" if self._live else "showing a recorded moment")
        playing = self._player.isActive()
        self._play.set_face("pause" if playing else "play", "Pause" if playing else "Play the recorded moments")

    def _dot(self, usable: bool) -> QIcon:
        tokens = self._theme.tokens
        ink = tokens.disabled if not usable else tokens.ok if self._live else tokens.text3
        icon = QIcon()
        for ratio in (1, 2, 3):
            pixmap = QPixmap(16 * ratio, 16 * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(QColor(0, 0, 0, 0))
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(0, 0, 0, 0))
            painter.setBrush(QColor(ink))
            painter.drawEllipse(5, 5, 7, 7)
            painter.end()
            icon.addPixmap(pixmap, QIcon.Mode.Normal)
            icon.addPixmap(pixmap, QIcon.Mode.Disabled)
        return icon

    @Slot()
    def _on_play_clicked(self) -> None:
        self.pause() if self.playing else self.play()

    @Slot(int)
    def _on_track_scrubbed(self, step: int) -> None:
        self._stop()
        self._leave_for(step)

    @Slot()
    def _on_live_clicked(self) -> None:
        self.set_live(True)
        self.show_step(self.track.newest)
        self.live_requested.emit()

    @Slot()
    def _on_beat(self) -> None:
        last = len(self.track.steps) - 1
        leap = round(_CALM / _RATE) if self.reduced_motion else 1
        self._go(min(last, self.track.moment + leap))
        if self.track.moment >= last:
            self._stop()

    @Slot()
    def _on_ground_due(self) -> None:
        if self._ground is not None:
            self.track.show_backdrop(*self._ground)
            self._ground = None
            self._painter.start()
