"""What the buttons of a page do, and what follows when its thread says something."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from explorer.engine import BadInput, Diverged, OutOfMemory, Session, Setup, new_session, resume_session
from explorer.engine.bundle import BUNDLES, open_bundle
from explorer.engine.files import runs_folder
from explorer.engine.host import events
from explorer.engine.host.host import Snapshot
from explorer.engine.lab import open_lab
from explorer.engine.loading import Progress
from explorer.engine.views.static_page import StaticPage
from models.protocol import Lab, Try

if TYPE_CHECKING:
    from explorer.ui.page.page import PageWidget

__all__ = ["Acts"]

_OVER = ("diverged", "out of memory")


def fresh(setup: Setup, progress: Progress | None = None) -> Session:
    """An untrained session that keeps nothing, to look at."""
    return new_session(setup, keep=False, progress=progress)


def resumed(folder: Path, changes: Mapping[str, Any], progress: Progress | None = None) -> Session:
    """A run from its last checkpoint, with live parameters changed."""
    session = resume_session(folder, progress=progress)
    try:
        if changes:
            session.change(**changes)
    except BaseException:
        session.close()
        raise
    return session


class Acts(QObject):
    """Carries out what is asked for on a page.

    Attributes:
        setup: What the shown session was made of, or None for a lab or a bundled model.
        config: The config in force.
        folder: Folder of the run, or None.

    Signals:
        opened: Something else is shown.

    Args:
        page: The page.
    """

    opened = Signal()

    def __init__(self, page: PageWidget):
        super().__init__(page)
        self._page = page
        self.setup: Setup | None = None
        self.config: Any = page.draft.config()
        self.folder: Path | None = None
        self._left: Path | None = None
        self._opening = ""  # "look" or "run" while something else is being made
        self._before = ""  # state of the page before that
        self._shown = False
        self._takes_setup = False
        self._lab_data = ""  # the dataset of the lab in sight

    # Opening

    def _look_at(self, make: Callable[[], Session | StaticPage]) -> None:
        self._opening = self._opening or "look"
        self._page.thread_.host.open(make)

    def _run(self, make: Callable[[], Session | StaticPage], **how: Any) -> None:
        self._opening, self._before = "run", self._before or self._page.state
        self._page.state = "ready"
        self._page.thread_.host.open(make, **how)

    def resume(self, folder: Path, changes: Mapping[str, Any] | None = None, **how: bool) -> None:
        """Goes on with a run; the form shows what it was made of."""
        self._takes_setup = True
        self._run(partial(resumed, folder, changes or {}, self._page.thread_.host.progress), **how)

    def open_first(self) -> None:
        """What a page shows when it is seen for the first time."""
        page = self._page
        if issubclass(page.page, Lab):
            self._open_lab()
        elif page.name in BUNDLES and not _has_runs():
            self._look_at(partial(open_bundle, page.name))
            page.banner.show_welcome(
                f"Train your first {page.family.title}",
                "What you see was trained on MNIST and comes with the application: drag the cross-hair, or a slider, "
                f"and it draws. Training here begins with {page.draft.datasets()[page.draft.state.data]}.",
                "Train",
                "Look around",
            )
            page.run_bar.train_button.set_kind("plain")
        else:
            self.look()

    def move_lab(self, values: Mapping[str, Any]) -> None:
        """Shows the lab with other values, while they are being dragged too."""
        page = self._page
        self.config = dataclasses.replace(page.draft.config(), **values)
        page.thread_.host.set_lab(partial(open_lab, page.page, self.config, self._lab_data))
        page.cards_of_config(self.config)

    def _open_lab(self) -> None:
        page, draft = self._page, self._page.draft
        self._lab_data = draft.data_text()
        self._look_at(partial(open_lab, page.page, draft.config(), self._lab_data, page.thread_.host.progress))

    def look(self) -> None:
        """Shows the untrained model of the draft."""
        setup = self._drafted()
        if setup is not None:
            self._look_at(partial(fresh, setup, self._page.thread_.host.progress))

    def _drafted(self) -> Setup | None:
        try:
            return self._page.draft.setup()
        except BadInput as error:
            self._fail(error, "")
            return None

    # Buttons

    @Slot()
    def train(self) -> None:
        """Train, pause, go on, or train on."""
        host, state = self._page.thread_.host, self._page.state
        if self._opening == "run":  # a second click would make another
            return
        if state == "training":
            host.pause()
        elif state == "paused":
            host.train()
        elif state == "done" and self.setup is not None:
            self._train_on()
        else:
            self.train_new()

    def _train_on(self) -> None:
        assert self.setup is not None
        training, more = self.setup.training, self._page.draft.baseline()
        values = {"seconds": training.seconds * 2} if training.seconds > 0 else {}
        if not values:
            values = {"steps": training.steps + int(more["steps"])}
        self.change(values)
        self._page.draft.set_values(values, "train on")
        self._page.thread_.host.train()

    def _training_words(self) -> str:
        """What is trained on, and that the schedule is over where it is, because the rate stays small then."""
        if self.setup is None:
            return "Training"
        shown = self._page.showing.snapshot
        if self.setup.training.schedule != "constant" and shown.progress >= 1.0:
            return "Training at the end of the schedule, where the learning rate is small; a constant one is larger"
        return f"Training on {self.setup.data}"

    def train_new(self) -> None:
        """A run of the draft, from step 0."""
        setup = self._drafted()
        if setup is not None:
            self._page.banner.hide()
            self._begin(setup, train=True)

    def _begin(self, setup: Setup, **how: Any) -> None:
        self._page.message.emit(f"Opening {setup.data}")
        self._run(partial(new_session, setup, progress=self._page.thread_.host.progress), **how)

    @Slot()
    def step(self, player: str = "") -> None:
        """One round, or one update of one player alone; a run begins with the first."""
        self._do_one(partial(self._page.thread_.host.step, player))

    def _do_one(self, act: Callable[[], None]) -> None:
        if self.folder is not None and self._page.state not in _OVER:
            act()
        elif self._opening != "run":
            setup = self._drafted()
            if setup is not None:
                self._page.banner.hide()
                self._begin(setup, first=act)

    @Slot()
    def reset(self) -> None:
        """Back to step 0 with the same initial weights; the run that was left can be taken back."""
        left = self.folder
        self._left = left or self._left
        self._page.banner.hide()
        self.look()
        if left is not None:
            self._page.undo_offered.emit("Reset. The run is kept; Undo reset brings it back")

    @Slot(str)
    def open_bundled(self, title: str) -> None:
        """Shows a model that comes with the application; a run in sight is left as by a reset."""
        left = self.folder
        self._left = left or self._left
        self._page.banner.hide()
        self._look_at(partial(open_bundle, self._page.name, title))
        if left is not None:
            self._page.undo_offered.emit("The run is kept; Undo reset brings it back")

    @Slot()
    def undo_reset(self) -> None:
        """Opens the run that the last reset left."""
        if self._left is not None:
            self.resume(self._left)
            self._left = None

    def open_run(self, folder: Path) -> None:
        """Opens a run from disk, to look at or to go on with."""
        if folder != self.folder:
            self._page.banner.hide()
            self.resume(folder)

    @Slot()
    def substep(self) -> None:
        """One phase of one player."""
        self._do_one(self._page.thread_.host.substep)

    def change(self, values: Mapping[str, Any]) -> None:
        """Changes live parameters of the session in sight."""
        if self.setup is None or self._page.state in _OVER:
            return
        self.setup = self.setup.with_values(**values)
        self.config = self.setup.config
        self._page.cards_of_config(self.config)
        self._page.thread_.host.change(**values)

    def draft_changed(self) -> None:
        """What was edited: live values go to the session, the rest waits for a reset, or is looked at at once."""
        page = self._page
        if issubclass(page.page, Lab):
            if page.draft.data_text() != self._lab_data:
                self._open_lab()
            else:
                self.move_lab({})
            return
        values = page.draft.state.values
        if self.setup is None or self.folder is None:
            if page.state in ("ready", "failed"):
                self.look()
            return
        declared = page.draft.declared()
        now = _values(self.setup)
        live = {n: v for n, v in values.items() if declared[n].live and now.get(n) != v}
        if live:
            self.change(live)

    @Slot(object)
    def try_next(self, suggestion: Try) -> None:
        """Carries out a suggestion."""
        page = self._page
        if suggestion.page is not None and suggestion.page != page.name:
            page.page_chosen.emit(suggestion.page)
            return
        if suggestion.preset is not None:
            page.draft.choose_preset(suggestion.preset)
        declared = page.draft.declared()
        page.go_live()
        page.draft.set_values(suggestion.set, suggestion.title)
        page.message.emit(suggestion.title)
        if page.draft.model is None:  # a lab shows at once what is set
            return
        structural = suggestion.preset is not None or any(not declared[name].live for name in suggestion.set)
        if structural or page.state not in ("training", "paused", "done"):
            self.train_new()
        elif page.state == "paused":
            page.thread_.host.train()
        elif page.state == "done":
            self._train_on()

    # Events

    def handle(self, event: events.Event) -> None:
        """What the thread says."""
        page = self._page
        if isinstance(event, events.Opened):
            self._take(event.shown)
        elif isinstance(event, events.Progress):
            page.message.emit(event.message)
        elif isinstance(event, events.Training):
            self.set_state("training")
            page.message.emit(self._training_words())
        elif isinstance(event, events.Paused):
            self.set_state("paused")
            saved = "Paused, and saved" if self.folder else "Paused"
            page.message.emit("Held between two phases of a step" if event.within_round else saved)
        elif isinstance(event, events.Done):
            self.set_state("done")
            page.message.emit(f"Done. The run is kept in {self.folder}" if self.folder else "Done")
        elif isinstance(event, events.PhasePlayed):
            self.set_state("training" if event.report.going_on else "paused")
        elif isinstance(event, events.Failed):
            self._fail(event.error, event.details)

    def _take(self, shown: Session | StaticPage) -> None:
        kept = isinstance(shown, Session) and shown.run is not None
        if self._opening == "run" and not kept:  # what was asked for before the run
            return
        self._opening, self._before, self._shown = "", "", True
        if isinstance(shown, Session):
            self.setup = shown.setup
            self.config = shown.setup.config
            self.folder = shown.run.folder if shown.run is not None else None
            state = "ready" if self.folder is None else "done" if shown.finished else "paused"
            if self._takes_setup:
                self._page.draft.take(shown.setup)
            self._page.side.set_in_force(_values(shown.setup) if self.folder is not None else None)
        else:
            self.setup, self.folder, self.config, state = None, None, shown.config, "static"
            self._page.side.set_in_force(None)
            if shown.note:
                self._page.message.emit(shown.note)
            if self._page.draft.model is not None:
                values = self._page.draft.state.values
                self._page.run_bar.show_progress(Snapshot(), values["steps"], values["seconds"])
        self._takes_setup = False
        self.set_state(state)
        self.opened.emit()

    def set_state(self, state: str) -> None:
        """Shows how the page stands: what the session says, or "static", "ready", "paused" or "failed"."""
        self._page.state = state
        self._page.run_bar.show_state(state)
        if self._page.banner.kind == "welcome":  # one accent button on a screen: the banner's
            if state == "static":
                self._page.run_bar.train_button.set_kind("plain")
            else:
                self._page.banner.hide()

    def _fail(self, error: Exception, details: str) -> None:
        page, before = self._page, self._before or self._page.state
        opening = bool(self._opening)
        self._opening, self._before, self._takes_setup = "", "", False
        if not isinstance(error, (Diverged, OutOfMemory)):
            self.set_state("failed" if not self._shown else "paused" if before == "training" else before)
        page.failures.tell(error, details, opening)

    def value(self, name: str) -> Any:
        """A parameter of the session in sight, or of the draft where there is none."""
        return _values(self.setup)[name] if self.setup is not None else self._page.draft.state.values[name]

    def identity(self) -> dict[str, Any]:
        """What exported figures carry."""
        if self.setup is None:
            return {"page": self._page.name}
        return {"run": self.folder.name if self.folder else "untrained", **self.setup.to_json()}


def _has_runs() -> bool:
    return runs_folder().exists() and any(runs_folder().iterdir())


def _values(setup: Setup) -> dict[str, Any]:
    stored = setup.to_json()
    return {**stored["config"], **stored["training"]}
