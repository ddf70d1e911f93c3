"""Points of a plane that are dragged in the picture, added and removed."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Slot

from explorer.engine.views.input_context import InputContext
from explorer.engine.views.input_kinds import KINDS
from explorer.ui.card import Card
from explorer.ui.frames.plane import PlaneView
from explorer.ui.page.editors.editor import Editor
from explorer.ui.page.editors.points_bar import PointsBar
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.page.state.shown import Shown
from explorer.ui.theme import Theme
from models.protocol import Points

__all__ = ["PointsEditor"]


class PointsEditor(Editor):
    """Puts handles into each plane whose view takes points; the last point cannot be removed."""

    kind = Points

    def __init__(self, theme: Theme, inputs: Inputs, parent: QObject | None = None):
        super().__init__(theme, inputs, parent)
        self._parts: list[tuple[Card, PlaneView, PointsBar]] = []
        self._default = np.zeros((0, 2))
        inputs.changed.connect(self._on_changed)

    @property
    def xy(self) -> np.ndarray:
        """The points, (k, 2)."""
        value = self.inputs.value(Points)
        return value.xy if isinstance(value, Points) else self._default

    def attach(self, card: Card) -> None:
        """Adds handles and a row of controls."""
        display = card.display
        if self.takes(card) and isinstance(display, PlaneView):
            bar = PointsBar(self._theme, self.name_for(card, first=not self._parts))
            bar.add_asked.connect(display.add_handle)
            bar.remove_asked.connect(display.remove_handle)
            display.handle_moved.connect(self._on_moved)
            display.handle_added.connect(self._on_added)
            display.handle_removed.connect(self._on_removed)
            card.add_row(bar)
            self._parts.append((card, display, bar))

    def show(self, shown: Shown) -> None:
        """Goes back to the points at the start."""
        self.inputs.unset(Points)
        page = shown.model_or_lab
        if self._parts and page is not None:
            context = InputContext(self._parts[0][0].view, page, shown.data, shown.device)
            default = KINDS[Points].default(context)
            assert isinstance(default, Points)
            self._default = default.xy
            self._show_points()

    def _set(self, xy: np.ndarray) -> None:
        self.inputs.set(Points(xy), dragged=True)

    @Slot(int, float, float)
    def _on_moved(self, which: int, x: float, y: float) -> None:
        xy = self.xy.copy()
        xy[which] = x, y
        self._set(xy)

    @Slot(float, float)
    def _on_added(self, x: float, y: float) -> None:
        self._set(np.vstack([self.xy, [[x, y]]]))

    @Slot(int)
    def _on_removed(self, which: int) -> None:
        if len(self.xy) > 1:
            self._set(np.delete(self.xy, which, axis=0))

    @Slot(object)
    def _on_changed(self, kind: object) -> None:
        if kind is Points:
            self._show_points()

    def _show_points(self) -> None:
        xy = self.xy
        for _, display, bar in self._parts:
            display.set_handles(xy, editable=True)
            bar.show_count(len(xy))
