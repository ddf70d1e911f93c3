"""A form built from declared parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from explorer.ui.controls.param_row import ParamRow
from explorer.ui.controls.section import Section
from explorer.ui.theme import Theme
from models.protocol import Param

__all__ = ["ParamForm"]

_APART = 12  # px between two parameters


class ParamForm(QFrame):
    """One row for each parameter of a config, a training, a dataset or a view.

    Values set by the program emit no signals, edits by the user emit both.

    Attributes:
        rows: Row by name of the parameter.

    Signals:
        changed: Name and value, at each change by the user, also during a drag.
        edited: Name, value before and after, at the end of an edit: one step of undo.

    Args:
        theme: Colours.
        params: The parameters by name, in order.
        values: Values by name; defaults where none is given.
        prefix: First part of the editors' object names: "param" or "training".
        compact: All in one row, for the foot of a card; where that would cut them without sliders, or else
            one below the other.
        more: Heading of the folded section.
    """

    changed = Signal(str, object)
    edited = Signal(str, object, object)

    def __init__(
        self,
        theme: Theme,
        params: Mapping[str, Param],
        values: Mapping[str, Any] | None = None,
        *,
        prefix: str = "param",
        compact: bool = False,
        more: str = "More",
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self.rows: dict[str, ParamRow] = {}
        self._in_force: dict[str, Any] | None = None
        self._held: Collection[str] = ()
        self._compact = compact
        self._layout = layout = QHBoxLayout(self) if compact else QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(_APART)
        self.section: Section | None = None
        for name, declared in params.items():
            row = ParamRow(theme, declared, (values or {}).get(name, declared.default), prefix, compact, self)
            row.changed.connect(self._on_changed)
            row.edited.connect(self.edited)
            self.rows[name] = row
            if declared.more and not compact:
                if self.section is None:
                    self.section = Section(theme, more, parent=self)
                self.section.content.addWidget(row)
            else:
                layout.addWidget(row)
        if self.section is not None:
            layout.addWidget(self.section)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leaves out the sliders of a foot, then puts its rows one below the other, where there is no more room."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        rows = [row for row in self.rows.values() if not row.isHidden()]
        if not self._compact or not rows:
            return
        room = self.width() - _APART * (len(rows) - 1)
        whole, bare = (sum(row.width_needed(slider) for row in rows) for slider in (True, False))
        beside = bare <= room
        self._layout.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        for row in rows:
            row.show_slider(whole <= room if beside else row.width_needed(slider=True) <= self.width())

    def values(self) -> dict[str, Any]:
        """The last valid value of each parameter."""
        return {name: row.value for name, row in self.rows.items()}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Sets values without signals; names that the form does not have are ignored."""
        for name in values.keys() & self.rows.keys():
            if self.rows[name].value != values[name] or self.rows[name].error:
                self.rows[name].set_value(values[name])
        self._mark_pending()

    def set_baseline(self, values: Mapping[str, Any]) -> None:
        """Sets the values of the preset, which a double click restores; defaults where none is given."""
        for name, row in self.rows.items():
            row.set_baseline(values.get(name, row.declared.default))

    def set_in_force(self, values: Mapping[str, Any] | None, held: Collection[str] = ()) -> None:
        """Sets the values that the run in progress was built with; None without a run.

        Rows that differ from them show the hint "applies after reset" where they are not live, or `held`.
        """
        self._in_force, self._held = None if values is None else dict(values), held
        self._mark_pending()

    def set_config(self, config: Any, latent_dim: int | None = None) -> None:
        """Hides the parameters that have no effect under a config and, for a view, a latent dimension."""
        for row in self.rows.values():
            row.setVisible(row.declared.applies(config, latent_dim))
        self._place()

    def set_error(self, name: str, sentence: str) -> None:
        """Marks one field as the cause of an error until it is edited; opens the section that contains it."""
        row = self.rows[name]
        if row.declared.more and self.section is not None:
            self.section.set_open(True)
        row.set_error(sentence)

    @Slot(str, object)
    def _on_changed(self, name: str, value: object) -> None:
        self._mark_pending()
        self.changed.emit(name, value)

    def _mark_pending(self) -> None:
        for name, row in self.rows.items():
            stale = self._in_force is not None and name in self._in_force and self._in_force[name] != row.value
            row.set_pending(stale and (not row.declared.live or name in self._held))
