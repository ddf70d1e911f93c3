"""The widget of a plane: layers, handles, mouse and keys.

Longer than other files by the handles: mouse, keys and signals move the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QCursor, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.base import Hit, LegendItem
from explorer.ui.frames.handles import HandleSet
from explorer.ui.frames.items.plane_overlay import PlaneOverlay
from explorer.ui.frames.layers import needed_extent
from explorer.ui.frames.picking import CloudPoint, datum_of, point_at
from explorer.ui.frames.plane_words import layer_legend, plane_read_out
from explorer.ui.frames.plot import Plot
from explorer.ui.frames.projection import Projection
from explorer.ui.frames.ranges import PlaneRange
from explorer.ui.frames.trails import Trails
from explorer.ui.theme import Theme
from models.frames import Frame, Plane

if TYPE_CHECKING:  # as in `plot`
    from explorer.ui.frames.canvas import Canvas, Pane
    from explorer.ui.frames.items.layer_stack import LayerStack

__all__ = ["PlaneView"]

_NEAR = 8.0  # px within which a point counts as hit


class PlaneView(Plot):
    """Layers in data units, with handles that can be dragged.

    Where the plane has a cross-hair or a single handle, a press moves it to the pointer; the range is then moved with
    Ctrl or with the middle button, else by any drag.

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
        self.handles = HandleSet()
        self._range = PlaneRange()
        self._trails = Trails()
        self._stack: LayerStack | None = None
        self._overlay: PlaneOverlay | None = None
        self._marks: dict[int, str] = {}

    # What is shown

    def show_frame(self, frame: Frame) -> None:
        """Shows a plane."""
        assert isinstance(frame, Plane)
        self._trails.follow(frame.layers)
        super().show_frame(frame)

    def forget(self) -> None:
        """Drops the trails."""
        self._trails.clear()
        for pane in self.panes:
            pane.release(0.0)
        self.redraw()

    def for_figure(self) -> Frame | None:
        """The plane with the trails of its points as paths."""
        frame = self._frame
        return replace(frame, layers=self._trails.as_paths(frame.layers)) if isinstance(frame, Plane) else None

    def in_view(self) -> Frame | None:
        """The plane in the range to which the user has zoomed or moved it."""
        frame = self.for_figure()
        if not self.is_free or not isinstance(frame, Plane):
            return None
        (x0, x1), (y0, y1) = self._pane.viewRange()
        return replace(frame, extent=(x0, x1, y0, y1), square=self._pane.is_square)

    def legend(self) -> list[LegendItem]:
        """The named layers, and the colour scale of a heat map."""
        return layer_legend(self._frame.layers) if isinstance(self._frame, Plane) else []

    def set_cross(self, x: float | None, y: float | None = None) -> None:
        """Places the cross-hair, or removes it, without a signal."""
        if x is None or y is None:
            self._put(np.empty((0, 2)), cross=False)
        else:
            self._put(np.array([[x, y]]), cross=True)

    def set_handles(self, xy: np.ndarray, editable: bool = False) -> None:
        """Puts points that can be dragged, (k, 2), without a signal.

        Args:
            xy: Their positions.
            editable: Handles can be added and removed; otherwise a single one moves to where one presses.
        """
        self._put(xy, cross=False, editable=editable)

    def _put(self, xy: np.ndarray, cross: bool, editable: bool = False) -> None:
        self.handles.put(xy, cross, editable)
        self.set_pan_hint("Ctrl + drag, or the middle button" if self.handles.comes else "drag")
        self._show_over()

    def set_marks(self, marks: Mapping[int, str]) -> None:
        """Marks picked data: letter by `index` of the datum."""
        self._marks.clear()
        self._marks.update(marks)
        self._show_over()

    def show_datum(self, index: int | None) -> None:
        """Rings the points of a datum that is under the pointer in another picture."""
        overlay = self._overlay
        if overlay is not None and index != overlay.datum:
            overlay.datum = index
            self._show_over()

    @property
    def view(self) -> Projection:
        """Where data stand on the widget."""
        return self._pane.projection

    @property
    def _pane(self) -> Pane:
        self.make_canvas()
        self.refresh()
        return self.panes[0]

    def build(self, canvas: Canvas) -> None:
        """Makes a pane that fills the widget, with the numbers of its axes inside."""
        from explorer.ui.frames.axis import PlotAxis
        from explorer.ui.frames.canvas import Pane
        from explorer.ui.frames.items.layer_stack import LayerStack

        bottom, left = (PlotAxis(side, self.tokens, inside=True) for side in ("bottom", "left"))
        pane = canvas.add_pane(Pane(square=True), bottom, left)
        self.add_pane(pane)
        self._stack = LayerStack(pane, self._trails)
        self._overlay = PlaneOverlay(pane, self.handles, self._marks, self.tokens)

    def arrange(self) -> None:
        """Fills the widget."""
        self.panes[0].place(QRectF(self.rect()))

    def reset_ranges(self) -> None:
        """Lets the range follow the layers closely."""
        self._range.forget()

    def show_content(self, frame: Frame) -> None:
        """Shows the layers in a range that holds them."""
        assert isinstance(frame, Plane)
        pane, stack, overlay = self.panes[0], self._stack, self._overlay
        assert stack is not None
        assert overlay is not None
        if not self.is_free:
            pane.set_square(frame.square)
            extent = frame.settled(self._range.extent) if self._range.settled else frame.extent
            self._range.fit(extent or needed_extent(frame.layers), exact=frame.extent is not None)
        x0, x1, y0, y1 = self._range.extent
        self.follow(pane, (x0, x1), (y0, y1))
        for axis, name in ((pane.bottom, frame.x_label), (pane.left, frame.y_label)):
            if axis is not None:
                axis.set_name(name)
        stack.show(frame.layers, self.tokens)
        overlay.tokens, overlay.plane = self.tokens, frame
        self._find_hover(self._pointer if self.handles.held is None else None)

    # What lies above

    def _show_over(self) -> None:
        if self._overlay is not None:
            self.keep_content()
            self._overlay.has_focus = self.hasFocus()
            self._overlay.update()

    # Picking

    def _point_at(self, at: QPointF, within: float = _NEAR) -> CloudPoint | None:
        return point_at(self._frame, self.view, at, within) if isinstance(self._frame, Plane) else None

    def pointer_moved(self, at: QPointF | None) -> None:
        """Rings the point under the pointer."""
        if self._find_hover(at if self.handles.held is None else None):
            self._show_over()

    def _find_hover(self, at: QPointF | None) -> bool:
        """Finds the point at a position; returns whether it is another one than before."""
        overlay = self._overlay
        if overlay is None:
            return False
        before, overlay.hover = overlay.hover, None if at is None else self._point_at(at)
        if datum_of(overlay.hover) != datum_of(before):
            self.datum_hovered.emit(datum_of(overlay.hover))
        return overlay.hover != before

    def read_out_at(self, pane: Pane, x: float, y: float) -> str:
        """The coordinates and the value of a heat map."""
        return plane_read_out(self._frame, x, y) if isinstance(self._frame, Plane) else ""

    def click(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Emits what is there."""
        self._emit_click(self.view.to_data(at), self._point_at(at), modifiers)

    def _emit_click(self, xy: tuple[float, float], point: CloudPoint | None, modifiers: Qt.KeyboardModifier) -> None:
        second = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self.clicked.emit(Hit(xy=xy, datum=datum_of(point), second=second))

    # Handles

    @Slot()
    def add_handle(self) -> None:
        """Asks for a handle under the pointer, or in the middle of the plane where the pointer is elsewhere."""
        at = QPointF(self.mapFromGlobal(QCursor.pos()))
        rect = self.view.rect
        self.handle_added.emit(*self.view.to_data(at if rect.contains(at) else rect.center()))

    @Slot()
    def remove_handle(self) -> None:
        """Asks to remove the handle that was moved last."""
        if len(self.handles.xy):
            self.handle_removed.emit(self.handles.last)

    def _move_handle(self, which: int, x: float, y: float) -> None:
        self.handles.xy[which] = (x, y)
        self.handles.last = which
        self._show_over()
        if self.handles.cross and which == 0:
            self.moved.emit(x, y)
        else:
            self.handle_moved.emit(which, x, y)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes the handle under the pointer, or moves one there; otherwise drags the range."""
        at, modifiers = event.position(), event.modifiers()
        if event.button() is Qt.MouseButton.LeftButton and self.panes:
            self.handles.held = self.handles.near(at, self.view)
            zooms = modifiers & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier)
            if self.handles.held is None and self.handles.comes and not zooms and self.axis_at(at) is None:
                self.handles.held = 0
                self._move_handle(0, *self.view.to_data(at))
            if self.handles.held is not None:
                self._pressed = at
                return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags the held handle or the range, or finds the point under the pointer."""
        if self.handles.held is not None:
            self._move_handle(self.handles.held, *self.view.to_data(event.position()))
            self.set_pointer(event.position())
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends a drag; a press and release at one place is a click."""
        held, self.handles.held = self.handles.held, None
        if held is not None:
            self.handle_left.emit()
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Adds a handle where handles are editable; otherwise shows all again after zooming or moving."""
        if not self.handles.editable:
            super().mouseDoubleClickEvent(event)
        elif self.panes:
            self.handle_added.emit(*self.view.to_data(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the handle by 0.05, with Shift by 0.5; Enter picks the nearest datum, with Shift as second.

        A adds a handle and Delete removes one where they are editable.
        """
        key, handles = event.key(), self.handles
        if handles.editable and key == Qt.Key.Key_A:
            self.add_handle()
        elif handles.editable and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_handle()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and len(handles.xy):
            x, y = handles.xy[handles.last].tolist()
            self._emit_click((x, y), self._point_at(self.view.point(x, y), np.inf), event.modifiers())
        elif (target := handles.after_key(event)) is not None:
            self._move_handle(handles.last, *target)
            self.handle_left.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draws the handle that keys move."""
        self._show_over()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Draws the handles without focus."""
        self._show_over()
        super().focusOutEvent(event)
