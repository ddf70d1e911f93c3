"""The pyqtgraph part of a plot: the graphics view and its panes. Import it late: pyqtgraph takes 0.4 s."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGraphicsSceneResizeEvent, QWidget

from explorer.ui.frames.axis import PlotAxis
from explorer.ui.frames.items.item import PaneItem
from explorer.ui.frames.projection import Projection
from explorer.ui.theme import Tokens, color

__all__ = ["Canvas", "Pane"]

pg.setConfigOptions(mouseRateLimit=0, imageAxisOrder="row-major")

_MOST_ZOOM = 1e4  # largest factor of zooming in and out


class Pane(pg.ViewBox):
    """One pane of a plot: its range, and what it contains.

    Zooming and panning are pyqtgraph's: the wheel zooms about the pointer, a drag moves, with Shift it draws a box that
    then fills the pane; over an axis only that axis follows. `home` is the range that the plot sets itself.

    Attributes:
        bottom, left: The axes, or None.
        home: x0, x1, y0, y1 that was set last by `show_range`.
        items: What draws in pixels, in the order in which it was added.

    Args:
        square: A unit is equally long in both directions, until one axis alone is zoomed.
        clips: Items in data units (`addItem`) are clipped to the pane. Items in pixels (`add`) always are; Qt clips the
            others ten times as slowly, and a pane that fills the widget does not need it.
    """

    stored_changed = Signal()

    def __init__(self, square: bool = False, clips: bool = False):
        super().__init__(enableMenu=False, defaultPadding=0.0, lockAspect=square)
        self.disableAutoRange()
        self.setFlag(self.GraphicsItemFlag.ItemClipsChildrenToShape, clips)
        self.bottom: PlotAxis | None = None
        self.left: PlotAxis | None = None
        self.home = (0.0, 1.0, 0.0, 1.0)
        self._square = square
        self.items: list[PaneItem] = []
        self._projection: Projection | None = None
        self.sigRangeChanged.connect(self._on_range_changed)

    @property
    def is_square(self) -> bool:
        """Whether a unit is equally long in both directions now."""
        return bool(self.state["aspectLocked"])

    @property
    def projection(self) -> Projection:
        """Where data stand in the pane."""
        if self._projection is None:
            (x0, x1), (y0, y1) = self.viewRange()
            self._projection = Projection(self.rect(), (x0, x1, y0, y1))
        return self._projection

    def add(self, item: PaneItem) -> None:
        """Adds an item that draws in pixels; `addItem` adds one in data units."""
        item.setParentItem(self)
        self.items.append(item)

    def remove(self, item: PaneItem) -> None:
        """Removes an item that was added with `add`."""
        item.change()
        self.items.remove(item)
        item.setParentItem(None)  # type: ignore[arg-type]
        scene = item.scene()
        if scene is not None:
            scene.removeItem(item)

    def show_range(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Shows a range, data units."""
        self.home = (*x, *y)
        if self._square and not self.state["aspectLocked"]:
            self.setAspectLocked(True)
        self.setRange(xRange=x, yRange=y, padding=0)

    def take_range(self, other: Pane) -> None:
        """Shows the range of another pane."""
        if not other.state["aspectLocked"]:
            self._unlock()
        x, y = other.viewRange()
        self.setRange(xRange=x, yRange=y, padding=0)

    def set_square(self, square: bool) -> None:
        """Makes units equally long in both directions, or not."""
        if square != self._square:
            self._square = square
            self.setAspectLocked(square)

    def keep(self, below: float = math.inf) -> None:
        """Stores the pictures of all items below a level until they change; the highest is that of the pointer.

        Items in data units are drawn above the background: a pane with some stores nothing.
        """
        fresh = [item for item in self.items if not (item.is_stored or item.follows_pointer) and item.zValue() < below]
        others = [item for item in self.childGroup.childItems() if item is not self.rbScaleBox]
        if fresh and not others:
            for item in fresh:
                item.is_stored = True
            self.draw_stored_anew()

    def release(self, level: float) -> None:
        """Takes the items from a level upwards out of the background: none there may be above one that changes."""
        stored = [item for item in self.items if item.is_stored and item.zValue() >= level]
        for item in stored:
            item.is_stored = False
            item.update()
        if stored:
            self.draw_stored_anew()

    def draw_stored_anew(self) -> None:
        """Has the background drawn anew with the next paint."""
        self.stored_changed.emit()

    def draw_stored(self, painter: QPainter) -> None:
        """Draws the items that are part of the background."""
        for item in sorted(self.items, key=PaneItem.zValue):
            if item.is_stored:
                painter.save()
                painter.translate(self.pos())
                item.draw_clipped(painter)
                painter.restore()

    def place(self, rect: QRectF) -> None:
        """Moves the pane to a rectangle of the canvas, rounded to whole px, and its axes along with it."""
        rect = QRectF(rect.toRect())  # Qt clips to other rectangles slowly
        self.setGeometry(rect)
        for axis in (self.bottom, self.left):
            if axis is not None:
                axis.place(rect)

    def restyle(self, tokens: Tokens) -> None:
        """Takes the colours of a theme for the axes and the box of a zoom."""
        for axis in (self.bottom, self.left):
            if axis is not None:
                axis.restyle(tokens)
        pen = QPen(color(tokens.text2), 1)
        pen.setCosmetic(True)
        self.rbScaleBox.setPen(pen)
        self.rbScaleBox.setBrush(color(tokens.text2, 0.15))

    def resizeEvent(self, event: QGraphicsSceneResizeEvent) -> None:
        """Tells the items that the pane has another size."""
        self._projection = None
        for item in self.items:
            item.resize()
        self._draw_all_anew()
        super().resizeEvent(event)

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        """Zooms about the pointer, within limits; one axis alone where the wheel turns over it."""
        side = 1 if axis == 1 else 0
        low, high = self.viewRange()[side]
        factor = 1.02 ** (event.delta() * self.state["wheelScaleFactor"])  # as pyqtgraph computes it
        home = self.home[2 * side + 1] - self.home[2 * side]
        if not 1 / _MOST_ZOOM <= (high - low) * factor / home <= _MOST_ZOOM:
            event.accept()
            return
        self.updateMatrix()  # which otherwise happens with the next paint
        if axis is not None:
            self._unlock()
        super().wheelEvent(event, axis)

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        """Moves the range; with Shift the range becomes the box that the drag spans."""
        if event.button() is Qt.MouseButton.RightButton:
            event.ignore()
            return
        if event.isStart():
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.state["mouseMode"] = self.RectMode if shift and axis is None else self.PanMode
        if self.state["mouseMode"] == self.RectMode and event.isFinish() and self._is_flat(event):
            self.rbScaleBox.hide()
            event.accept()
            return
        self.updateMatrix()
        super().mouseDragEvent(event, axis)

    def _is_flat(self, event: Any) -> bool:
        """Whether the box of a zoom is too narrow to be meant."""
        size = event.pos() - event.buttonDownPos(event.button())
        return min(abs(size.x()), abs(size.y())) < 4

    def _unlock(self) -> None:
        """Lets units differ in length, without changing what is visible."""
        if self.state["aspectLocked"]:
            self._resetTarget()
            self.setAspectLocked(False)

    def _on_range_changed(self, *_: object) -> None:
        self._projection = None
        self._draw_all_anew()

    def _draw_all_anew(self) -> None:
        if any(item.is_stored for item in self.items):
            self.draw_stored_anew()
        for item in self.items:
            item.is_stored = False
        self.update()


class Canvas(pg.GraphicsView):
    """The graphics view of a plot. The plot takes the mouse and hands on what the panes shall get.

    Signals:
        about_to_paint: The canvas is about to be painted.
    """

    about_to_paint = Signal()

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setViewportUpdateMode(self.ViewportUpdateMode.BoundingRectViewportUpdate)  # many pieces paint slowly
        self.setAntialiasing(True)
        self.centralWidget.setLayout(None)
        self._panes: list[Pane] = []
        self._axes: list[PlotAxis] = []

    def add_pane(self, pane: Pane, bottom: PlotAxis | None = None, left: PlotAxis | None = None) -> Pane:
        """Adds a pane with its axes; `Pane.place` gives it its rectangle."""
        pane.setParentItem(self.centralWidget)
        pane.stored_changed.connect(self.resetCachedContent)
        self._panes.append(pane)
        pane.bottom, pane.left = bottom, left
        for axis in (bottom, left):
            if axis is not None:
                axis.setParentItem(self.centralWidget)
                axis.linkToView(pane)
                axis.moved.connect(self.resetCachedContent)
                self._axes.append(axis)
        return pane

    def remove_pane(self, pane: Pane) -> None:
        """Removes a pane and its axes."""
        pane.setXLink(None)
        self._panes.remove(pane)
        self._axes = [axis for axis in self._axes if axis not in (pane.bottom, pane.left)]
        for item in (pane.bottom, pane.left, pane):
            if item is not None:
                self.scene().removeItem(item)

    def restyle(self, tokens: Tokens) -> None:
        """Takes the background of a theme."""
        self.setBackground(color(tokens.bg2))

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Draws the background, on it the axes beside the panes, and what the panes store; Qt keeps the picture."""
        super().drawBackground(painter, rect)
        painter.setRenderHints(self.renderHints())
        for axis in self._axes:
            if axis.isVisible() and not axis.is_inside:
                axis.draw(painter)
        for pane in self._panes:
            pane.draw_stored(painter)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the scene after announcing it."""
        self.about_to_paint.emit()
        super().paintEvent(event)
