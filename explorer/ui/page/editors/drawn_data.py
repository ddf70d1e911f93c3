"""Points drawn by hand on a page that takes data of the plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, Slot

from explorer.data.drawn import Drawn, drawn_names
from explorer.ui.canvas import CanvasDialog
from explorer.ui.theme import Theme

if TYPE_CHECKING:
    from explorer.ui.page.page import PageWidget

__all__ = ["Drawing"]


class Drawing(QObject):
    """Opens the canvas from the dataset chooser, and takes what was drawn as the page's data.

    Args:
        page: The page.
        theme: Colours.
    """

    def __init__(self, page: PageWidget, theme: Theme):
        super().__init__(page)
        self._page, self._theme = page, theme
        self._left: np.ndarray | None = None  # painted, and not kept
        page.side.draw_asked.connect(self.open)

    @property
    def offered(self) -> bool:
        """Whether the page takes points of the plane."""
        return Drawn.name in self._page.draft.datasets()

    @Slot()
    def open(self) -> None:
        """Opens the canvas, with the drawing in use where there is one."""
        state = self._page.draft.state
        name = str(state.data_values.get("file", "")) if state.data == Drawn.name else ""
        known = name if name in drawn_names() else ""
        dialog = CanvasDialog(self._theme, known, self._left, parent=self._page.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.drawn.connect(self._on_drawn)
        dialog.rejected.connect(self._on_rejected)
        dialog.open()

    @Slot()
    def _on_rejected(self) -> None:
        dialog = self.sender()
        if isinstance(dialog, CanvasDialog) and dialog.painting.can_undo:
            self._left = dialog.painting.xy  # it is there again when the canvas is opened the next time

    @Slot(str)
    def _on_drawn(self, name: str) -> None:
        self._left = None
        self._page.draft.choose_drawing(name)
        self._page.message.emit(f"Data: the drawing {name}")
