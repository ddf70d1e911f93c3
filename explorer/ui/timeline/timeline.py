"""The timeline: shows any recorded step of a training."""

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

_RATE = 83  # ms between two recorded steps during playback
_CALM = 500  # ms likewise with reduced motion, which skips the steps between
_BACKDROP_INTERVAL = 500  # ms between two paints of the backdrop, which changes slowly
_EMPTY = "no history yet"


class Timeline(QFrame):
    """Play, track, step and Live, 60 px high.

    In live mode the handle follows the training. Scrubbing or playing leaves it; the button Live returns to it.

    Attributes:
        track: The slider over the recorded steps.
        reduced_motion: Playback shows two recorded steps a second and skips those between.

    Signals:
        scrubbed: Recorded step that the user or playback chose.
        live_requested: The button Live was pressed.

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
        self._play = IconButton(theme, "play", "Play the recorded steps", "text2", self)
        self._play.setObjectName("timeline.play")
        self._play.clicked.connect(self._on_play_clicked)
        self.track = Track(theme, self)
        self.track.scrubbed.connect(self._on_track_scrubbed)
        self._readout = Readout("timeline.step", self)
        self._readout.setText(_EMPTY)
        self._go_live = Button(theme, "Live", parent=self)
        self._go_live.setObjectName("timeline.live")
        self._go_live.setToolTip("Show the training live")
        self._go_live.clicked.connect(self._on_live_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(12)
        row.addWidget(self._play)
        row.addWidget(self.track, 1)
        row.addWidget(self._readout)
        row.addWidget(self._go_live)
        self._player = QTimer(self)
        self._player.timeout.connect(self._on_tick)
        self._backdrop: tuple[np.ndarray, np.ndarray] | None = None
        self._painter = QTimer(self, singleShot=True, interval=_BACKDROP_INTERVAL)
        self._painter.timeout.connect(self._on_backdrop_due)
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
        """Whether playback is running."""
        return self._player.isActive()

    @property
    def step(self) -> int:
        """The step at the handle."""
        return self.track.step

    def show_recorded(self, steps: Sequence[int], total_steps: int) -> None:
        """Sets the recorded steps.

        Args:
            steps: Recorded steps, ascending.
            total_steps: Steps of the whole training; where it is unknown, 0: then the track ends at the newest step.
        """
        before = bool(self.track.steps)
        self.track.show_recorded(steps, total_steps)
        if before != bool(steps):
            if not steps:
                self._stop()
                self.show_step(0)
                self._backdrop = None
                self.track.show_backdrop(np.zeros(0), np.zeros(0))
            self._show_state()
        self._update_readout()

    def show_changes(self, steps: Sequence[int]) -> None:
        """Marks the steps after which parameters were changed while the run trained."""
        self.track.show_changes(steps)

    def show_backdrop(self, x: np.ndarray, y: np.ndarray) -> None:
        """Sets the loss drawn behind the track, y (n,) over steps x (n,); painted at most twice a second."""
        self._backdrop = (x, y)
        if not self._painter.isActive():
            self._on_backdrop_due()

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
        self.show_changes(())
        self.clear_marks()

    @Slot(float)
    def go_to(self, step: float) -> None:
        """Shows the recorded moment nearest to a step."""
        self.track.choose(step)

    def show_step(self, step: int) -> None:
        """Moves the handle to a step without a signal."""
        self.track.show_step(step)
        self._update_readout()

    def set_live(self, live: bool) -> None:
        """Sets whether the handle follows the training, without a signal."""
        if live:
            self._stop()
        if live != self._live:
            self._live = live
            self._show_state()

    @Slot(int, int)
    def mark_failure(self, last_good: int, stopped: int) -> None:
        """Marks the last good step, whose checkpoint is kept, and the step at which training failed."""
        self.track.mark(last_good, stopped)

    def clear_marks(self) -> None:
        """Removes the marks of a failure."""
        self.track.clear_marks()

    def play(self) -> None:
        """Plays the recorded steps from the handle, or from the first where the handle is at the last."""
        if not self.track.steps:
            return
        if self._live or self.track.moment >= len(self.track.steps) - 1:
            self._go(0)
        self._player.start(_CALM if self.reduced_motion else _RATE)
        self._show_state()

    def pause(self) -> None:
        """Stops playback."""
        self._stop()

    @Slot()
    def _on_leap(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.track.leap(action.data())

    @Slot(object)
    def apply_theme(self, _tokens: Tokens) -> None:
        """Repaints the dot of Live."""
        self._show_state()

    def _go(self, moment: int) -> None:
        self.track.go(moment)
        self._show_recorded(self.track.step)

    def _show_recorded(self, step: int) -> None:
        self.set_live(False)
        self._update_readout()
        self.scrubbed.emit(step)

    def _stop(self) -> None:
        if self._player.isActive():
            self._player.stop()
            self._show_state()

    def _update_readout(self) -> None:
        text = f"step {count(self.track.step)}" if self.track.steps else _EMPTY
        if text == self._readout.text():
            return
        if _EMPTY in (text, self._readout.text()):
            self._readout.setText("")
        if self.track.steps:
            self._readout.reserve(f"step {count(self.track.newest)}")  # the track keeps its width
        self._readout.setText(text)

    def _show_state(self) -> None:
        usable = bool(self.track.steps)
        self._play.setEnabled(usable)
        self._go_live.setEnabled(usable)
        self._go_live.setIcon(self._dot(usable))
        self._go_live.setAccessibleDescription("following the training" if self._live else "showing a recorded step")
        playing = self._player.isActive()
        self._play.set_face("pause" if playing else "play", "Pause" if playing else "Play the recorded steps")

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
        self._show_recorded(step)

    @Slot()
    def _on_live_clicked(self) -> None:
        self.set_live(True)
        self.show_step(self.track.newest)
        self.live_requested.emit()

    @Slot()
    def _on_tick(self) -> None:
        last = len(self.track.steps) - 1
        stride = round(_CALM / _RATE) if self.reduced_motion else 1
        self._go(min(last, self.track.moment + stride))
        if self.track.moment >= last:
            self._stop()

    @Slot()
    def _on_backdrop_due(self) -> None:
        if self._backdrop is not None:
            self.track.show_backdrop(*self._backdrop)
            self._backdrop = None
            self._painter.start()
