"""Zoom, pan, read-out and reset of images, bars, matrices, sound and drawings, by mouse, wheel and keys."""

from __future__ import annotations

import numpy as np
import pytest
from pointing import difference, drag, wheel
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from explorer.ui.frames import BarsView, ImagesView
from explorer.ui.frames.base import Hit
from explorer.ui.frames.image_layout import fit_layout
from explorer.ui.theme import DARK
from models.frames import Bars, Images

_LEFT = Qt.MouseButton.LeftButton
_SHIFT = Qt.KeyboardModifier.ShiftModifier


def numbered(n: int, **options) -> Images:
    """Images of 4 × 4 pixels, the pixel k of image i having the value (16 i + k) / (16 n)."""
    return Images(np.arange(16 * n).reshape(n, 1, 4, 4) / (16 * n), **options)


def rows(n: int, **options) -> Images:
    """Two rows of images with names."""
    return numbered(2 * n, columns=n, row_labels=("data", "model"), **options)


@pytest.fixture
def images(theme, make_widget) -> ImagesView:
    view = make_widget(ImagesView(theme), 304, 204)
    view.show_frame(numbered(24, index=np.arange(24) + 100))
    view.grab()
    return view


def pixel_center(view: ImagesView, place: int, pixel: tuple[int, int]) -> QPoint:
    return view.pixel_box(place, pixel).center().toPoint()


def test_the_wheel_zooms_images_about_the_pointer_and_back_until_all_is_in_view(images) -> None:
    at = pixel_center(images, 9, (1, 2))
    home = images.box(9)
    wheel(images, at, 4)
    box = images.box(9)
    assert box.width() > 3 * home.width()
    assert images.place_at(QPointF(at)) == 9
    share, before = (QPointF(at) - box.topLeft()) / box.width(), (QPointF(at) - home.topLeft()) / home.width()
    assert (share.x(), share.y()) == pytest.approx((before.x(), before.y()), abs=0.01)
    images.show_frame(numbered(24, index=np.arange(24) + 100))  # of the same layout: the zoom stays
    assert images.box(9) == box
    wheel(images, QPoint(2, 2), -9)
    assert images.box(9) == home
    assert not images.is_free


def test_zoomed_images_are_drawn_where_clicks_find_their_pixels(images) -> None:
    hits: list[Hit] = []
    images.clicked.connect(hits.append)
    wheel(images, pixel_center(images, 9, (1, 2)), 4)
    ramp = [QColor(DARK.ink0).red(), QColor(DARK.ink1).red()]
    image = images.grab().toImage()
    for pixel in ((0, 1), (1, 2), (2, 1)):
        at = pixel_center(images, 9, pixel)
        value = (16 * 9 + 4 * pixel[0] + pixel[1]) / (16 * 24)
        assert image.pixelColor(at).red() == pytest.approx(ramp[0] + value * (ramp[1] - ramp[0]), abs=2)
        QTest.mouseClick(images, _LEFT, pos=at)
        assert hits[-1] == Hit(pixel=pixel, datum=109)


def test_a_drag_moves_zoomed_images_as_far_as_their_edge_and_is_no_click(images) -> None:
    hits: list[Hit] = []
    images.clicked.connect(hits.append)
    wheel(images, QPoint(152, 102), 4)
    before = images.box(9).topLeft()
    drag(images, QPoint(150, 100), QPoint(130, 90))
    assert images.box(9).topLeft() - before == QPointF(-20, -10)
    for _ in range(9):
        drag(images, QPoint(20, 20), QPoint(280, 180))
    x0, x1, _, y1 = images.panes[0].projection.extent
    assert (x0, y1) == pytest.approx((0, 0))
    assert x1 - x0 < 200
    assert not hits


def test_a_drag_with_shift_shows_the_images_in_the_box(images) -> None:
    box = images.box(0).united(images.box(1))
    drag(images, box.topLeft().toPoint() + QPoint(1, 1), box.bottomRight().toPoint() - QPoint(1, 1), _SHIFT)
    assert images.box(0).united(images.box(1)).width() == pytest.approx(images.width(), rel=0.05)


@pytest.mark.parametrize("way", ["double click", "R", "menu", "another layout"])
def test_zoomed_images_are_reset(images, way) -> None:
    home = images.box(9)
    wheel(images, QPoint(152, 102), 4)
    if way == "double click":
        QTest.mouseDClick(images, _LEFT, pos=QPoint(100, 100))
    elif way == "R":
        QTest.keyClick(images, Qt.Key.Key_R)
    elif way == "menu":
        images.reset_action.trigger()
    else:
        images.show_frame(numbered(6))
        assert images.box(0).left() >= 0
        images.show_frame(numbered(24))
    assert images.box(9) == home


def test_images_tell_the_value_under_the_pointer(theme, make_widget, images) -> None:
    QTest.mouseMove(images, pixel_center(images, 3, (2, 1)))
    assert images.read_out == "datum 103, pixel (2, 1): 0.15"
    wheel(images, pixel_center(images, 3, (2, 1)), 3)
    assert images.read_out == "datum 103, pixel (2, 1): 0.15"
    view = make_widget(ImagesView(theme), 300, 200)
    view.show_frame(rows(5))
    view.grab()
    QTest.mouseMove(view, pixel_center(view, 7, (0, 0)))
    assert view.read_out == "model 3, pixel (0, 0): 0.70"
    view.show_frame(numbered(2, captions=("t = 0", "t = 1")))
    QTest.mouseMove(view, pixel_center(view, 1, (3, 3)))
    assert view.read_out == "t = 1, pixel (3, 3): 0.97"
    QTest.mouseMove(view, QPoint(1, 1))
    assert view.read_out == ""


def test_images_are_magnified_under_the_pointer_until_they_are_zoomed(theme, make_widget) -> None:
    view = make_widget(ImagesView(theme), 300, 300)
    pictures = np.zeros((400, 1, 4, 4))
    pictures[210] = 1.0
    view.show_frame(Images(pictures, columns=20))
    view.grab()

    def lit() -> float:
        """Area of the bright image and its magnification, in images."""
        image = view.grab().toImage()
        bright = sum(image.pixelColor(x, y) == QColor(DARK.ink1) for x in range(0, 300, 2) for y in range(0, 300, 2))
        return 4 * bright / view.box(210).width() ** 2

    at = view.box(210).center().toPoint()
    QTest.mouseMove(view, at)
    assert lit() > 20
    wheel(view, at, 2)
    assert lit() == pytest.approx(1, abs=0.4)
    QTest.keyClick(view, Qt.Key.Key_R)
    assert lit() > 20


def test_long_rows_are_broken_into_the_blocks_with_the_largest_images() -> None:
    options = {"left": 90.0, "labelled": True}
    wide = fit_layout((20, 8, 8), 10, (900.0, 150.0), **options)
    assert (wide.blocks, wide.across) == (1, 10)
    square = fit_layout((20, 8, 8), 10, (560.0, 540.0), **options)
    assert (square.blocks, square.across, square.rows) == (2, 5, 2)
    assert square.width > 1.5 * fit_layout((20, 8, 8), 10, (560.0, 540.0), sheet=True, **options).width
    row = fit_layout((11, 8, 8), 11, (300.0, 250.0), captions=True)
    assert (row.blocks, row.across) == (3, 4)
    grid = fit_layout((64, 8, 8), 16, (300.0, 300.0))  # the columns of a grid without names mean something
    assert (grid.blocks, grid.across) == (1, 16)
    alone = fit_layout((1, 28, 28), 0, (560.0, 540.0))
    assert alone.height > 500  # an image grows as long as there is room


@pytest.mark.parametrize("count", [20, 17])
@pytest.mark.parametrize("across", [400.0, 1300.0])
def test_every_image_of_blocks_is_found_in_its_box_and_none_overlap(count, across) -> None:
    layout = fit_layout((count, 8, 8), 10, (across, 400.0), left=60.0, captions=True, labelled=True, ratio=1.5)
    boxes = [layout.box(place) for place in range(count)]
    assert [layout.at(box.center()) for box in boxes] == list(range(count))
    assert [layout.place(*layout.cell(place)) for place in range(count)] == list(range(count))
    assert not any(a.intersects(b) for k, a in enumerate(boxes) for b in boxes[:k])
    assert all(box.left() >= 60 and box.right() <= across and box.bottom() <= 400 for box in boxes)
    assert sorted(place for block in range(layout.blocks) for place in layout.places(block)) == list(range(count))


def test_blocks_are_drawn_as_they_are_found(theme, make_widget) -> None:
    view = make_widget(ImagesView(theme), 400, 400)
    values = np.arange(20) / 19
    view.show_frame(Images(np.broadcast_to(values[:, None, None, None], (20, 1, 4, 4)), 10, ("data", "model")))
    image, layout = view.grab().toImage(), view.layout_of_images
    assert layout.blocks > 1
    ramp = [QColor(DARK.ink0).red(), QColor(DARK.ink1).red()]
    for place, value in enumerate(values.tolist()):
        red = image.pixelColor(view.box(place).center().toPoint()).red()
        assert red == pytest.approx(ramp[0] + value * (ramp[1] - ramp[0]), abs=2)
    for row in range(2 * layout.blocks):  # a name at the left of each row of each block
        box = view.box(layout.place(row, 0))
        names = range(round(box.left()) - 40, round(box.left()) - 8)
        marks = (image.pixelColor(x, y) for x in names for y in range(round(box.top()), round(box.bottom())))
        assert any(mark != QColor(DARK.bg2) for mark in marks)


def test_down_goes_to_the_image_below_across_blocks(theme, make_widget) -> None:
    view = make_widget(ImagesView(theme), 400, 400)
    view.show_frame(rows(10, index=np.arange(20)))
    view.grab()
    layout = view.layout_of_images
    hits: list[Hit] = []
    view.clicked.connect(hits.append)
    view.setFocus()
    for key in (
        Qt.Key.Key_Right,
        Qt.Key.Key_Down,
        Qt.Key.Key_Down,
        Qt.Key.Key_Return,
        Qt.Key.Key_Up,
        Qt.Key.Key_Return,
    ):
        QTest.keyClick(view, key)
    assert [hit.datum for hit in hits] == [layout.across, 10]


def inked(image: QImage, ink: str) -> list[tuple[int, int]]:
    """The pixels of a colour, x and y."""
    wanted = QColor(ink)
    return [(x, y) for y in range(image.height()) for x in range(image.width()) if image.pixelColor(x, y) == wanted]


def extents(pixels: list[tuple[int, int]]) -> tuple[int, int, int, int]:
    """Smallest and largest x, smallest and largest y."""
    x, y = zip(*pixels, strict=True)
    return min(x), max(x), min(y), max(y)


@pytest.fixture
def make_bars(theme, make_widget):
    def make(frame: Bars, width: int, height: int) -> BarsView:
        view = make_widget(BarsView(theme), width, height)
        view.show_frame(frame)
        view.grab()
        return view

    return make


def test_bars_grow_with_the_room_and_stand_around_its_upper_third(make_bars) -> None:
    frame = Bars(("a", "b"), np.array([2.0, 1.0]), roles=("data", "model"))
    low, high = (make_bars(frame, 400, height).grab().toImage() for height in (40, 540))
    (_, _, top, bottom), (*_, top_high, bottom_high) = extents(inked(low, DARK.data)), extents(inked(high, DARK.data))
    assert bottom_high - top_high >= 12 > 2 * (bottom - top)
    below = extents(inked(high, DARK.model))
    assert (top_high + below[3]) / 2 == pytest.approx(540 / 3, abs=2)
    assert below[2] - top_high == 44


def test_bars_of_both_signs_have_a_line_at_zero(make_bars) -> None:
    both = make_bars(Bars(("a", "b"), np.array([1.0, -1.0]), roles=("data", "model")), 400, 200)
    image = both.grab().toImage()
    gray = [x for x, _ in inked(image, DARK.text3)]
    x0 = max(set(gray), key=gray.count)
    assert gray.count(x0) >= 86  # two rows of 44
    assert extents(inked(image, DARK.model))[1] == pytest.approx(x0, abs=2)
    assert extents(inked(image, DARK.data))[0] == pytest.approx(x0, abs=2)
    alike = make_bars(Bars(("a", "b"), np.array([1.0, 0.5])), 400, 200)
    gray = [x for x, _ in inked(alike.grab().toImage(), DARK.text3)]
    assert all(gray.count(x) < 20 for x in gray)


def test_the_legend_explains_whiskers_and_dashes_where_there_are_some(make_bars) -> None:
    values, nothing = np.array([1.0, 2.0]), np.full(2, np.nan)
    plain = make_bars(Bars(("a", "b"), values, nothing, reference=nothing), 400, 200)
    assert plain.legend() == []
    plain.show_frame(Bars(("a", "b"), values, np.array([0.1, np.nan]), reference=values))
    assert [(item.label, item.dashed) for item in plain.legend()] == [("reference", True), ("± standard error", False)]


def test_a_long_name_stands_above_its_bar_and_is_never_missing(make_bars) -> None:
    name = "KL divergence from the posterior to the prior"
    frame = Bars((name, "b"), np.array([2.0, 1.0]), roles=("data", "model"))
    narrow = make_bars(frame, 200, 120)
    x0, x1, top, _ = extents(inked(narrow.grab().toImage(), DARK.data))
    assert (x0, x1) == (pytest.approx(0, abs=2), pytest.approx(199, abs=2))
    image = narrow.grab().toImage()
    assert any(image.pixelColor(x, y) != QColor(DARK.bg2) for x in range(100) for y in range(4, top - 2))
    QTest.mouseMove(narrow, QPoint(20, top))
    assert narrow.toolTip() == f"{name}: 2"
    flat = make_bars(frame, 200, 44)  # no room for two lines
    x0, x1, *_ = extents(inked(flat.grab().toImage(), DARK.data))
    assert x1 - x0 >= 38
    image = flat.grab().toImage()
    assert any(image.pixelColor(x, y) != QColor(DARK.bg2) for x in range(40) for y in range(22))


def columns() -> Bars:
    return Bars(tuple(f"bin {k}" for k in range(40)), np.arange(40.0), np.full(40, 0.5), unit="nats")


def test_columns_zoom_pan_tell_their_value_and_are_reset(make_bars) -> None:
    view = make_bars(columns(), 446, 200)
    pane = view.panes[0]
    at = (pane.pos() + pane.projection.point(30.5, 20)).toPoint()
    QTest.mouseMove(view, at)
    assert view.read_out == "bin 30: 30\u2009nats ± 0.50"
    wheel(view, at, 4)
    assert view.read_out == "bin 30: 30\u2009nats ± 0.50"
    (x0, x1), _ = pane.viewRange()
    assert 10 < x1 - x0 < 14
    drag(view, at, at + QPoint(40, 0))
    assert pane.viewRange()[0][0] < x0 - 0.5
    drag(view, at, at + QPoint(400, 0))
    drag(view, at, at + QPoint(400, 0))
    drag(view, at, at + QPoint(400, 0))
    assert pane.viewRange()[0][0] == pytest.approx(0)  # no further than the first
    view.show_frame(columns())
    assert view.is_free
    QTest.keyClick(view, Qt.Key.Key_R)
    assert pane.viewRange()[0] == [0, 40]


def test_rows_do_not_zoom(make_bars) -> None:
    view = make_bars(Bars(("a", "b"), np.array([2.0, 1.0])), 400, 200)
    before = view.grab().toImage()
    wheel(view, QPoint(200, 60), 4)
    drag(view, QPoint(100, 20), QPoint(300, 150), _SHIFT)
    drag(view, QPoint(100, 20), QPoint(300, 150))
    QTest.mouseMove(view, QPoint(1, 199))
    assert not view.is_free
    assert difference(view.grab().toImage(), before) <= 3
