"""The widget of a plane: layers, handles, mouse and keys.

Longer than other files because painting and picking share the pixel positions of the points.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QCursor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.base import FrameView, Hit, LegendItem
from explorer.ui.frames.cloud import ClassLabels, paint_points
from explorer.ui.frames.handles import HandleSet
from explorer.ui.frames.layers import PAINTERS, needed_extent
from explorer.ui.frames.paint import halo_text, mark, stroke
from explorer.ui.frames.plane_axes import layer_legend, paint_plane_axes
from explorer.ui.frames.trails import Trails
from explorer.ui.frames.viewport import Viewport
from explorer.ui.theme import Theme
from models.frames import Frame, Layer, Plane, Points

__all__ = ["PlaneView"]

_LEFT, _BOTTOM, _TOP = 42.0, 24.0, 2.0  # px around the plane
_NEAR = 8.0  # px within which a point counts as hit
_STEP, _LEAP = 0.05, 0.5  # data units an arrow key moves a handle, without and with Shift


class PlaneView(FrameView):
    """Layers in data units, with handles that can be dragged.

    Where the plane has a cross-hair or a single handle, a press moves it to the pointer; else the left button pans.
    The middle button always pans. The wheel zooms with Ctrl or with the focus; a double click shows all data again.

    A click gives its position, and the datum where the clicked point's cloud has an `index`. Enter does the same for
    the handle that keys move, with the datum nearest to it.

    Signals:
        moved: Position of the cross-hair in data units, during a drag and at each key.
        handle_moved: Number and position of another handle.
        handle_left: A handle was let go, or moved by a key: where it is now is meant.
        handle_added: Position of a handle to be added: by a double click or A, where handles are editable.
        handle_removed: Number of a handle to be removed: by Delete.
    """

    moved = Signal(float, float)
    handle_moved = Signal(int, float, float)
    handle_left = Signal()
    handle_added = Signal(float, float)
    handle_removed = Signal(int)
    ideal = (428, 400)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self.view = Viewport()
        self.handles = HandleSet()
        self._labels: dict[int, ClassLabels] = {}
        self._layers: tuple[Layer, ...] = ()  # of the last paint
        self._marks: dict[int, str] = {}
        self._trails = Trails()
        self._dots: list[tuple[Points, np.ndarray]] = []
        self._hover: tuple[int, int] | None = None  # cloud, point
        self._pressed: QPointF | None = None
        self._grabbed: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_frame(self, frame: Frame) -> None:
        """Shows a plane."""
        assert isinstance(frame, Plane)
        self.view.square = frame.square
        self._trails.follow(frame.layers)
        extent = frame.settled(self.view.wanted) if self.view.settled else frame.extent
        self.view.follow(extent or needed_extent(frame.layers), exact=frame.extent is not None)
        super().show_frame(frame)

    def forget(self) -> None:
        """Drops the trails."""
        self._trails.clear()
        self.redraw()

    def set_cross(self, x: float | None, y: float | None = None) -> None:
        """Places the cross-hair, or removes it, without a signal."""
        if x is None or y is None:
            self.handles.put(np.empty((0, 2)), False)
        else:
            self.handles.put(np.array([[x, y]]), True)
        self.update()

    def set_marks(self, marks: Mapping[int, str]) -> None:
        """Marks picked data: letter by `index` of the datum."""
        self._marks = dict(marks)
        self.update()

    def set_handles(self, xy: np.ndarray, editable: bool = False) -> None:
        """Puts points that can be dragged, (k, 2), without a signal.

        Args:
            xy: Their positions.
            editable: Handles can be added and removed; otherwise a single one moves to where one presses.
        """
        self.handles.put(xy, False, editable)
        self.update()

    @Slot()
    def add_handle(self) -> None:
        """Asks for a handle under the pointer, or in the middle of the plane where the pointer is elsewhere."""
        at = QPointF(self.mapFromGlobal(QCursor.pos()))
        self.handle_added.emit(*self.view.to_data(at if self.view.rect.contains(at) else self.view.rect.center()))

    @Slot()
    def remove_handle(self) -> None:
        """Asks to remove the handle that was moved last."""
        if len(self.handles.xy):
            self.handle_removed.emit(self.handles.last)

    def legend(self) -> list[LegendItem]:
        """The named layers, and the colour scale of a heat map."""
        return layer_legend(self._frame.layers) if isinstance(self._frame, Plane) else []

    def paint_frame(self, painter: QPainter) -> None:
        """Draws axes and layers."""
        frame = self._frame
        assert isinstance(frame, Plane)
        self.view.rect = QRectF(_LEFT, _TOP, max(1.0, self.width() - _LEFT), max(1.0, self.height() - _BOTTOM - _TOP))
        still = self._still_layers(frame.layers)
        key = (frame.x_label, frame.y_label, self.view.rect, self.view.extent, tuple(map(id, still)))
        self.draw_ground(painter, key, lambda ground: self._paint_ground(ground, frame, still))
        painter.setClipRect(self.view.rect)
        self._dots = []
        for layer in frame.layers[len(still) :]:
            if isinstance(layer, Points):
                self._trails.paint(painter, layer, self.view, self.tokens)
                self._dots.append((layer, paint_points(painter, layer, self.view, self.tokens)))
            else:
                PAINTERS[type(layer)](painter, layer, self.view, self.tokens)
        for place, (layer, pixels) in enumerate(self._dots):
            labels = self._labels.setdefault(place, ClassLabels())
            labels.paint(painter, layer, pixels, self.view, self.tokens)

    def _still_layers(self, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        """The lowest layers that are the same objects as in the last paint: they are kept as a picture."""
        before, self._layers = self._layers, layers
        pairs = zip(layers, before, strict=False)
        same = itertools.takewhile(lambda pair: pair[0] is pair[1] and type(pair[0]) in PAINTERS, pairs)
        return tuple(layer for layer, _ in same)

    def _paint_ground(self, painter: QPainter, frame: Plane, still: tuple[Layer, ...]) -> None:
        paint_plane_axes(painter, frame, self.view, self.tokens)
        painter.setClipRect(self.view.rect)
        for layer in still:
            PAINTERS[type(layer)](painter, layer, self.view, self.tokens)

    def paint_over(self, painter: QPainter) -> None:
        """Draws handles, marks and a ring around the point under the pointer."""
        painter.setClipRect(self.view.rect.adjusted(-8, -2, 0, 8))
        self._paint_marks(painter)
        self.handles.paint(painter, self.view, self.tokens, self.hasFocus())
        if self._hover is not None:
            layer, pixels = self._dots[self._hover[0]]
            x, y = pixels[self._hover[1]].tolist()
            painter.setPen(stroke(self.tokens.text1, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, y), layer.size / 2 + 3, layer.size / 2 + 3)
            if layer.label is not None:
                k = int(layer.label[self._hover[1]])
                name = layer.classes[k] if k < len(layer.classes) else str(k)
                halo_text(painter, QPointF(x, y - 16), name, self.tokens.text1, self.tokens.bg2, 12, 600)

    def _paint_marks(self, painter: QPainter) -> None:
        for layer, pixels in self._dots if self._marks else ():
            if layer.index is None:
                continue
            for index, letter in self._marks.items():
                for x, y in pixels[layer.index == index].tolist():
                    if np.isfinite(x):
                        mark(painter, QPointF(x, y), letter, self.tokens)

    def _point_at(self, at: QPointF, within: float = _NEAR) -> tuple[int, int] | None:
        smallest, hit = within, None
        for place, (_, pixels) in enumerate(self._dots):
            distance = np.hypot(pixels[:, 0] - at.x(), pixels[:, 1] - at.y())
            distance = np.where(np.isnan(distance), np.inf, distance)
            if distance.size and np.isfinite(distance.min()) and distance.min() <= smallest:
                smallest, hit = float(distance.min()), (place, int(distance.argmin()))
        return hit

    def _datum(self, point: tuple[int, int] | None) -> int | None:
        """The datum that a point of a cloud stands for, or None where the cloud does not say."""
        if point is None:
            return None
        index = self._dots[point[0]][0].index
        return None if index is None else int(index[point[1]])

    def _set_hover(self, hit: tuple[int, int] | None) -> None:
        if hit != self._hover:
            self._hover = hit
            self.update()

    def _move_handle(self, which: int, x: float, y: float) -> None:
        self.handles.xy[which] = (x, y)
        self.handles.last = which
        self.update()
        if self.handles.cross and which == 0:
            self.moved.emit(x, y)
        else:
            self.handle_moved.emit(which, x, y)

    def redraw(self) -> None:
        """Forgets the hovered point and paints again."""
        self._hover = None
        super().redraw()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Starts a drag of a handle, or of the plane."""
        at = event.position()
        if event.button() is Qt.MouseButton.LeftButton and self.view.rect.contains(at):
            self._pressed = at
            self.handles.held = self.handles.near(at, self.view)
            second = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if self.handles.held is None and self.handles.comes and not second:
                self.handles.held = 0
                self._move_handle(0, *self.view.to_data(at))
            elif self.handles.held is None:
                self._grabbed = at
        elif event.button() is Qt.MouseButton.MiddleButton:
            self._grabbed = at

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags the held handle or the plane, or finds the point under the pointer."""
        at = event.position()
        if self.handles.held is not None:
            self._move_handle(self.handles.held, *self.view.to_data(at))
        elif self._grabbed is not None:
            self.view.pan(at - self._grabbed)
            self._grabbed = at
            self.redraw()
        else:
            self._set_hover(self._point_at(at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends a drag; a press and release at one place is a click."""
        pressed, held, at = self._pressed, self.handles.held, event.position()
        self._pressed = self._grabbed = self.handles.held = None
        if held is not None:
            self.handle_left.emit()
        if pressed is not None and (at - pressed).manhattanLength() <= 3:
            self._click(self.view.to_data(at), self._point_at(at), event.modifiers())

    def _click(self, xy: tuple[float, float], point: tuple[int, int] | None, modifiers: Qt.KeyboardModifier) -> None:
        second = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self.clicked.emit(Hit(xy=xy, datum=self._datum(point), second=second))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Adds a handle where handles are editable; otherwise shows all again after zooming or moving."""
        if self.handles.editable:
            if self.view.rect.contains(event.position()):
                self.handle_added.emit(*self.view.to_data(event.position()))
        elif self.view.free:
            self.view.release()
            if self._frame is not None:
                self.show_frame(self._frame)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms about the pointer."""
        if not self.hasFocus() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        self.view.zoom(0.85 ** (event.angleDelta().y() / 120), event.position())
        self.redraw()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the handle by 0.05, with Shift by 0.5; Enter picks the nearest datum, with Shift as second.

        A adds a handle and Delete removes one where they are editable.
        """
        if self.handles.editable and event.key() in (Qt.Key.Key_A, Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            if event.key() == Qt.Key.Key_A:
                self.add_handle()
            else:
                self.remove_handle()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and len(self.handles.xy):
            x, y = self.handles.xy[self.handles.last].tolist()
            at = self.view.to_pixels(np.array([[x, y]]))[0].tolist()
            self._click((x, y), self._point_at(QPointF(*at), np.inf), event.modifiers())
            return
        directions: dict[int, tuple[int, int]] = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        direction = directions.get(event.key())
        if direction is None or not len(self.handles.xy):
            super().keyPressEvent(event)
            return
        step = _LEAP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _STEP
        x, y = self.handles.xy[self.handles.last].tolist()
        self._move_handle(self.handles.last, x + direction[0] * step, y + direction[1] * step)
        self.handle_left.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """Removes the ring around the hovered point."""
        self._set_hover(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draws the handle that keys move."""
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Draws the handles without focus."""
        self.update()
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Forgets the hovered point: its pixels are stale."""
        self._hover = None
        super().resizeEvent(event)
