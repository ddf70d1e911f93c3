"""The base of all kinds of frame that are drawn by pyqtgraph: zoom, pan, read-out and reset.

Longer than other files: it hands each event of mouse and keys on to pyqtgraph, in methods of a few lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.base import FrameView
from explorer.ui.frames.items.readout import ReadOut
from explorer.ui.theme import Theme, Tokens, color
from models.frames import Frame

if TYPE_CHECKING:  # pyqtgraph takes 0.4 s to import: it is loaded with the first frame, after the first paint
    from explorer.ui.frames.axis import PlotAxis
    from explorer.ui.frames.canvas import Canvas, Pane

__all__ = ["Plot"]

_CURSORS = {
    "bottom": Qt.CursorShape.SizeHorCursor,
    "left": Qt.CursorShape.SizeVerCursor,
    "": Qt.CursorShape.ArrowCursor,
}
_CLICK = 3  # px; a press and release within this distance is a click


class Plot(FrameView):
    """Panes of pyqtgraph in a canvas that fills the widget.

    The wheel zooms about the pointer, a drag moves the range, with Shift it draws the box to be shown; over an axis
    only that axis changes. The range is then free: frames no longer change it, until a double click, the key R or the
    action "Reset view" (in the card's menu) lets it follow the frames again.

    A subclass implements, in the order in which they are called:

    - `build(canvas)`, once, with the first frame: makes its panes and its items. A pane is
      `self.add_pane(canvas.add_pane(Pane(), bottom_axis, left_axis))`; panes of one x axis are linked with
      `pane.setXLink(first)`. What imports pyqtgraph (`canvas`, `axis`, some of `items`) is imported inside this method.
    - `arrange()`, at each size: gives each pane its rectangle, `pane.place(rect)`, widget px.
    - `show_content(frame)`, for each frame, size and theme: sets the content of the items, and the ranges with
      `self.follow(pane, x, y)`, which leaves a free range alone. A pane maps with `pane.projection`.
    - `range_moved()`, after the user zoomed or panned, where content depends on the range.
    - `read_out_at(pane, x, y)`: the text for the pointer at a point of a pane; `pointer_moved(at)` for more than text.
    - `click(at, modifiers)`: a click with the left button, widget px.
    - `reset_ranges()`: forgets ranges that are kept for hysteresis, before the content is shown anew.

    Items derive from `items.item.PaneItem`: they draw in pixels of a pane and call `change()` when their content
    changes. The plot receives all events, and hands mouse and wheel to the canvas; a subclass that takes a press for
    itself, as the plane does for handles, does not call `super().mousePressEvent`.

    Signals:
        range_chosen: The user zoomed or moved the range, or lets it follow the frames again.

    Attributes:
        panes: From top to bottom.
        is_free: The user has zoomed or moved the range.
        reset_action: Shows what the frames show.
    """

    range_chosen = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self.panes: list[Pane] = []
        self.is_free = False
        self._canvas: Canvas | None = None
        self._read_out: ReadOut | None = None
        self._pointer: QPointF | None = None
        self._pressed: QPointF | None = None
        self._stale = False
        self._over_moves = False  # what lies above the content has moved since the last frame
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.reset_action = QAction("Reset view\tR", self)
        self.reset_action.setToolTip("Show everything again after zooming or moving: R, or a double click")
        self.reset_action.triggered.connect(self.reset_view)
        self._hint = QAction(self, enabled=False)
        self.set_pan_hint("drag")
        self.addActions([self.reset_action, self._hint])

    # For subclasses

    def build(self, canvas: Canvas) -> None:
        """Makes panes and items."""
        raise NotImplementedError

    def arrange(self) -> None:
        """Gives each pane its rectangle."""
        raise NotImplementedError

    def show_content(self, frame: Frame) -> None:
        """Sets the content of the items, and the ranges."""
        raise NotImplementedError

    def range_moved(self) -> None:
        """Follows a range that the user has changed."""

    def read_out_at(self, pane: Pane, x: float, y: float) -> str:
        """The text for the pointer at a point of a pane, data units."""
        return ""

    def read_out_corner(self, pane: Pane) -> QPointF:
        """Where the text for the pointer in a pane ends, widget px: the top right corner of all panes."""
        return QPointF(
            max(each.geometry().right() for each in self.panes), min(each.geometry().top() for each in self.panes)
        )

    def pointer_moved(self, at: QPointF | None) -> None:
        """Follows the pointer, widget px; None where it is elsewhere."""

    def click(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Does what a click at a position means."""

    def reset_ranges(self) -> None:
        """Forgets ranges that are kept between frames."""

    def add_pane(self, pane: Pane) -> None:
        """Takes a pane that was added to the canvas among the plot's own."""
        pane.restyle(self.tokens)
        pane.sigRangeChangedManually.connect(self._on_range_moved)
        self.panes.append(pane)

    def remove_pane(self, pane: Pane) -> None:
        """Removes a pane from the plot and the canvas."""
        self.panes.remove(pane)
        if self._canvas is not None:
            self._canvas.remove_pane(pane)

    def follow(self, pane: Pane, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Shows the range of the frames in a pane, unless the user has moved it."""
        if not self.is_free and (*x, *y) != pane.home:
            pane.show_range(x, y)

    def pane_at(self, at: QPointF) -> Pane | None:
        """The pane at a position, or None."""
        return next((pane for pane in self.panes if pane.geometry().contains(at)), None)

    def axis_at(self, at: QPointF) -> PlotAxis | None:
        """The axis at a position, or None."""
        axes = [axis for pane in self.panes for axis in (pane.bottom, pane.left) if axis is not None]
        return next((axis for axis in axes if axis.strip.contains(at)), None)

    def set_pan_hint(self, way: str) -> None:
        """Says in the menu how the range is moved, where that is not by a drag."""
        self._hint.setText(f"Zoom: wheel, or Shift + drag · Move: {way}")

    # The frame

    def make_canvas(self) -> Canvas:
        """The graphics view, made when it is needed first."""
        if self._canvas is None:
            from explorer.ui.frames.canvas import Canvas

            self._canvas = Canvas(self)
            self._canvas.restyle(self.tokens)
            self._canvas.about_to_paint.connect(self._on_about_to_paint)
            self._read_out = ReadOut(self.tokens)
            self._canvas.scene().addItem(self._read_out)
            self.build(self._canvas)
            self._canvas.setGeometry(self.rect())
            self.arrange()
            self._canvas.show()
        return self._canvas

    @property
    def read_out(self) -> str:
        """What is said about the point under the pointer, or ""."""
        return self._read_out.text if self._read_out is not None else ""

    def keep_content(self) -> None:
        """Stores the picture of the content, above which something moves."""
        self._over_moves = True
        for pane in self.panes:
            pane.keep()

    def redraw(self) -> None:
        """Shows the content anew: at once, or where the widget is hidden, with the next paint."""
        self._stale = True
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Shows the content, where that is still to be done because the widget was hidden."""
        if self._stale and self._frame is not None:
            self._stale = False
            canvas = self.make_canvas()
            self.show_content(self._frame)
            if self._over_moves:  # and will go on: the next move would draw the content a second time, to store it
                self.keep_content()
                self._over_moves = False
            canvas.scene().update()  # of the scene, as items ask too: the viewport's own would be a paint more
            self._tell()

    @Slot()
    def _on_about_to_paint(self) -> None:
        self.refresh()
        self.painted += self._fresh
        self._fresh = False

    def apply_theme(self, tokens: Tokens) -> None:
        """Draws everything in other colours."""
        self.tokens = tokens
        if self._canvas is not None and self._read_out is not None:
            self._canvas.restyle(tokens)
            self._read_out.restyle(tokens)
            for pane in self.panes:
                pane.restyle(tokens)
        self.redraw()

    # The range

    @Slot()
    def reset_view(self) -> None:
        """Lets the range follow the frames again."""
        if self.is_free:
            self.reset_ranges()
            self.follow_frames()
            self.redraw()
            self.range_chosen.emit()

    def follow_frames(self) -> None:
        """Lets the range follow the frames from the next one on."""
        self.is_free = False
        for pane in self.panes:
            pane.home = (0.0, 0.0, 0.0, 0.0)  # none that a frame has: the next one is shown

    @Slot(object)
    def _on_range_moved(self, _axes: object) -> None:
        self.is_free = True
        self.range_moved()
        self.range_chosen.emit()

    # The pointer

    def _tell(self) -> None:
        """Shows the text for the point under the pointer."""
        text, corner = "", QPointF()
        if self._pointer is not None:
            pane = self.pane_at(self._pointer)
            if pane is not None:
                x, y = pane.projection.to_data(self._pointer - pane.pos())
                text = self.read_out_at(pane, x, y)
                corner = self.read_out_corner(pane)
        if self._read_out is not None:
            self._read_out.show_text(text, corner)

    def set_pointer(self, at: QPointF | None) -> None:
        """Follows the pointer, widget px; None where it is elsewhere."""
        self._pointer = at
        axis = None if at is None else self.axis_at(at)
        self.setCursor(_CURSORS[axis.orientation if axis is not None else ""])
        self.keep_content()
        self.pointer_moved(at)
        self._tell()

    # Events

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Fills the background where no canvas covers it."""
        if self._canvas is None:
            painter = QPainter(self)
            painter.fillRect(self.rect(), color(self.tokens.bg2))
            painter.end()
            self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Gives the panes their new sizes."""
        super().resizeEvent(event)
        if self._canvas is not None:
            self._canvas.setGeometry(self.rect())
            self.arrange()
            self.redraw()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Starts a click, or a drag of the range."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed = event.position()
        if self._canvas is not None:
            self._canvas.mousePressEvent(event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags the range, or follows the pointer."""
        if self._canvas is not None and event.buttons():
            self._canvas.mouseMoveEvent(event)
        event.accept()
        self.set_pointer(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends a drag; a press and release at one place is a click."""
        pressed, at = self._pressed, event.position()
        self._pressed = None
        if self._canvas is not None:
            self._canvas.mouseReleaseEvent(event)
        event.accept()
        if pressed is not None and (at - pressed).manhattanLength() <= _CLICK:
            self.click(at, event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Shows what the frames show."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.reset_view()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms about the pointer."""
        if self._canvas is not None:
            self._canvas.wheelEvent(event)
            self.set_pointer(event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """R shows what the frames show."""
        if event.key() == Qt.Key.Key_R and not event.modifiers():
            self.reset_view()
            return
        super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Removes what belongs to the pointer."""
        self.set_pointer(None)
        super().leaveEvent(event)
