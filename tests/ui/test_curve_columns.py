"""Curves of several panes in columns, dotted curves, and series that look alike."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from pointing import point_at, wheel
from PySide6.QtCore import QPoint

from explorer.ui.frames import CurvesView
from explorer.ui.frames.curve_layout import CurveLayout
from explorer.ui.theme import DARK
from models.frames import Curves, Series

X = np.arange(100.0)


def of_runs(*panes: str) -> Curves:
    """The curves of two runs, A at 1 and B at 2, in each pane."""
    series = [
        Series(f"{label}.{pane}", label, X, np.full(100, value), role, pane, dotted=label == "B")
        for pane in panes
        for label, value, role in (("A", 1.0, "total"), ("B", 2.0, "alt"))
    ]
    return Curves(tuple(series), x_label="step")


@pytest.fixture
def make(theme, make_widget):
    def make(frame: Curves, width: int, height: int = 300) -> CurvesView:
        view = CurvesView(theme)
        view.most_columns = 3
        make_widget(view, width, height)
        view.show_frame(frame)
        view.grab()
        return view

    return make


@pytest.mark.parametrize(("width", "columns"), [(190, 1), (420, 2), (640, 3), (1500, 3)])
def test_a_frame_declares_columns_that_may_be_narrow(theme, make_widget, width, columns):
    view = CurvesView(theme)
    make_widget(view, width, 400)
    view.show_frame(dataclasses.replace(of_runs("a", "b", "c", "d", "e", "f"), columns=3))
    view.grab()
    assert len({pane.geometry().left() for pane in view.panes}) == columns
    view.show_frame(of_runs("a", "b", "c", "d", "e", "f"))
    view.grab()
    assert len({pane.geometry().left() for pane in view.panes}) == 1


def middle(view: CurvesView, pane: int) -> QPoint:
    return view.panes[pane].geometry().center().toPoint()


@pytest.mark.parametrize(
    ("count", "most", "width", "columns"),
    [
        (1, 3, 2000, 1),
        (2, 3, 620, 2),
        (3, 3, 1000, 3),
        (3, 3, 700, 2),
        (4, 3, 1000, 2),
        (4, 1, 1000, 1),
        (4, 3, 500, 1),
    ],
)
@pytest.mark.usefixtures("qapp")
def test_panes_stand_in_the_columns_that_make_them_highest(count, most, width, columns) -> None:
    assert CurveLayout.of(count, most, "step", width).columns == columns


def test_panes_do_not_overlap_and_those_of_a_row_are_of_one_size() -> None:
    rects = CurveLayout(5, 2).rects(800, 400)
    assert len(rects) == 5
    assert len({(rect.width(), rect.height()) for rect in rects}) == 1
    assert not any(one.intersects(other) for place, one in enumerate(rects) for other in rects[:place])
    assert all(rect.left() >= 46 and rect.right() <= 800 and rect.bottom() <= 400 - 24 for rect in rects)
    heights = [CurveLayout(5, columns).least_height for columns in (1, 2, 3)]
    assert heights == sorted(set(heights), reverse=True)
    assert CurveLayout(5, 2, name_below=True).least_height > heights[1]


def test_the_x_axis_is_below_the_last_pane_of_each_column_and_zooms_all(make) -> None:
    view = make(of_runs("one", "two", "three"), 700)
    assert [pane.bottom is not None for pane in view.panes] == [False, True, True]
    before = view.panes[0].viewRange()[0]
    wheel(view, QPoint(middle(view, 1).x(), round(view.panes[1].geometry().bottom()) + 10), 4)
    ranges = [pane.viewRange()[0] for pane in view.panes]
    assert ranges[0][1] - ranges[0][0] < 0.8 * (before[1] - before[0])
    assert ranges[1:] == [pytest.approx(ranges[0])] * 2


def test_other_widths_rearrange_the_panes(make) -> None:
    view = make(of_runs("one", "two"), 700, 240)
    assert view.panes[0].geometry().top() == view.panes[1].geometry().top()
    low = view.minimumSizeHint().height()
    view.resize(400, 300)
    view.grab()
    assert view.panes[0].geometry().left() == view.panes[1].geometry().left()
    assert view.minimumSizeHint().height() > low


def test_the_pointer_reads_out_the_pane_below_it_and_marks_all(make) -> None:
    view = make(of_runs("one", "two"), 700)
    hovered: list[str] = []
    view.series_hovered.connect(hovered.append)
    for pane, name in ((0, "one"), (1, "two")):
        rect = view.panes[pane].geometry()
        y = rect.top() + view.panes[pane].projection.point(50, 2.0).y()
        point_at(view, QPoint(round(rect.center().x()), round(y)))
        assert view.read_out == "step 50  ·  A 1.00  ·  B 2.00"
        assert view._read_out.boundingRect().right() <= rect.right()
        assert hovered[-1] == f"B.{name}"
        assert all(item.isVisible() for other in view.panes for item in other.items)


def test_series_of_one_name_are_one_item_and_are_emphasised_together(make) -> None:
    view = make(of_runs("one", "two"), 700)
    items = view.legend()
    assert [(item.label, item.value, item.dotted) for item in items] == [
        ("A", "1.00 · 1.00", False),
        ("B", "2.00 · 2.00", True),
    ]
    view.emphasise(items[1].key)
    assert [pane.items[0].emphasised for pane in view.panes] == ["B.one", "B.two"]
    view.emphasise(None)
    assert [pane.items[0].emphasised for pane in view.panes] == [None, None]


def test_a_dotted_curve_has_gaps_and_a_solid_one_has_none(make) -> None:
    view = make(of_runs("one"), 500)
    image = view.grab().toImage()
    rect, projection = view.panes[0].geometry(), view.panes[0].projection
    for value, ink, gaps in ((1.0, DARK.neutral, False), (2.0, DARK.alt, True)):
        y = round(rect.top() + projection.point(0, value).y())
        across = range(round(rect.left()) + 20, round(rect.right()) - 20)
        near = [
            any(abs(image.pixelColor(x, y + dy).lightness() - _lightness(DARK.bg2)) > 40 for dy in (-1, 0, 1))
            for x in across
        ]
        assert np.mean(near) > 0.3 if gaps else all(near), ink
        assert (not all(near)) == gaps


def _lightness(value: str) -> int:
    return (max(int(value[i : i + 2], 16) for i in (1, 3, 5)) + min(int(value[i : i + 2], 16) for i in (1, 3, 5))) // 2
