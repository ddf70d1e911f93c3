"""The run bar: Train or Pause, Step, a step of each player, slow motion, Reset, and the progress of the run."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from explorer.engine.host.host import Snapshot
from explorer.ui.controls import Button, IconButton, Readout, join, make_action, restyle, text_label
from explorer.ui.numbers import count, number
from explorer.ui.page.state.draft import Draft
from explorer.ui.page.state.shown import PageState, PlayerInfo, Shown
from explorer.ui.theme import Theme

__all__ = ["RunBar", "short_names"]

_NARROW = 900  # px of the bar under which its words are left out
_TRAIN = 88  # px at least
_WORDS = {
    "slow_motion": "Slow",
    "reset": "Reset",
    "raw_weights": "Raw weights",
    "explain_button": "Explain",
    "step": "Step",
}
_APART = 12  # px at least between the steps and the pace

_FACES = {PageState.TRAINING: ("Pause", "pause"), PageState.DONE: ("Train on", "play")}
_TIPS = {True: "Fit the model to the data and keep the run (Space)", False: "Train or pause (Space)"}  # by: is fitted


class RunBar(QFrame):
    """Buttons and progress of a run, above the views, so that it never scrolls away.

    Signals:
        train: Train, pause, or train on.
        step: Train one round.
        player_step: Make one update of the player of a name alone.
        reset: Go back to step 0.
        raw: Show the raw weights, or the averaged ones.

    Args:
        theme: Colours.
        draft: The setup being edited.
        shown: What the page shows.
    """

    train = Signal()
    step = Signal()
    player_step = Signal(str)
    reset = Signal()
    raw = Signal(bool)

    def __init__(self, theme: Theme, draft: Draft, shown: Shown, parent: QWidget | None = None):
        super().__init__(parent)
        self._draft, self._shown = draft, shown
        self._has_accent = True
        trainable = shown.is_model
        self.setProperty("panel", "bar")
        self.setProperty("edge", "bottom")
        self.setFixedHeight(52)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(6)
        self.side_button = IconButton(theme, "sliders", "Show or hide the settings of the page (P)")
        self.side_button.setObjectName("side_button")
        self.side_button.setCheckable(True)
        self.side_button.setChecked(True)
        layout.addWidget(self.side_button)
        self.train_button = Button(theme, "Train", "play", "primary")
        self.train_button.setObjectName("train")
        self.train_button.setMinimumWidth(_TRAIN)
        self.train_button.setToolTip(_TIPS[False])
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
            layout.addWidget(text_label(shown.page_class.title, "title"))
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
        self.raw_button.setToolTip(
            "Show the model with the weights that training updates, instead of their moving average"
        )
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
        self.reset_button.clicked.connect(self.reset)
        self.raw_button.toggled.connect(self.raw)
        self._raw = make_action(self, "raw", "Raw or averaged weights", group="View", checkable=True)
        self._raw.setVisible(False)
        join(self.raw_button, self._raw)
        self.addAction(self._raw)
        shown.changed.connect(self._on_shown_changed)
        shown.config_changed.connect(self._offer_training)
        shown.state_changed.connect(self._show_state)
        shown.players_changed.connect(self._on_players_changed)
        self._offer_training()
        self._show_state()

    @Slot()
    def _on_players_changed(self) -> None:
        """Offers a step of each player alone, where there are several."""
        players = self._shown.players if len(self._shown.players) > 1 else ()
        for button in self.player_buttons:
            self._players.removeWidget(button)
            button.deleteLater()
        self.player_buttons = [
            self._player_button(player.name, word, place)
            for place, (player, word) in enumerate(zip(players, short_names(players), strict=True), start=1)
        ]
        self._offer_training()
        self._fold()

    def _player_button(self, name: str, word: str, place: int) -> Button:
        button = Button(self._theme, word, "", "ghost")
        button.setObjectName(f"step.{name}")
        button.setProperty("player", name)
        button.setProperty("word", word)
        button.setAccessibleName(f"Step the {name} alone")
        button.setToolTip(f"One update of the {name} alone; it counts as a step (Shift {place})")
        button.clicked.connect(self._on_player)
        self._players.addWidget(button)
        return button

    @Slot()
    def _on_player(self) -> None:
        self.player_step.emit(self.sender().property("player"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leaves out words where the bar is narrow."""
        super().resizeEvent(event)
        self._fold()
        self._place_pace()

    def _fold(self) -> None:
        """Leaves out words, one button after the other, until all that is left has room."""
        narrow = self.width() < _NARROW
        for button in self.player_buttons:
            button.setText(button.property("word") if narrow else f"Step {button.property('word')}")
        folding = (self.slow_button, self.reset_button, self.raw_button, self.explain_button, self.step_button)
        folded = 2 if narrow and self.player_buttons else 0
        while True:
            for place, button in enumerate(folding):
                button.setText("" if place < folded else _WORDS[button.objectName()])
            if folded == len(folding) or self._needed() <= self.width():
                return
            folded += 1

    def _needed(self) -> int:
        """Width in which nothing is cut, px; speed and time left are shown only where there is room."""
        layout = self.layout()
        assert layout is not None
        layout.invalidate()
        beside = self.pace.width() if self.pace.text() else 0
        return layout.minimumSize().width() - beside

    @Slot(str)
    def yield_accent(self, notice: str) -> None:
        """Gives the accent colour, reserved for one button, to a welcome notice; takes it back for any other."""
        self._has_accent = notice != "welcome"
        self._show_state()

    @Slot()
    def _show_state(self) -> None:
        state, fitted = self._shown.state, bool(self._shown.fitted)
        self.train_button.set_face(*(("Fit", "play") if fitted else _FACES.get(state, ("Train", "play"))))
        obstacle = self._shown.obstacle
        self.train_button.setToolTip(f"Train is off: {obstacle}" if obstacle else _TIPS[fitted])
        plain = state.is_over or state is PageState.FAILED or not self._has_accent
        self.train_button.set_kind("plain" if plain else "primary")
        self.train_button.setMinimumWidth(0)  # a width that is set would hide what the text needs
        self.train_button.setMinimumWidth(max(_TRAIN, self.train_button.sizeHint().width()))
        self._fold()
        restyle(self.progress, failed="true" if state.is_over else "false")

    @Slot()
    def _offer_training(self) -> None:
        """Offers steps and their progress, for a model that is trained in steps."""
        trained = self._shown.is_model and not self._shown.fitted
        obstacle = self._shown.obstacle
        for widget in (self.pace, self.progress):
            widget.setVisible(trained)
        for button in (self.step_button, self.slow_button, *self.player_buttons):
            button.setVisible(trained and not obstacle)
        self.train_button.setEnabled(not obstacle)
        self._show_state()

    @Slot()
    def _on_shown_changed(self) -> None:
        self._offer_training()
        if self._shown.setup is None and self._shown.is_model:
            values = self._draft.state.values
            self._show_progress(Snapshot(), values["steps"], values["seconds"])

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows the progress of the run, and offers the raw weights where there are averaged ones."""
        if self.raw_button.isHidden() == snapshot.averaged:
            self.raw_button.setVisible(snapshot.averaged)
            self._fold()
        self._raw.setVisible(snapshot.averaged)
        if self._shown.setup is not None:
            training = self._shown.setup.training
            self._show_progress(snapshot, training.steps, training.seconds)

    def _show_progress(self, snapshot: Snapshot, steps: int, seconds: float) -> None:
        """Shows the progress of the run.

        Args:
            snapshot: The newest.
            steps: Steps that the run is to have.
            seconds: Seconds that it is to take, or 0 where steps count.
        """
        if self._shown.fitted:
            self.steps.setText(f"Fitted by {self._shown.fitted}")
            return
        before = self.steps.width()
        self.progress.setValue(round(1000 * snapshot.progress))
        if seconds > 0:
            self.steps.setText(f"{count(snapshot.step)} steps, {snapshot.seconds:.0f} / {seconds:.0f} s")
        else:
            self.steps.setText(f"{count(snapshot.step)} / {count(steps)} steps")
        if self.steps.width() != before:
            self._fold()
        training = self._shown.state is PageState.TRAINING and snapshot.state == PageState.TRAINING
        if not training or snapshot.rate <= 0:
            self._words = ()
            self._place_pace()
            return
        left = seconds - snapshot.seconds if seconds > 0 else (steps - snapshot.step) / snapshot.rate
        minutes, rest = divmod(max(0, round(left)), 60)
        self._words = (f"{number(snapshot.rate, 3)} it/s", f"ETA {minutes}:{rest:02d}")
        self._place_pace()

    def _place_pace(self) -> None:
        """Shows speed and time left, as much of it as fits beside the steps."""
        room = self.progress.width() - self.steps.width() - _APART
        texts = (" · ".join(self._words), *self._words[1:], "")
        fits = next(text for text in texts if not text or self.pace.width_of(text) <= room)
        if self.pace.width() > room:
            self.pace.setText("")  # and its room
        self.pace.setText(fits)


def short_names(players: Sequence[PlayerInfo]) -> list[str]:
    """The symbols of the players, or their names where two symbols are equal."""
    symbols = [player.symbol for player in players]
    return symbols if len(set(symbols)) == len(players) else [player.name.capitalize() for player in players]
