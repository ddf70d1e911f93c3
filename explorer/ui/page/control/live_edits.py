"""Carries edits of the draft to what is shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Slot

from explorer.engine.host.host import PageHost
from explorer.engine.lab import open_lab
from explorer.ui.page.control.runner import Runner
from explorer.ui.page.state.draft import Draft
from explorer.ui.page.state.shown import PageState, Shown
from explorer.ui.page.state.waiting import waiting, waiting_with_preset
from models.protocol import Lab

__all__ = ["LiveEdits"]


class LiveEdits(QObject):
    """Shows a lab at once with what is edited, and sends live parameters to the session.

    Args:
        host: The page's host.
        draft: The setup being edited.
        shown: What the page shows.
        runner: Changes the session, or opens another untrained model.
    """

    def __init__(self, host: PageHost, draft: Draft, shown: Shown, runner: Runner, parent: QObject | None = None):
        super().__init__(parent)
        shown.changed.connect(self._on_shown_changed)
        self._host, self._draft, self._shown, self._runner = host, draft, shown, runner

    @Slot(object)
    def move_values(self, values: Mapping[str, Any]) -> None:
        """Shows values while they are being moved, before they are an edit of the draft."""
        if not self._shown.is_model:
            self._move_lab(values)
            return
        declared = self._draft.declared()
        live = {name: value for name, value in values.items() if declared[name].live}
        if live:
            self._runner.change(live)

    @Slot()
    def follow_draft(self) -> None:
        """Shows an edit: live values of a run at once; any value at once where nothing is trained yet, or ever.

        A preset that needs a reset waits for it as a whole.
        """
        if not self._shown.is_model:
            if self._draft.data_text() == self._data_in_force():
                self._move_lab({})
            else:
                self._runner.open_lab()
            return
        in_force = self._shown.values()
        if in_force is None or self._shown.folder is None:
            untrained = self._shown.state in (PageState.READY, PageState.FAILED) and not self._runner.is_opening_run
            if untrained or self._runner.is_opening_first:  # what is being opened was drafted before the edit
                self._runner.look()
            return
        declared, values = self._draft.declared(), self._draft.state.values
        if self._shown.fitted:
            if self._is_other_fit() and not self._runner.is_opening_run:
                self._runner.reset()
            return
        setup = self._shown.setup
        assert setup is not None
        if not waiting(self._draft, setup, self._shown.data_version):
            self._draft.preset_in_force = self._draft.state.preset
        held = waiting_with_preset(self._draft, setup, self._shown.data_version)
        live = {n: v for n, v in values.items() if declared[n].live and n not in held and in_force.get(n) != v}
        if live:
            self._runner.change(live)

    @Slot()
    def _on_shown_changed(self) -> None:
        self._draft.preset_in_force = self._draft.state.preset

    def _is_other_fit(self) -> bool:
        """Whether data or config of the draft differ from those of the run."""
        setup = self._shown.setup
        assert setup is not None
        return self._draft.data_text() != setup.data or self._draft.config() != setup.config

    def _data_in_force(self) -> str:
        """The dataset of the lab that is shown, "" for a lab without data."""
        return "" if self._shown.data is None else self._shown.data.data.name

    def _move_lab(self, values: Mapping[str, Any]) -> None:
        page_class = self._shown.page_class
        assert issubclass(page_class, Lab)
        config = dataclasses.replace(self._draft.config(), **values)
        self._host.set_lab(partial(open_lab, page_class, config, self._data_in_force()))
        self._shown.set_config(config)
