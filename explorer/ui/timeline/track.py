"""The track of the timeline: recorded steps on an axis of training steps, over the loss."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from explorer.ui.numbers import count
from explorer.ui.theme import Theme, Tokens, color, mix
from explorer.ui.timeline.track_drawing import (
    BAR,
    HANDLE,
    backdrop,
    draw_area,
    draw_changes,
    draw_handle,
    draw_marks,
    draw_ticks,
    ticks,
)

__all__ = ["Track"]


def _nearest(sorted_steps: Sequence[int], step: float) -> int:
    """Index of the nearest step; of two equally near ones the later."""
    after = bisect_left(sorted_steps, step)
    if after == len(sorted_steps):
        return after - 1
    if after and step - sorted_steps[after - 1] < sorted_steps[after] - step:
        return after - 1
    return after


class Track(QSlider):
    """A slider over recorded steps, placed in proportion to the whole training.

    The value of the `QSlider` is the index of the recorded step, so that screen readers treat it as a slider.

    Signals:
        scrubbed: The recorded step that the user chose.

    Args:
        theme: Colours.
    """

    scrubbed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._tokens = theme.tokens
        self._steps: tuple[int, ...] = ()
        self._total = 0
        self._newest = 0
        self._step = 0
        self._backdrop: tuple[np.ndarray, np.ndarray] | None = None
        self._area: QPolygonF | None = None  # None: to be computed again, together with the ticks
        self._ticks: list[QLineF] = []
        self._failure: tuple[int, int] | None = None
        self._changed: tuple[int, ...] = ()
        self.setObjectName("timeline.track")
        self.setAccessibleName("Timeline")
        self.setFixedHeight(60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setRange(0, 0)
        self.setEnabled(False)
        theme.changed.connect(self.apply_theme)

    @property
    def steps(self) -> tuple[int, ...]:
        """The recorded steps."""
        return self._steps

    @property
    def step(self) -> int:
        """The step at the handle."""
        return self._step

    @property
    def newest(self) -> int:
        """The newest step shown so far."""
        return self._newest

    @property
    def moment(self) -> int:
        """Index of the recorded step nearest to the handle; -1 where nothing is recorded."""
        return _nearest(self._steps, self._step) if self._steps else -1

    def show_recorded(self, steps: Sequence[int], total: int) -> None:
        """Sets the recorded steps, ascending, and the number of steps of the whole training; 0 where unknown."""
        if tuple(steps) == self._steps and total == self._total:
            return
        if not steps or (self._steps and steps[-1] < self._steps[-1]):  # another run, or an earlier step of it
            self._newest = 0
        self._steps, self._total = tuple(steps), total
        self.setEnabled(bool(steps))
        self._reach(self._steps[-1] if steps else 0)
        self.setRange(0, max(0, len(self._steps) - 1))
        self._update_value()
        self._area = None
        self.update()

    def show_step(self, step: int) -> None:
        """Moves the handle to a step."""
        if step != self._step or step > self._newest:
            self._step = step
            self._reach(step)
            self._update_value()
            self.update()

    def show_backdrop(self, x: np.ndarray, y: np.ndarray) -> None:
        """Sets the loss y (n,) over the steps x (n,) as the background of the track."""
        self._backdrop = (x, y)
        self._area = None
        self.update()

    def mark(self, last_good: int, stopped: int) -> None:
        """Marks the last good step and the step at which training failed."""
        self._failure = (last_good, stopped)
        self._reach(stopped)
        self._update_value()
        self.update()

    def show_changes(self, steps: Sequence[int]) -> None:
        """Marks the steps after which parameters were changed."""
        if tuple(steps) != self._changed:
            self._changed = tuple(steps)
            self._update_value()
            self.update()

    def clear_marks(self) -> None:
        """Removes the marks."""
        self._failure = None
        self._update_value()
        self.update()

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self.update()

    def x_of(self, step: float) -> float:
        """Position of a step, px."""
        return HANDLE + step / self._span() * self._inner()

    def go(self, moment: int) -> None:
        """Moves the handle to a recorded step by its index, clipped to the range, without a signal."""
        if self._steps:
            self.show_step(self._steps[min(len(self._steps) - 1, max(0, moment))])

    def choose(self, step: float) -> None:
        """Chooses the recorded moment nearest to a step, as a click on it does."""
        if self._steps:
            self._choose(_nearest(self._steps, step))

    def leap(self, moments: int) -> None:
        """Goes some recorded moments on, or back, as by hand."""
        if self._steps:
            self._choose(self.moment + moments)

    def _inner(self) -> float:
        return max(1.0, self.width() - 2 * HANDLE)

    def _span(self) -> float:
        return float(max(self._total, self._newest, 1))

    def _reach(self, step: int) -> None:
        if step > self._newest:
            if step > self._total:
                self._area = None  # the axis got longer
            self._newest = step

    def _choose(self, moment: int) -> None:
        self.go(moment)
        self.scrubbed.emit(self._step)

    def _update_value(self) -> None:
        blocked = self.blockSignals(True)
        self.setValue(max(0, self.moment))
        self.blockSignals(blocked)
        text = f"step {count(self._step)} of {count(self._span())}" if self._steps else "no history yet"
        if self._failure is not None:
            text += f", stopped at step {count(self._failure[1])}, last good step {count(self._failure[0])}"
        if self._changed:
            text += f", parameters changed at {', '.join(f'step {count(step)}' for step in self._changed)}"
        self.setAccessibleDescription(text)

    def _at(self, x: float) -> int:
        return _nearest(self._steps, (x - HANDLE) / self._inner() * self._span())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Goes to the recorded step nearest to the pointer."""
        if event.button() is Qt.MouseButton.LeftButton and self._steps:
            self.setSliderDown(True)
            self._choose(self._at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follows the pointer from step to step."""
        if self.isSliderDown():
            moment = self._at(event.position().x())
            if self._steps[moment] != self._step:
                self._choose(moment)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends the drag."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(False)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go to the next recorded step, with Shift or Page by ten, Home and End to the first and the last."""
        many = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        last = len(self._steps) - 1
        moves = {
            Qt.Key.Key_Left: self.moment - many,
            Qt.Key.Key_Down: self.moment - many,
            Qt.Key.Key_Right: self.moment + many,
            Qt.Key.Key_Up: self.moment + many,
            Qt.Key.Key_PageDown: self.moment - 10,
            Qt.Key.Key_PageUp: self.moment + 10,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if event.key() in moves and self._steps:
            self._choose(moves[Qt.Key(event.key())])
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """One recorded step per notch, if the widget has the focus."""
        if self.hasFocus() and self._steps and event.angleDelta().y():
            self._choose(self.moment + (1 if event.angleDelta().y() > 0 else -1))
            event.accept()
        else:
            event.ignore()

    def sizeHint(self) -> QSize:
        """Preferred size."""
        return QSize(320, 60)

    def minimumSizeHint(self) -> QSize:
        """Smallest size in which the handle can move."""
        return QSize(80, 60)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drops what depends on the width."""
        self._area = None
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws backdrop, bar, ticks, marks and handle."""
        tokens = self._tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        left, newest, handle = self.x_of(0), self.x_of(self._newest), self.x_of(self._step)
        if self._steps:
            if self._area is None:
                self._area, self._ticks = self._backdrop_area(), ticks([self.x_of(step) for step in self._steps])
            draw_area(painter, tokens, self._area, newest)
        painter.setBrush(color(tokens.bg4 if self._steps else tokens.bg3))
        painter.drawRoundedRect(QRectF(left, BAR - 2, self._inner(), 4), 2, 2)
        if self._steps:
            painter.setBrush(color(mix(tokens.bg4, tokens.accent, 0.45)))
            painter.drawRoundedRect(QRectF(left, BAR - 2, newest - left, 4), 2, 2)
            painter.setBrush(color(tokens.accent))
            painter.drawRoundedRect(QRectF(left, BAR - 2, handle - left, 4), 2, 2)
            draw_ticks(painter, tokens, self._ticks)
            draw_changes(painter, tokens, [self.x_of(step) for step in self._changed])
            draw_handle(painter, tokens, handle, focus=self.hasFocus())
        if self._failure is not None:
            last_good, stopped = self._failure
            draw_marks(painter, tokens, self.x_of(last_good), self.x_of(stopped))
        painter.end()

    def _backdrop_area(self) -> QPolygonF:
        if self._backdrop is None:
            return QPolygonF()
        x, y = self._backdrop
        return backdrop(np.asarray(x, float) / self._span(), np.asarray(y, float), left=HANDLE, width=self._inner())
