"""A plane under the mouse: zoom, pan beside a cross-hair, read-out of a heat map, and points in two pictures."""

from __future__ import annotations

import numpy as np
import pytest
from pointing import difference, drag, pixels, point_at, wheel
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtTest import QTest

from explorer.ui.frames import CurvesView, PlaneView
from explorer.ui.frames.items.cloud import CloudItem
from explorer.ui.theme import ui_font
from models.frames import Curves, Density, Ellipses, Lines, Plane, Points, Series

_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
_LEFT, _MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
MIDDLE = QPoint(200, 200)


@pytest.fixture
def plane(theme, make_widget) -> PlaneView:
    """A map of 4 × 4 values over the square from -2 to 2 on a widget of 400 × 400 px: 100 px a unit."""
    view = make_widget(PlaneView(theme), 400, 400)
    heat = Density(np.arange(16.0).reshape(4, 4), (-2, 2, -2, 2), name="log p")
    points = Points(np.array([[-1.0, 0.0], [1.0, 0.5]]), index=np.array([40, 41]))
    view.show_frame(Plane((heat, points), "z₁", "z₂", (-2, 2, -2, 2)))
    view.grab()
    return view


def test_the_plane_fills_the_widget_from_edge_to_edge(plane) -> None:
    assert plane.view.extent == (-2, 2, -2, 2)
    assert plane.view.point(-2, 2) == QPointF(0, 0)
    assert plane.view.point(2, -2) == QPointF(400, 400)


def test_the_read_out_gives_coordinates_and_the_value_of_the_map(plane) -> None:
    point_at(plane, QPoint(350, 50))
    assert plane.read_out == "z₁ 1.50  ·  z₂ 1.50  ·  log p 15.0"
    point_at(plane, QPoint(150, 350))
    assert plane.read_out.endswith("log p 1.00")
    drag(plane, MIDDLE, QPoint(200, 100), button=_MIDDLE)
    point_at(plane, QPoint(200, 390))
    assert "log p" not in plane.read_out  # below the map


@pytest.mark.parametrize(("modifiers", "button"), [(_CTRL, _LEFT), (Qt.KeyboardModifier.NoModifier, _MIDDLE)])
def test_beside_a_cross_hair_ctrl_or_the_middle_button_moves_the_plane(plane, modifiers, button) -> None:
    moved: list[tuple[float, float]] = []
    plane.moved.connect(lambda x, y: moved.append((x, y)))
    plane.set_cross(0.0, 0.0)
    drag(plane, QPoint(300, 300), QPoint(200, 200), modifiers, button)
    assert plane.view.extent == pytest.approx((-1, 3, -3, 1))
    assert not moved
    assert plane.handles.xy[0].tolist() == [0, 0]
    drag(plane, QPoint(300, 300), QPoint(200, 200))  # without: the cross-hair comes along
    assert moved[-1] == pytest.approx((1, -1))
    assert plane.view.extent == pytest.approx((-1, 3, -3, 1))
    assert any("Ctrl" in action.text() for action in plane.actions())


def test_without_a_handle_any_drag_moves_the_plane(plane) -> None:
    drag(plane, QPoint(300, 300), QPoint(200, 200))
    assert plane.view.extent == pytest.approx((-1, 3, -3, 1))
    plane.set_handles(np.array([[0.0, 0.0], [1.0, 1.0]]), editable=True)
    drag(plane, QPoint(300, 100), QPoint(200, 200))
    assert plane.view.extent == pytest.approx((0, 4, -2, 2))


def test_a_box_with_shift_is_shown_and_leaves_the_cross_hair(plane) -> None:
    plane.set_cross(0.0, 0.0)
    drag(plane, QPoint(220, 80), QPoint(320, 180), _SHIFT)
    assert plane.view.extent == pytest.approx((0.2, 1.2, 0.2, 1.2), abs=0.02)
    assert plane.handles.xy[0].tolist() == [0, 0]
    QTest.keyClick(plane, Qt.Key.Key_R)
    assert plane.view.extent == (-2, 2, -2, 2)


def test_over_an_axis_the_wheel_zooms_it_alone_until_reset(plane) -> None:
    wheel(plane, QPoint(200, 395), 2)
    x0, x1, y0, y1 = plane.view.extent
    assert x1 - x0 == pytest.approx(4 * 0.552, rel=0.01)
    assert (y0, y1) == pytest.approx((-2, 2))
    plane.show_frame(plane.frame)
    assert plane.view.extent == (x0, x1, y0, y1)
    wheel(plane, QPoint(5, 200), 1)
    assert plane.view.extent[:2] == (x0, x1)
    assert plane.view.extent[3] < 2
    plane.reset_action.trigger()
    assert plane.view.extent == (-2, 2, -2, 2)


def test_a_layer_that_changes_below_others_does_not_cover_them(plane) -> None:
    circle = Ellipses(np.zeros((1, 2)), np.ones((1, 2)), np.zeros(1), role="prior")
    fields = [Density(np.full((8, 8), k / 2), (-2.0, 2.0, -2.0, 2.0)) for k in range(2)]
    plane.show_frame(Plane((fields[0], circle), extent=(-2, 2, -2, 2)))
    plane.set_cross(0.0, 0.0)  # stores both layers
    plane.set_cross(None)
    plane.show_frame(Plane((fields[1], circle), extent=(-2, 2, -2, 2)))  # after the move it is stored at once
    plane.show_frame(Plane((fields[0], circle), extent=(-2, 2, -2, 2)))  # the lower one alone is another
    stored = {type(item).__name__ for item in plane.panes[0].items if item.is_stored}
    assert stored == set()


def test_a_resized_plane_keeps_its_range_and_equal_units(plane) -> None:
    for size in ((500, 300), (200, 380), (400, 400)):
        plane.resize(*size)
        plane.grab()
        unit = plane.view.point(1, 0).x() - plane.view.point(0, 0).x()
        assert unit == pytest.approx(plane.view.point(0, 0).y() - plane.view.point(0, 1).y())
    assert plane.view.extent == pytest.approx((-2, 2, -2, 2))


def test_moving_the_cross_hair_leaves_no_trace(plane) -> None:
    plane.set_cross(0.5, 0.5)
    first = plane.grab().toImage()
    for x in (-1.0, 0.0, 1.5):
        plane.set_cross(x, -x)
        assert difference(plane.grab().toImage(), first) > 50
    plane.set_cross(0.5, 0.5)
    assert difference(plane.grab().toImage(), first) <= 3


def test_layers_below_that_stay_are_part_of_the_background(plane) -> None:
    circle = Ellipses(np.zeros((1, 2)), np.ones((1, 2)), np.zeros(1))
    clouds = [Points(np.random.default_rng(k).normal(size=(50, 2))) for k in range(3)]
    for cloud in clouds:
        plane.show_frame(Plane((circle, cloud), extent=(-2, 2, -2, 2)))
    stored = {type(item).__name__: item.is_stored for item in plane.panes[0].items}
    assert stored == {"PlaneOverlay": False, "PaintedItem": True, "CloudItem": False}
    plane.set_cross(0.0, 0.0)  # now the cloud, too
    assert [item.is_stored for item in plane.panes[0].items if type(item).__name__ == "CloudItem"] == [True]


def test_below_a_cross_hair_that_moves_a_cloud_is_drawn_once_a_frame(plane, monkeypatch) -> None:
    drawn: list[int] = []
    draw = CloudItem.draw
    monkeypatch.setattr(CloudItem, "draw", lambda item, *where: (drawn.append(1), draw(item, *where)))
    clouds = [Points(np.random.default_rng(k).normal(size=(50, 2))) for k in range(3)]
    plane.show_frame(Plane((clouds[0],), extent=(-2, 2, -2, 2)))
    plane.set_cross(0.0, 0.0)
    plane.grab()
    for place, cloud in enumerate(clouds[1:]):
        drawn.clear()
        plane.show_frame(Plane((cloud,), extent=(-2, 2, -2, 2)))
        plane.grab()
        for move in range(3):
            plane.set_cross(0.1 * move, 0.1 * place)
            plane.grab()
        assert len(drawn) == 1
    stored = plane.grab().toImage()
    plane.panes[0].release(0.0)
    assert difference(plane.grab().toImage(), stored) <= 3


def test_every_point_of_a_cloud_has_the_colour_of_its_class(theme, make_widget) -> None:
    view = make_widget(PlaneView(theme), 400, 400)
    xy = np.array([[-1.5, 1.5], [0.5, 1.5], [9.0, 0.0], [1.5, -1.5], [-0.5, -1.5]])  # the third is out of sight
    view.show_frame(Plane((Points(xy, np.array([7, 2, 2, 7, 0]), size=40.0),), extent=(-2, 2, -2, 2)))
    image = view.grab().toImage()
    for (x, y), label in zip(xy[[0, 1, 3, 4]], (7, 2, 7, 0), strict=True):
        at, full = view.view.point(x, y).toPoint() + QPoint(14, 0), QColor(theme.tokens.of_class(label))
        ground, seen = QColor(theme.tokens.bg2), image.pixelColor(at)
        for part in ("red", "green", "blue"):
            below, above = getattr(ground, part)(), getattr(full, part)()
            assert getattr(seen, part)() == pytest.approx(below + 0.78 * (above - below), abs=3)


@pytest.mark.parametrize("kind", [PlaneView, CurvesView])
def test_names_of_axes_are_whole(theme, make_widget, kind) -> None:
    name, x = "frequency of heads", np.linspace(0.0, 1.0, 9)
    width = QFontMetricsF(ui_font(11, tabular=True)).horizontalAdvance(name)

    def picture(label: str) -> np.ndarray:
        view = make_widget(kind(theme), 270, 300)
        if kind is PlaneView:
            view.show_frame(Plane((), label, label, (0, 1, 0, 1)))
        else:
            view.show_frame(Curves((Series("a", "A", x, x),), x_label=label))
        return pixels(view.grab().toImage())

    other = name[::-1]  # as wide, so that the same numbers stand beside it
    ink = np.abs(picture(name).astype(int) - picture(other)).max(axis=2) > 40  # (height, width)
    places = [ink[:30], ink[-30:]] if kind is PlaneView else [ink[-30:]]
    for strip in places:
        columns = np.flatnonzero(strip.any(axis=0))
        assert columns[-1] - columns[0] + 1 >= width - 4


@pytest.mark.parametrize("size", [(272, 160), (400, 400), (545, 433)])
def test_a_line_through_a_number_of_an_axis_is_hidden_from_the_number_to_the_edge(theme, make_widget, size) -> None:
    view = make_widget(PlaneView(theme), *size)
    view.show_frame(Plane((), "z₁", "z₂", (-4, 4, -4, 4)))
    bare = pixels(view.grab().toImage()).astype(int)
    bottom, left = view.panes[0].bottom, view.panes[0].left
    columns = [along for along, _ in bottom.numbers_below()]
    rows = [size[1] - along for along, _ in left.positions() if 22 <= size[1] - along <= size[1] - 22]
    assert columns
    assert rows
    for x, y in [(x, 60.0) for x in columns] + [(60.0, y) for y in rows]:
        view.set_cross(*view.view.to_data(QPointF(x, y)))
        ink = np.abs(pixels(view.grab().toImage()).astype(int) - bare).max(axis=2) > 24
        rest = ink[-5:, round(x) - 1 : round(x) + 2] if y == 60 else ink[round(y) - 1 : round(y) + 2, :3]
        assert not rest.any(), (x, y, rest.sum())


def test_an_area_is_a_pale_tint_inside_its_outline(theme, make_widget) -> None:
    view = make_widget(PlaneView(theme), 400, 400)
    square = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])

    def colors(**look: object) -> tuple[QColor, QColor]:
        """Inside the square, and outside of it."""
        lines = Lines(square, np.zeros(1, int), role="model", width=0.0, **look)
        view.show_frame(Plane((lines,), extent=(-2, 2, -2, 2)))
        image = view.grab().toImage()
        return image.pixelColor(230, 230), image.pixelColor(330, 330)

    inside, outside = colors(filled=True)
    model, ground = QColor(view.tokens.role("model")), QColor(view.tokens.bg2)
    assert outside == ground
    for channel in ("red", "green", "blue"):
        mixed, one, other = (getattr(each, channel)() for each in (inside, model, ground))
        assert mixed == pytest.approx(other + 0.22 * (one - other), abs=2)
    assert colors() == (ground, ground)
