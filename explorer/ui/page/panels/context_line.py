"""One line above the cards: which run, on which data, with which weights, and what waits for a reset."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from explorer.engine.files import runs_folder
from explorer.engine.naming import data_words, name_of_run
from explorer.engine.runs.listing import runs_of_pages
from explorer.ui.controls import Button, ElidedLabel, IconButton, text_label
from explorer.ui.numbers import count
from explorer.ui.page.state.draft import Draft
from explorer.ui.page.state.moment import Moment
from explorer.ui.page.state.shown import PageState, Shown
from explorer.ui.page.state.waiting import waiting
from explorer.ui.theme import Theme

__all__ = ["ContextLine"]


class ContextLine(QFrame):
    """Says what the cards show; offers a reset where settings wait for one, and the last run where none is shown.

    A run can be compared with another. A lab has no run: the line is hidden.

    Attributes:
        title: Preset and seed, or that the model comes with the application.
        about: Data and weights.
        waiting: What applies after a reset, or what Train begins.

    Signals:
        reset: The reset was chosen.
        run_chosen: Folder of the run to open.
        compare: The run is to be compared with another.

    Args:
        theme: Colours.
        draft: The setup being edited.
        shown: What the page shows.
        moment: The moment that is shown.
    """

    reset = Signal()
    run_chosen = Signal(object)
    compare = Signal()

    def __init__(self, theme: Theme, draft: Draft, shown: Shown, moment: Moment, parent: QWidget | None = None):
        super().__init__(parent)
        self._draft, self._shown, self._moment = draft, shown, moment
        self._last: Path | None = None
        self._named: tuple[object, int | None] = (None, None)  # setups and step whose name is known
        self._name = ""
        self.setObjectName("context")
        self.setProperty("panel", "bar")
        self.setProperty("edge", "bottom")
        self.setFixedHeight(28)
        self.title = text_label("", "title")
        self.about = ElidedLabel("", "caption")
        self.waiting = ElidedLabel("", "hint")
        self.waiting.setObjectName("waiting")
        self.reset_button = Button(theme, "Reset now", "reset", "ghost")
        self.reset_button.setObjectName("apply_reset")
        self.reset_button.setToolTip("Begin again with these settings; the run is kept")
        self.open_button = Button(theme, "Open the last run", "", "ghost")
        self.open_button.setObjectName("open_last")
        row = QHBoxLayout(self)
        self._row = row
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(8)
        row.addWidget(self.title)
        row.addWidget(self.about, 1)
        row.addWidget(self.waiting)
        for button in (self.reset_button, self.open_button):
            button.setFixedHeight(22)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.compare_button = IconButton(theme, "columns", "Compare this run with another", "text3")
        self.compare_button.setObjectName("compare_button")
        row.addWidget(self.compare_button)
        self.compare_button.clicked.connect(self.compare)
        self.reset_button.clicked.connect(self.reset)
        self.open_button.clicked.connect(self._on_open)
        shown.changed.connect(self._find_last)
        for changed in (shown.state_changed, shown.changed, shown.config_changed, draft.changed, moment.changed):
            changed.connect(self.refresh)
        self.setVisible(shown.is_model)
        self._find_last()
        self.refresh()

    def add_alert(self, alert: QWidget) -> None:
        """Gives a place to warnings: the words about data and weights give way to them."""
        alert.setFixedHeight(24)
        self._row.insertWidget(2, alert, 4, Qt.AlignmentFlag.AlignVCenter)

    @Slot()
    def _find_last(self) -> None:
        """Looks for the newest run of the page, which is offered while no run is shown."""
        self._last = None
        if self._shown.is_model and self._shown.folder is None:
            self._last = next(runs_of_pages(runs_folder(), (self._shown.name,)), None)

    @Slot()
    def refresh(self) -> None:
        """Shows what is so now."""
        if not self._shown.is_model:
            return
        self.title.setText(self._title())
        self.about.setText(" · ".join(part for part in self._parts() if part))
        waiting, in_force = self._waiting(), self._shown.folder is not None
        self.waiting.setText(waiting)
        self.waiting.setVisible(bool(waiting))
        self.reset_button.setVisible(bool(waiting) and in_force and not self._shown.obstacle)
        self.open_button.setVisible(self._last is not None and not in_force)
        self.compare_button.setVisible(in_force)
        self.open_button.setToolTip("" if self._last is None else f"Open {self._last.name}")
        self.setAccessibleName(f"{self.title.text()} {self.about.text()} {waiting}".strip())

    def _title(self) -> str:
        setup, setups, step = self._shown.setup, self._shown.snapshot.setups, self._moment.step
        if setup is not None and setups is not None:
            if self._named != (setups, step):
                self._named, self._name = (setups, step), name_of_run(setups, step)
            return f"{self._name}, seed {setup.seed}"
        return f"Bundled model: {self._shown.bundle}" if self._shown.bundle else ""

    def _parts(self) -> tuple[str, ...]:
        shown = self._shown
        if shown.source is None:
            return ("Nothing could be opened" if shown.state is PageState.FAILED else "Opening",)
        data = shown.data.data if shown.data is not None else None
        name = "" if data is None else data_words(data.name)
        return (name, self._weights(), "" if shown.folder is None else shown.folder.name)

    def _weights(self) -> str:
        shown, state = self._shown, self._shown.state
        if self._moment.step is not None:
            return f"recorded step {count(self._moment.step)}"
        if shown.fitted:
            return f"fitted by {shown.fitted}"
        if shown.setup is None:
            return f"trained, {count(shown.step)} steps, fixed"
        if shown.folder is None:
            return "untrained weights"
        if state is PageState.TRAINING:
            return "weights in training"
        words = {
            PageState.DONE: "trained weights",
            PageState.PAUSED: "weights, paused,",
            PageState.WATCHED: "newest saved weights,",
        }
        return f"{words.get(state, f'weights, {state}:')} step {count(shown.step)}"

    def _waiting(self) -> str:
        shown = self._shown
        if shown.source is None:
            return ""
        if shown.setup is None:
            return f"Train begins a run on {data_words(self._draft.data_text())}"
        if shown.folder is None:
            return ""
        if shown.obstacle:
            return f"Train is off: {shown.obstacle}"
        labels = waiting(self._draft, shown.setup, shown.data_version)
        if not labels:
            return ""
        first = labels[0] if len(labels) == 1 else f"{labels[0]} and {count(len(labels) - 1)} more"
        return f"{first} {'applies' if len(labels) == 1 else 'apply'} after reset"

    @Slot()
    def _on_open(self) -> None:
        if self._last is not None:
            self.run_chosen.emit(self._last)
