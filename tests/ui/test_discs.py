"""The widget of discs: names, numbers under the pointer, and filling."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pointing import point_at
from PySide6.QtCore import QPoint

from explorer.ui.frames import DiscsView
from explorer.ui.theme import DARK, mix
from models.frames import Discs

ANGLE = np.arange(8) * math.pi / 4
RING = 2 * np.stack([np.cos(ANGLE), np.sin(ANGLE)], axis=1)
NAMES = ("E", "NE", "N", "NW", "W", "SW", "S", "SE")


def ring(values, cores=None) -> Discs:
    return Discs(
        NAMES, RING, np.asarray(values, float), np.full(8, 12.5), None if cores is None else np.asarray(cores, float),
        headline="1/8", caption="held", value_name="nearest", core_name="within 3 std", reference_name="data",
    )  # fmt: skip


@pytest.fixture
def discs(theme, make_widget) -> DiscsView:
    return make_widget(DiscsView(theme), 320, 280)


def colour(widget, place: int, away: float = 0.0) -> str:
    """The colour at a place, `away` circle radii to the right of its middle."""
    view = widget.projection()
    x, y = view.to_pixels(widget.discs.xy)[place].tolist()
    reach = widget.discs.radius() * view.rect.width() / (view.extent[1] - view.extent[0])
    return widget.grab().toImage().pixelColor(round(x + away * reach), round(y)).name()


def test_a_circle_is_full_at_its_reference_and_its_area_follows_the_value(discs) -> None:
    discs.show_frame(ring([50.0, 12.5, 12.5 / 4, 0, 0, 0, 0, 0], [0, 12.5, 0, 0, 0, 0, 0, 0]))
    pale, empty = mix(DARK.bg2, DARK.model, 0.5), DARK.inset
    assert colour(discs, 0, 0.8) == pale
    assert colour(discs, 1, 0.8) == DARK.model.lower()  # all of it is core
    assert colour(discs, 2, 0.4) == pale  # a quarter of the area: half of the radius
    assert colour(discs, 2, 0.6) == empty
    assert colour(discs, 3) == empty


def test_the_pointer_shows_the_numbers_of_a_place(discs) -> None:
    discs.show_frame(ring([87.5, 12.5, 0, 0, 0, 0, 0, 0], [1.25, 0, 0, 0, 0, 0, 0, 0]))
    before = discs.grab().toImage()
    x, y = discs.projection().to_pixels(RING)[0].tolist()
    point_at(discs, QPoint(round(x), round(y)))
    assert discs.grab().toImage() != before
    assert discs.text_of(0) == "E: 87.5 % nearest · 1.25 % within 3 std · 12.5 % data"
    point_at(discs, QPoint(2, 2))
    assert discs.grab().toImage() == before


def test_the_legend_says_what_disc_core_and_circle_are(discs) -> None:
    discs.show_frame(ring(np.zeros(8), np.zeros(8)))
    assert [item.label for item in discs.legend()] == [
        "disc: nearest; core: within 3 std",
        "full circle: as in the data",
    ]
    discs.show_frame(ring(np.zeros(8)))
    assert discs.legend()[0].label == "disc: nearest"
