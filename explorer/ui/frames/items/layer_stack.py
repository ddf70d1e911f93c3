"""The items of the layers of a plane. Import it late: it needs pyqtgraph."""

from __future__ import annotations

from explorer.ui.frames.items.cloud import CloudItem, LabelsItem, TrailItem
from explorer.ui.frames.items.item import LayerItem, Space
from explorer.ui.frames.items.layers import ContoursItem, HeatItem, PaintedItem
from explorer.ui.frames.trails import Trails
from explorer.ui.theme import Tokens
from models.frames import Density, Layer, Points

__all__ = ["LayerStack"]


class LayerStack:
    """One item for each layer, kept from frame to frame; the lowest layers that stay the same objects are stored.

    Args:
        pane: Where they are.
        trails: The last positions of clouds.
    """

    def __init__(self, pane: Space, trails: Trails):
        self._pane, self._trails = pane, trails
        self._items: list[LayerItem] = []
        self._trail_items: dict[int, TrailItem] = {}
        self._label_items: dict[int, LabelsItem] = {}
        self._layers: tuple[Layer, ...] = ()
        self._tokens: Tokens | None = None

    def show(self, layers: tuple[Layer, ...], tokens: Tokens) -> None:
        """Shows layers, from back to front."""
        before = self._layers if tokens is self._tokens else ()
        same = [place < len(before) and before[place] is layer for place, layer in enumerate(layers)]
        for place, layer in enumerate(layers):
            if not same[place]:
                self._item(place, layer).set(layer, tokens)
                if isinstance(layer, Points):
                    self._show_beside(place, layer, tokens)
        lowest = same.index(False) if False in same else len(same)
        self._pane.keep(below=lowest)
        for place in range(len(layers), len(self._items)):
            self._clear(place)
        del self._items[len(layers) :]
        self._layers, self._tokens = layers, tokens

    def _item(self, place: int, layer: Layer) -> LayerItem:
        """The item at a place, replaced where it is for another kind of layer."""
        kind: type[LayerItem] = PaintedItem
        if isinstance(layer, Points):
            kind = CloudItem
        elif isinstance(layer, Density):
            kind = ContoursItem if layer.contours else HeatItem
        if place < len(self._items) and type(self._items[place]) is kind:
            return self._items[place]
        item = kind(self._pane, place + 0.5)
        if place < len(self._items):
            self._clear(place)
            self._items[place] = item
        else:
            self._items.append(item)
        return item

    def _show_beside(self, place: int, layer: Points, tokens: Tokens) -> None:
        """Shows the trail below a cloud, and the names of its classes above all layers."""
        trail, labels = self._trail_items.get(place), self._label_items.get(place)
        if layer.trail and trail is None:
            trail = self._trail_items[place] = TrailItem(self._pane, place + 0.25)
        if trail is not None:
            trail.set(self._trails, layer, tokens)
        if layer.label is not None and labels is None:
            labels = self._label_items[place] = LabelsItem(self._pane, 90)
        if labels is not None:
            labels.set(layer, tokens)

    def _clear(self, place: int) -> None:
        for item in (self._items[place], self._trail_items.pop(place, None), self._label_items.pop(place, None)):
            if item is not None:
                self._pane.remove(item)
