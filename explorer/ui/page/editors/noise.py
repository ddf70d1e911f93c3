"""Noise: a button that draws it anew."""

from __future__ import annotations

import secrets

from PySide6.QtCore import Slot

from explorer.ui.card import Card
from explorer.ui.controls import Button
from explorer.ui.page.editors.editor import Editor
from models.protocol import LatentPoint, Noise

__all__ = ["NoiseEditor"]


class NoiseEditor(Editor):
    """Puts a button into the foot of each card whose view takes noise and no latent point."""

    kind = Noise

    def attach(self, card: Card) -> None:
        """Adds the button."""
        if self.takes(card) and LatentPoint not in card.view.inputs.values():
            button = Button(self._theme, "Resample", "dice")
            button.setObjectName(f"resample.{card.view.name}")
            button.clicked.connect(self._on_clicked)
            card.foot.addWidget(button)
            card.show_foot()

    @Slot()
    def _on_clicked(self) -> None:
        view = self.sender().objectName().removeprefix("resample.")
        self.inputs.set(Noise(secrets.randbelow(2**31)), view=view)
