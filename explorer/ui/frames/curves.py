"""The widget of curves: stacked panes with a common x axis.

Longer than other files: legend, read-out, pointer and menu are about the same curves, as they are drawn.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QFontMetricsF
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.base import LegendItem
from explorer.ui.frames.curve_content import CurveContent, VisibleRange, from_units, to_units, y_range
from explorer.ui.frames.curve_layout import CurveLayout
from explorer.ui.frames.curve_values import DrawnSeries, alike_in, axis_name, curve_legend, curve_read_out, x_text
from explorer.ui.frames.items.curves import CurvePointer, CurvesItem
from explorer.ui.frames.plot import Plot
from explorer.ui.frames.ranges import StepRange, finite_range
from explorer.ui.frames.smoothing import SMOOTHINGS, Columns
from explorer.ui.theme import Theme, ui_font
from models.frames import Curves, Frame

if TYPE_CHECKING:  # as in `plot`
    from explorer.ui.frames.canvas import Canvas, Pane

__all__ = ["CurvesView"]

_LEGEND_INTERVAL = 300  # ms between two updates of the legend's values
_NEAR = 12.0  # px within which a curve counts as under the pointer


class CurvesView(Plot):
    """Curves in panes, smoothed, with the raw values faint below them. Its actions go into the card's menu.

    Signals:
        series_hovered: Key of the series under the pointer, or "".
        picked: Position on the x axis that was clicked.

    Attributes:
        pane_names: Names of the panes, from top to bottom, in several columns row by row.
        most_columns: Panes stand in as many columns at most, where there is room.
        smoothing: Half the window of smoothing as a share of the width.
        log_y: Whether y axes are logarithmic; None as the frame declares.
    """

    series_hovered = Signal(str)
    picked = Signal(float)
    ideal = (428, 220)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self.smoothing = SMOOTHINGS["Medium"]
        self.log_y: bool | None = None
        self.pane_names: list[str] = []
        self.most_columns = 1
        self._columns = 1  # for which there are axes
        self._layout = CurveLayout(0)
        self._x = StepRange()
        self._y: dict[str, StepRange] = {}
        self._items: list[CurvesItem] = []
        self._pointers: list[CurvePointer] = []
        self._drawn: dict[str, DrawnSeries] = {}
        self._emphasised: str | None = None
        self._pointer_x: float | None = None  # in units of the x axis
        self._near = ""
        self._legend_keys: list[str] = []
        self._values_pending = False
        self._legend_timer = QTimer(self, interval=_LEGEND_INTERVAL, singleShot=True)
        self._legend_timer.timeout.connect(self._on_legend_timeout)
        self._add_actions()

    def _add_actions(self) -> None:
        log = QAction("Logarithmic y axis", self, checkable=True)
        log.toggled.connect(self._on_log_toggled)
        self.addAction(log)
        self._smoothing_actions = QActionGroup(self)
        for name, strength in SMOOTHINGS.items():
            action = QAction(f"Smoothing: {name.lower()}", self, checkable=True, checked=strength == self.smoothing)
            action.setData(strength)
            self._smoothing_actions.addAction(action)
            self.addAction(action)
        self._smoothing_actions.triggered.connect(self._on_smoothing_chosen)

    def show_frame(self, frame: Frame) -> None:
        """Shows curves."""
        assert isinstance(frame, Curves)
        before = self.minimumSizeHint()
        super().show_frame(frame)
        if self.minimumSizeHint() != before:
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """Room for every pane."""
        frame = self._frame if isinstance(self._frame, Curves) else Curves(())
        panes = max(1, len({series.pane for series in frame.series}))
        return QSize(120, self._layout_of(panes, self._most).least_height)

    def for_figure(self) -> Frame | None:
        """The curves on linear or logarithmic y axes, as the user has set them."""
        frame = self._frame
        if not isinstance(frame, Curves) or self.log_y is None:
            return frame
        return replace(frame, log_y=self.log_y, log_panes=())

    def in_view(self) -> Frame | None:
        """The curves in the range to which the user has zoomed or moved them."""
        frame = self.for_figure()
        if not self.is_free or not self.panes or not isinstance(frame, Curves):
            return None
        x = from_units(self.panes[0].viewRange()[0], self._x.log)
        y = [
            (name, *from_units(pane.viewRange()[1], self._y[name].log))
            for pane, name in zip(self.panes, self.pane_names, strict=True)
        ]
        return replace(frame, x_range=x, y_ranges=tuple(y))

    # The legend

    def announce_legend(self) -> None:
        """Announces other series at once; their values follow as they are drawn, a few times a second."""
        keys = [series.key for series in self._frame.series] if isinstance(self._frame, Curves) else []
        if keys != self._legend_keys or not self.isVisible():
            self._legend_keys = keys
            self.legend_changed.emit()

    def _announce_values(self) -> None:
        self._values_pending = self._legend_timer.isActive()
        if not self._values_pending:
            self.legend_changed.emit()
            self._legend_timer.start()

    @Slot()
    def _on_legend_timeout(self) -> None:
        if self._values_pending:
            self._announce_values()

    def emphasise(self, key: str | None) -> None:
        """Draws one series, and those of other panes that look alike, thicker than the others; None draws all alike."""
        if key != self._emphasised:
            self._emphasised = key
            for name, item in zip(self.pane_names, self._items, strict=True):
                item.emphasised = alike_in(self._frame, name, key)
                item.change()

    def legend(self) -> list[LegendItem]:
        """Each series with its value at the pointer, else at the moment shown, else, over steps, its last value."""
        frame, x = self._frame, self._pointer_x
        if not isinstance(frame, Curves):
            return []
        if x is None and frame.marker is not None and frame.x_label == "step":
            x = float(to_units(np.array(frame.marker), self._x.log))
        return curve_legend(frame, self._drawn, x, self.smoothing > 0)

    # The panes

    def build(self, canvas: Canvas) -> None:
        """Makes nothing yet: panes follow the frame."""

    def _set_panes(self, names: list[str]) -> None:
        """Makes as many panes as there are names, with the x axis below the last of each column."""
        count, columns = len(names), self._layout_of(len(names), self._most).columns
        if (count, columns) != (len(self.panes), self._columns):
            from explorer.ui.frames.axis import PlotAxis
            from explorer.ui.frames.canvas import Pane

            for pane in list(self.panes):
                self.remove_pane(pane)
            for place in range(count):
                bottom = PlotAxis("bottom", self.tokens) if place + columns >= count else None
                pane = self.make_canvas().add_pane(Pane(), bottom, PlotAxis("left", self.tokens))
                if self.panes:
                    pane.setXLink(self.panes[0])
                self.add_pane(pane)
            self._items = [CurvesItem(pane) for pane in self.panes]
            self._pointers = [CurvePointer(pane) for pane in self.panes]
            self._columns, self.pane_names = columns, []
            self.updateGeometry()
        if names != self.pane_names:
            self.pane_names = names
            self.follow_frames()
            self.arrange()

    def arrange(self) -> None:
        """Gives the panes their places."""
        self._layout = self._layout_of(len(self.panes), self._columns)
        for pane, rect in zip(self.panes, self._layout.rects(self.width(), self.height()), strict=True):
            pane.place(rect)

    @property
    def _most(self) -> int:
        """Greatest number of columns, of the widget or of the frame."""
        return max(self.most_columns, self._frame.columns if isinstance(self._frame, Curves) else 1)

    def _layout_of(self, panes: int, most: int) -> CurveLayout:
        frame = self._frame if isinstance(self._frame, Curves) else Curves((), x_label="")
        return CurveLayout.of(panes, most, frame.x_label, self.width(), narrow=frame.columns > 1)

    def read_out_corner(self, pane: Pane) -> QPointF:
        """That of the pane, where panes stand beside one another."""
        return super().read_out_corner(pane) if self._columns == 1 else pane.geometry().topRight()

    def reset_ranges(self) -> None:
        """Lets all axes follow the data closely."""
        for axis in (self._x, *self._y.values()):
            axis.forget()

    def show_content(self, frame: Frame) -> None:
        """Draws the curves in the range of their data."""
        assert isinstance(frame, Curves)
        span = finite_range(*(series.x for series in frame.series))
        self._set_panes(list(dict.fromkeys(series.pane for series in frame.series)) if span else [])
        if self._layout != self._layout_of(len(self.panes), self._columns):
            self.arrange()
        if span is not None:
            low, high = span
            positive = [series.x[series.x > 0] for series in frame.series]
            log_x = frame.log_x and any(part.size for part in positive)
            if log_x:
                low = min(float(part.min()) for part in positive if part.size)
            if low == high and frame.x_label == "step":
                high = low + 1  # a step is a whole number
            self._x.fit(low, high, pad=0.0, log=log_x)
        self._draw(frame)
        self._announce_values()

    def range_moved(self) -> None:
        """Thins the curves for the part that is visible now."""
        if isinstance(self._frame, Curves):
            self._draw(self._frame)

    def _draw(self, frame: Curves) -> None:
        self._drawn = {}
        columns: dict[int, Columns] = {}
        for pane, name, item in zip(self.panes, self.pane_names, self._items, strict=True):
            contents = self._contents(frame, pane, name, columns)
            axis = self._y.setdefault(name, StepRange())
            log = self._is_log(frame, name)
            span = y_range(contents, log)
            if frame.y_names:
                axis.fit(-0.5, len(frame.y_names) - 0.5, pad=0.0)
            elif span is not None and not self.is_free:
                axis.fit(*span, log=log)
            self.follow(pane, (self._x.low, self._x.high), (axis.low, axis.high))
            if pane.bottom is not None:
                pane.bottom.set_name(frame.x_label, self._x.log, below=self._layout.name_below)
            if pane.left is not None:
                pane.left.set_name(axis_name(frame, name, self.smoothing > 0, axis.log), axis.log)
                pane.left.set_value_names(frame.y_names)
            item.curves = [content.curve(axis.log) for content in contents]
            item.marker = None if frame.marker is None else float(to_units(np.array(frame.marker), self._x.log))
            item.changes = to_units(np.array(frame.changes), self._x.log).tolist()
            item.tokens, item.emphasised = self.tokens, alike_in(frame, name, self._emphasised)
            item.change()
            for content in contents:
                series = content.series
                ends = bool((to_units(series.x[-1:], self._x.log) <= pane.viewRange()[0][1]).all())
                whole = not self.is_free or not len(series.x) or (len(content.x) > 0 and ends)
                self._drawn[series.key] = DrawnSeries(series, content.x, content.y, whole)

    def _is_log(self, frame: Curves, pane: str) -> bool:
        return (frame.log_y or pane in frame.log_panes) if self.log_y is None else self.log_y

    def _contents(self, frame: Curves, pane: Pane, name: str, columns: dict[int, Columns]) -> list[CurveContent]:
        """The curves of a pane in the visible range; curves over one x share their columns."""
        low, high = pane.viewRange()[0] if self.is_free else (self._x.low, self._x.high)
        here = VisibleRange(low, high, self._x.log, max(8, int(pane.rect().width())), columns)
        log = self._is_log(frame, name)
        return [CurveContent.of(series, here, self.smoothing, log) for series in frame.series if series.pane == name]

    # The pointer

    def read_out_at(self, pane: Pane, x: float, y: float) -> str:
        """The position and the values of the pane's curves there; without the values where they are too long."""
        assert isinstance(self._frame, Curves)
        name = self.pane_names[self.panes.index(pane)]
        here = [drawn for drawn in self._drawn.values() if drawn.series.pane == name]
        at = x_text(self._x_value(x), whole=self._frame.x_label == "step")
        text = curve_read_out(self._frame, x, at, here)
        fits = QFontMetricsF(ui_font(11, tabular=True)).horizontalAdvance(text) < pane.rect().width() - 24
        return text if fits else f"{self._frame.x_label} {at}".strip()

    def _x_value(self, x: float) -> float:
        return 10.0**x if self._x.log else x

    def _x_at(self, at: QPointF | None) -> float | None:
        """Position on the x axis below a point of the widget, or None beside the panes."""
        for pane in self.panes[: self._columns]:
            rect = pane.geometry()
            if at is not None and rect.left() <= at.x() <= rect.right():
                return pane.projection.to_data(at - rect.topLeft())[0]
        return None

    def pointer_moved(self, at: QPointF | None) -> None:
        """Marks the position in all panes, and finds the curve under the pointer."""
        x, near, smallest = self._x_at(at), "", _NEAR
        before, self._pointer_x = self._pointer_x, x
        for pane, name, pointer in zip(self.panes, self.pane_names, self._pointers, strict=True):
            dots: list[tuple[str, float, float]] = []
            for key, drawn in self._drawn.items():
                if x is None or at is None or not len(drawn.x) or drawn.series.pane != name:
                    continue
                place = drawn.nearest(x)
                height = float(to_units(drawn.y[place : place + 1], self._y[name].log)[0])
                if np.isfinite(height):
                    dots.append((drawn.series.role, float(drawn.x[place]), height))
                    rect = pane.geometry()
                    distance = abs(pane.projection.point(x, height).y() + rect.top() - at.y())
                    if distance < smallest and rect.left() <= at.x() <= rect.right():
                        near, smallest = key, distance
            pointer.point_at(x, dots, self.tokens)
        if near != self._near:
            self._near = near
            self.series_hovered.emit(near)
        if x is not None or before is not None:
            self.legend_changed.emit()

    def click(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """Emits the position on the x axis."""
        x = self._x_at(at)
        if x is not None and self.pane_at(at) is not None:
            self.picked.emit(self._x_value(x))

    # Actions

    @Slot(bool)
    def _on_log_toggled(self, on: bool) -> None:
        self.log_y = on
        self.follow_frames()
        self.redraw()

    @Slot(QAction)
    def _on_smoothing_chosen(self, action: QAction) -> None:
        self.smoothing = float(action.data())
        self.redraw()
        self.legend_changed.emit()
