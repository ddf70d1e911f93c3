"""The foot of a card: controls of the view's own parameters, some of them in a popup, and tools at the right."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget, QWidgetAction

from explorer.ui.controls import IconButton, ParamForm, menu
from explorer.ui.theme import Theme
from models.protocol import Param, View

__all__ = ["CardFoot"]

_POPUP = 264  # px


class CardFoot(QFrame):
    """Parameters of a view. Those declared with `more` open in a popup.

    Attributes:
        tools: Layout at the right, for controls that an editor adds.

    Signals:
        changed: Name and value of a parameter.

    Args:
        theme: Colours.
        view: The view.
        values: Values of its parameters; defaults where none is given.
        parent: The card.
    """

    changed = Signal(str, object)

    def __init__(self, theme: Theme, view: View, values: Mapping[str, Any] | None, parent: QWidget):
        super().__init__(parent)
        self._prefix = f"card.{view.name}"
        self._inline: ParamForm | None = None
        self._folded: ParamForm | None = None
        self._more: IconButton | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 4)
        row.setSpacing(12)
        inline = {name: declared for name, declared in view.params.items() if not declared.more}
        folded = {name: declared for name, declared in view.params.items() if declared.more}
        if inline:
            self._inline = self._make_form(theme, inline, values, compact=True, parent=self)
            row.addWidget(self._inline, 1)
        else:
            row.addStretch(1)
        if folded:
            self._more = self._make_popup(theme, view, folded, values)
            row.addWidget(self._more)
        self.tools = QHBoxLayout()
        self.tools.setSpacing(8)
        row.addLayout(self.tools)
        self._has_params = bool(view.params)

    @property
    def is_used(self) -> bool:
        """Whether the foot has controls that have an effect."""
        return self._has_params or self.tools.count() > 0

    def set_config(self, config: Any, latent_dim: int | None = None) -> None:
        """Hides the controls that have no effect under a config and a latent dimension."""
        used = False
        for form, button in ((self._inline, None), (self._folded, self._more)):
            if form is None:
                continue
            form.set_config(config, latent_dim)
            applies = any(row.isVisibleTo(form) for row in form.rows.values())
            used |= applies
            if button is not None:
                button.setVisible(applies)
        self._has_params = used

    def _make_form(
        self,
        theme: Theme,
        params: Mapping[str, Param],
        values: Mapping[str, Any] | None,
        *,
        compact: bool,
        parent: QWidget,
    ) -> ParamForm:
        unfolded = {name: dataclasses.replace(declared, more=False) for name, declared in params.items()}
        form = ParamForm(theme, unfolded, values, prefix=self._prefix, compact=compact, parent=parent)
        form.changed.connect(self.changed)
        return form

    def _make_popup(
        self, theme: Theme, view: View, params: Mapping[str, Param], values: Mapping[str, Any] | None
    ) -> IconButton:
        """A button that opens the parameters for which the foot has no room."""
        button = IconButton(theme, "sliders", f"More settings of {view.title}", parent=self)
        button.setObjectName(f"more.{view.name}")
        popup = menu(button)
        body = QFrame(popup)
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 8, 12, 8)
        self._folded = self._make_form(theme, params, values, compact=False, parent=body)
        column.addWidget(self._folded)
        body.setFixedWidth(_POPUP)
        action = QWidgetAction(popup)
        action.setDefaultWidget(body)
        popup.addAction(action)
        button.setMenu(popup)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button
