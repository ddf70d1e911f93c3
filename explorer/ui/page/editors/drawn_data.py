"""Points drawn by hand, as data of a page that takes points of the plane."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from explorer.data.drawn import Drawn, drawn_names
from explorer.ui.canvas import CanvasDialog
from explorer.ui.page.state.draft import Draft
from explorer.ui.theme import Theme

__all__ = ["DrawnData"]


class DrawnData(QObject):
    """Opens the canvas, and takes what was drawn as the data of the draft.

    Signals:
        said: A sentence for the status bar.

    Args:
        theme: Colours.
        draft: The setup being edited.
        over: The canvas opens over the window of this widget.
    """

    said = Signal(str)

    def __init__(self, theme: Theme, draft: Draft, over: QWidget):
        super().__init__(over)
        self._theme, self._draft, self._over = theme, draft, over
        self._left: np.ndarray | None = None  # painted and not saved
        self._told = ""  # data that the last message of this editor names
        draft.changed.connect(self._on_draft_changed)

    @Slot()
    def open(self) -> None:
        """Opens the canvas, with the drawing in use where there is one."""
        state = self._draft.state
        name = str(state.data_values.get("file", "")) if state.data == Drawn.name else ""
        name = name if name in drawn_names() else ""
        dialog = CanvasDialog(self._theme, name, self._left, parent=self._over.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.drawn.connect(self._on_drawn)
        dialog.rejected.connect(self._on_rejected)
        dialog.open()

    @Slot()
    def _on_rejected(self) -> None:
        dialog = self.sender()
        if isinstance(dialog, CanvasDialog) and dialog.painting.can_undo:
            self._left = dialog.painting.xy  # it is shown again when the canvas is opened the next time

    @Slot(str)
    def _on_drawn(self, name: str) -> None:
        self._left = None
        self._draft.choose_drawing(name)
        self.said.emit(f"Data: the drawing {name}")
        self._told = Drawn.name

    @Slot()
    def _on_draft_changed(self) -> None:
        """Says which data are chosen in place of a drawing, and after them."""
        data = self._draft.state.data
        if self._told and data not in (self._told, Drawn.name):
            self._told = data
            self.said.emit(f"Data: {self._draft.datasets()[data]}")
