"""Zoom, pan, read-out and reset of a plot of two panes, through the mouse, the wheel and keys."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pointing import difference, drag, point_at, wheel
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtTest import QTest

from explorer.ui.frames.items.item import PaneItem
from explorer.ui.frames.plot import Plot
from explorer.ui.frames.projection import Projection
from models.frames import Frame, Text

_SHIFT = Qt.KeyboardModifier.ShiftModifier
IN_TOP, ON_X, ON_Y = QPoint(246, 66), QPoint(246, 290), QPoint(20, 66)


class Diagonal(PaneItem):
    def draw(self, painter: QPainter, view: Projection) -> None:
        painter.setPen(QPen(QColor("red"), 2))
        painter.drawLine(view.point(0, 0), view.point(10, 1))


class TwoPanes(Plot):
    """Two panes of x from 0 to 10 and y from 0 to 1, with x linked."""

    def __init__(self, theme, high: float = 1.0):
        super().__init__(theme)
        self.high, self.clicks = high, []

    def build(self, canvas) -> None:
        from explorer.ui.frames.axis import PlotAxis
        from explorer.ui.frames.canvas import Pane

        for place in range(2):
            bottom = PlotAxis("bottom", self.tokens) if place else None
            self.add_pane(canvas.add_pane(Pane(), bottom, PlotAxis("left", self.tokens)))
            Diagonal(self.panes[-1])
        self.panes[1].setXLink(self.panes[0])

    def arrange(self) -> None:
        for place, pane in enumerate(self.panes):
            pane.place(QRectF(46, 4 + 136 * place, 400, 130))

    def show_content(self, frame: Frame) -> None:
        for pane in self.panes:
            self.follow(pane, (0.0, 10.0), (0.0, self.high))

    def read_out_at(self, pane, x: float, y: float) -> str:
        return f"{x:.1f}, {y:.2f}"

    def click(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self.clicks.append(at)


@pytest.fixture
def plot(theme, make_widget) -> TwoPanes:
    widget = make_widget(TwoPanes(theme), 460, 300)
    widget.show_frame(Text(("a",)))
    widget.grab()
    return widget


def ranges(plot: Plot) -> list[float]:
    """x range that both panes share, y range of the first, y range of the second."""
    (x, top), (also, bottom) = (pane.viewRange() for pane in plot.panes)
    assert x == pytest.approx(also)
    return [*x, *top, *bottom]


def test_the_wheel_zooms_about_the_pointer_and_linked_panes_share_x(plot) -> None:
    wheel(plot, IN_TOP, 1)
    left, right, low, high, *bottom = ranges(plot)
    assert bottom == [0, 1]
    assert right - left == pytest.approx(7.43, abs=0.01)
    assert high - low == pytest.approx(0.743, abs=0.001)
    assert left + right == pytest.approx(10)  # the pointer is in the middle
    wheel(plot, IN_TOP, -1)
    assert ranges(plot) == pytest.approx([0, 10, 0, 1, 0, 1])


def test_over_an_axis_the_wheel_and_drags_change_it_alone(plot) -> None:
    wheel(plot, ON_X, 1)
    left, right, *rest = ranges(plot)
    assert right - left == pytest.approx(7.43, abs=0.01)
    assert rest == [0, 1, 0, 1]
    wheel(plot, ON_Y, 1)
    assert ranges(plot)[:2] == [left, right]
    assert ranges(plot)[2:] == pytest.approx([0.13, 0.87, 0, 1], abs=0.02)
    QTest.keyClick(plot, Qt.Key.Key_R)
    drag(plot, ON_X, ON_X + QPoint(40, 0))
    assert ranges(plot) == pytest.approx([-1, 9, 0, 1, 0, 1])


@pytest.mark.parametrize("button", [Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton])
def test_a_drag_moves_the_range_and_is_no_click(plot, button) -> None:
    drag(plot, IN_TOP, IN_TOP + QPoint(-40, 26), button=button)
    assert ranges(plot) == pytest.approx([1, 11, 0.2, 1.2, 0, 1])
    assert not plot.clicks
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=IN_TOP)
    assert plot.clicks == [QPointF(IN_TOP)]


def test_a_drag_with_shift_shows_the_box_that_it_spans(plot) -> None:
    drag(plot, QPoint(86, 17), QPoint(246, 82), _SHIFT)
    assert ranges(plot) == pytest.approx([1, 5, 0.4, 0.9, 0, 1], abs=0.01)
    drag(plot, QPoint(86, 17), QPoint(246, 18), _SHIFT)  # too flat to be meant
    assert ranges(plot) == pytest.approx([1, 5, 0.4, 0.9, 0, 1], abs=0.01)
    drag(plot, IN_TOP, IN_TOP + QPoint(40, 0))  # without Shift a drag moves again
    assert ranges(plot) == pytest.approx([0.6, 4.6, 0.4, 0.9, 0, 1], abs=0.01)


@pytest.mark.parametrize("way", ["double click", "R", "menu"])
def test_a_free_range_stays_until_it_is_reset(plot, way) -> None:
    wheel(plot, IN_TOP, 2)
    free = ranges(plot)
    plot.high = 2.0
    plot.show_frame(Text(("b",)))
    assert ranges(plot) == free
    if way == "double click":
        QTest.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=IN_TOP)
    elif way == "R":
        QTest.keyClick(plot, Qt.Key.Key_R)
    else:
        next(action for action in plot.actions() if "Reset" in action.text()).trigger()
    assert ranges(plot) == [0, 10, 0, 2, 0, 2]


def test_the_read_out_follows_pointer_and_range_and_goes_with_the_pointer(plot) -> None:
    assert plot.read_out == ""
    plain = plot.grab().toImage()
    point_at(plot, QPoint(86, 121))
    assert plot.read_out == "1.0, 0.10"
    assert plot.grab().toImage() != plain
    drag(plot, QPoint(86, 121), QPoint(126, 121))
    assert plot.read_out == "1.0, 0.10"  # the point has come along
    point_at(plot, QPoint(2, 2))
    assert plot.read_out == ""


def test_zooming_has_limits(plot) -> None:
    for notches in (60, -200):
        wheel(plot, IN_TOP, notches)
        for _ in range(40):
            wheel(plot, IN_TOP, 1 if notches > 0 else -1)
        left, right = ranges(plot)[:2]
        assert 1e-8 < right - left < 1e8


def test_what_is_drawn_is_the_same_whether_stored_or_not(plot) -> None:
    fresh = plot.grab().toImage()
    point_at(plot, QPoint(86, 121))  # items are stored from here on
    point_at(plot, QPoint(2, 2))
    assert difference(plot.grab().toImage(), fresh) <= 3
    wheel(plot, IN_TOP, 1)
    assert difference(plot.grab().toImage(), fresh) > 50
    plot.reset_view()
    point_at(plot, QPoint(3, 3))
    assert difference(plot.grab().toImage(), fresh) <= 3


def test_pyqtgraph_is_imported_with_the_first_frame_and_not_before() -> None:
    code = "import sys, torch, explorer.ui.app; sys.exit('pyqtgraph' in sys.modules or 'contourpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
