"""The base of all items of a pane."""

from __future__ import annotations

from typing import ClassVar, Protocol

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from explorer.ui.frames.projection import Projection

__all__ = ["PaneItem", "Space"]


class Space(Protocol):
    """What an item needs to know of its pane."""

    @property
    def projection(self) -> Projection:
        """Where data stand in the pane."""

    def add(self, item: PaneItem) -> None:
        """Makes the pane the parent of an item."""


class PaneItem(QGraphicsItem):
    """Covers a pane and draws in its pixels, so that neither zooming nor another range moves it.

    Once `keep` was called, Qt stores the picture until the item changes: what changes above it is then cheap to draw.

    Attributes:
        follows_pointer: The item changes as the pointer moves: its picture is not stored.
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
        self.setZValue(level)
        space.add(self)

    def keep(self) -> None:
        """Stores the picture until the next change."""
        if not self.follows_pointer and self.cacheMode() is QGraphicsItem.CacheMode.NoCache:
            self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def change(self) -> None:
        """Draws anew, without storing the picture."""
        if self.cacheMode() is not QGraphicsItem.CacheMode.NoCache:
            self.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        self.update()

    def draw(self, painter: QPainter, view: Projection) -> None:
        """Draws the item in pixels of the pane."""
        raise NotImplementedError

    def boundingRect(self) -> QRectF:
        """The whole pane."""
        m = self.margin
        return self.space.projection.rect.adjusted(-m, -m, m, m)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draws the item, not beyond the pane."""
        painter.setClipRect(self.boundingRect())
        self.draw(painter, self.space.projection)
