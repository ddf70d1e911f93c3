"""Figures of films, paths, texts and drawings: strips have the right frames, and the tables hold everything."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from figure_frames import frames
from PIL import Image

from explorer.figures import Style, figure, render
from models.frames import Density, Drawing, Film, Frame, Images, Paths, Plane, Points, Stroke, Text


def pixels(frame: Frame, **style: object) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(render(frame, Style(**style), "png"))).convert("RGB"))


def rows_of(frame: Frame) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in render(frame, None, "csv").decode().splitlines() if line[0] != "#"))


def _captions(frame: Frame, **style: object) -> list[str]:
    return [text.get_text() for text in figure(frame, Style(**style)).texts]


def test_a_strip_has_at_most_eight_frames_evenly_chosen_with_their_positions() -> None:
    shades = np.arange(40) / 40
    film = Film(tuple(Images(np.full((1, 1, 4, 4), shade)) for shade in shades), np.arange(40) * 10, "time t")
    chosen = [0, 6, 11, 17, 22, 28, 33, 39]  # 39 k / 7, rounded
    assert _captions(film) == [*(str(10 * k) for k in chosen), "time t"]
    picture = pixels(film, dpi=100)
    row = picture[4 + picture.shape[0] // 8, :, 0].astype(int)
    levels = [level for level in np.round(255 * shades[chosen]).astype(int) if level in row]
    assert levels == np.round(255 * shades[chosen]).astype(int).tolist()
    assert set(row.tolist()) == {*levels, 255}
    first = [int(np.flatnonzero(row == level)[0]) for level in levels]
    assert first == sorted(first)


def test_a_short_film_is_printed_whole() -> None:
    film = Film(tuple(Images(np.zeros((1, 1, 4, 4))) for _ in range(3)), np.array([0.5, 1.5, 4.0]), "layer")
    assert _captions(film) == ["0.5", "1.5", "4", "layer"]


def test_frames_of_a_strip_do_not_overlap_and_stay_on_the_page() -> None:
    for name in ("film", "film of planes"):
        for width in (40, 85, 170):
            drawn = figure(frames()[name], Style(width_mm=width, dpi=100))
            drawn.canvas.draw()
            boxes = [axes.get_window_extent() for axes in drawn.axes if axes.images or axes.collections]
            for place, box in enumerate(boxes):
                assert drawn.bbox.x0 <= box.x0 < box.x1 <= drawn.bbox.x1
                assert not any(box.overlaps(other) for other in boxes[:place])
            for label in drawn.texts:
                extent = label.get_window_extent()
                assert extent.y0 >= drawn.bbox.y0
                assert extent.x1 <= drawn.bbox.x1 + 1


def test_planes_of_a_strip_have_one_extent_and_one_colour_scale() -> None:
    planes = tuple(
        Plane((Density(np.array([[0.0, peak], [0.0, 0.0]]), (0, k, 0, k)), Points(np.array([[0.0, 0.0]]))))
        for k, peak in ((1, 1.0), (3, 4.0))
    )
    drawn = figure(Film(planes, np.arange(2), "t"))
    first, second = (axes for axes in drawn.axes if axes.images)
    assert first.get_xlim() == second.get_xlim()
    assert first.get_xlim()[1] >= 3
    shades = [int(axes.images[0].get_array()[0, 1, 2]) for axes in (first, second)]  # blue at the peak
    assert shades[1] < shades[0] < 255
    assert (255 - shades[0]) / (255 - shades[1]) == pytest.approx(0.25, abs=0.02)


def test_paths_are_faint_at_first_and_strong_at_the_end_or_as_their_values_say() -> None:
    way = np.stack([np.linspace(0, 1, 11), np.zeros(11)], axis=-1)[None]
    for values, faint in ((None, 0), (np.arange(11)[None, ::-1] ** 2, -1)):
        axes = figure(Plane(layers=(Paths(way, values),))).axes[0]
        (lines,) = axes.collections
        assert len(lines.get_segments()) == 10
        ink = 1 - lines.get_colors()[:, :3].mean(axis=1)
        steps = np.diff(ink if faint == 0 else ink[::-1])
        assert (steps > 0).all()
        if values is not None:
            assert steps[-1] > 3 * steps[0]


def test_paths_are_broken_where_a_position_is_not_finite() -> None:
    xy = np.zeros((1, 6, 2))
    xy[0, 2] = np.nan
    ends, strength = Paths(xy).segments()
    assert len(ends) == 3
    np.testing.assert_allclose(strength, [0.1, 0.7, 0.9])


def test_a_highlighted_piece_of_a_text_lies_behind_its_characters() -> None:
    mono = "i" * 40
    plain = pixels(Text((mono,)), dpi=150).astype(int)
    marked = pixels(Text((mono,), ((0, 10, 20, "prior"),)), dpi=150).astype(int)
    columns = np.flatnonzero((plain != marked).any(axis=(0, 2)))
    letters = np.flatnonzero((plain.sum(-1) < 600).any(axis=0))
    assert columns.min() - letters.min() == pytest.approx((letters.max() - letters.min()) * 10 / 40, abs=8)
    assert columns.max() - columns.min() == pytest.approx((letters.max() - letters.min()) * 10 / 40, abs=8)


def test_a_text_without_room_says_that_it_goes_on() -> None:
    assert "…" in _captions(Text(tuple("abcdefgh" * 20 for _ in range(60))), width_mm=40, height_mm=30)
    assert "…" not in _captions(Text(tuple("abcdefgh" * 20 for _ in range(60))), width_mm=40)


def test_a_drawing_is_square_in_data_units_and_in_its_extent() -> None:
    frame = Drawing((Stroke(np.array([[0.0, 0.0], [1.0, 1.0]])),), extent=(0.0, 4.0, 0.0, 1.0))
    for height in (None, 60):
        axes = figure(frame, Style(width_mm=80, height_mm=height)).axes[0]
        assert (axes.get_xlim(), axes.get_ylim()) == ((0, 4), (0, 1))
        box = axes.get_window_extent()
        assert box.width / box.height == pytest.approx(4, rel=0.02)


def test_csv_of_a_film_has_its_frames_under_one_another() -> None:
    film = frames()["film"]
    rows = rows_of(film)
    assert list(rows[0]) == ["frame", "at", "image", "row", "column", "value"]
    values = np.array([float(row["value"]) for row in rows], np.float32).reshape(20, 1, 1, 6, 5)
    np.testing.assert_array_equal(values, np.stack([frame.images for frame in film.frames]))
    np.testing.assert_array_equal([float(row["at"]) for row in rows[::30]], film.at)
    layers = rows_of(frames()["film of planes"])
    assert {row["kind"] for row in layers if row["at"] == "4"} == {"Points", "Density"}


def test_csv_of_paths_text_and_drawing() -> None:
    way, drift = frames()["paths"].layers
    rows = rows_of(Plane(layers=(drift,)))
    assert list(rows[0]) == ["path", "moment", "x", "y", "value"]
    np.testing.assert_array_equal(np.array([float(row["y"]) for row in rows]).reshape(12, 20), drift.xy[..., 1])
    np.testing.assert_array_equal(np.array([float(row["value"]) for row in rows]).reshape(12, 20), drift.values)
    assert "value" not in rows_of(Plane(layers=(way,)))[0]
    assert rows_of(frames()["text"]) == [
        {"line": "0", "text": "CC(=O)Oc1ccccc1", "marks": "2-6:model"},
        {"line": "1", "text": "", "marks": ""},
        {"line": "2", "text": "$x$ + y", "marks": "0-3:data"},
    ]
    rows = rows_of(frames()["drawing"])
    assert [row["number"] for row in rows if row["kind"] == "stroke"] == ["0"] * 7 + ["1"] * 7 + ["2"] * 7
    assert [(row["text"], row["role"], row["x"]) for row in rows[-2:]] == [
        ("N", "prior", "1.0"),
        ("$a$", "total", "0.0"),
    ]


def test_npz_of_a_film_has_every_array_by_its_path() -> None:
    with np.load(io.BytesIO(render(frames()["film"], None, "npz"))) as file:
        np.testing.assert_array_equal(file["frames.3.images"], frames()["film"].frames[3].images)
        np.testing.assert_array_equal(file["at"], frames()["film"].at)
    film = Film((Text(("a",)), Text(("a", "bc"))), np.arange(2), "tokens")
    with np.load(io.BytesIO(render(film, None, "npz")), allow_pickle=False) as file:
        assert file["frames.1.lines"].tolist() == ["a", "bc"]
