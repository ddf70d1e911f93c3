"""The run bar: Train or Pause, Step, a step of each player, slow motion, Reset, and how far the run is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from explorer.engine.host.host import Snapshot
from explorer.ui.controls import Button, IconButton, Readout, restyle, text_label
from explorer.ui.numbers import count, number
from explorer.ui.theme import Theme

__all__ = ["RunBar", "short_names"]

_NARROW = 900  # px of the bar under which its words are left out
_APART = 12  # px at least between the steps and the pace

_FACES = {
    "static": ("Train", "play"),
    "ready": ("Train", "play"),
    "training": ("Pause", "pause"),
    "paused": ("Train", "play"),
    "stopped": ("Train", "play"),
    "done": ("Train on", "play"),
}


class RunBar(QFrame):
    """Above the views, so that it never scrolls away.

    Signals:
        train: Train, pause, or train on.
        step: One round.
        player_step: One update of the player of a name alone.
        slow: Slow motion is to begin or to end.
        reset: Back to step 0.
        explain: Explain is to be shown or hidden.
        side: The left panel is to be shown or hidden.
        raw: The raw weights are to be looked at, or the averaged ones.

    Args:
        theme: Colours.
        trainable: Whether there is something to train.
        title: Of the page; shown where there is not.
    """

    train = Signal()
    step = Signal()
    player_step = Signal(str)
    slow = Signal(bool)
    reset = Signal()
    explain = Signal(bool)
    side = Signal(bool)
    raw = Signal(bool)

    def __init__(self, theme: Theme, trainable: bool, title: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setProperty("panel", "bar")
        self.setProperty("edge", "bottom")
        self.setFixedHeight(52)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(6)
        self.side_button = IconButton(theme, "sliders", "Show or hide the settings of the page")
        self.side_button.setObjectName("side_button")
        self.side_button.setCheckable(True)
        self.side_button.hide()
        layout.addWidget(self.side_button)
        self.train_button = Button(theme, "Train", "play", "primary")
        self.train_button.setObjectName("train")
        self.train_button.setMinimumWidth(88)
        self.train_button.setToolTip("Train or pause (Space)")
        self.step_button = Button(theme, "Step", "step", "ghost")
        self.step_button.setObjectName("step")
        self.step_button.setToolTip("One round of training (.)")
        self.reset_button = Button(theme, "Reset", "reset", "ghost")
        self.reset_button.setObjectName("reset")
        self.reset_button.setToolTip("Back to step 0 with the same initial weights (Ctrl R)")
        self.slow_button = Button(theme, "Slow", "snail", "ghost")
        self.slow_button.setObjectName("slow_motion")
        self.slow_button.setAccessibleName("Slow motion")
        self.slow_button.setCheckable(True)
        self.slow_button.setToolTip("Slow motion: training phase by phase, each explained (S)")
        self.player_buttons: list[Button] = []
        self._words: tuple[str, ...] = ()  # speed and time left
        self._theme, self._players = theme, QHBoxLayout()
        self._players.setSpacing(2)
        for button in (self.train_button, self.step_button, self.slow_button, self.reset_button):
            layout.addWidget(button)
            button.setVisible(trainable)
            if button is self.step_button:
                layout.addLayout(self._players)
        if not trainable:
            layout.addWidget(text_label(title, "title"))
        self.steps = Readout("steps")
        self.pace = Readout("pace")
        numbers = QHBoxLayout()
        numbers.addWidget(self.steps)
        numbers.addStretch(1)
        numbers.addWidget(self.pace)
        self.progress = QProgressBar(textVisible=False, minimum=0, maximum=1000)
        self.progress.setObjectName("progress")
        self.progress.setAccessibleName("Progress of the run")
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addStretch(1)
        column.addLayout(numbers)
        column.addWidget(self.progress)
        column.addStretch(1)
        layout.addSpacing(6)
        layout.addLayout(column, 1)
        layout.addSpacing(6)
        for widget in (self.steps, self.pace, self.progress):
            widget.setVisible(trainable)
        self.raw_button = Button(theme, "Raw weights", "cube", "ghost")
        self.raw_button.setObjectName("raw_weights")
        self.raw_button.setCheckable(True)
        self.raw_button.setToolTip("Views show the averaged weights; this shows the raw ones, as training left them")
        self.raw_button.hide()
        layout.addWidget(self.raw_button)
        self.explain_button = Button(theme, "Explain", "panel", "ghost")
        self.explain_button.setObjectName("explain_button")
        self.explain_button.setCheckable(True)
        self.explain_button.setChecked(True)
        self.explain_button.setToolTip("Objective, what to look at, what to try (E)")
        layout.addWidget(self.explain_button)
        self.train_button.clicked.connect(self.train)
        self.step_button.clicked.connect(self.step)
        self.slow_button.toggled.connect(self.slow)
        self.reset_button.clicked.connect(self.reset)
        self.explain_button.toggled.connect(self.explain)
        self.side_button.toggled.connect(self.side)
        self.raw_button.toggled.connect(self.raw)

    def set_players(self, names: Sequence[str]) -> None:
        """Offers a step of each player alone, where there are several."""
        names = names if len(names) > 1 else ()
        if [button.property("player") for button in self.player_buttons] == list(names):
            return
        for button in self.player_buttons:
            self._players.removeWidget(button)
            button.deleteLater()
        self.player_buttons = [self._player_button(name, word, place) for place, (name, word) in enumerate(zip(
            names, short_names(names), strict=True), start=1)]  # fmt: skip
        self._fold()

    def _player_button(self, name: str, word: str, place: int) -> Button:
        button = Button(self._theme, word, "", "ghost")
        button.setObjectName(f"step.{name}")
        button.setProperty("player", name)
        button.setProperty("word", word)
        button.setAccessibleName(f"Step the {name} alone")
        button.setToolTip(f"One update of the {name} alone; it counts as a step ({place})")
        button.clicked.connect(self._on_player)
        self._players.addWidget(button)
        return button

    @Slot()
    def _on_player(self) -> None:
        self.player_step.emit(self.sender().property("player"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leaves words out where there is little room."""
        super().resizeEvent(event)
        self._fold()
        self._place_pace()

    def _fold(self) -> None:
        narrow = self.width() < _NARROW
        for button in self.player_buttons:
            button.setText(button.property("word") if narrow else f"Step {button.property('word')}")
        tight = narrow and bool(self.player_buttons)
        self.slow_button.setText("" if tight else "Slow")
        self.reset_button.setText("" if tight else "Reset")

    @Slot(str)
    def show_state(self, state: str) -> None:
        """The face of the train button; it is the one accent button unless an error offers its fix."""
        word, icon = _FACES.get(state, ("Train", "play"))
        self.train_button.set_face(word, icon)
        self.train_button.set_kind("plain" if state in ("diverged", "out of memory", "failed") else "primary")
        restyle(self.progress, failed="true" if state in ("diverged", "out of memory") else "false")

    def show_progress(self, snapshot: Snapshot, steps: int, seconds: float) -> None:
        """How far the run is.

        Args:
            snapshot: As it stands.
            steps: Steps it is to have.
            seconds: Seconds it is to take, or 0 where steps count.
        """
        self.progress.setValue(round(1000 * snapshot.progress))
        if seconds > 0:
            self.steps.setText(f"{count(snapshot.step)} steps, {snapshot.seconds:.0f} / {seconds:.0f} s")
        else:
            self.steps.setText(f"{count(snapshot.step)} / {count(steps)} steps")
        if snapshot.state != "training" or snapshot.rate <= 0:
            self._words = ()
            self._place_pace()
            return
        left = seconds - snapshot.seconds if seconds > 0 else (steps - snapshot.step) / snapshot.rate
        minutes, rest = divmod(max(0, round(left)), 60)
        self._words = (f"{number(snapshot.rate, 3)} it/s", f"ETA {minutes}:{rest:02d}")
        self._place_pace()

    def _place_pace(self) -> None:
        """Shows speed and time left, or what of it there is room for beside the steps."""
        room = self.progress.width() - self.steps.width() - _APART
        texts = (" · ".join(self._words), *self._words[1:], "")
        fits = next(text for text in texts if not text or self.pace.width_of(text) <= room)
        if self.pace.width() > room:
            self.pace.setText("")  # and its room
        self.pace.setText(fits)


def short_names(names: Sequence[str]) -> list[str]:
    """The players' initials, or their names where two begin alike."""
    initials = [name[:1].upper() for name in names]
    return initials if len(set(initials)) == len(names) else [name.capitalize() for name in names]
