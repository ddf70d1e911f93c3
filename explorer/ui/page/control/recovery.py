"""What a page does about errors: says what happened and what is kept, and offers the way out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from explorer.engine import Diverged, OutOfMemory
from explorer.ui.numbers import count

if TYPE_CHECKING:
    from explorer.ui.page.page import PageWidget

__all__ = ["Failures"]


class Failures(QObject):
    """The banner's side of a page.

    Args:
        page: The page.
    """

    def __init__(self, page: PageWidget):
        super().__init__(page)
        self._page = page
        self._error: Exception | None = None

    @property
    def stopped(self) -> bool:
        """Whether training ended because something went wrong."""
        return self._page.state in ("diverged", "out of memory")

    def tell(self, error: Exception, details: str, opening: bool) -> None:
        """Says what happened.

        Args:
            error: What was raised.
            details: Traceback, or "".
            opening: Whether a session was being made.
        """
        page = self._page
        self._error = error
        if isinstance(error, Diverged):
            page.message.emit(f"Training stopped at step {count(error.step)}: the loss was not finite")
            self._tell_diverged(error, details)
        elif isinstance(error, OutOfMemory):
            page.message.emit(str(error))
            page.acts.set_state("out of memory")
            fix = f"Train with a batch of {error.fits}" if error.fits else ""
            page.banner.show_error("The device has too little memory", str(error), fix, "Reset", details or str(error))
            page.side.complain("batch", f"{page.acts.value('batch')} did not fit into memory")
            self._mark_last_good()
        else:
            page.message.emit(_sentence(str(error)))
            other = "Use the embedded digits" if opening and self._may_take_digits() else ""
            page.banner.show_error("That did not work", _sentence(str(error)), "", other, details)

    def _tell_diverged(self, error: Diverged, details: str) -> None:
        page = self._page
        page.acts.set_state("diverged")
        rates, last = self._smaller_rates(), _last_checkpoint(page.acts.folder)
        page.banner.show_error(
            f"Training stopped at step {count(error.step)}: the loss was not finite",
            f"The learning rate, {error.lr:g}, was too large. That update was not made, and nothing is lost: "
            f"step {count(last)} is kept.",
            f"Go back to step {count(last)}, use lr {' and '.join(f'{rate:g}' for rate in rates.values())}",
            "Reset",
            details or str(error),
        )
        page.timeline.mark_failure(last, error.step)
        for name, rate in rates.items():
            page.side.complain(name, f"Too much here; go on with {rate:g}")
        self._mark_last_good()

    def _smaller_rates(self) -> dict[str, float]:
        """Learning rates to go on with: the preset's where they were raised above it, else a tenth."""
        page = self._page
        known = page.draft.baseline()
        rates = {name: float(page.acts.value(name)) for name in (page.draft.model.rates if page.draft.model else ())}
        return {n: float(known[n]) if rate > 1.5 * known[n] else rate / 10 for n, rate in rates.items()}

    def _mark_last_good(self) -> None:
        for name, card in self._page.cards.items():
            if not card.is_empty:
                card.set_state(f"step {count(self._page.showing.step_of(name))}, last good")

    def _may_take_digits(self) -> bool:
        draft = self._page.draft
        return "digits" in draft.datasets() and draft.state.data != "digits"

    @Slot()
    def fix(self) -> None:
        """The banner's accent button."""
        page, error = self._page, self._error
        welcome = page.banner.kind == "welcome"
        page.banner.hide()
        if welcome:
            page.acts.train_new()
        elif isinstance(error, Diverged) and page.acts.folder is not None:
            rates = self._smaller_rates()
            page.draft.set_values(rates, "smaller learning rate")
            page.acts.resume(page.acts.folder, rates, train=True, same_run=True)
        elif isinstance(error, OutOfMemory) and error.fits:
            page.draft.set_values({"batch": error.fits}, "smaller batch")
            page.acts.train_new()

    @Slot()
    def other(self) -> None:
        """The banner's other button."""
        page = self._page
        welcome = page.banner.kind == "welcome"
        page.banner.hide()
        if welcome:
            page.run_bar.show_state(page.state)
        elif isinstance(self._error, (Diverged, OutOfMemory)):
            page.acts.reset()
        elif self._may_take_digits():
            page.draft.choose_data("digits")
            if page.state not in ("ready", "failed"):
                page.acts.look()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _last_checkpoint(folder: Path | None) -> int:
    """The round from which a run can go on."""
    found = () if folder is None else (folder / "checkpoints").glob("step-*.safetensors")
    return max((int(path.stem.removeprefix("step-")) for path in found), default=0)
