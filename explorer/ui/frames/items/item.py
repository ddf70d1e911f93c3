"""The base of all items of a pane."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from explorer.ui.frames.projection import Projection
from explorer.ui.theme import Tokens

__all__ = ["LayerItem", "PaneItem", "Space"]


class Space(Protocol):
    """What an item needs to know of its pane."""

    @property
    def projection(self) -> Projection:
        """Where data stand in the pane."""

    def add(self, item: PaneItem) -> None:
        """Makes the pane the parent of an item."""

    def remove(self, item: PaneItem) -> None:
        """Removes an item."""

    def keep(self, below: float = ...) -> None:
        """Stores the pictures of all items below a level until they change."""

    def release(self, level: float) -> None:
        """Takes the items from a level upwards out of the stored picture."""


class PaneItem(QGraphicsItem):
    """Covers a pane and draws in its pixels, so that neither zooming nor another range moves it.

    Items that do not change can be stored by their pane: they are then part of the canvas's background, which Qt keeps
    as a picture, until they change.

    Attributes:
        follows_pointer: The item changes as the pointer moves: it is never stored.
        margin: px that the item may draw beyond the pane.

    Args:
        space: The pane.
        level: Items of a higher level are drawn above.
    """

    follows_pointer: ClassVar[bool] = False
    margin: ClassVar[float] = 0.0

    def __init__(self, space: Space, level: float = 0.0):
        super().__init__()
        self.space = space
        self._is_stored = False
        self._bounds: QRectF | None = None
        self.setZValue(level)
        space.add(self)

    @property
    def is_stored(self) -> bool:
        """Whether the item is part of the background."""
        return self._is_stored

    @is_stored.setter
    def is_stored(self, stored: bool) -> None:
        self._is_stored = stored
        self.setFlag(self.GraphicsItemFlag.ItemHasNoContents, stored)  # Qt then passes over it

    def resize(self) -> None:
        """Follows another size of the pane."""
        self.prepareGeometryChange()
        self._bounds = None

    def change(self) -> None:
        """Draws anew."""
        self.space.release(self.zValue())
        self.update()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws the item in pixels of the pane."""
        raise NotImplementedError

    def boundingRect(self) -> QRectF:
        """The whole pane."""
        if self._bounds is None:
            m = self.margin
            self._bounds = self.space.projection.rect.adjusted(-m, -m, m, m)
        return self._bounds

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draws the item."""
        self.draw_clipped(painter)

    def draw_clipped(self, painter: QPainter) -> None:
        """Draws the item, not beyond the pane."""
        painter.setClipRect(self.boundingRect())
        self.draw(painter, self.space.projection)


class LayerItem(PaneItem):
    """An item that shows one layer of a plane."""

    def set(self, layer: Any, tokens: Tokens) -> None:
        """Shows a layer of the kind that the item is for."""
        raise NotImplementedError
