"""Trails of points: what is remembered, when it is forgotten, and what is drawn."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor

from explorer.ui.frames.plane import PlaneView
from explorer.ui.frames.trails import KEPT, Trails
from models.frames import Plane, Points

XY = np.array([[-1.0, 0.0], [1.0, 0.0]])


def cloud(xy: np.ndarray, trail: str = "noise 0") -> Points:
    return Points(xy, role="model", trail=trail)


def test_the_last_positions_are_kept_in_order() -> None:
    trails = Trails()
    way = [XY + step for step in range(KEPT + 5)]
    for xy in way:
        trails.follow((Points(XY * 9), cloud(xy)))
    np.testing.assert_array_equal(trails.way(cloud(XY)), np.stack(way[-KEPT:]))


def test_a_trail_ends_where_its_points_are_others() -> None:
    trails = Trails()
    trails.follow((cloud(XY),))
    assert not len(trails.way(cloud(XY)))  # one frame is no way yet
    trails.follow((cloud(XY + 1),))
    assert len(trails.way(cloud(XY))) == 2
    trails.follow((cloud(XY + 2, "noise 7"),))
    assert not len(trails.way(cloud(XY)))
    assert not len(trails.way(cloud(XY, "noise 7")))
    trails.follow((cloud(np.zeros((3, 2)), "noise 7"),))
    assert not len(trails.way(cloud(XY, "noise 7")))
    trails.follow((cloud(np.ones((3, 2)), "noise 7"),))
    trails.clear()
    assert not len(trails.way(cloud(XY, "noise 7")))


def test_the_same_frame_shown_twice_is_one_moment() -> None:
    trails = Trails()
    layer = cloud(XY)
    for _ in range(3):
        trails.follow((layer,))
    assert not len(trails.way(layer))


def painted(display: PlaneView, x: float, y: float) -> bool:
    """Whether something is drawn at a point of the plane."""
    image = display.grab().toImage()
    at = display.view.point(x, y).toPoint()
    ground = QColor(display.tokens.bg2)
    return any(image.pixelColor(at.x() + i, at.y() + j) != ground for i in (-1, 0, 1) for j in (-1, 0, 1))


def test_the_plane_draws_the_way_and_forgets_it_when_told(make_widget, theme) -> None:
    display = make_widget(PlaneView(theme), 400, 400)
    extent = (-2.0, 2.0, -2.0, 2.0)
    for y in (-1.0, 0.0, 1.0):
        display.show_frame(Plane((cloud(np.array([[0.5, y]])),), extent=extent))
    assert painted(display, 0.5, 0.5)
    assert painted(display, 0.5, -0.5)
    assert not painted(display, -0.5, 0.5)
    display.forget()
    assert not painted(display, 0.5, 0.5)
    display.show_frame(Plane((Points(np.array([[0.5, 1.0]])),), extent=extent))
    display.show_frame(Plane((Points(np.array([[0.5, -1.0]])),), extent=extent))
    assert not painted(display, 0.5, 0.0)  # clouds without a trail leave none
