"""The widget of curves: stacked panes with a common x axis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QFontMetricsF, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from explorer.ui.frames.base import FrameView, LegendItem
from explorer.ui.frames.curve_values import PaintedSeries, curve_legend
from explorer.ui.frames.paint import dot, draw_polyline, halo_text, straight, stroke
from explorer.ui.frames.pane import paint_raw, pane_range, to_pixels
from explorer.ui.frames.smoothing import Columns, Thinned, smooth
from explorer.ui.frames.ticks import Axis, finite_range
from explorer.ui.numbers import count, number
from explorer.ui.theme import Theme, color, ui_font
from models.frames import Curves, Frame, Series

__all__ = ["SMOOTHINGS", "CurvesView"]

_LEFT, _BOTTOM, _TOP, _GAP = 46.0, 24.0, 4.0, 14.0  # px
_MIN_PANE = 30  # px
_LEGEND_INTERVAL = 300  # ms between two updates of the legend's values
_FIRST_PANE = 1.5  # height of the first of several panes, relative to the others

SMOOTHINGS: dict[str, float] = {"Off": 0.0, "Light": 0.01, "Medium": 0.025, "Strong": 0.08}


class CurvesView(FrameView):
    """Curves in stacked panes, smoothed, with the raw values faint below them. Its actions go into the card's menu.

    Signals:
        series_hovered: Key of the series under the pointer, or "".
    """

    series_hovered = Signal(str)
    ideal = (428, 220)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(theme, parent)
        self.smoothing = SMOOTHINGS["Medium"]
        self.log_y: bool | None = None  # None: as the frame declares
        self._x = Axis()
        self._y: dict[str, Axis] = {}
        self._painted_series: dict[str, PaintedSeries] = {}
        self._emphasised: str | None = None
        self._pointer: QPointF | None = None
        self._near = ""
        self._legend_keys: list[str] = []
        self._values_pending = False
        self._legend_timer = QTimer(self, interval=_LEGEND_INTERVAL, singleShot=True)
        self._legend_timer.timeout.connect(self._on_legend_timeout)
        self._log_action = QAction("Logarithmic y axis", self, checkable=True)
        self._log_action.toggled.connect(self._on_log_toggled)
        self._smoothing_actions = QActionGroup(self)
        self.addAction(self._log_action)
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

    def announce_legend(self) -> None:
        """Announces other series at once; their values follow once they have been smoothed and painted."""
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
        if self._values_pending and self._picture is not None:  # a pending repaint announces them itself
            self._announce_values()

    def minimumSizeHint(self) -> QSize:
        """Room for every pane."""
        panes = len({series.pane for series in self._frame.series}) if isinstance(self._frame, Curves) else 1
        return QSize(120, int(_TOP + _BOTTOM + _GAP * (panes - 1)) + max(_MIN_PANE * panes, 96))

    def emphasise(self, key: str | None) -> None:
        """Draws one series thicker and the others fainter; None draws all alike."""
        if key != self._emphasised:
            self._emphasised = key
            self.redraw()

    def legend(self) -> list[LegendItem]:
        """Each series with its value at the pointer, or with its last value where x is the training step."""
        if not isinstance(self._frame, Curves):
            return []
        return curve_legend(self._frame, self._painted_series, self._pointer_share(), self.smoothing > 0)

    def panes(self) -> list[tuple[str, QRectF]]:
        """Name and rectangle of each pane, from top to bottom."""
        assert isinstance(self._frame, Curves)
        names = list(dict.fromkeys(series.pane for series in self._frame.series))
        weights = [_FIRST_PANE if i == 0 and len(names) > 1 else 1.0 for i in range(len(names))]
        free = max(1.0, self.height() - _TOP - _BOTTOM - _GAP * (len(names) - 1))
        top, panes = _TOP, []
        for name, weight in zip(names, weights, strict=True):
            height = free * weight / sum(weights)
            panes.append((name, QRectF(_LEFT, top, max(1.0, self.width() - _LEFT - 8), height)))
            top += height + _GAP
        return panes

    def paint_frame(self, painter: QPainter) -> None:
        """Draws axes and curves."""
        frame = self._frame
        assert isinstance(frame, Curves)
        self._painted_series = {}
        panes = self.panes()
        span = finite_range(*(series.x for series in frame.series))
        if not panes or span is None:
            self._announce_values()
            return
        low, high = span
        positive = [series.x[series.x > 0] for series in frame.series]
        log_x = frame.log_x and any(part.size for part in positive)
        if log_x:
            low = min(float(part.min()) for part in positive if part.size)
        self._x.fit(low, high, pad=0.0, log=log_x)
        shared: dict[int, Columns] = {}
        contents = [(name, rect, self._curves_of(frame, name, rect, shared)) for name, rect in panes]
        axes = (replace(self._x), *(replace(self._y[name]) for name, _ in panes))
        names = (frame.x_label, *(name for name, _ in panes))
        self.draw_ground(painter, (axes, names), lambda ground: self._paint_axes(ground, frame, panes))
        for name, rect, curves in contents:
            self._paint_pane(painter, name, rect, curves)
        if frame.marker is not None:
            self._paint_marker(painter, frame.marker, panes)
        self._announce_values()  # the smoothed values exist only now

    def _curves_of(
        self, frame: Curves, name: str, rect: QRectF, shared: dict[int, Columns]
    ) -> list[tuple[Series, Thinned, np.ndarray]]:
        """The curves of a pane, thinned and smoothed; fits the pane's axis. Curves over one x share columns."""
        columns = max(8, int(rect.width()))
        log = frame.log_y if self.log_y is None else self.log_y
        curves: list[tuple[Series, Thinned, np.ndarray]] = []
        for series in (s for s in frame.series if s.pane == name):
            if id(series.x) not in shared:
                shared[id(series.x)] = Columns(self._x.shares(series.x), columns)
            thinned = shared[id(series.x)].thin(series.y, series.low, series.high)
            half = round(self.smoothing * columns) if series.smooth else 0
            curves.append((series, thinned, smooth(thinned.y, half, log=log)))
        span = pane_range(curves, log)
        axis = self._y.setdefault(name, Axis())
        if span is not None:
            axis.fit(*span, log=log)
        return curves

    def _paint_pane(
        self, painter: QPainter, name: str, rect: QRectF, curves: list[tuple[Series, Thinned, np.ndarray]]
    ) -> None:
        axis, columns = self._y[name], max(8, int(rect.width()))
        painter.save()
        painter.setClipRect(rect.adjusted(-2, -3, 4, 3))
        faint = {series.key: 0.35 if self._emphasised not in (None, series.key) else 1.0 for series, _, _ in curves}
        for series, thinned, _ in curves:
            ink = color(self.tokens.role(series.role), faint[series.key])
            paint_raw(painter, axis, rect, series, thinned, ink, self.smoothing > 0)
        for series, thinned, y in curves:
            pixels = np.stack([rect.left() + thinned.x * rect.width(), to_pixels(axis, rect, y)], axis=1)
            width = 3.5 if self._emphasised == series.key else 1.5 if series.dashed else 2.0
            painter.setPen(stroke(self.tokens.role(series.role), width, faint[series.key], series.dashed))
            coarse = series.smooth and self.smoothing * columns >= 4  # the smoothing window is wider than the spacing
            draw_polyline(painter, pixels[(len(pixels) - 1) % 2 :: 2] if coarse else pixels)
            self._painted_series[series.key] = PaintedSeries(series, thinned.x, y, pixels)
        painter.restore()

    def _paint_axes(self, painter: QPainter, frame: Curves, panes: list[tuple[str, QRectF]]) -> None:
        for name, rect in panes:
            self._paint_y_axis(painter, self._y[name], rect)
        self._paint_x_axis(painter, frame, panes)

    def _paint_y_axis(self, painter: QPainter, axis: Axis, rect: QRectF) -> None:
        painter.setFont(ui_font(11, tabular=True))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for share, text in axis.ticks(max(2.2, rect.height() / 32)):
            y = round(rect.bottom() - share * rect.height()) + 0.5
            painter.setPen(stroke(self.tokens.text3, 1.0, 0.16))
            straight(painter, rect.left(), y, rect.right(), y)
            painter.setPen(color(self.tokens.text3))
            painter.drawText(QRectF(0, y - 8, _LEFT - 8, 16), right, text)

    def _paint_x_axis(self, painter: QPainter, frame: Curves, panes: list[tuple[str, QRectF]]) -> None:
        rect = panes[-1][1]
        painter.setFont(ui_font(11, tabular=True))
        painter.setPen(color(self.tokens.text3))
        reserved = QFontMetricsF(painter.font()).horizontalAdvance(frame.x_label) + 24 if frame.x_label else 8.0
        for share, text in self._x.ticks(rect.width() / 56):
            x = rect.left() + share * rect.width()
            if rect.left() - 1 <= x <= rect.right() - reserved:
                painter.drawText(QRectF(x - 40, rect.bottom() + 7, 80, 16), Qt.AlignmentFlag.AlignCenter, text)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(rect.right() - reserved, rect.bottom() + 7, reserved, 16), right, frame.x_label)

    def _paint_marker(self, painter: QPainter, marker: float, panes: list[tuple[str, QRectF]]) -> None:
        share, rect = float(self._x.shares(np.array([marker]))[0]), panes[-1][1]
        if 0 <= share <= 1:
            x = round(rect.left() + share * rect.width()) + 0.5
            painter.setPen(stroke(self.tokens.text1, 1.0, 0.5))
            straight(painter, x, panes[0][1].top(), x, rect.bottom())

    def paint_over(self, painter: QPainter) -> None:
        """Draws a vertical line at the pointer and a dot on each curve."""
        share = self._pointer_share()
        if share is None or not self._painted_series:
            return
        panes = self.panes()
        x = round(_LEFT + share * panes[0][1].width()) + 0.5
        painter.setPen(stroke(self.tokens.text3, 1.0, 0.7))
        painter.drawLine(QPointF(x, panes[0][1].top()), QPointF(x, panes[-1][1].bottom()))
        ratio = painter.device().devicePixelRatioF()
        for drawn in self._painted_series.values():
            if len(drawn.x):
                at = drawn.pixels[drawn.nearest(share)]
                if np.isfinite(at).all():
                    mark = dot(self.tokens.role(drawn.series.role), 7, ratio, 1.0, self.tokens.bg2)
                    painter.drawPixmap(QPointF(float(at[0]) - 4.5, float(at[1]) - 4.5), mark)
        value = self._x.value(share)
        text = count(value) if abs(value) >= 1000 else number(value)
        x = min(max(x, _LEFT + 20), self.width() - 28)
        halo_text(painter, QPointF(x, panes[-1][1].bottom() + 15), text, self.tokens.text1, self.tokens.bg2, 11, 600)

    def _pointer_share(self) -> float | None:
        if self._pointer is None or not isinstance(self._frame, Curves):
            return None
        share = (self._pointer.x() - _LEFT) / max(1.0, self.width() - _LEFT - 8)
        return share if 0 <= share <= 1 else None

    @Slot(bool)
    def _on_log_toggled(self, on: bool) -> None:
        self.log_y = on
        self.redraw()

    @Slot(QAction)
    def _on_smoothing_chosen(self, action: QAction) -> None:
        self.smoothing = float(action.data())
        self.redraw()
        self.legend_changed.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Shows the values at the pointer and finds the series next to it."""
        self._pointer = event.position()
        share, near, smallest = self._pointer_share(), "", 12.0
        for key, drawn in self._painted_series.items():
            if share is not None and len(drawn.x):
                distance = abs(float(drawn.pixels[drawn.nearest(share)][1]) - self._pointer.y())
                if distance < smallest:
                    near, smallest = key, distance
        if near != self._near:
            self._near = near
            self.series_hovered.emit(near)
        self.update()
        self.legend_changed.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """Shows the last values in the legend again."""
        self._pointer = None
        if self._near:
            self._near = ""
            self.series_hovered.emit("")
        self.update()
        self.legend_changed.emit()
        super().leaveEvent(event)
