"""What a figure takes over from the picture on the screen: the range in view, log axes, trails."""

from __future__ import annotations

import numpy as np
import pytest
from pointing import drag, wheel
from PySide6.QtCore import QPoint, Qt

from explorer.ui.frames import CurvesView, ImagesView, PlaneView
from models.frames import Curves, Images, Paths, Plane, Points, Series

_SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def curves(theme, make_widget) -> CurvesView:
    view = make_widget(CurvesView(theme), 400, 300)
    x = np.arange(1.0, 1001.0)
    series = Series("a", "A", x, 2 * x), Series("b", "B", x, x, pane="second")
    view.show_frame(Curves(series, log_panes=("second",)))
    view.grab()
    return view


def test_curves_that_are_all_in_view_are_exported_whole(curves) -> None:
    assert curves.in_view() is None
    assert curves.for_figure() is curves.frame


def test_zoomed_curves_are_exported_in_their_ranges_and_whole_after_a_reset(curves) -> None:
    first = curves.panes[0].geometry()
    top, bottom = first.top() + 20, first.bottom() - 20
    drag(curves, QPoint(int(first.left()) + 80, int(top)), QPoint(int(first.right()) - 80, int(bottom)), _SHIFT)
    seen = curves.in_view()
    assert seen.series == curves.frame.series
    assert seen.x_range == pytest.approx(tuple(curves.panes[0].viewRange()[0]))
    assert 100 < seen.x_range[0] < seen.x_range[1] < 900
    (_, low, high), (name, log_low, log_high) = seen.y_ranges
    assert (low, high) == pytest.approx(tuple(curves.panes[0].viewRange()[1]))
    assert name == "second"
    assert (np.log10(log_low), np.log10(log_high)) == pytest.approx(tuple(curves.panes[1].viewRange()[1]))
    curves.reset_view()
    assert curves.in_view() is None


def test_axes_that_were_made_logarithmic_are_so_in_a_figure(curves) -> None:
    log = next(action for action in curves.actions() if action.text() == "Logarithmic y axis")
    log.trigger()
    assert curves.for_figure().log_y
    log.trigger()
    assert not curves.for_figure().log_y
    assert curves.for_figure().log_panes == ()


@pytest.fixture
def plane(theme, make_widget) -> PlaneView:
    view = make_widget(PlaneView(theme), 400, 300)
    view.show_frame(Plane((Points(np.array([[-2.0, -2.0], [2.0, 2.0]])),)))
    view.grab()
    return view


def test_a_zoomed_plane_is_exported_in_its_range(plane) -> None:
    assert plane.in_view() is None
    wheel(plane, QPoint(200, 150), 4)
    seen = plane.in_view()
    (x0, x1), (y0, y1) = plane.panes[0].viewRange()
    assert seen.extent == pytest.approx((x0, x1, y0, y1))
    assert seen.square
    assert x1 - x0 < 4
    wheel(plane, QPoint(200, 290), 2)  # the axis below alone
    assert not plane.in_view().square


def test_trails_are_paths_of_a_figure(theme, make_widget) -> None:
    view = make_widget(PlaneView(theme), 400, 300)
    way = [np.array([[0.0, 0.0], [1.0, 0.0]]) + step for step in range(3)]
    for xy in way:
        view.show_frame(Plane((Points(xy, role="model", name="paths", trail="probes"),)))
    view.grab()
    path, cloud = view.for_figure().layers
    assert isinstance(path, Paths)
    np.testing.assert_array_equal(path.xy, np.stack(way, 1))
    assert (path.role, path.name) == ("model", "paths")
    assert cloud is view.frame.layers[0]
    view.forget()
    assert view.for_figure().layers == view.frame.layers


def test_zoomed_images_are_exported_by_rows_and_columns_with_their_words(theme, make_widget) -> None:
    view = make_widget(ImagesView(theme), 400, 204)
    pixels = np.arange(16 * 16).reshape(16, 1, 4, 4) / 256
    frame = Images(
        pixels, columns=4, row_labels=("a", "b", "c", "d"), captions=tuple("ABCDEFGHIJKLMNOP"), index=np.arange(16),
        marked=(5, 0),
    )  # fmt: skip
    view.show_frame(frame)
    view.grab()
    assert view.in_view() is None
    wheel(view, view.box(5).center().toPoint(), 4)
    shown = [place for place in range(16) if view.rect().contains(view.box(place).center().toPoint())]
    seen = view.in_view()
    assert 5 in shown
    assert len(shown) < 16
    np.testing.assert_array_equal(seen.index, shown)
    np.testing.assert_array_equal(seen.images, pixels[shown])
    assert seen.columns == len({place % 4 for place in shown})
    assert seen.row_labels == tuple("abcd"[row] for row in sorted({place // 4 for place in shown}))
    assert seen.captions == tuple("ABCDEFGHIJKLMNOP"[place] for place in shown)
    assert [shown[place] for place in seen.marked] == [place for place in (5, 0) if place in shown]
