from __future__ import annotations

import math

import numpy as np
import pytest
import shiboken6
from pointing import difference, point_at, wheel
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from explorer.ui.frames import WIDGETS, BarsView, CurvesView, ImagesView, MatrixView, PlaneView
from explorer.ui.frames.base import Hit
from explorer.ui.frames.curve_content import to_units
from explorer.ui.frames.items.layers import level_lines
from explorer.ui.frames.labels import ClassLabels
from explorer.ui.frames.ranges import StepRange, ticks
from explorer.ui.frames.sheet import resample, sheet_image
from explorer.ui.frames.smoothing import Columns, smooth
from explorer.ui.theme import DARK, LIGHT, Mode
from models.frames import (
    FRAMES,
    Audio,
    Bars,
    Curves,
    Density,
    Discs,
    Drawing,
    Ellipses,
    Field,
    Film,
    Frame,
    Grid,
    Images,
    Label,
    Lines,
    Matrix,
    Paths,
    Plane,
    Points,
    Series,
    Stroke,
    Text,
)

_NAN = np.full((3, 2), np.nan)
_LEFT, _SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier

FULL: dict[type[Frame], Frame] = {
    Plane: Plane(layers=(
        Density(np.linspace(0, 1, 12).reshape(3, 4), (-1, 1, -1, 1)),
        Density(np.linspace(0, 1, 12).reshape(3, 4), (-1, 1, -1, 1), contours=(0.5,)),
        Points(np.array([[0.0, 0.0], [1.0, 1.0], [np.nan, 0.0]]), np.array([0, 1, 1]), ("a", "b")),
        Field(np.zeros((2, 2)), np.ones((2, 2))),
        Grid(np.stack(np.meshgrid([0.0, 1.0], [0.0, 1.0]), axis=-1)),
        Lines(np.array([[0.0, 0], [1, 1], [0, 1], [1, 0]]), np.array([0, 2])),
        Ellipses(np.zeros((1, 2)), np.ones((1, 2)), np.zeros(1), ("1σ",)),
        Paths(np.linspace(0, 1, 30).reshape(3, 5, 2), name="paths"),
    )),
    Curves: Curves(series=(
        Series("a", "A", np.arange(9.0), np.arange(9.0) ** 2, low=np.zeros(9), high=np.ones(9) * 80),
    )),
    Images: Images(np.linspace(0, 1, 5 * 16).reshape(5, 1, 4, 4), row_labels=("one",), captions=tuple("abcde")),
    Bars: Bars(
        ("a", "b"), np.array([1.0, -2.0]), np.array([0.1, 0.2]), ("data", "model"), np.array([1.5, -1.0]), "nats"
    ),
    Matrix: Matrix(np.array([[1.0, -2.0], [0.5, np.nan]]), ("r", "s"), ("c", "d"), "x", "y"),
    Audio: Audio(np.sin(np.linspace(0, 99, 4000)), 8000),
    Text: Text(("CC(=O)Oc1ccccc1C(=O)O", "", "a line " * 20), ((0, 2, 6, "model"), (2, 30, 60, "data"))),
    Drawing: Drawing(
        (Stroke(np.array([[0.0, 0.0], [2.0, 0.0], [1.0, 1.0]]), "data", 2.0, True), Stroke(np.eye(2), dashed=True)),
        (Label(1.0, 1.0, "OH", "prior", 0.3), Label(0.0, 0.0, "a")),
    ),
    Discs: Discs(
        ("N", "SW", "SE"), np.array([[0.0, 2.0], [-2.0, -1.0], [2.0, -1.0]]), np.array([90.0, 4.0, 0.0]),
        np.full(3, 100 / 3), np.array([30.0, 0.0, 0.0]), headline="1/3", caption="held",
    ),
    Film: Film(tuple(Images(np.full((4, 1, 3, 3), k / 2)) for k in range(3)), np.array([0.0, 0.5, 1.0]), "t"),
}  # fmt: skip
EMPTY: dict[type[Frame], tuple[Frame, ...]] = {
    Plane: (Plane(layers=()), Plane(layers=(
        Points(_NAN), Points(np.empty((0, 2)), np.empty(0, int), ("a",)),
        Density(np.full((2, 2), np.nan), (0, 1, 0, 1)),
        Field(_NAN, _NAN), Grid(np.full((2, 2, 2), np.nan)), Lines(np.empty((0, 2)), np.empty(0, int)),
        Lines(_NAN, np.zeros(1, int)), Ellipses(np.empty((0, 2)), np.empty((0, 2)), np.empty(0)),
        Paths(np.empty((0, 4, 2))), Paths(np.zeros((3, 1, 2))), Paths(np.full((2, 3, 2), np.nan), np.zeros((2, 3))),
    ))),
    Curves: (Curves(series=()), Curves(series=(
        Series("a", "A", np.empty(0), np.empty(0), smooth=True), Series("b", "B", np.arange(3.0), np.full(3, np.nan)),
        Series("c", "C", np.arange(3.0), -np.ones(3), pane="p", smooth=True),
    ), log_y=True, log_x=True)),
    Images: (
        Images(np.empty((0, 1, 4, 4))), Images(np.full((2, 3, 4, 4), np.nan)), Images(np.full((1, 1, 2, 2), np.nan))
    ),
    Bars: (Bars((), np.empty(0)), Bars(("a",), np.array([np.nan]), np.array([np.nan]))),
    Matrix: (Matrix(np.empty((0, 0))), Matrix(np.full((2, 2), np.nan))),
    Audio: (Audio(np.empty(0), 8000), Audio(np.full(9, np.nan), 8000)),
    Text: (Text(()), Text(("", ""))),
    Drawing: (Drawing(), Drawing((Stroke(_NAN, filled=True), Stroke(np.empty((0, 2)))), (Label(np.nan, 0.0, "a"),))),
    Discs: (
        Discs((), np.empty((0, 2)), np.empty(0), np.empty(0), headline="0/0"),
        Discs(("a",), np.zeros((1, 2)), np.full(1, np.nan), np.ones(1)),
        Discs(("a", "b"), np.full((2, 2), np.nan), np.ones(2), np.ones(2), np.ones(2), headline="1"),
    ),
    Film: (
        Film((Images(np.empty((0, 1, 4, 4))),), np.zeros(1), ""), Film((Plane(layers=()),) * 2, np.arange(2), "t"),
        Film((Text(()), Text(("a",))), np.arange(2), "t"),
    ),
}  # fmt: skip


def _ink(image: QImage, ground: str) -> int:
    """Number of pixels that are not the ground."""
    argb = image.convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(argb.constBits(), np.uint32).reshape(argb.height(), -1)[:, : argb.width()]
    return int((data & 0xFFFFFF != QColor(ground).rgb() & 0xFFFFFF).sum())


@pytest.mark.parametrize("kind", FRAMES)
def test_every_kind_draws_and_follows_the_theme(theme, make_widget, kind) -> None:
    widget = make_widget(WIDGETS[kind](theme), 320, 240)
    widget.show_frame(FULL[kind])
    dark = widget.grab().toImage()
    assert _ink(dark, DARK.bg2) > 300
    assert widget.painted == 1
    theme.set_mode("light")
    light = widget.grab().toImage()
    assert light.pixelColor(319, 239) == QColor(LIGHT.bg2) != dark.pixelColor(319, 239)
    assert light != dark


@pytest.mark.parametrize("kind", FRAMES)
def test_every_kind_bears_nothing_and_nan(theme, make_widget, kind) -> None:
    widget = make_widget(WIDGETS[kind](theme), 320, 240)
    for frame in (*EMPTY[kind], FULL[kind], *EMPTY[kind]):
        widget.show_frame(frame)
        widget.grab()
        widget.legend()
        for at in (QPoint(1, 1), QPoint(160, 120), QPoint(318, 238)):
            point_at(widget, at)
            QTest.mouseClick(widget, _LEFT, pos=at)
    widget.resize(1, 1)
    widget.grab()


@pytest.fixture
def plane(theme, make_widget) -> PlaneView:
    view = make_widget(PlaneView(theme), 434, 426)
    index = np.array([40, 41, 42])
    view.show_frame(
        Plane(layers=(Points(np.array([[-1.0, 0.0], [1.0, 0.5], [1.0, -0.5]]), index=index),), extent=(-2, 2, -2, 2))
    )
    view.grab()
    return view


def _at(view: PlaneView, x: float, y: float) -> QPoint:
    return view.view.point(x, y).toPoint()


def _circle(radius: float) -> Ellipses:
    return Ellipses(np.zeros((1, 2)), np.full((1, 2), radius), np.zeros(1))


def test_a_plane_that_keeps_its_ground_looks_like_one_drawn_afresh(theme, make_widget) -> None:
    area, kept, other = (-4.0, 4.0, -4.0, 4.0), _circle(2.0), _circle(3.0)
    dots = [Points(np.array([[x, 1.0]])) for x in (-1.0, 0.0, 1.0)]
    cases = (
        Plane((kept, dots[0]), extent=area),
        Plane((kept, dots[1]), extent=area),  # from here on the circle belongs to the ground
        Plane((kept, dots[2]), extent=area),
        Plane((kept, dots[2]), extent=(-8.0, 8.0, -8.0, 8.0)),
        Plane((kept, dots[2]), extent=(-8.0, 8.0, -8.0, 8.0), x_label="z", y_label="w"),
        Plane((other, dots[2]), extent=area),
        Plane((other, kept, dots[2]), extent=area),
        Plane((dots[2],), extent=area),
    )
    view = make_widget(PlaneView(theme), 300, 300)
    for mode in ("dark", "light"):
        theme.set_mode(mode)
        for case in cases:
            view.show_frame(case)
            seen = view.grab().toImage()
            afresh = make_widget(PlaneView(theme), 300, 300)
            afresh.show_frame(case)
            assert difference(seen, afresh.grab().toImage()) <= 3


def test_curves_that_keep_their_axes_look_like_ones_drawn_afresh(theme, make_widget) -> None:
    x = np.arange(300.0)
    line = Series("a", "A", x, 5 + np.sin(x / 20), "data")
    cases = (
        Curves((line,), x_label="step"),
        Curves((line,), x_label="step", marker=120.0),
        Curves((line,), x_label="step", marker=121.0),
        Curves((Series("a", "A", 9 * x, 500 + np.sin(x / 20), "data"),), x_label="step"),
        Curves((line, Series("b", "B", x, x, "model", "second")), x_label="step"),
    )
    for case in cases:
        view, afresh = (make_widget(CurvesView(theme), 400, 240) for _ in range(2))
        for before in (cases[0], cases[1], case):
            view.reset_ranges()  # an axis holds its range on purpose, which is not looked at here
            view.show_frame(before)
            seen = view.grab().toImage()
        afresh.show_frame(case)
        assert difference(seen, afresh.grab().toImage()) <= 3


def test_a_click_gives_data_coordinates_and_the_nearest_point(plane) -> None:
    hits = []
    plane.clicked.connect(hits.append)
    rect = plane.view.rect
    QTest.mouseClick(plane, _LEFT, pos=QPoint(round(rect.center().x()), round(rect.center().y())))
    QTest.mouseClick(plane, _LEFT, _SHIFT, pos=_at(plane, 1.0, 0.5) + QPoint(2, 1))
    assert hits[0].xy == pytest.approx((0, 0), abs=0.02)
    assert hits[1].xy == pytest.approx((1, 0.5), abs=0.04)
    assert [(hit.datum, hit.second) for hit in hits] == [(None, False), (41, True)]


def test_a_point_under_the_pointer_gets_a_ring(plane) -> None:
    below = QRect(0, 60, 434, 300)  # the corner above tells the coordinates
    without, data = plane.grab(below).toImage(), []
    plane.datum_hovered.connect(data.append)
    for x, y, ring in ((1.0, -0.5, True), (0.0, 0.0, False), (-1.0, 0.0, True)):
        point_at(plane, _at(plane, x, y))
        assert (plane.grab(below).toImage() != without) == ring
    assert data == [42, None, 40]


def test_a_datum_under_the_pointer_elsewhere_gets_a_ring(plane) -> None:
    without = plane.grab().toImage()
    plane.show_datum(41)
    at = _at(plane, 1.0, 0.5)
    ring = QRect(at.x() - 8, at.y() - 8, 17, 17)
    assert plane.grab(ring).toImage() != without.copy(ring)
    plane.show_datum(7)
    assert plane.grab().toImage() == without


def test_dragging_and_keys_move_the_cross_hair(plane) -> None:
    plane.set_cross(0.5, 0.25)
    moved = []
    plane.moved.connect(lambda x, y: moved.append((x, y)))
    QTest.mousePress(plane, _LEFT, pos=_at(plane, 0.5, 0.25))
    point_at(plane, _at(plane, -1.5, 1.0))
    QTest.mouseRelease(plane, _LEFT, pos=_at(plane, -1.5, 1.0))
    assert moved[-1] == pytest.approx((-1.5, 1.0), abs=0.02)
    plane.set_cross(0.5, 0.25)
    plane.setFocus()
    QTest.keyClick(plane, Qt.Key.Key_Right)
    QTest.keyClick(plane, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(plane, Qt.Key.Key_Left)
    QTest.keyClick(plane, Qt.Key.Key_Down)
    assert moved[-4:] == [pytest.approx(p) for p in ((0.55, 0.25), (0.55, 0.75), (0.5, 0.75), (0.5, 0.7))]
    assert plane.handles.xy[0] == pytest.approx((0.5, 0.7))


def test_pressing_away_from_the_handle_takes_it_there(plane) -> None:
    plane.set_cross(0.0, 0.0)
    moved = []
    plane.moved.connect(lambda x, y: moved.append((x, y)))
    QTest.mouseClick(plane, _LEFT, pos=_at(plane, 1.5, -1.5))
    assert moved == [pytest.approx((1.5, -1.5), abs=0.02)]


def test_other_handles_move_alone(plane) -> None:
    plane.set_handles(np.array([[0.0, 0.0], [1.0, 1.0]]))
    moved = []
    plane.handle_moved.connect(lambda k, x, y: moved.append((k, x, y)))
    QTest.mousePress(plane, _LEFT, pos=_at(plane, 1.0, 1.0))
    point_at(plane, _at(plane, 1.5, 1.5))
    QTest.mouseRelease(plane, _LEFT, pos=_at(plane, 1.5, 1.5))
    assert moved[-1] == (1, pytest.approx(1.5, abs=0.02), pytest.approx(1.5, abs=0.02))
    assert plane.handles.xy[0].tolist() == [0, 0]


def test_a_square_plane_has_equal_units_and_shows_all_that_is_asked(theme, make_widget) -> None:
    view = make_widget(PlaneView(theme), 600, 300)
    view.show_frame(Plane(layers=(), extent=(-1, 1, -1, 1)))
    view.grab()
    a, b, c = (view.view.point(*p) for p in ((0, 0), (1, 0), (0, 1)))
    assert b.x() - a.x() == pytest.approx(a.y() - c.y())
    x0, x1, y0, y1 = view.view.extent
    assert x0 < -1 < 1 < x1
    assert (y0, y1) == pytest.approx((-1, 1))


def test_the_range_is_kept_while_points_wander_and_given_up_when_they_leave(theme, make_widget) -> None:
    view = make_widget(PlaneView(theme), 400, 400)
    cloud = np.random.default_rng(0).normal(size=(500, 2))
    view.show_frame(Plane(layers=(Points(cloud),)))
    first = view.panes[0].home
    for scale in (0.95, 0.9, 0.98):
        view.show_frame(Plane(layers=(Points(cloud * scale),)))
        assert view.panes[0].home == first
    view.show_frame(Plane(layers=(Points(cloud * 3),)))
    assert view.panes[0].home[1] > 2 * first[1]
    view.show_frame(Plane(layers=(Points(cloud * 0.2),)))
    assert view.panes[0].home[1] < first[1]


def test_zooming_keeps_the_point_under_the_pointer_and_double_click_goes_back(plane) -> None:
    before = plane.view.extent
    at = _at(plane, 1.0, 0.5)
    x, y = plane.view.to_data(QPointF(at))
    wheel(plane, at, 2)
    assert plane.view.to_data(QPointF(at)) == pytest.approx((x, y))
    x0, x1, y0, y1 = plane.view.extent
    assert x1 - x0 == pytest.approx(0.552 * (before[1] - before[0]), rel=0.01)
    assert (y1 - y0) / (x1 - x0) == pytest.approx((before[3] - before[2]) / (before[1] - before[0]))
    plane.show_frame(plane.frame)
    assert plane.view.extent == (x0, x1, y0, y1)  # newer frames do not take it away
    QTest.mouseDClick(plane, _LEFT, pos=QPoint(200, 200))
    assert plane.view.extent == pytest.approx(before)


def test_class_names_stand_on_the_clusters(theme, make_widget) -> None:
    view = make_widget(PlaneView(theme), 434, 426)
    rng = np.random.default_rng(1)
    centers = np.array([[-1.2, 1.0], [1.2, -1.0]])
    label = np.repeat([0, 1], 200)
    xy = centers[label] + rng.normal(size=(400, 2)) * 0.15
    view.show_frame(Plane(layers=(Points(xy, label, ("seven", "nine")),), extent=(-2, 2, -2, 2)))
    view.grab()
    layer = view.frame.layers[0]
    for k, at in ClassLabels().places(layer, view.view.to_pixels(xy), view.view).items():
        assert view.view.to_data(at) == pytest.approx(tuple(centers[k]), abs=0.12)


def test_level_lines_of_a_cone_are_a_circle() -> None:
    g = (np.arange(80) + 0.5) / 40 - 1  # the middles of 80 cells
    cone = np.hypot(*np.meshgrid(g, g))
    (line,) = level_lines(Density(cone, (-1, 1, -1, 1), contours=(0.6,)))
    assert np.abs(np.hypot(*line.T) - 0.6).max() < 2e-3
    assert np.hypot(*np.diff(line, axis=0).T).sum() == pytest.approx(2 * math.pi * 0.6, rel=1e-3)
    cone[40, 63] = np.nan  # beside the line at (0.5875, 0.0125)
    (broken,) = level_lines(Density(cone, (-1, 1, -1, 1), contours=(0.6,)))
    assert np.hypot(*(broken - [0.5875, 0.0125]).T).min() > 0.02 > np.hypot(*(line - [0.5875, 0.0125]).T).min()


def _noisy(n: int) -> Curves:
    t = np.arange(n, dtype=float)
    y = 100 + 50 * np.exp(-t / n * 9) + np.random.default_rng(0).normal(size=n)
    kl = 6 * (1 - np.exp(-t / n * 9))
    return Curves(
        series=(
            Series("a", "Total", t, y, "data", smooth=True),
            Series("kl", "KL", t, kl, "prior", pane="kl", smooth=True),
        )
    )


def test_emphasising_a_curve_thickens_it_and_back(theme, make_widget) -> None:
    view = make_widget(CurvesView(theme), 400, 220)
    view.show_frame(_noisy(2000))

    def inked() -> int:
        image = view.grab().toImage()
        near = [image.pixelColor(x, y) for x in range(150, 380, 3) for y in range(120, 200)]
        return sum(abs(c.red() - 0xE4) + abs(c.green() - 0x83) + abs(c.blue() - 0xBC) < 60 for c in near)

    plain, picture = inked(), view.grab().toImage()
    view.emphasise("kl")
    assert inked() > 1.4 * plain
    view.emphasise("a")
    assert inked() < 0.5 * plain  # the other one steps back
    view.emphasise(None)
    assert view.grab().toImage() == picture


def test_a_map_from_fake_to_real_says_so_unless_its_ends_are_other_numbers(theme, make_widget) -> None:
    view, extent = make_widget(PlaneView(theme), 300, 300), (0.0, 1.0, 0.0, 1.0)
    view.show_frame(Plane((Density(np.eye(3), extent, "real-fake"),)))
    assert [(item.label, item.ramp) for item in view.legend()] == [("", ("0 fake", "1 real"))]
    view.show_frame(Plane((Density(np.eye(3), extent, "real-fake", -6.0, 6.0, name="log p/q, nats"),)))
    (item,) = view.legend()
    assert item.label == "log p/q, nats"
    assert [end.replace("\u2212", "-") for end in item.ramp] == ["-6.0", "6.0"]


@pytest.mark.parametrize(("square", "flat"), [(True, 0.0), (False, 0.0), (False, -3.0)])
def test_a_range_without_extent_is_shown_in_the_middle(theme, make_widget, square, flat) -> None:
    view = make_widget(PlaneView(theme), 300, 300)
    view.show_frame(Plane((Points(np.array([[0.5, flat]])),), extent=(0.0, 1.0, flat, flat), square=square))
    view.grab()  # an error while painting fails the test
    y0, y1 = view.view.extent[2:]
    assert y0 < flat < y1
    assert (y0 + y1) / 2 == pytest.approx(flat)


def test_what_stands_in_two_panes_is_named_once_and_read_in_both(theme, make_widget) -> None:
    view = make_widget(CurvesView(theme), 454, 300)
    x = np.linspace(0, 10, 11)
    sides = (Series("a", "A", x, x, pane="bias"), Series("b", "A", x, 3 * x, pane="spread"))
    view.show_frame(Curves((*sides, Series("c", "A", x, x, pane="bias", dashed=True)), x_label="step"))
    view.grab()
    assert [(item.key, item.dashed) for item in view.legend()] == [("a", False), ("c", True)]
    assert [float(value) for value in view.legend()[0].value.split(" · ")] == [10, 30]


def test_the_legend_reads_the_curve_under_the_pointer(theme, make_widget) -> None:
    view = make_widget(CurvesView(theme), 454, 200)
    t = np.linspace(0, 100, 101)
    view.show_frame(Curves(series=(Series("a", "A", t, 2 * t),)))
    view.grab()
    assert view.legend()[0].value == "200.0"
    rect = view.panes[0].geometry()
    point_at(view, QPoint(round(rect.left() + rect.width() * 0.25), 100))
    assert float(view.legend()[0].value) == pytest.approx(50, abs=1)


def test_panes_share_the_axis_and_never_overlap(theme, make_widget) -> None:
    view = make_widget(CurvesView(theme), 400, 220)
    view.show_frame(_noisy(100))
    top, bottom = (pane.geometry() for pane in view.panes)
    assert view.pane_names == ["", "kl"]
    assert top.bottom() < bottom.top()
    assert (top.left(), top.right()) == (bottom.left(), bottom.right())
    assert top.height() > bottom.height()


def test_a_million_points_are_brought_down_to_one_a_pixel() -> None:
    n = 1_000_000
    x, y = np.linspace(0, 1, n), np.sin(np.linspace(0, 20, n))
    y[500_000] = 9.0
    thinned = Columns(x, 400).thin(y)
    assert len(thinned.x) <= 401
    assert thinned.high.max() == 9.0  # no spike is lost
    assert np.abs(thinned.y - np.sin(20 * thinned.x)).max() < 0.05


def test_a_peak_that_is_narrower_than_a_pixel_keeps_its_height(theme, make_widget) -> None:
    x = np.linspace(-4.0, 4.0, 20_001)
    peak = 70.0 * np.exp(-0.5 * (x / 0.005) ** 2)
    widget = make_widget(CurvesView(theme), 320, 240)
    widget.show_frame(Curves((Series("q", "q", x, peak, "model"),), x_label="z"))
    widget.grab()
    (curve,) = widget.panes[0].items[0].curves
    assert curve.y.max() == pytest.approx(70.0, rel=0.01)
    assert len(curve.x) < 700


@pytest.mark.parametrize("n", [10, 4_000])
def test_a_curve_of_several_pieces_over_the_same_places_is_drawn_piece_by_piece(theme, make_widget, n: int) -> None:
    at, rows = np.linspace(0.0, 1.0, n), np.array([[0.0], [1.0], [2.0]]) + np.zeros(n)
    x = np.tile(np.append(at, at[-1]), len(rows))
    y = np.concatenate([rows, np.full((len(rows), 1), np.nan)], axis=1).ravel()
    widget = make_widget(CurvesView(theme), 320, 240)
    widget.show_frame(Curves((Series("data", "data", x, y, "data"),), x_label="t"))
    widget.grab()
    (curve,) = widget.panes[0].items[0].curves
    finite = np.isfinite(curve.y)
    assert sorted(set(curve.y[finite])) == [0.0, 1.0, 2.0]  # no mean of two pieces
    assert (np.diff(curve.y[finite]) != 0).sum() == 2  # one after another
    assert finite.sum() < len(curve.y)  # and breaks between them


def test_smoothing_keeps_lines_straight_and_quiets_noise() -> None:
    line = np.arange(100.0)
    assert smooth(line, 10)[:90] == pytest.approx(line[:90])
    noise = np.random.default_rng(0).normal(size=4000)
    assert smooth(noise, 12)[50:-50].std() == pytest.approx(1 / 5, rel=0.15)  # 25 values each
    steep = 10.0 ** np.arange(40.0)
    assert smooth(steep, 5, log=True)[5:-5] == pytest.approx(steep[5:-5])  # straight on a logarithmic axis
    gap = np.where(np.arange(100) == 50, np.nan, 1.0)
    assert np.isnan(smooth(gap, 5)).sum() == 1


def test_logarithmic_axes_put_equal_ratios_at_equal_distances(theme, make_widget) -> None:
    axis = StepRange()
    axis.fit(1.0, 1000.0, pad=0.0, log=True)
    assert (axis.low, axis.high) == (0, 3)
    assert ticks(axis.low, axis.high, 4, log=True) == [(0, "1"), (1, "10"), (2, "100"), (3, "1k")]
    assert np.isnan(to_units(np.array([-1.0, 0.0]), True)).all()
    view = make_widget(CurvesView(theme), 400, 200)
    view.show_frame(Curves(series=(Series("a", "A", np.arange(1.0, 99), np.exp(np.arange(1.0, 99) / 10)),)))
    plain = view.grab().toImage()
    next(action for action in view.actions() if "ogarithmic" in action.text()).trigger()
    assert view.grab().toImage() != plain
    (curve,) = view.panes[0].items[0].curves
    assert np.diff(view.panes[0].projection.down(curve.y)).std() < 1e-6  # an exponential is a straight line


@pytest.fixture
def images(theme, make_widget) -> ImagesView:
    view = make_widget(ImagesView(theme), 300, 200)
    pictures = np.zeros((6, 1, 4, 4))
    pictures[4] = 1.0
    view.show_frame(Images(pictures, columns=3, index=np.arange(6) + 10))
    view.grab()
    return view


def test_images_are_where_they_say_and_in_ink_on_paper(theme, images) -> None:
    for mode, tokens in (("dark", DARK), ("light", LIGHT)):
        theme.set_mode(mode)
        image = images.grab().toImage()
        assert image.pixelColor(images.box(4).center().toPoint()) == QColor(tokens.ink1)
        assert image.pixelColor(images.box(0).center().toPoint()) == QColor(tokens.ink0)
        between = QPointF((images.box(3).right() + images.box(4).left()) / 2, images.box(4).center().y())
        assert image.pixelColor(between.toPoint()) == QColor(tokens.bg2)


def test_a_click_gives_pixel_and_datum_and_keys_the_datum(images) -> None:
    hits = []
    images.clicked.connect(hits.append)
    box = images.box(2)
    at = box.topLeft() + QPointF(box.width() * 3.5 / 4, box.height() * 1.5 / 4)
    QTest.mouseClick(images, _LEFT, pos=at.toPoint())
    point_at(images, QPoint(1, 1))  # leaves the images, so that keys begin at the first
    images.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(images, key)
    assert hits == [Hit(pixel=(1, 3), datum=12), Hit(datum=14)]


def test_a_small_image_is_enlarged_under_the_pointer(theme, make_widget) -> None:
    view = make_widget(ImagesView(theme), 300, 300)
    pictures = np.zeros((100, 1, 4, 4))
    pictures[55] = 1.0
    view.show_frame(Images(pictures, columns=10))
    ink = QColor(DARK.ink1)

    def white() -> int:
        image = view.grab().toImage()
        return sum(image.pixelColor(x, y) == ink for x in range(0, 300, 2) for y in range(0, 300, 2))

    before = white()
    point_at(view, view.box(55).center().toPoint())
    assert white() > 8 * before


def test_enlarging_keeps_blocks_and_shrinking_keeps_the_mean() -> None:
    x = np.random.default_rng(0).random((2, 1, 8, 8))
    assert np.array_equal(resample(x, 24, 24)[:, :, 1::3, 1::3], x)
    assert resample(x, 4, 4).mean() == pytest.approx(x.mean(), abs=0.02)
    flat = sheet_image(np.full((3, 3, 2, 2), 0.5), 2, (2, 2), (1, 1), ("#000000", "#FFFFFF"))
    assert (flat.width(), flat.height()) == (5, 5)
    assert flat.pixelColor(0, 0) == QColor(128, 128, 128)
    assert flat.pixelColor(2, 0).alpha() == flat.pixelColor(4, 4).alpha() == 0


def test_a_map_of_images_shows_the_quantity_and_a_legend(theme, make_widget) -> None:
    role_of = np.zeros((2, 4, 4), np.uint8)
    role_of[1] = 1
    images = np.full((2, 1, 4, 4), 0.5)
    images[1, :, :2] = np.nan
    frame = Images(images, columns=2, role_of=role_of, roles=("alt",), role_names=("nats",), full=3.0, unit="nats")
    view = make_widget(ImagesView(theme), 400, 200)
    view.show_frame(frame)
    picture = view.grab().toImage()
    point_at(view, view.pixel_box(1, (3, 1)).center().toPoint())
    assert view.read_out.endswith("pixel (3, 1): 1.5 nats")
    point_at(view, view.pixel_box(0, (3, 1)).center().toPoint())
    assert view.read_out.endswith("pixel (3, 1): 0.50")
    (scale,) = view.legend()
    assert (scale.role, scale.label, [float(end) for end in scale.ramp]) == ("alt", "nats", [0, 3])
    colours = [picture.pixelColor(view.pixel_box(place, (3, 1)).center().toPoint()) for place in (0, 1)]
    assert colours[0].saturation() < 20 < colours[1].saturation()
    assert picture.pixelColor(view.pixel_box(1, (0, 1)).center().toPoint()) == QColor(DARK.bg2)  # not drawn yet


def test_bars_are_as_long_as_their_values(theme, make_widget) -> None:
    view = make_widget(BarsView(theme), 320, 100)
    view.show_frame(Bars(("a", "b"), np.array([10.0, 5.0]), roles=("model", "model")))
    image, ink = view.grab().toImage(), QColor(DARK.model)
    lengths = sorted(n for n in (sum(image.pixelColor(x, y) == ink for x in range(320)) for y in range(100)) if n)
    assert lengths[-1] == pytest.approx(2 * lengths[0], rel=0.05)
    crowded = Bars(tuple(map(str, range(40))), np.ones(40))
    view.show_frame(crowded)
    assert not view.in_rows
    assert _ink(view.grab().toImage(), DARK.bg2) > 1000


def test_a_matrix_shades_by_value_and_tells_what_a_cell_holds(theme, make_widget) -> None:
    view = make_widget(MatrixView(theme), 300, 200)
    view.show_frame(Matrix(np.array([[0.0, 1.0], [2.0, 4.0]]), ("r", "s"), ("c", "d"), unit="nats"))
    image = view.grab().toImage()
    point_at(view, QPoint(270, 150))
    assert view.read_out == "s, d: 4.00 nats"
    blue = [image.pixelColor(x, y).blue() for x, y in ((60, 20), (280, 20), (60, 120), (280, 120))]
    assert blue == sorted(blue)
    assert len(set(blue)) == 4


def test_bars_that_are_still_being_computed_say_so(theme, make_widget) -> None:
    bars = make_widget(WIDGETS[Bars](theme), 320, 160)
    bars.show_frame(Bars(("a", "b"), np.array([np.nan, 2.0]), unit="nats", pending=True))
    assert bars._texts == ["computing", "2\u2009nats"]
    bars.show_frame(Bars(("a", "b"), np.array([np.nan, 2.0]), unit="nats"))
    assert bars._texts == ["NaN\u2009nats", "2\u2009nats"]


def test_the_ramp_of_a_narrower_map_of_d_says_its_ends(theme, make_widget) -> None:
    view = make_widget(WIDGETS[Plane](theme), 320, 240)
    view.show_frame(Plane((Density(np.full((2, 2), 0.5), (0, 1, 0, 1), "real-fake", low=0.4, high=0.6),)))
    assert [item.ramp for item in view.legend()] == [("0.4 fake", "0.6 real")]


@pytest.mark.parametrize("kind", WIDGETS)
def test_a_widget_that_was_deleted_with_its_window_takes_no_other_theme(theme, qapp, kind) -> None:
    window = QWidget()
    display = WIDGETS[kind](theme, window)
    theme.set_mode(Mode.LIGHT)
    before = display.tokens
    assert not before.is_dark
    shiboken6.delete(window)
    theme.set_mode(Mode.DARK)
    assert display.tokens is before


def test_no_column_stays_emphasised_when_others_take_its_place(theme, make_widget) -> None:
    bars = make_widget(WIDGETS[Bars](theme), 320, 160)
    names = tuple(map(str, range(40)))
    bars.show_frame(Bars(names, np.arange(1.0, 41.0)))
    bars.grab()
    point_at(bars, QPoint(200, 60))
    assert bars._columns._place >= 0
    bars.show_frame(Bars(names[::-1], np.arange(1.0, 41.0)))
    assert bars._columns._place == -1
