"""Figures of several panels: every one is there, whole, lettered and apart from the others."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from explorer.figures import FigureError, Panel, Panels, Style, figure, render
from models.frames import Bars, Curves, Frame, Images, Plane, Points, Series

X = np.linspace(0, 1, 9)
FRAMES: dict[str, Frame] = {
    "Map": Plane((Points(np.array([[0.0, 1.0], [2.0, 0.5]])),), "z₁", "z₂", subtitle="two points"),
    "Loss": Curves((Series("a", "A", X, X**2),), x_label="step", note="It rises. " * 12),
    "Shares": Bars(("one", "two", "three"), np.array([1.0, 2.0, 0.5]), unit="nats"),
    "Samples": Images(np.zeros((8, 1, 8, 8)), columns=4),
}


def panels(*titles: str) -> Panels:
    return Panels(panels=[Panel(title, FRAMES[title]) for title in titles])


@pytest.mark.parametrize("titles", [t for n in (2, 3, 4) for t in itertools.permutations(FRAMES, n)][::5])
@pytest.mark.parametrize("height", [None, 150.0])
def test_each_panel_has_its_letter_and_its_own_room(titles, height) -> None:
    drawn = figure(panels(*titles), Style(width_mm=178.0, height_mm=height, font_size=8, dpi=80))
    left, right = drawn.subfigs
    parts = [left, *right.subfigs]
    assert len(parts) == len(titles)
    for letter, title, part in zip("abcd", titles, parts, strict=False):
        assert f"{letter} {title}" in {text.get_text() for text in part.texts}
        assert part.axes
    boxes = [part.bbox.get_points() for part in parts]
    for (low, high), (other_low, other_high) in itertools.combinations(boxes, 2):
        assert not ((high - 1 > other_low) & (other_high - 1 > low)).all(), "two panels overlap"
    for part, (low, high) in zip(parts, boxes, strict=True):
        drawn_in = [axes.get_position() for axes in part.axes]
        texts = [text.get_window_extent().get_points() for text in part.texts]
        assert all(0 <= box.x0 < box.x1 <= 1 and 0 <= box.y0 < box.y1 <= 1 for box in drawn_in)
        assert all((corner[0] >= low - 2).all() and (corner[1] <= high + 2).all() for corner in texts)
    assert drawn.get_size_inches()[0] * 25.4 == pytest.approx(178, abs=0.4)
    if height is not None:
        assert drawn.get_size_inches()[1] * 25.4 == pytest.approx(150, abs=0.4)


def test_one_panel_is_a_figure_of_its_own_and_none_is_an_error() -> None:
    assert "a Map" in {text.get_text() for text in figure(panels("Map")).texts}
    with pytest.raises(FigureError, match="at least one panel"):
        figure(panels())


def test_a_page_that_is_too_narrow_and_a_file_of_data_are_refused_with_a_way_out() -> None:
    with pytest.raises(FigureError, match="--size text"):
        figure(panels("Map", "Loss"), Style(width_mm=85))
    for ending in ("csv", "npz"):
        with pytest.raises(FigureError, match="one view"):
            render(panels("Map", "Loss"), Style(width_mm=178), ending)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_same_panels_give_the_same_bytes(ending) -> None:
    first, second = (render(panels("Map", "Loss"), Style(width_mm=178, dpi=50), ending) for _ in range(2))
    assert first == second
