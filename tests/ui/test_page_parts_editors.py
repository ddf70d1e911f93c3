"""The editors of inputs, each on a card of its own: no page, no window, no thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pages
import pytest
from page_parts import State, delete_made
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from explorer.engine.runs.directions import read_directions
from explorer.engine.views.static_page import StaticPage
from explorer.ui.card import Card
from explorer.ui.controls import Button
from explorer.ui.frames.base import Hit
from explorer.ui.page.editors import EDITORS, EditorSet, FixedEditor
from explorer.ui.page.editors.datum import DatumEditor
from explorer.ui.page.editors.direction import DirectionEditor
from explorer.ui.page.editors.editor import Editor
from explorer.ui.page.editors.handles import HandleEditor
from explorer.ui.page.editors.latent import LatentEditor
from explorer.ui.page.editors.noise import NoiseEditor
from models.frames import Bars, Images, Plane, Points
from models.protocol import INPUTS, DataPoint, Direction, LatentPoint, Noise
from models.vae.amortised import VAE

pytestmark = pytest.mark.usefixtures("parts")
SMALL = {"hidden": 8, "layers": 1}


@pytest.fixture
def vae() -> State:
    """The state of the VAE's page, an untrained model of the digits being shown."""
    state = State("vae", VAE)
    state.shown.show(pages.session("vae", data="digits", **SMALL))
    return state


@pytest.fixture
def card(theme, make_widget) -> Iterator[Callable[[State, str], Card]]:
    """Makes the card of a view; the editors on it are deleted before it is."""
    yield lambda state, name: make_widget(Card(theme, state.shown.views[name]), 300, 260)
    delete_made()


# The table


def test_the_editors_have_the_keys_of_the_inputs_and_each_is_for_its_kind() -> None:
    assert set(EDITORS) == set(INPUTS)
    for kind, editor in EDITORS.items():
        assert issubclass(kind, editor.kind)
        assert editor is FixedEditor or editor.kind is kind


def test_a_page_gets_the_editors_of_what_its_views_take_or_set_and_clicks_go_where_they_are_meant(theme, vae) -> None:
    editors = EditorSet(EDITORS, theme, vae.inputs, vae.shown, vae)
    assert {LatentPoint, DataPoint, Noise, Direction} <= {editor.kind for editor in editors}
    assert editors.side_kinds == {LatentPoint}
    assert LatentPoint not in EditorSet(EDITORS, theme, State("gauss").inputs, State("gauss").shown, vae)


def test_a_click_goes_to_the_editor_of_the_kind_that_the_view_sets(theme, vae, card) -> None:
    class Noted(Editor):
        kind = LatentPoint

        def clicked(self, card: Card, hit: Hit) -> None:
            hits.append((card.view.name, hit))

    hits: list[tuple[str, Hit]] = []
    editors = EditorSet({LatentPoint: Noted}, theme, vae.inputs, vae.shown, vae)
    hit = Hit(xy=(1.0, 2.0))
    for name in ("latent_map", "decode"):
        editors.click(card(vae, name), hit)
    assert vae.shown.views["latent_map"].sets is LatentPoint
    assert hits == [("latent_map", hit)]


# Latent point


def test_sliders_and_cross_hair_have_the_latent_point(theme, vae, card) -> None:
    editor = LatentEditor(theme, vae.inputs, vae)
    latent_map, decode = card(vae, "latent_map"), card(vae, "decode")
    for one in (latent_map, decode):
        editor.attach(one)
    editor.show(vae.shown)
    editor.follow(latent_map, Plane((), dims=(0, 1)))
    vae.inputs.set_point(np.array([0.5, -1.0]))
    assert latent_map.display.handles.xy.tolist() == [[0.5, -1.0]]
    assert editor.panel.z.tolist() == [0.5, -1.0]
    latent_map.display.moved.emit(1.5, 0.25)
    assert vae.inputs.z.tolist() == editor.panel.z.tolist() == [1.5, 0.25]
    editor.panel.moved.emit(np.array([2.0, 2.0]))
    assert latent_map.display.handles.xy.tolist() == [[2.0, 2.0]]


def test_the_cross_hair_moves_in_the_dimensions_that_the_map_shows(theme, card) -> None:
    state = State("vae", VAE)
    state.shown.show(pages.session("vae", data="digits", latent=4, **SMALL))
    editor, latent_map = LatentEditor(theme, state.inputs, state), card(state, "latent_map")
    editor.attach(card(state, "decode"))
    editor.attach(latent_map)
    editor.show(state.shown)
    assert len(state.inputs.z) == 4
    assert len(latent_map.display.handles.xy) == 0
    editor.follow(latent_map, Plane((), dims=(3, 1)))
    latent_map.display.moved.emit(1.0, 2.0)
    assert state.inputs.z.tolist() == [0.0, 2.0, 0.0, 1.0]


def test_sliders_are_ordered_by_the_kl_of_their_dimensions(theme, card) -> None:
    state = State("vae", VAE)
    state.shown.show(pages.session("vae", data="digits", latent=3, **SMALL))
    editor, decode = LatentEditor(theme, state.inputs, state), card(state, "decode")
    editor.attach(decode)
    editor.show(state.shown)
    editor.follow(decode, Bars(("z1", "z2", "z3"), np.array([0.1, 2.0, 1.0]), dims=(0, 1, 2)))
    rows = sorted(range(3), key=lambda dim: editor.panel._list.indexOf(editor.panel._rows[dim]))
    assert rows == [1, 2, 0]


def test_a_walk_ends_when_the_page_is_hidden(theme, vae, card) -> None:
    editor = LatentEditor(theme, vae.inputs, vae)
    editor.attach(card(vae, "decode"))
    editor.show(vae.shown)
    editor.panel.walk.click()
    assert editor.panel.is_walking
    editor.stop()
    assert not editor.panel.is_walking


# Data


def test_the_first_and_the_second_datum_are_picked_and_marked(theme, vae, card) -> None:
    editor, said = DatumEditor(theme, vae.inputs, vae), []
    editor.said.connect(said.append)
    latent_map, interpolation, posterior = (card(vae, n) for n in ("latent_map", "interpolation", "posterior"))
    for one in (latent_map, interpolation, posterior):
        editor.attach(one)
    editor.show(vae.shown)
    assert editor.accepts(latent_map, Hit(datum=4))
    assert not editor.accepts(latent_map, Hit(xy=(0.0, 0.0)))
    editor.clicked(latent_map, Hit(datum=4))
    editor.clicked(latent_map, Hit(datum=7, second=True))
    split = latent_map.view.splits[0]
    assert editor.picked == {"A": (split, 4), "B": (split, 7)}
    assert {name: datum.index for name, datum in editor.data.items()} == {"point": 4, "end": 7}
    assert latent_map.display._marks == {4: "A", 7: "B"}
    assert [sentence[:1] for sentence in said] == ["A", "B"]
    editor.clicked(latent_map, Hit(datum=10**6))
    assert editor.picked["A"] == (split, 4)
    editor.show(vae.shown)
    assert (editor.picked, editor.data, latent_map.display._marks) == ({}, {}, {})


def test_marks_are_those_of_the_split_that_a_card_shows(theme, vae, card) -> None:
    editor = DatumEditor(theme, vae.inputs, vae)
    sheet, posterior = card(vae, "reconstructions"), card(vae, "posterior")
    for one in (sheet, posterior):
        editor.attach(one)
    editor.show(vae.shown)
    editor.clicked(sheet, Hit(datum=2))
    assert sheet.display._marks == {2: "A"}
    other = next(split for split in ("train", "valid", "test") if split != sheet.view.splits[0])
    vae.inputs.set_param("reconstructions", "split", other)
    sheet.changed.emit("split", other)
    assert sheet.display._marks == {}


# Noise


def test_resampling_sets_noise_for_one_view(theme, make_widget) -> None:
    state = State("tiny-gan")
    editor = NoiseEditor(theme, state.inputs, state)
    cards = {name: make_widget(Card(theme, view), 200, 150) for name, view in state.shown.views.items()}
    for one in cards.values():
        editor.attach(one)
    cards["samples"].findChild(Button, "resample.samples").click()
    assert isinstance(state.inputs.value(Noise, "samples", "noise"), Noise)
    assert state.inputs.value(Noise, "path", "noise") is None


# Directions


def test_a_direction_is_kept_with_the_run_chosen_and_forgotten(theme, card, tmp_path) -> None:
    state, said = State("vae", VAE), []
    editor, one = DirectionEditor(theme, state.inputs, state), card(state, "direction")
    editor.said.connect(said.append)
    editor.attach(one)
    session = pages.kept_session("vae", tmp_path / "run", data="digits", **SMALL)
    state.shown.show(session)
    session.close()
    editor.show(state.shown)
    editor.follow(one, Images(np.zeros((1, 1, 2, 2)), direction=np.array([1.0, -2.0]), subtitle="a to b; 9 images"))
    editor.bar.keep_asked.emit("mine")
    ((kept),) = read_directions(tmp_path / "run")
    assert (kept.name, kept.vector) == ("mine", (1.0, -2.0))
    assert state.inputs.value(Direction).vector.tolist() == [[1.0, -2.0]]
    state.inputs.set_point(np.array([0.5, 0.5]))
    editor.bar.moved.emit(0.5)
    assert state.inputs.z.tolist() == [1.0, -0.5]
    editor.bar.forget_asked.emit("mine")
    assert read_directions(tmp_path / "run") == ()
    assert state.inputs.value(Direction) is None
    assert said == ["Kept mine, with the run", "Forgot mine, with the run"]


# Handles


def test_a_handle_moves_fields_of_the_config_and_is_one_edit(theme, card) -> None:
    state, moved = State("coin"), []
    handles, slope = HandleEditor(state.draft, state.inputs, state.shown, state), card(State("coin"), "slope")
    handles.moved.connect(moved.append)
    handles.attach(slope)
    state.shown.show(StaticPage(pages.CoinLab(pages.CoinLab.Config(p=0.2, q=1.0))))
    assert slope.display.handles.xy.tolist() == [[0.2, -1.0], [0.2, 1.0]]
    state.moment.go_to(3)
    slope.display.handle_moved.emit(1, 0.4, 9.0)
    slope.display.handle_moved.emit(1, 0.6, 0.5)
    assert moved == [{"p": 0.4, "q": 1.5}, {"p": 0.6, "q": 0.5}]
    assert state.moment.is_live
    before = state.draft.undo.count()
    slope.display.handle_left.emit()
    assert state.draft.undo.count() == before + 1
    assert (state.draft.state.values["p"], state.draft.state.values["q"]) == (0.6, 0.5)


# Hits


def test_a_click_in_a_plane_gives_position_and_datum(theme, vae, card) -> None:
    latent_map, hits = card(vae, "latent_map"), []
    board = latent_map.display
    board.clicked.connect(hits.append)
    xy = np.array([[0.0, 0.0], [1.0, 1.0], [-1.0, 1.0]])
    latent_map.show_frame(Plane((Points(xy, index=np.array([30, 41, 52])),), extent=(-2, 2, -2, 2)))
    board.grab()
    at = QPointF(*board.view.to_pixels(xy[1:2])[0].tolist()).toPoint()
    QTest.mouseClick(board, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, at)
    (hit,) = hits
    assert hit.xy == pytest.approx((1.0, 1.0), abs=0.05)
    assert (hit.datum, hit.second, hit.pixel) == (41, True, None)


def test_a_click_in_an_image_gives_its_pixel_and_datum(theme, vae, card) -> None:
    one, hits = card(vae, "reconstructions"), []
    one.show_frame(Images(np.zeros((2, 1, 4, 6)), index=np.array([8, 9])))
    sheet = one.display
    sheet.clicked.connect(hits.append)
    sheet.grab()
    box = sheet.box(1)
    at = QPointF(box.left() + box.width() * 5.5 / 6, box.top() + box.height() * 2.5 / 4).toPoint()
    QTest.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=at)
    assert hits == [Hit(pixel=(2, 5), datum=9)]
