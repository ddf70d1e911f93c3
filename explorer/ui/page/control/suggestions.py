"""Carries out what Explain suggests to try."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from explorer.ui.page.control.runner import Runner
from explorer.ui.page.state.draft import Draft
from explorer.ui.page.state.moment import Moment
from explorer.ui.page.state.shown import PageState, Shown
from models.protocol import Try

__all__ = ["Suggestions"]


class Suggestions(QObject):
    """Sets what a suggestion sets, and trains.

    Signals:
        page_chosen: The suggestion is another page.
        scene_chosen: Name of the scene that shows what the suggestion speaks of, and name of the view in it, or "".
        said: A sentence for the status bar.

    Args:
        draft: The setup being edited.
        shown: What the page shows.
        moment: A suggestion goes back to the newest.
        runner: Trains.
    """

    page_chosen = Signal(str)
    scene_chosen = Signal(str, str)
    said = Signal(str)

    def __init__(
        self,
        draft: Draft,
        shown: Shown,
        moment: Moment,
        runner: Runner,
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self._draft, self._shown, self._moment, self._runner = draft, shown, moment, runner

    @Slot(object)
    def carry_out(self, suggestion: Try) -> None:
        """Carries out a suggestion."""
        if suggestion.page is not None and suggestion.page != self._shown.name:
            self.page_chosen.emit(suggestion.page)
            return
        if suggestion.preset is not None:
            self._draft.choose_preset(suggestion.preset)
        self._moment.go_live()
        self._draft.set_values(suggestion.set, suggestion.title)
        self.said.emit(suggestion.title)
        if suggestion.scene is not None:
            self.scene_chosen.emit(suggestion.scene, suggestion.card or "")
        if self._draft.model is not None:  # a lab shows at once what is set
            self._train(suggestion)

    def _train(self, suggestion: Try) -> None:
        declared, state = self._draft.declared(), self._shown.state
        structural = suggestion.preset is not None or any(not declared[name].live for name in suggestion.set)
        if not structural and state is PageState.PAUSED:
            self._runner.train()
        elif not structural and state is PageState.DONE:
            self._runner.train_on()
        elif structural or state is not PageState.TRAINING:
            self._runner.train_new()
