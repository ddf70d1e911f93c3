"""What the buttons of a page do, and what it does about errors."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from explorer.engine import BadInput, Diverged, OutOfMemory, Session, Setup, new_session, resume_session
from explorer.engine.bundle import BUNDLES, open_bundle
from explorer.engine.exhibit import Exhibit
from explorer.engine.files import runs_folder
from explorer.engine.host import Event
from models.protocol import Lab, Try

if TYPE_CHECKING:
    from explorer.ui.page.page import PageWidget

__all__ = ["Acts"]


def fresh(setup: Setup) -> Session:
    """An untrained session that keeps nothing, to look at."""
    return new_session(setup, keep=False)


def resumed(folder: Path, changes: Mapping[str, Any]) -> Session:
    """A run from its last checkpoint, with live parameters changed."""
    session = resume_session(folder)
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
        self._failure: Exception | None = None

    # Opening

    def open_first(self) -> None:
        """What a page shows when it is seen for the first time."""
        page = self._page
        if issubclass(page.page, Lab):
            self._open_lab()
        elif page.name in BUNDLES and not _has_runs():
            page.thread_.host.open(partial(open_bundle, page.name))
            page.banner.show_welcome(
                f"Train your first {page.family.title}",
                "What you see was trained on MNIST and comes with the application: drag the cross-hair, or a slider, "
                f"and it draws. Training here begins with {page.draft.state.data}.",
                "Train",
                "Look around",
            )
            page.run_bar.train_button.set_kind("plain")
        else:
            self.look()

    def _open_lab(self) -> None:
        page = self._page
        made = partial(_lab, page.page, page.draft.config())
        page.thread_.host.open(made)

    def look(self) -> None:
        """Shows the untrained model of the draft."""
        setup = self._drafted()
        if setup is not None:
            self._page.thread_.host.open(partial(fresh, setup))

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
        if state == "training":
            host.pause()
        elif state == "paused":
            host.train()
        elif state == "done" and self.setup is not None:
            self._train_on()
        else:
            self._train_new()

    def _train_on(self) -> None:
        assert self.setup is not None
        training, more = self.setup.training, self._page.draft.baseline()
        values = {"seconds": training.seconds * 2} if training.seconds > 0 else {}
        if not values:
            values = {"steps": training.steps + int(more["steps"])}
        self.change(values)
        self._page.draft.set_values(values, "train on")
        self._page.thread_.host.train()

    def _train_new(self) -> None:
        setup = self._drafted()
        if setup is not None:
            self._page.banner.hide()
            self._page.thread_.host.open(partial(new_session, setup), train=True)

    @Slot()
    def step(self) -> None:
        """One round; a run begins with the first."""
        if self.folder is None:
            setup = self._drafted()
            if setup is None:
                return
            self._page.thread_.host.open(partial(new_session, setup))
        self._page.thread_.host.step()

    @Slot()
    def reset(self) -> None:
        """Back to step 0 with the same initial weights; the run that was left can be taken back."""
        self._left = self.folder
        self._page.banner.hide()
        self.look()
        if self._left is not None:
            self._page.message.emit("Reset. The run is kept; Undo reset brings it back")

    @Slot()
    def undo_reset(self) -> None:
        """Opens the run that the last reset left."""
        if self._left is not None:
            self._page.thread_.host.open(partial(resumed, self._left, {}))
            self._left = None

    def open_run(self, folder: Path) -> None:
        """Opens a run from disk, to look at or to go on with."""
        self._page.thread_.host.open(partial(resumed, folder, {}))

    @Slot()
    def substep(self) -> None:
        """One phase of one player."""
        if self.folder is None:
            self.step()
        else:
            self._page.thread_.host.substep()

    def change(self, values: Mapping[str, Any]) -> None:
        """Changes live parameters of the session in sight."""
        if self.setup is None:
            return
        self.setup = self.setup.with_values(**values)
        self.config = self.setup.config
        self._page.thread_.host.change(**values)

    def draft_changed(self) -> None:
        """What was edited: live values go to the session, the rest waits for a reset, or is looked at at once."""
        page = self._page
        if isinstance(page.page, type) and issubclass(page.page, Lab):
            self._open_lab()
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
        page.draft.set_values(suggestion.set, suggestion.title)
        structural = suggestion.preset is not None or any(not declared[name].live for name in suggestion.set)
        if structural or page.state not in ("training", "paused", "done"):
            self._train_new()
        elif page.state == "paused":
            page.thread_.host.train()
        elif page.state == "done":
            self._train_on()
        page.message.emit(suggestion.title)

    # Events

    def handle(self, event: Event) -> None:
        """What the thread says."""
        page = self._page
        if event.kind == "opened":
            self._take(event.payload)
        elif event.kind == "training":
            self._set_state("training")
            page.message.emit(f"Training on {self.setup.data}" if self.setup else "Training")
        elif event.kind == "paused":
            self._set_state("paused")
        elif event.kind == "done":
            self._set_state("done")
            page.message.emit(f"Done. The run is kept in {self.folder}" if self.folder else "Done")
        elif event.kind == "phase":
            self._set_state("paused")
            phase = event.payload
            page.message.emit(f"{phase.player}, {phase.name}: {phase.explanation}")
        elif event.kind == "failed":
            assert event.error is not None
            self._fail(event.error, event.details)

    def _take(self, shown: Session | Exhibit) -> None:
        if isinstance(shown, Session):
            self.setup = shown.setup
            self.config = shown.setup.config
            self.folder = shown.run.folder if shown.run is not None else None
            state = "ready" if self.folder is None else "done" if shown.finished else "paused"
            self._page.side.set_in_force(_values(shown.setup) if self.folder is not None else None)
        else:
            self.setup, self.folder, self.config, state = None, None, shown.config, "exhibit"
            self._page.side.set_in_force(None)
            if shown.note:
                self._page.message.emit(shown.note)
        self._set_state(state)
        self.opened.emit()

    def _set_state(self, state: str) -> None:
        self._page.state = state
        self._page.run_bar.show_state(state)
        if self._page.banner.kind == "welcome":  # one accent button on a screen: the banner's
            if state == "exhibit":
                self._page.run_bar.train_button.set_kind("plain")
            else:
                self._page.banner.hide()

    def _fail(self, error: Exception, details: str) -> None:
        page = self._page
        self._failure = error
        page.message.emit(str(error))
        kept = "The other cards show the last good state." if self.folder else ""
        if isinstance(error, Diverged):
            self._set_state("diverged")
            lr = f"{error.lr / 10:.1g}"
            page.banner.show_error(
                f"Training stopped at step {error.step}: the loss was not finite",
                f"The update was not made. {kept} The last checkpoint is kept; "
                f"a learning rate of {error.lr:g} was too much.",
                f"Go on from there with {lr}",
                "Reset",
                details or str(error),
            )
            page.timeline.mark_failure(page._snapshot.step, error.step)
            for name in page.draft.model.rates if page.draft.model else ():
                page.side.complain(name, f"{error.lr:g} was too much here; {lr} is tried next")
            for card in page.cards.values():
                if not card.is_empty:
                    card.set_state(f"step {page._snapshot.step}, last good")
        elif isinstance(error, OutOfMemory):
            self._set_state("out of memory")
            fix = f"Train with a batch of {error.fits}" if error.fits else ""
            page.banner.show_error("The device has too little memory", str(error), fix, "Reset", details or str(error))
            page.side.complain("batch", str(error))
        else:
            if page.state == "training":
                self._set_state("paused" if self.folder else "ready")
            page.banner.show_error("That did not work", str(error), "", "Use the embedded digits", details)
            page.banner.other_button.setVisible("digits" in page.draft.datasets() and page.draft.state.data != "digits")

    @Slot()
    def fix(self) -> None:
        """The banner's accent button."""
        page, failure = self._page, self._failure
        welcome = page.banner.kind == "welcome"
        page.banner.hide()
        if welcome:
            self._train_new()
            return
        if isinstance(failure, Diverged) and self.folder is not None:
            rates = dict.fromkeys(page.draft.model.rates, failure.lr / 10) if page.draft.model else {}
            page.draft.set_values(rates, "smaller learning rate")
            page.thread_.host.open(partial(resumed, self.folder, rates), train=True)
        elif isinstance(failure, OutOfMemory) and failure.fits:
            page.draft.set_values({"batch": failure.fits}, "smaller batch")
            self._train_new()

    @Slot()
    def other(self) -> None:
        """The banner's other button."""
        page = self._page
        welcome = page.banner.kind == "welcome"
        page.banner.hide()
        if welcome:
            page.run_bar.show_state(page.state)
        elif isinstance(self._failure, (Diverged, OutOfMemory)):
            self.reset()
        elif "digits" in page.draft.datasets():
            page.draft.choose_data("digits")
            self.look()

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


def _lab(page: Any, config: Any) -> Exhibit:
    return Exhibit(page(config))
