"""The card of the training curves: it shows the history of the run and is computed by no view."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from explorer.engine.runs.curves import loss_curves
from explorer.ui.card import Card
from explorer.ui.frames.curves import CurvesView
from explorer.ui.theme import Theme
from models.frames import Curves
from models.protocol import View

__all__ = ["CurvesCard"]

_CURVES = View(loss_curves, "curves", "Loss", {}, {}, Curves, False, help="Every metric over the steps")


class CurvesCard(Card):
    """Every metric of a run over the steps.

    Signals:
        series_hovered: Key of the curve under the pointer, or "".

    Args:
        theme: Colours.
    """

    series_hovered = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, _CURVES, empty="Curves appear with the first steps", parent=parent)
        display = self.display
        assert isinstance(display, CurvesView)
        display.series_hovered.connect(self.series_hovered)

    def show_curves(self, curves: Curves, step: int | None) -> bool:
        """Shows curves unless the card is frozen, with a marker at a step unless it is None; returns whether it did."""
        return self.show_frame(dataclasses.replace(curves, marker=None if step is None else float(step)))

    @Slot(str)
    def emphasise(self, key: str) -> None:
        """Draws the curve of a key thicker, or all alike for ""."""
        self.display.emphasise(key or None)
