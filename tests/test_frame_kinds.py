"""Frames as data: what they refuse, and the paths of their arrays."""

from __future__ import annotations

import numpy as np
import pytest

from models.frames import Curves, Discs, Drawing, Film, Images, Label, Matrix, Paths, Series, Stroke, Text, arrays_of


def pictures(n: int) -> tuple[Images, ...]:
    return tuple(Images(np.full((1, 1, 2, 2), k / n)) for k in range(n))


@pytest.mark.parametrize(
    ("frames", "at", "message"),
    [
        ((), np.empty(0), "at least one frame"),
        ((*pictures(1), Matrix(np.eye(2))), np.arange(2), "one kind, not of Images, Matrix"),
        ((Film(pictures(2), np.arange(2), "t"),), np.arange(1), "not a film itself"),
        (pictures(3), np.arange(2), r"3 frames has an array of 3 positions, not \(2,\)"),
        (pictures(2), [0, 1], "not list"),
        (pictures(2), np.array([0.0, np.nan]), "finite"),
        (pictures(3), np.array([0.0, 1.0, 1.0]), "increase strictly"),
        (pictures(2), np.array([1, 0]), "increase strictly"),
    ],
)
def test_a_film_refuses_frames_and_positions_that_do_not_fit(frames, at, message) -> None:
    with pytest.raises(ValueError, match=message):
        Film(frames, at, "t")


@pytest.mark.parametrize(("n", "most"), [(101, 32), (33, 32), (9, 8), (5, 2), (5, 1), (3, 8)])
def test_a_thinned_film_has_the_first_and_the_last_frame_and_even_gaps(n, most) -> None:
    film = Film(pictures(n), np.arange(n) * 0.5, "t", note="a note")
    thin = film.thinned(most)
    assert len(thin.frames) == min(n, most)
    assert thin.at[-1] == film.at[-1]
    assert most == 1 or thin.at[0] == 0
    assert all(frame is film.frames[round(2 * at)] for frame, at in zip(thin.frames, thin.at.tolist(), strict=True))
    assert most == 1 or np.ptp(np.diff(thin.at)) <= 0.5
    assert (thin.axis, thin.note) == ("t", "a note")


@pytest.mark.parametrize(
    ("lines", "marks", "message"),
    [
        (("a\nb",), (), "no line break"),
        (("ab",), ((1, 0, 1, "data"),), "on line 1 of a text of 1 lines"),
        (("ab",), ((0, 0, 3, "data"),), "0 to 3 of a line of 2 characters"),
        (("ab",), ((0, 1, 1, "data"),), "covers 1 to 1"),
    ],
)
def test_a_text_refuses_line_breaks_and_marks_outside(lines, marks, message) -> None:
    with pytest.raises(ValueError, match=message):
        Text(lines, marks)


def test_discs_do_not_overlap_and_their_areas_are_the_shares():
    angle = np.arange(8) * np.pi / 4
    ring = Discs(
        tuple("abcdefgh"), 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1),
        np.array([50, 12.5, 3.125, *[0.0] * 5]), np.full(8, 12.5), np.array([12.5, 3.125, *[0.0] * 6]), headline="3/8",
    )  # fmt: skip
    assert 0 < 2 * ring.radius() < 4 * np.sin(np.pi / 8)
    full, core = ring.fillings()
    np.testing.assert_allclose(full[:4], [1.0, 1.0, 0.5, 0.0])
    np.testing.assert_allclose(core[:3], [1.0, 0.5, 0.0])
    assert ring.headline_place() == pytest.approx((0.0, 0.0))
    x0, x1, y0, y1 = ring.bounds()
    assert min(-x0, x1, -y0, y1) >= 2 + ring.radius()


def test_the_bounds_of_a_drawing_take_in_strokes_and_letters() -> None:
    stroke = Stroke(np.array([[0.0, 0.0], [2.0, 1.0], [np.nan, 9.0]]))
    assert Drawing((stroke,)).bounds() == pytest.approx((-0.08, 2.08, -0.08, 1.08))
    x0, x1, y0, y1 = Drawing((stroke,), (Label(2.0, 0.0, "OH", height=1.0),)).bounds()
    assert (x0 < 0, x1 > 2.6, y0 < -0.6, y1 > 1) == (True,) * 4
    assert Drawing((stroke,), extent=(0, 1, 0, 2)).bounds() == (0, 1, 0, 2)
    assert Drawing().bounds() == (-1, 1, -1, 1)
    x0, x1, y0, y1 = Drawing((Stroke(np.zeros((1, 2))),)).bounds()
    assert x0 < 0 < x1
    assert y0 < 0 < y1


def test_the_strength_of_paths_runs_from_the_least_to_the_greatest_value() -> None:
    xy = np.arange(12.0).reshape(2, 3, 2)
    ends, strength = Paths(xy).segments()
    np.testing.assert_array_equal(ends[:2], [[[0, 1], [2, 3]], [[6, 7], [8, 9]]])  # the first moment of both paths
    np.testing.assert_allclose(strength, [0.25, 0.25, 0.75, 0.75])
    values = np.array([[0.0, 2.0, 4.0], [4.0, 4.0, np.nan]])
    assert Paths(xy, values).limits() == (0, 4)
    np.testing.assert_allclose(Paths(xy, values).segments()[1], [0.25, 1.0, 0.75, 0.5])


def test_arrays_of_a_film_have_paths_of_their_frames() -> None:
    film = Film(pictures(4), np.arange(4), "t")
    assert list(arrays_of(film)) == [*(f"frames.{k}.images" for k in range(4)), "at"]
    curve = Curves((Series("elbo", "ELBO", np.arange(2), np.arange(2)),))
    assert list(arrays_of(Film((curve,), np.zeros(1), "t"))) == ["frames.0.elbo.x", "frames.0.elbo.y", "at"]
    assert list(arrays_of(Drawing((Stroke(np.eye(2)),)))) == ["strokes.0.xy"]
