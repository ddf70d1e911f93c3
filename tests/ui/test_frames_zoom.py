"""Zoom, pan, read-out and reset of images, bars, matrices, sound and drawings, by mouse, wheel and keys."""

from __future__ import annotations

import numpy as np
import pytest
from pointing import difference, drag, point_at, wheel
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from explorer.ui.frames import WIDGETS, AudioView, BarsView, DrawingView, FilmView, ImagesView, MatrixView
from explorer.ui.frames.base import Hit
from explorer.ui.frames.image_layout import fit_layout
from explorer.ui.theme import DARK
from models.frames import Audio, Bars, Drawing, Film, Images, Matrix, Stroke

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
    point_at(images, pixel_center(images, 3, (2, 1)))
    assert images.read_out == "datum 103, pixel (2, 1): 0.15"
    wheel(images, pixel_center(images, 3, (2, 1)), 3)
    assert images.read_out == "datum 103, pixel (2, 1): 0.15"
    view = make_widget(ImagesView(theme), 300, 200)
    view.show_frame(rows(5))
    view.grab()
    point_at(view, pixel_center(view, 7, (0, 0)))
    assert view.read_out == "model 3, pixel (0, 0): 0.70"
    view.show_frame(numbered(2, captions=("t = 0", "t = 1")))
    point_at(view, pixel_center(view, 1, (3, 3)))
    assert view.read_out == "t = 1, pixel (3, 3): 0.97"
    point_at(view, QPoint(1, 1))
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
    point_at(view, at)
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
    assert below[2] - top_high == 64


def test_bars_of_both_signs_have_a_line_at_zero(make_bars) -> None:
    both = make_bars(Bars(("a", "b"), np.array([1.0, -1.0]), roles=("data", "model")), 400, 200)
    image = both.grab().toImage()
    gray = [x for x, _ in inked(image, DARK.text2)]
    x0 = max(set(gray), key=gray.count)
    assert gray.count(x0) >= 120  # two rows of 64
    assert extents(inked(image, DARK.model))[1] == pytest.approx(x0, abs=2)
    assert extents(inked(image, DARK.data))[0] == pytest.approx(x0, abs=2)
    alike = make_bars(Bars(("a", "b"), np.array([1.0, 0.5])), 400, 200)
    gray = [x for x, _ in inked(alike.grab().toImage(), DARK.text3)]
    assert all(gray.count(x) < 20 for x in gray)


def test_bars_of_one_extent_have_one_scale(make_bars) -> None:
    ends = []
    for value in (1.0, 4.0):
        frame = Bars(("a",), np.array([value]), roles=("data",), extent=(0.0, 4.0))
        left, right, *_ = extents(inked(make_bars(frame, 400, 60).grab().toImage(), DARK.data))
        ends.append(right - left)
    assert ends[0] == pytest.approx(ends[1] / 4, abs=3)


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
    point_at(narrow, QPoint(20, top))
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
    point_at(view, at)
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
    point_at(view, QPoint(1, 199))
    assert not view.is_free
    assert difference(view.grab().toImage(), before) <= 3


@pytest.fixture
def matrix(theme, make_widget) -> MatrixView:
    view = make_widget(MatrixView(theme), 420, 320)
    names = tuple(f"r{k}" for k in range(6)), tuple(f"c{k}" for k in range(10))
    view.show_frame(Matrix(np.arange(60.0).reshape(6, 10) / 60, *names, "code", "class", "nats"))
    view.grab()
    return view


def cell_center(view: MatrixView, row: int, column: int) -> QPoint:
    pane = view.panes[0]
    return (pane.pos() + pane.projection.point(column + 0.5, -row - 0.5)).toPoint()


def test_a_matrix_zooms_pans_tells_its_cells_and_is_reset(matrix) -> None:
    at = cell_center(matrix, 2, 7)
    point_at(matrix, at)
    assert matrix.read_out == "r2, c7: 0.450 nats"
    wheel(matrix, at, 3)
    assert matrix.read_out == "r2, c7: 0.450 nats"
    (x0, x1), (y0, y1) = matrix.panes[0].viewRange()
    assert x1 - x0 < 5
    assert y1 - y0 < 3
    drag(matrix, at, at + QPoint(-30, 20))
    assert matrix.panes[0].viewRange()[0][0] > x0 + 0.2
    assert matrix.panes[0].viewRange()[1][0] > y0 + 0.1
    drag(matrix, at, at + QPoint(-900, 0))
    assert matrix.panes[0].viewRange()[0][1] == pytest.approx(10)
    matrix.show_frame(matrix.frame)
    assert matrix.is_free
    QTest.mouseDClick(matrix, _LEFT, pos=at)
    assert matrix.panes[0].viewRange() == [[0, 10], [-6, 0]]


def test_over_the_names_of_a_matrix_the_wheel_zooms_them_alone(matrix) -> None:
    wheel(matrix, QPoint(200, 296), 2)
    (x0, x1), y = matrix.panes[0].viewRange()
    assert x1 - x0 < 7
    assert y == [-6, 0]
    QTest.keyClick(matrix, Qt.Key.Key_R)
    wheel(matrix, QPoint(24, 150), 2)
    assert matrix.panes[0].viewRange()[0] == [0, 10]
    assert matrix.panes[0].viewRange()[1] != [-6, 0]


def test_a_zoomed_matrix_is_shaded_where_its_cells_are_found(matrix) -> None:
    shade = {}
    for zoom in (0, 1):
        wheel(matrix, cell_center(matrix, 2, 7), zoom)
        image, pane = matrix.grab().toImage(), matrix.panes[0]
        for cell in ((1, 7), (2, 6), (3, 8)):
            at = pane.pos() + pane.projection.point(cell[1] + 0.12, -cell[0] - 0.15)
            shade.setdefault(cell, []).append(image.pixelColor(at.toPoint()).name())
    assert all(before == after for before, after in shade.values())
    assert len({before for before, _ in shade.values()}) == 3


def test_the_names_of_a_matrix_stand_at_its_cells(matrix) -> None:
    bottom, left = matrix._axes
    wide, tall = (matrix.panes[0].rect().width(), matrix.panes[0].rect().height())
    assert bottom.positions() == [(pytest.approx((k + 0.5) * wide / 10), f"c{k}") for k in range(10)]
    assert left.positions() == [(pytest.approx((k + 0.5) * tall / 6), f"r{k}") for k in range(6)]
    wheel(matrix, cell_center(matrix, 0, 0), 3)
    (along, name) = left.positions()[0]
    assert name == "r0"
    assert along == pytest.approx(cell_center(matrix, 0, 0).y(), abs=1)


@pytest.fixture
def audio(theme, make_widget) -> AudioView:
    view = make_widget(AudioView(theme), 416, 150)
    view.show_frame(Audio(np.linspace(-1, 1, 8000), 8000))
    view.grab()
    return view


def test_sound_zooms_in_time_tells_its_amplitude_and_is_reset(audio) -> None:
    at = QPoint(308, 60)  # three quarters
    point_at(audio, at)
    assert audio.read_out == "0.750 s, amplitude 0.500"
    wheel(audio, at, 6)
    assert audio.read_out == "0.750 s, amplitude 0.500"
    (x0, x1), y = audio.panes[0].viewRange()
    assert x1 - x0 == pytest.approx(0.1684, abs=1e-3)
    assert y == [-1, 1]
    drag(audio, at, at + QPoint(100, 30))
    assert audio.panes[0].viewRange()[0][0] == pytest.approx(x0 - (x1 - x0) / 4)
    wheel(audio, at, 99)
    assert audio.panes[0].viewRange()[0][1] - audio.panes[0].viewRange()[0][0] >= 8 / 8000 * 0.999
    QTest.keyClick(audio, Qt.Key.Key_R)
    assert audio.panes[0].viewRange() == [[0, 1], [-1, 1]]


def test_zoomed_sound_is_drawn_through_its_samples(theme, make_widget) -> None:
    view = make_widget(AudioView(theme), 416, 226)
    samples = np.zeros(4000)
    samples[2000:] = 0.5
    view.show_frame(Audio(samples, 4000))

    def amplitude() -> float:
        """Of the pixel right of the middle that is least like the ground."""
        image, pane = view.grab().toImage(), view.panes[0]
        blue = [image.pixelColor(230, y).blue() for y in range(round(pane.rect().height()))]
        return pane.projection.to_data(QPointF(230, np.argmax(blue) + 0.5) - pane.pos())[1]

    assert amplitude() == pytest.approx(0.5, abs=0.02)
    wheel(view, QPoint(208, 60), 14)
    assert view.panes[0].viewRange()[0][1] < 0.52
    assert amplitude() == pytest.approx(0.5, abs=0.02)


@pytest.fixture
def drawing(theme, make_widget) -> DrawingView:
    view = make_widget(DrawingView(theme), 408, 208)
    strokes = (Stroke(np.array([[-1.0, 0.0], [1.0, 0.0]]), "data", 3.0), Stroke(np.array([[0.5, 0.5], [0.7, 0.5]])))
    view.show_frame(Drawing(strokes, extent=(-1.0, 1.0, -1.0, 1.0)))
    view.grab()
    return view


def test_a_drawing_zooms_about_the_pointer_pans_and_is_reset(drawing) -> None:
    home, at = drawing.point(0.6, 0.5), drawing.point(0.6, 0.5).toPoint()
    wheel(drawing, at, 4)
    moved = drawing.point(0.6, 0.5) - QPointF(at)
    assert moved.manhattanLength() < 2
    unit = drawing.point(1, 0).x() - drawing.point(0, 0).x()
    assert unit > 300
    assert drawing.point(0, 0).y() - drawing.point(0, 1).y() == pytest.approx(unit)
    before = drawing.point(0.6, 0.5)
    drag(drawing, QPoint(200, 100), QPoint(180, 110))
    assert drawing.point(0.6, 0.5) - before == QPointF(-20, 10)
    drawing.show_frame(drawing.frame)
    assert drawing.is_free
    drawing.reset_action.trigger()
    assert drawing.point(0.6, 0.5) == home
    assert drawing.read_out == ""


def test_the_whole_of_a_drawing_is_the_farthest_view(drawing) -> None:
    home = drawing.point(0.6, 0.5)
    wheel(drawing, QPoint(30, 30), 2)
    wheel(drawing, QPoint(300, 150), -6)
    assert drawing.point(0.6, 0.5) == home
    assert not drawing.is_free


@pytest.mark.parametrize("kind", [Images, Bars, Matrix, Audio, Drawing])
def test_the_menu_of_each_kind_offers_to_reset_the_view(theme, make_widget, kind) -> None:
    view = make_widget(WIDGETS[kind](theme), 300, 200)
    assert "Reset view\tR" in [action.text() for action in view.actions()]


def test_a_film_keeps_the_zoom_of_its_frames(theme, make_widget) -> None:
    view = make_widget(FilmView(theme), 300, 260)
    view.show_frame(Film(tuple(numbered(9) for _ in range(4)), np.arange(4), "t"))
    QApplication.processEvents()  # the widget of the frames gets its size
    view.grab()
    wheel(view.inner, QPoint(100, 100), 3)
    box = view.inner.box(4)
    view.scrubber.go(1)
    assert view.inner.box(4) == box
    QTest.keyClick(view.inner, Qt.Key.Key_R)
    assert view.inner.box(4) != box


@pytest.mark.parametrize("room", [(280.0, 190.0), (404.0, 330.0), (560.0, 510.0), (900.0, 200.0)])
@pytest.mark.parametrize(("rows", "columns", "side"), [(1, 11, 8), (2, 11, 8), (2, 11, 28), (8, 11, 8), (1, 7, 28)])
def test_a_strip_fills_the_width_or_the_height_of_its_card(room, rows, columns, side) -> None:
    left = 60.0 if rows > 1 else 0.0
    layout = fit_layout((rows * columns, side, side), columns, room, left=left, labelled=rows > 1)
    wide = layout.across * layout.pitch_x / (room[0] - left)
    high = (layout.blocks * layout.pitch_block) / room[1]
    assert max(wide, high) >= 0.84
    assert wide <= 1.01
    assert high <= 1.05
