"""The widgets of films, texts and drawings."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest

from explorer.ui.card import Card
from explorer.ui.frames import DrawingView, FilmView, ImagesView, PlaneView, TextView
from explorer.ui.frames.base import Hit
from explorer.ui.theme import DARK
from models.frames import Curves, Density, Drawing, Film, Images, Label, Paths, Plane, Points, Series, Stroke, Text
from models.protocol import View

_LEFT = Qt.MouseButton.LeftButton
_KEY = Qt.Key


def shades(n: int, axis: str = "t", first: float = 0.0) -> Film:
    """A film of single images, the k-th of the grey k / n, at first, first + 1, …"""
    pictures = tuple(
        Images(np.full((1, 1, 4, 4), k / n), index=np.array([100 + k]), note=f"frame {k}") for k in range(n)
    )
    return Film(pictures, first + np.arange(n), axis, subtitle="greys", note="A film.")


@pytest.fixture
def film(theme, make_widget) -> FilmView:
    view = make_widget(FilmView(theme), 300, 260)
    view.show_frame(shades(10))
    return view


def grey(view: FilmView) -> int:
    """The frame in view, read from what is drawn."""
    assert isinstance(view.inner, ImagesView)
    image = view.inner.grab().toImage()
    ink = [QColor(DARK.ink0).red(), QColor(DARK.ink1).red()]
    red = image.pixelColor(view.inner.box(0).center().toPoint()).red()
    return round((red - ink[0]) / (ink[1] - ink[0]) * 10)


def test_a_film_begins_at_its_end_and_the_scrubber_sets_the_frame(film) -> None:
    places: list[int] = []
    film.scrubbed.connect(places.append)
    assert film.scrubber.place == grey(film) == 9
    slider = film.scrubber.slider
    QTest.mouseClick(slider, _LEFT, pos=QPoint(slider.width() // 2, 8))
    assert places == [film.scrubber.place]
    assert places[0] in (4, 5)
    assert grey(film) == places[0]
    assert film.scrubber.position == f"t {places[0]}"
    assert film.words().note == f"A film. frame {places[0]}"
    assert slider.accessibleName() == "Position in the film: t"
    assert slider.accessibleDescription() == f"t {places[0]}, frame {places[0] + 1} of 10"


def test_keys_take_one_frame_or_go_to_the_ends(film) -> None:
    film.setFocus()
    assert film.scrubber.slider.hasFocus()
    for key, expected in (
        (_KEY.Key_Left, 8),
        (_KEY.Key_Home, 0),
        (_KEY.Key_Left, 0),
        (_KEY.Key_Right, 1),
        (_KEY.Key_End, 9),
        (_KEY.Key_Right, 9),
    ):
        QTest.keyClick(film.scrubber.slider, key)
        assert film.scrubber.place == grey(film) == expected


def test_keys_that_a_plane_does_not_use_move_the_film(theme, make_widget) -> None:
    view = make_widget(FilmView(theme), 300, 300)
    view.show_frame(Film(tuple(Plane((Points(np.full((1, 2), float(k))),)) for k in range(3)), np.arange(3), "t"))
    view.inner.setFocus()
    QTest.keyClick(view.inner, _KEY.Key_Home)
    QTest.keyClick(view.inner, _KEY.Key_Right)
    assert view.scrubber.place == 1
    QTest.keyClick(view.inner, _KEY.Key_Space)
    assert view.scrubber.is_playing


@pytest.mark.parametrize("reduced", [False, True])
def test_playing_starts_again_from_the_end_shows_the_last_frame_and_ends(qtbot, theme, film, reduced) -> None:
    theme.reduced_motion = reduced
    places: list[int] = []
    film.scrubbed.connect(places.append)
    film.scrubber.toggle()
    assert film.scrubber.is_playing
    assert film.scrubber.play_button.accessibleName() == "Pause the film"
    qtbot.waitUntil(lambda: not film.scrubber.is_playing, timeout=5000)
    assert places == ([0, 5, 9] if reduced else list(range(10)))
    assert film.scrubber.play_button.accessibleName() == "Play the film"


def test_playing_a_long_film_takes_six_seconds_at_most(theme, make_widget) -> None:
    view = make_widget(FilmView(theme), 300, 260)
    for frames in (2, 60, 61, 784, 16_000):
        view.show_frame(shades(frames, axis=str(frames)))
        interval, leap = view.scrubber._pace()
        assert interval * (frames - 1) / leap <= 6000
        assert leap == 1 or interval * (frames - 1) / leap > 3000


def test_playing_pauses_by_hand_and_out_of_sight(film) -> None:
    film.scrubber.toggle()
    QTest.keyClick(film.scrubber.slider, _KEY.Key_Right)
    assert not film.scrubber.is_playing
    QTest.keyClick(film.scrubber.slider, _KEY.Key_Space)
    assert film.scrubber.is_playing
    film.hide()
    assert not film.scrubber.is_playing


def test_a_new_film_keeps_the_position_and_the_end(film) -> None:
    film.show_frame(shades(12))
    assert film.scrubber.place == 11  # the end was in view
    film.scrubber.go(4)
    film.show_frame(shades(20, first=-3.0))
    assert film.scrubber.place == 7  # at t = 4 again
    film.show_frame(shades(5, axis="layer"))
    assert film.scrubber.place == 4  # another axis
    film.scrubber.go(1)
    film.show_frame(shades(1, axis="layer"))
    assert film.scrubber.place == 0
    assert not film.scrubber.slider.isEnabled()
    assert not film.scrubber.play_button.isEnabled()


def test_clicks_in_the_frame_in_view_are_forwarded(film) -> None:
    hits: list[Hit] = []
    film.clicked.connect(hits.append)
    film.scrubber.go(3)
    film.inner.grab()
    at = film.inner.box(0).center().toPoint()
    QTest.mouseClick(film.inner, _LEFT, Qt.KeyboardModifier.ShiftModifier, at)
    (hit,) = hits
    assert (hit.datum, hit.second) == (103, True)
    assert hit.pixel is not None


def test_planes_of_a_film_are_shown_in_one_extent(theme, make_widget) -> None:
    view = make_widget(FilmView(theme), 300, 330)
    planes = tuple(Plane((Points(np.array([[-k, -k], [k, k]])),)) for k in (1.0, 5.0, 2.0))
    view.show_frame(Film(planes, np.arange(3), "t"))
    assert isinstance(view.inner, PlaneView)
    extents = set()
    for place in range(3):
        view.scrubber.go(place)
        view.grab()
        extents.add(view.inner.view.extent)
    assert len(extents) == 1
    x0, x1, y0, y1 = extents.pop()
    assert max(x0, y0) <= -5 < 5 <= min(x1, y1)


def test_a_film_of_another_kind_gets_another_widget(film) -> None:
    film.show_frame(Film((Text(("a",)), Text(("b",))), np.arange(2), "token"))
    assert isinstance(film.inner, TextView)
    film.show_frame(shades(3))
    assert isinstance(film.inner, ImagesView)


def test_the_menu_of_a_film_offers_the_options_of_its_frames(theme, make_widget) -> None:
    card = make_widget(Card(theme, View(lambda page: None, "flow", "Flow", {}, {}, Film, False)), 480, 300)

    def options() -> list[str]:
        card.menu.aboutToShow.emit()
        return [action.text() for action in card.menu.actions()]

    x = np.arange(3.0)
    curves = Curves((Series("loss", "Loss", x, x),), x_label="step")
    card.show_frame(Film((curves, curves), np.arange(2.0), "t"))
    assert "Logarithmic y axis" in options()
    card.show_frame(shades(3))
    assert "Logarithmic y axis" not in options()


def test_a_card_names_its_film_and_says_what_belongs_to_the_frame_in_view(theme, make_widget) -> None:
    x = np.arange(3.0)
    frames = tuple(
        Curves((Series("a", f"curve {k}", x, x),), subtitle=f"layer {k}", note="Odd." if k % 2 else "", warning=k == 1)
        for k in range(3)
    )
    card = make_widget(Card(theme, View(lambda page: None, "flow", "Flow", {}, {}, Film, False)), 480, 300)
    card.show_frame(Film(frames, np.arange(3), "layer", subtitle="a flow"))
    assert card.display.objectName() == "film.flow"
    assert card.display.scrubber.slider.objectName() == "film.flow.slider"
    assert (card.subtitle, card.note) == ("a flow, layer 2", "")
    card.display.scrubber.go(1)
    assert (card.subtitle, card.note) == ("a flow, layer 1", "Odd.")
    assert [item.label for item in card.display.legend()] == ["curve 1"]


@pytest.fixture
def text(theme, make_widget) -> TextView:
    view = make_widget(TextView(theme), 200, 100)  # 5 rows
    view.show_frame(Text(tuple(f"{k:02d} " + "x" * 60 for k in range(10)), ((1, 0, 2, "data"),)))
    return view


def test_a_long_line_of_a_text_is_broken_and_nothing_is_lost(text) -> None:
    rows = text.rows()
    assert len(rows) > 20
    for number, line in enumerate(text.frame.lines):
        assert "".join(line[begin:end] for row, begin, end in rows if row == number) == line


def test_a_text_scrolls_and_stays_at_its_end_as_it_grows(text) -> None:
    text.setFocus()
    QTest.keyClick(text, _KEY.Key_Up)
    assert text.top == 0
    QTest.keyClick(text, _KEY.Key_Down)
    assert text.top == 1
    for _ in range(20):
        QTest.keyClick(text, _KEY.Key_PageDown)
    assert text.top == len(text.rows()) - 5
    text.show_frame(Text((*text.frame.lines, "more", "and more")))
    assert text.top == len(text.rows()) - 5
    text.show_frame(Text(("short",)))
    assert text.top == 0


def test_a_highlighted_piece_has_its_colour_behind_its_characters(theme, make_widget) -> None:
    view = make_widget(TextView(theme), 300, 60)
    view.show_frame(Text(("iiiiiiiiii",), ((0, 2, 5, "prior"),)))
    image, advance = view.grab().toImage(), view._advance()
    columns = [x for x in range(300) if image.pixelColor(x, 18) == QColor(DARK.prior)]
    assert columns[0] == pytest.approx(2 * advance, abs=1)
    assert columns[-1] == pytest.approx(5 * advance, abs=2)  # the last pixel may be covered in part


def test_a_text_can_be_copied_and_is_read_aloud(text) -> None:
    (copy,) = text.actions()
    copy.trigger()
    assert QGuiApplication.clipboard().text() == "\n".join(text.frame.lines)
    assert text.accessibleDescription().startswith("00 xxx")


def test_a_drawing_has_equal_units_and_hides_strokes_behind_letters(theme, make_widget) -> None:
    view = make_widget(DrawingView(theme), 400, 200)
    line = Stroke(np.array([[-1.0, 0.0], [1.0, 0.0]]), "data", 3.0)
    view.show_frame(Drawing((line,), extent=(-1.0, 1.0, -1.0, 1.0)))
    view.grab()
    a, b, c = (view.point(*at) for at in ((0, 0), (1, 0), (0, 1)))
    assert b.x() - a.x() == pytest.approx(a.y() - c.y())
    middle, beside = a.toPoint(), QPointF((a.x() + b.x()) / 2, a.y()).toPoint()
    assert view.grab().toImage().pixelColor(middle) == QColor(DARK.data)
    view.show_frame(Drawing((line,), (Label(0.0, 0.0, "O", height=0.3),), (-1.0, 1.0, -1.0, 1.0)))
    image = view.grab().toImage()
    assert image.pixelColor(middle) == QColor(DARK.bg2)  # inside the letter
    assert image.pixelColor(beside) == QColor(DARK.data)


def test_paths_are_drawn_from_faint_to_strong(theme, make_widget) -> None:
    view = make_widget(PlaneView(theme), 400, 400)
    way = np.stack([np.linspace(-1, 1, 41), np.zeros(41)], axis=-1)[None]
    view.show_frame(Plane((Paths(way, role="model", name="way", width=4.0),), extent=(-1.2, 1.2, -1.2, 1.2)))
    image = view.grab().toImage()
    reds = [image.pixelColor(view.view.point(x, 0.0).toPoint()).red() for x in np.linspace(-0.9, 0.9, 10)]
    assert reds == sorted(reds)
    assert reds[-1] > reds[0] + 80
    assert [item.label for item in view.legend()] == ["way"]
    view.show_frame(Plane((Paths(way, way[..., 0], name="speed"), Density(np.eye(2), (-1, 1, -1, 1)))))
    assert [item.label.replace("\u2212", "-") for item in view.legend()] == ["speed, -1.0 → 1.0"]
