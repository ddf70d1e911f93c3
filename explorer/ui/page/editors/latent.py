"""The latent point: sliders beside a picture, and the cross-hair of the latent map."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Slot

from explorer.ui.card import Card
from explorer.ui.frames.plane import PlaneView
from explorer.ui.page.editors.editor import Editor
from explorer.ui.page.editors.latent_panel import LatentPanel
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.page.state.shown import Shown
from explorer.ui.theme import Theme
from models.frames import Bars, Frame, Plane
from models.protocol import HasDecoder, LatentPoint

__all__ = ["LatentEditor"]


class LatentEditor(Editor):
    """Keeps sliders, cross-hairs and the latent point in step.

    The sliders stand beside the first view that takes a latent point. A plane whose view sets it has a cross-hair, in
    the two dimensions that its frame names.

    Attributes:
        panel: The sliders, or None where no view takes a latent point.
    """

    kind = LatentPoint
    wants_side = True

    def __init__(self, theme: Theme, inputs: Inputs, parent: QObject | None = None):
        super().__init__(theme, inputs, parent)
        self.panel: LatentPanel | None = None
        self._maps: list[PlaneView] = []
        self._dims: tuple[int, int] | None = None  # of the latent space, across and upwards on the maps
        inputs.changed.connect(self._on_changed)

    def attach(self, card: Card) -> None:
        """Puts sliders beside the first card that takes a point, and a cross-hair on every map."""
        if self.panel is None and self.takes(card):
            self.panel = LatentPanel(self._theme)
            self.panel.moved.connect(self._on_panel_moved)
            card.add_side(self.panel)
        if card.view.sets is LatentPoint and isinstance(card.display, PlaneView):
            card.display.moved.connect(self._on_cross_moved)
            self._maps.append(card.display)

    def show(self, shown: Shown) -> None:
        """Takes the latent dimension; the point goes to the model's first where it is another."""
        model: object = shown.model_or_lab
        if self.panel is None or not isinstance(model, HasDecoder):
            return
        self.panel.set_dimension(model.latent_dim)
        if len(self.inputs.z) != model.latent_dim:
            self.inputs.set_point(model.first_latent()[0].double().numpy())

    def follow(self, card: Card, frame: Frame) -> None:
        """Takes the dimensions of a map, and the order of the sliders from the KL divergence of each dimension."""
        if card.view.sets is LatentPoint and isinstance(frame, Plane) and frame.dims != self._dims:
            self._dims = frame.dims
            if self.panel is not None and frame.dims is not None:
                self.panel.show_dims(frame.dims)
            self._show_point()
        latent = len(self.inputs.z)
        if self.panel is not None and isinstance(frame, Bars) and frame.dims == tuple(range(latent)) and latent > 2:
            self.panel.set_order(frame.values)

    def stop(self) -> None:
        """Ends the walk."""
        if self.panel is not None:
            self.panel.stop()

    def set_reduced_motion(self, reduced: bool) -> None:
        """Lets the walk leap twice a second, or glide."""
        if self.panel is not None:
            self.panel.set_reduced_motion(reduced)

    @Slot(object)
    def _on_panel_moved(self, z: np.ndarray) -> None:
        self.inputs.set_point(z)

    @Slot(float, float)
    def _on_cross_moved(self, x: float, y: float) -> None:
        if self._dims is not None and len(self.inputs.z):
            z = self.inputs.z.copy()
            z[list(self._dims)] = x, y
            self.inputs.set_point(z)

    @Slot(object)
    def _on_changed(self, kind: object) -> None:
        if kind is LatentPoint:
            self._show_point()

    def _show_point(self) -> None:
        z = self.inputs.z
        if self.panel is not None and len(self.panel.z) == len(z):
            self.panel.set_point(z)
        for display in self._maps:
            if self._dims is None or max(self._dims) >= len(z):
                display.set_cross(None)
            else:
                display.set_cross(*z[list(self._dims)].tolist())
