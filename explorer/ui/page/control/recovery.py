"""What a page does about errors: the message above the cards, and what its buttons do."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from explorer.engine import Diverged, OutOfMemory, RunError
from explorer.ui.numbers import count
from explorer.ui.page.control.runner import Runner
from explorer.ui.page.state.draft import Draft
from explorer.ui.page.state.notice import Notice
from explorer.ui.page.state.shown import PageState, Shown
from models.protocol import Canvas, HasDecoder

__all__ = ["Recovery"]


class Recovery(QObject):
    """Turns an error into a notice with remedies, and carries out the remedy that is chosen.

    Signals:
        told: A `Notice` to show.
        settled: A remedy was chosen; the notice is out of date.
        said: A sentence for the status bar.
        blamed: Name of a parameter that caused the error, and a sentence about it.
        elsewhere: A place is to be chosen for a run that cannot be written to; `save_elsewhere` takes it.
        stopped: The last step that was kept, and the step at which training stopped.

    Args:
        draft: The setup being edited.
        shown: What the page shows.
        runner: Opens, trains and resets.
    """

    told = Signal(object)
    settled = Signal()
    said = Signal(str)
    blamed = Signal(str, str)
    stopped = Signal(int, int)
    elsewhere = Signal()

    def __init__(self, draft: Draft, shown: Shown, runner: Runner, parent: QObject | None = None):
        super().__init__(parent)
        self._draft, self._shown, self._runner = draft, shown, runner
        self._error: Exception | None = None

    @Slot()
    def welcome(self) -> None:
        """Greets a user without runs, while a bundled model is shown."""
        self._error = None
        data = self._draft.datasets()[self._draft.state.data]
        page, hint = self._shown.page_class, ""
        if issubclass(page, HasDecoder):
            hint = ": drag the cross-hair, or a slider, and it draws"
        elif any(Canvas in view.inputs.values() for view in self._shown.views.values()):
            hint = ": draw part of an image in the scene “Complete”, and it draws the rest"
        text = f"What you see is trained and comes with the application{hint}. Training here begins with {data}."
        self.told.emit(Notice("welcome", "Train a model of your own", text, "Train", "Look around"))

    @Slot(object, str, bool)
    def tell(self, error: Exception, details: str, opening: bool) -> None:
        """Tells what happened.

        Args:
            error: What was raised.
            details: Traceback, or "".
            opening: Whether something was being opened.
        """
        self._error = error
        if isinstance(error, Diverged):
            self._tell_diverged(error, details)
        elif isinstance(error, OutOfMemory):
            self.said.emit(str(error))
            self._shown.set_state(PageState.OUT_OF_MEMORY)
            fix = f"Train with a batch of {error.fits}" if error.fits else ""
            title = "The device has too little memory"
            self.told.emit(Notice("error", title, str(error), fix, "Reset", details or str(error)))
            self.blamed.emit("batch", f"{self._runner.value('batch')} did not fit into memory")
        elif self._shown.unsaved:
            self._tell_unsaved(error, details)
        else:
            text = _sentence(str(error))
            self.said.emit(text)
            other = "Use the embedded digits" if opening and self._may_take_digits() else ""
            self.told.emit(Notice("error", "That did not work", text, "", other, details))

    def _tell_unsaved(self, error: Exception, details: str) -> None:
        title = f"Training stopped at step {count(self._shown.step)}: the run cannot be saved"
        self.said.emit(title)
        text = f"{_sentence(str(error))}. The model is kept in memory: save it in another place, and train on there."
        self.told.emit(Notice("error", title, text, "Save elsewhere…", "", details))

    @Slot(str)
    def warn(self, text: str) -> None:
        """Tells that something has ended early, while training goes on."""
        self._error = RunError(text)
        self.said.emit(text)
        self.told.emit(Notice("error", "Something was left out", _sentence(text)))

    @Slot(object)
    def save_elsewhere(self, place: Path) -> None:
        """Saves a run that cannot be written to in a new folder at a place."""
        self.settled.emit()
        self._runner.save_elsewhere(place)

    def _tell_diverged(self, error: Diverged, details: str) -> None:
        title = f"Training stopped at step {count(error.step)}: the loss was not finite"
        self.said.emit(title)
        self._shown.set_state(PageState.DIVERGED)
        rates, last = self._smaller_rates(), _last_checkpoint(self._shown.folder)
        text = (
            f"The learning rate {error.field}, {error.lr:g}, was too large. That update was not made, and nothing is "
            f"lost: step {count(last)} is kept."
        )
        fix = f"Go back to step {count(last)}, use lr {' and '.join(f'{rate:g}' for rate in rates.values())}"
        self.told.emit(Notice("error", title, text, fix, "Reset", details or str(error)))
        self.stopped.emit(last, error.step)
        for name, rate in rates.items():
            self.blamed.emit(name, f"Too much here; go on with {rate:g}")

    def _smaller_rates(self) -> dict[str, float]:
        """Learning rates to go on with: the preset's where some were raised above it, else a tenth of all."""
        preset, model = self._draft.baseline(), self._draft.model
        rates = {name: float(self._runner.value(name)) for name in (model.rates if model else ())}
        raised = {name: float(preset[name]) for name, rate in rates.items() if rate > 1.5 * preset[name]}
        return raised or {name: rate / 10 for name, rate in rates.items()}

    def _may_take_digits(self) -> bool:
        return "digits" in self._draft.datasets() and self._draft.state.data != "digits"

    @Slot()
    def fix(self) -> None:
        """Carries out the accent button of the notice."""
        error, folder = self._error, self._shown.folder
        if self._shown.unsaved:
            self.elsewhere.emit()
            return
        self.settled.emit()
        if error is None:
            self._runner.train_new()
        elif isinstance(error, Diverged) and folder is not None:
            rates = self._smaller_rates()
            self._draft.set_values(rates, "smaller learning rate")
            self._runner.resume(folder, rates, train=True, same_run=True)
        elif isinstance(error, OutOfMemory) and error.fits:
            self._draft.set_values({"batch": error.fits}, "smaller batch")
            self._runner.train_new()

    @Slot()
    def other(self) -> None:
        """Carries out the other button of the notice; that of a welcome only closes it."""
        error = self._error
        self.settled.emit()
        if isinstance(error, (Diverged, OutOfMemory)):
            self._runner.reset()
        elif error is not None and self._may_take_digits():
            self._draft.choose_data("digits")
            if self._shown.state not in (PageState.READY, PageState.FAILED):
                self._runner.look()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _last_checkpoint(folder: Path | None) -> int:
    """The step from which a run can go on."""
    checkpoints = () if folder is None else (folder / "checkpoints").glob("step-*.safetensors")
    return max((int(path.stem.removeprefix("step-")) for path in checkpoints), default=0)
