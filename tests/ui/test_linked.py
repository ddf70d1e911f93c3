"""Two planes whose range is moved together."""

from __future__ import annotations

import numpy as np
import pytest
from pointing import drag, wheel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QWidget

from explorer.ui.compare.ranges import in_one_range
from explorer.ui.frames import PlaneView
from explorer.ui.frames.linked import LinkedRanges
from models.frames import Bars, Images, Plane, Points


def plane(*corner: float, extent=None) -> Plane:
    return Plane((Points(np.array([[0.0, 0.0], corner])),), extent=extent)


@pytest.fixture
def pair(theme, make_widget) -> QWidget:
    """Two planes of one extent side by side."""
    both = QWidget()
    row = QHBoxLayout(both)
    for _ in range(2):
        row.addWidget(PlaneView(theme))
    make_widget(both, 640, 320)
    LinkedRanges(*views(both))
    for view in views(both):
        view.show_frame(plane(1.0, 1.0, extent=(-2, 2, -2, 2)))
        view.grab()
    return both


def views(pair: QWidget) -> list[PlaneView]:
    return pair.findChildren(PlaneView)


def test_zoom_and_drag_of_either_plane_move_both(pair) -> None:
    one, other = views(pair)
    whole = other.view.extent
    wheel(one, QPoint(100, 100), 3)
    assert one.view.extent != whole
    assert other.view.extent == pytest.approx(one.view.extent)
    drag(other, QPoint(150, 150), QPoint(190, 120))
    assert one.view.extent == pytest.approx(other.view.extent)


def test_a_reset_of_one_plane_resets_both(pair) -> None:
    one, other = views(pair)
    whole = one.view.extent
    wheel(one, QPoint(100, 100), 3)
    QTest.keyClick(other, Qt.Key.Key_R)
    for view in views(pair):
        assert not view.is_free
        assert view.view.extent == pytest.approx(whole)


def test_an_axis_that_is_zoomed_alone_is_so_in_both(pair) -> None:
    one, other = views(pair)
    wheel(one, QPoint(150, one.height() - 6), 4)
    assert other.view.extent == pytest.approx(one.view.extent)
    left, right, low, high = other.view.extent
    assert (right - left) / other.width() < 0.8 * (high - low) / other.height()


def test_planes_side_by_side_show_what_holds_both() -> None:
    one, other = in_one_range([plane(3.0, 1.0), plane(-1.0, -5.0)])
    assert one.extent == other.extent
    left, right, low, high = one.extent
    assert left <= -1 < 3 <= right
    assert low <= -5 < 1 <= high
    declared = in_one_range([plane(1.0, 1.0, extent=(0, 1, 0, 2)), plane(1.0, 1.0, extent=(-1, 1, 0, 1))])
    assert [frame.extent for frame in declared] == [(-1, 1, 0, 2)] * 2
    assert in_one_range([Plane(()), plane(1.0, 1.0)])[1].extent is None


def test_bars_side_by_side_have_one_scale_and_other_kinds_stay() -> None:
    one, other = Bars(("a",), np.array([2.0])), Bars(("a",), np.array([-1.0]), np.array([0.5]))
    assert [frame.ends() for frame in in_one_range([one, other])] == [(-1.5, 2.0)] * 2
    images = [Images(np.zeros((1, 1, 2, 2))), plane(1.0, 1.0)]
    assert in_one_range(images) is images
