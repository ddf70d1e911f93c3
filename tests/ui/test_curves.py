"""Curves under the mouse: zoom with linked panes, thinning of the visible part, read-out, and the timeline."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from pointing import difference, drag, pixels, point_at, wheel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from explorer.ui.frames import CurvesView
from explorer.ui.numbers import THIN_SPACE
from models.frames import Curves, Series

_STEPS = 100_000


@pytest.fixture
def view(theme, make_widget) -> CurvesView:
    """Two panes over 100,000 steps; a sine of 1,000 steps stands in the middle of the second."""
    x = np.arange(float(_STEPS))
    y = np.where((x > 50_000) & (x < 51_000), np.sin((x - 50_000) * np.pi / 50), 0.0)
    widget = make_widget(CurvesView(theme), 454, 300)
    widget.show_frame(
        Curves((Series("a", "A", x, x * 2, "data"), Series("b", "B", x, y, "model", "second")), x_label="step")
    )
    widget.grab()
    return widget


def at(view: CurvesView, share: float, pane: int = 0) -> QPoint:
    """A point of a pane at a share of its width."""
    rect = view.panes[pane].geometry()
    return QPoint(round(rect.left() + share * rect.width()), round(rect.center().y()))


def test_zooming_in_shows_what_two_points_a_pixel_hide(view) -> None:
    pane = view.panes[1]
    before = pane.items[0].curves[0]
    assert len(before.x) <= 2 * (pane.rect().width() + 1)
    within = before.y[(before.x > 50_000) & (before.x < 51_000)]
    assert len(within) < 10  # 270 steps a pixel, several periods: only their range is seen
    assert (within.min(), within.max()) == pytest.approx((-1, 1), abs=0.01)
    axis = QPoint(at(view, 0.5).x(), view.height() - 8)
    for _ in range(14):
        wheel(view, axis, 1)
    low, high = pane.viewRange()[0]
    assert low > 49_000
    assert high < 52_000
    assert view.panes[0].viewRange()[0] == pytest.approx((low, high))
    seen = pane.items[0].curves[0]
    assert len(seen.x) > 300
    assert seen.x.min() >= low - 0.03 * (high - low)
    assert np.abs(seen.y).max() > 0.95
    assert pane.viewRange()[1] == pytest.approx((pane.home[2], pane.home[3]))  # the y axis stays


def test_a_longer_run_leaves_a_zoomed_range_and_reset_shows_it(view) -> None:
    drag(view, at(view, 0.25) - QPoint(0, 20), at(view, 0.75) + QPoint(0, 20), Qt.KeyboardModifier.ShiftModifier)
    box = view.panes[0].viewRange()
    assert box[0] == pytest.approx((25_000, 75_000), rel=0.01)
    x = np.arange(2.0 * _STEPS)
    longer = Curves((Series("a", "A", x, x * 2, "data"), Series("b", "B", x, x * 0, "model", "second")), x_label="step")
    view.show_frame(longer)
    assert view.panes[0].viewRange() == box
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=at(view, 0.5))
    assert view.panes[0].viewRange()[0] == pytest.approx((0, 200_000), rel=0.01)
    assert view.panes[0].viewRange()[1] == pytest.approx((0, 400_000), abs=60_000)


def test_the_pointer_reads_position_and_curves_and_marks_all_panes(view) -> None:
    plain = view.grab().toImage()
    point_at(view, at(view, 0.25))
    assert view.read_out.startswith("step 25\u2009")
    assert "A 50\u2009" in view.read_out
    assert "B " not in view.read_out  # that is in the other pane
    assert all(item.isVisible() for pane in view.panes for item in pane.items)
    assert view.grab().toImage() != plain
    assert float(view.legend()[1].value.replace("\u2212", "-")) == pytest.approx(0, abs=1e-6)
    point_at(view, QPoint(1, 1))
    assert view.read_out == ""
    assert difference(view.grab().toImage(), plain) <= 3


def test_the_legend_gives_the_last_value_while_its_end_is_out_of_sight(view) -> None:
    for _ in range(6):
        wheel(view, at(view, 0.2), 1)
    point_at(view, QPoint(1, 1))
    assert view.legend()[0].value == "199\u2009998"


def test_a_click_picks_the_step_and_a_drag_does_not(view) -> None:
    picked: list[float] = []
    view.picked.connect(picked.append)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=at(view, 0.5, pane=1))
    drag(view, at(view, 0.5), at(view, 0.4))
    assert picked == [pytest.approx(50_000, rel=0.01)]


def test_other_panes_start_with_the_range_of_their_data(view) -> None:
    wheel(view, at(view, 0.5), 3)
    x = np.arange(10.0)
    view.show_frame(Curves((Series("c", "C", x, x),), x_label="t"))
    assert len(view.panes) == 1
    assert view.panes[0].viewRange()[0] == pytest.approx((0, 9), abs=1)
    assert not view.is_free
    view.grab()


def test_a_click_on_the_loss_takes_the_timeline_there(driver) -> None:
    driver.train_small()
    page = driver.page
    display = page.board.curves.display
    driver.until(lambda: len(page.timeline.track.steps) > 2 and display.frame is not None)
    driver.pause()
    assert isinstance(display, CurvesView)
    rect = display.panes[0].geometry()
    QTest.mouseClick(display, Qt.MouseButton.LeftButton, pos=QPoint(round(rect.left()), round(rect.center().y())))
    assert not page.moment.is_live
    assert page.moment.step == page.timeline.step == page.timeline.track.steps[0]


@pytest.mark.parametrize(("marker", "value"), [(None, "199998"), (25_000.0, "50000"), (99_999.0, "199998")])
def test_the_legend_shows_the_numbers_of_the_moment(view, marker, value) -> None:
    view.show_frame(dataclasses.replace(view.frame, marker=marker))
    view.grab()
    shown = view.legend()[0].value.replace(THIN_SPACE, "")
    assert float(shown) == pytest.approx(float(value), abs=1000)  # a point a pixel is drawn


def test_a_step_under_the_pointer_is_a_whole_number(view) -> None:
    for x in (919.4, 12.01, 50_000.7):
        text = view.read_out_at(view.panes[0], x, 0.0)
        assert text.split("  ·  ")[0].replace(THIN_SPACE, "").split()[-1].isdigit(), text


@pytest.mark.parametrize("name", ["step", "draws of z in one estimate"])
def test_the_name_of_the_x_axis_is_whole_and_takes_the_place_of_at_most_one_number(theme, make_widget, name) -> None:
    x = np.geomspace(1.0, 1000.0, 50)
    view = make_widget(CurvesView(theme), 269, 254)
    view.show_frame(Curves((Series("a", "A", x, x),), x_label=name, log_x=True, y_label="spread"))
    view.grab()
    bottom, left = view.panes[0].bottom, view.panes[0].left
    assert bottom is not None
    assert left is not None
    assert left.name == "spread"
    assert len(bottom.numbers_below()) >= len(bottom.positions()) - 1
    assert bottom.name_below == (name != "step")


def test_a_tall_pane_has_few_grid_lines(theme, make_widget) -> None:
    view = make_widget(CurvesView(theme), 545, 633)
    view.show_frame(Curves((Series("a", "A", np.arange(9.0), np.linspace(0.0, 0.66, 9)),)))
    view.grab()
    left = view.panes[0].left
    assert left is not None
    assert 3 <= len(left.positions()) <= 8


@pytest.mark.parametrize("y", [0.0, -0.0012, 12345.0, -9.87e-7, 1e6 + 0.25, -4.2e14, 1999.5])
@pytest.mark.parametrize("points", [1, 50])
def test_numbers_beside_a_pane_are_whole(theme, make_widget, y, points) -> None:
    view = make_widget(CurvesView(theme), 300, 200)
    x = np.arange(float(points))
    view.show_frame(Curves((Series("a", "A", x, y + np.sin(x) * 1e-3 * (points > 1)),)))
    ink = pixels(view.grab().toImage()).astype(int)
    left = np.abs(ink[:, :2] - ink[0, 0]).max(axis=2)
    assert len(view.panes[0].left.positions()) >= 2
    assert left.max() < 40, "a number goes on beyond the edge"


@pytest.mark.parametrize("step", [0.0, 1.0, 4000.0])
def test_beside_a_single_step_stand_whole_numbers(theme, make_widget, step) -> None:
    view = make_widget(CurvesView(theme), 300, 200)
    view.show_frame(Curves((Series("a", "A", np.array([step]), np.array([0.5])),), x_label="step"))
    low, high = view.panes[0].viewRange()[0]
    assert 0 <= low <= step <= high
    assert high - low >= 1
