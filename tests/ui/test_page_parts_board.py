"""The board: cards, what is offered, what is in sight and what is shown; no page, no window, no thread."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pages
import pytest
from page_parts import State, reply, views
from pointing import point_at
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest

from explorer.engine.bundle import open_bundle
from explorer.engine.host.host import Snapshot
from explorer.engine.views.static_page import StaticPage
from explorer.ui.page.board.board import Board
from explorer.ui.page.state.scenes import Scenes
from explorer.ui.page.state.shown import PageState
from models.frames import Bars, Curves, Plane, Points, Series
from models.vae.amortised import VAE

pytestmark = pytest.mark.usefixtures("parts")


@dataclass
class Made:
    """A board on the screen, the state it was made with, and what it asked for last."""

    state: State
    board: Board
    scenes: Scenes
    watched: list[list[str]] = field(default_factory=list)

    def note(self, requests: Any) -> None:
        """Notes what is to be watched."""
        self.watched.append(views(requests))


@pytest.fixture
def make(theme, make_widget):
    """Makes a board for a fixture page."""

    def made(name: str) -> Made:
        state = State(name)
        scenes = state.scenes
        whole = Made(state, Board(theme, state.shown, state.inputs, state.moment, scenes), scenes)
        whole.board.watched.connect(whole.note)
        make_widget(whole.board, 1000, 700)
        return whole

    return made


def cloud(x: float = 0.0) -> Plane:
    """A frame of the leading card."""
    return Plane((Points(np.array([[x, 0.0]])),))


def test_a_model_has_a_card_for_each_view_and_one_for_the_curves(make) -> None:
    board = make("gauss").board
    assert list(board.views) == ["cloud", "density", "score", "hidden", "broken"]
    assert list(board.cards) == [*board.views, "curves"]
    assert board.curves is board.cards["curves"]
    assert make("coin").board.curves is None


def test_views_in_sight_are_watched_and_a_hidden_board_watches_none(make) -> None:
    made = make("gauss")
    assert made.watched[-1] == ["cloud", "density", "score"]
    assert made.state.inputs.in_sight == {"cloud", "density", "score"}
    made.board.hide()
    assert made.watched[-1] == []
    assert made.state.inputs.in_sight == set()


def test_a_card_in_a_window_of_its_own_is_watched_out_of_sight_too(make) -> None:
    made = make("gauss")
    made.board.follow(made.board.views["hidden"], True)
    assert made.watched[-1] == ["cloud", "density", "score", "hidden"]
    made.board.hide()
    assert made.watched[-1] == ["hidden"]
    made.board.follow(made.board.views["hidden"], False)
    assert made.watched[-1] == []


def test_a_frozen_card_is_not_watched(make) -> None:
    made = make("gauss")
    actions = made.board.views["cloud"].menu.actions()
    next(action for action in actions if action.text() == "Freeze this view").setChecked(True)
    assert made.watched[-1] == ["density", "score"]


def test_recorded_views_are_not_watched_while_a_moment_is_shown(make) -> None:
    made = make("gauss")
    made.state.moment.go_to(3)
    assert made.watched[-1] == ["density", "score"]
    made.state.moment.go_live()
    assert made.watched[-1] == ["cloud", "density", "score"]


def test_only_views_that_apply_are_offered(make) -> None:
    made = make("gauss")
    exports = {action.objectName(): action for action in made.board.actions()}
    assert made.scenes.show_card("hidden")
    made.state.shown.set_config(pages.Gauss.Config(scale=2.0))
    assert not made.scenes.show_card("hidden")
    assert not exports["export.hidden"].isVisible()
    assert exports["export.curves"].isVisible()


def test_a_reply_is_shown_on_its_card_and_told_with_its_frame(make) -> None:
    made, framed = make("gauss"), []
    made.board.framed.connect(lambda card, frame: framed.append(card.view.name))
    made.board.show_reply(reply("cloud", cloud()))
    assert not made.board.views["cloud"].is_empty
    made.board.show_reply(reply("density", None, error="it does not work"))
    assert made.board.views["density"].note == "it does not work"
    assert framed == ["cloud"]


def test_a_recorded_moment_is_shown_and_the_rest_says_that_it_is_live(make) -> None:
    made = make("gauss")
    for name in ("cloud", "density"):
        made.board.show_reply(reply(name, cloud()))
    made.state.moment.go_to(3)
    made.board.show_recorded(3, {"cloud": cloud(1.0)})
    made.board.show_reply(reply("cloud", cloud(2.0)))
    assert made.board.views["cloud"].display.frame.layers[0].xy[0, 0] == 1.0
    assert made.board.views["cloud"].subtitle == "step 3"
    assert made.board.views["density"].subtitle == "live, not rewound"
    made.state.moment.go_live()
    assert made.board.views["density"].subtitle == made.board.views["cloud"].subtitle == ""


def test_the_curves_have_a_marker_at_the_moment(make) -> None:
    made = make("gauss")
    curves = Curves((Series("loss", "Loss", np.arange(3.0), np.ones(3), "total"),))
    made.board.show_curves(curves)
    assert made.board.curves.display.frame.marker is None
    made.state.shown.snapshot = Snapshot(step=2, curves=curves)
    made.state.moment.go_to(1)
    made.board.show_recorded(1, {})
    assert made.board.curves.display.frame.marker == 1.0
    made.board.curves.emphasise("loss")
    assert made.board.curves.display._emphasised == "loss"


def test_after_a_run_ended_with_an_error_cards_say_which_step_is_the_last_good_one(make) -> None:
    made = make("gauss")
    made.board.show_reply(reply("cloud", cloud()))
    made.state.shown.steps["cloud"] = 12
    made.state.shown.set_state(PageState.DIVERGED)
    assert made.board.views["cloud"].subtitle == "step 12, last good"
    made.state.shown.show(pages.session("gauss"))
    made.state.shown.set_state(PageState.READY)
    assert made.board.views["cloud"].subtitle == ""


def test_cards_say_whether_their_weights_are_averaged_or_raw(make) -> None:
    made = make("gauss")
    made.board.show_reply(reply("cloud", cloud()))
    made.state.shown.snapshot = Snapshot(averaged=True)
    made.board.show_weights()
    assert made.board.views["cloud"].subtitle == "averaged weights"
    made.state.inputs.set_raw(True)
    assert made.board.views["cloud"].subtitle == "raw weights"


def test_a_parameter_of_a_card_is_set_for_its_view(make) -> None:
    made = make("gauss")
    made.board.views["cloud"].changed.emit("count", 5)
    assert made.state.inputs.params("cloud") == {"count": 5}
    assert made.state.inputs.params("density") == {}


def test_a_click_in_a_picture_is_told_with_its_card(make) -> None:
    made, clicked = make("gauss"), []
    made.board.clicked.connect(lambda card, hit: clicked.append((card.view.name, hit.second)))
    made.board.show_reply(reply("cloud", cloud()))
    display = made.board.views["cloud"].display
    display.grab()
    QTest.mouseClick(display, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, display.rect().center())
    assert clicked == [("cloud", True)]


def test_a_datum_under_the_pointer_is_ringed_in_the_other_pictures_of_its_split(make) -> None:
    made = make("gauss")
    xy = np.array([[0.0, 0.0], [1.0, 1.0]])
    with_index = Plane((Points(xy, index=np.array([8, 9])),), extent=(-2, 2, -2, 2))
    displays = [made.board.views[name].display for name in ("cloud", "score")]
    for name, display in zip(("cloud", "score"), displays, strict=True):
        made.board.show_reply(reply(name, with_index))
        display.grab()
    here, other = displays
    plain = other.grab().toImage()
    point_at(here, here.view.point(1.0, 1.0).toPoint())
    assert other.grab().toImage() != plain
    point_at(here, here.view.point(-1.0, 1.0).toPoint())
    assert other.grab().toImage() == plain
    made.state.inputs.set_param("cloud", "split", "train")
    point_at(here, here.view.point(1.0, 1.0).toPoint())
    assert other.grab().toImage() == plain  # datum 9 of another split is another datum


def test_a_step_is_picked_in_curves_over_steps_alone(make) -> None:
    made, steps = make("gauss"), []
    made.board.step_picked.connect(steps.append)
    x = np.linspace(0, 100, 101)
    display = made.board.curves.display
    for label in ("step", "t"):
        made.board.show_curves(Curves((Series("loss", "Loss", x, x),), x_label=label))
        display.grab()
        QTest.mouseClick(display, Qt.MouseButton.LeftButton, pos=display.panes[0].geometry().center().toPoint())
    assert steps == [pytest.approx(50, abs=1)]


def test_maximise_and_restore_are_actions_and_only_one_of_them_is_always_there(make) -> None:
    made = make("gauss")
    maximise, restore = made.board.actions()[:2]
    assert not restore.isEnabled()
    maximise.trigger()
    assert made.board.scene.maximised is made.board.views["cloud"]
    assert restore.isEnabled()
    restore.trigger()
    assert made.board.scene.maximised is None
    assert not restore.isEnabled()


def test_exports_and_windows_of_their_own_are_asked_for_with_the_card(make) -> None:
    made, asked = make("coin"), []
    made.board.export_asked.connect(lambda card, kind: asked.append((card.view.name, kind)))
    made.board.detach_asked.connect(lambda card: asked.append((card.view.name, "window")))
    card = made.board.views["slope"]
    card.export_asked.emit("svg")
    card.copy_asked.emit()
    card.detach_asked.emit()
    next(a for a in made.board.actions() if a.objectName() == "export.slope").trigger()
    assert asked == [("slope", "svg"), ("slope", "copy"), ("slope", "window"), ("slope", "pdf")]


def test_a_lab_that_is_shown_anew_forgets_its_errors(make) -> None:
    made = make("coin")
    made.board.show_reply(reply("outcomes", None, error="no"))
    made.state.shown.show(StaticPage(pages.CoinLab(pages.CoinLab.Config())))
    assert made.board.views["outcomes"].note == ""
    made.board.show_reply(reply("outcomes", Bars(("a",), np.ones(1))))
    assert not made.board.views["outcomes"].is_empty


def test_a_model_without_views_shows_its_curves_alone(make, monkeypatch) -> None:
    monkeypatch.setattr(pages.Normalised, "views", ())
    made = make("normalised")
    assert list(made.board.cards) == ["curves"]
    assert made.board.scene.lead is made.board.curves


def test_a_board_that_was_resized_and_is_gone_watches_no_more(theme, qapp) -> None:
    state = State("gauss")
    board = Board(theme, state.shown, state.inputs, state.moment, state.scenes)
    board.show()
    board.resize(700, 500)
    board.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()  # an error in a slot fails the test


def test_a_card_is_brought_into_sight_and_marked_from_the_palette(make, qtbot) -> None:
    made = make("gauss")
    card = made.board.views["hidden"]
    assert not card.isVisible()
    next(action for action in made.board.actions() if action.objectName() == "show.hidden").trigger()
    assert card.isVisible()
    assert card.property("target") == "true"
    qtbot.waitUntil(lambda: card.property("target") == "false", timeout=5000)
    made.state.shown.set_config(pages.Gauss.Config(scale=2.0))  # it does not apply
    assert not next(action for action in made.board.actions() if action.objectName() == "show.hidden").isVisible()


def test_a_card_is_removed_from_the_scene_by_its_menu(make) -> None:
    made = make("gauss")
    card = made.board.views["density"]
    next(action for action in card.menu.actions() if action.text() == "Remove from the scene").trigger()
    assert not card.isVisible()
    assert "density" not in made.scenes.layout.cards
    assert "density" in made.scenes.addable


def _freeze(made: Made, name: str, on: bool = True) -> None:
    actions = made.board.cards[name].menu.actions()
    next(action for action in actions if action.text() == "Freeze this view").setChecked(on)


def test_a_frozen_card_keeps_the_origin_of_its_frame_while_another_run_is_shown(make, tmp_path) -> None:
    made = make("gauss")
    shown, origins, card = made.state.shown, made.board.origins, made.board.views["cloud"]
    curves = Curves((Series("loss", "Loss", np.arange(3.0), np.ones(3), "total"),))
    with (
        closing(pages.kept_session("gauss", tmp_path / "one", jitter=0.1, steps=20, batch=32)) as one,
        closing(pages.kept_session("gauss", tmp_path / "two", jitter=0.5, seed=7)) as two,
    ):
        shown.show(one)
        made.board.show_reply(reply("cloud", cloud(), step=12))
        made.board.show_curves(curves)
        for name in ("cloud", "curves"):
            _freeze(made, name)
        assert card.subtitle == "frozen at step 12"
        shown.show(two)
        for name in ("cloud", "density"):
            made.board.show_reply(reply(name, cloud(1.0), step=3))
        made.board.show_curves(curves)
        for name, step in (("cloud", 12), ("curves", 0)):
            identity = origins.identity(name)
            assert (identity["run"], identity["seed"], identity["step"]) == ("one", 0, step)
            assert identity["config"]["jitter"] == 0.1
        assert origins.identity("density")["run"] == "two"
        assert card.subtitle == "frozen: Ring, seed 0, step 12"
        assert card.note == "Frozen: Ring, seed 0, step 12"
        assert card._note.isVisible()
        assert made.board.curves.subtitle.startswith("frozen: Ring, seed 0, step 0")
        _freeze(made, "cloud", on=False)
        made.board.show_reply(reply("cloud", cloud(1.0), step=3))
        assert (origins.identity("cloud")["run"], card.subtitle, card.note) == ("two", "", "")


def test_pictures_of_other_data_go_and_those_of_the_previous_run_say_so_until_the_new_one_answers(make) -> None:
    made = make("gauss")
    shown, cards = made.state.shown, made.board.views
    shown.show(pages.session("gauss"))
    for name in ("cloud", "density"):
        made.board.show_reply(reply(name, cloud(), step=9))
    shown.show(pages.session("gauss", seed=1))
    assert (cards["cloud"].is_empty, cards["cloud"].subtitle) == (False, "previous run")
    made.board.show_reply(reply("cloud", cloud(1.0), step=1))
    assert (cards["cloud"].subtitle, cards["density"].subtitle) == ("", "previous run")
    shown.show(pages.session("gauss", data="moons:n=1000"))
    assert cards["cloud"].is_empty
    assert cards["density"].is_empty
    assert cards["density"].subtitle == ""


def test_a_frame_says_the_run_that_it_is_of_until_the_next_one_has_a_frame(make, tmp_path) -> None:
    made = make("gauss")
    with (
        closing(pages.kept_session("gauss", tmp_path / "one")) as one,
        closing(pages.kept_session("gauss", tmp_path / "two")) as two,
    ):
        made.state.shown.show(one)
        made.board.show_reply(reply("cloud", cloud()))
        made.state.shown.show(two)
        assert made.board.origins.identity("cloud")["run"] == "one"
        made.board.show_reply(reply("cloud", cloud()))
        assert made.board.origins.identity("cloud")["run"] == "two"


def test_a_frozen_card_stays_where_its_view_does_not_apply_and_goes_when_it_is_let_go(make) -> None:
    made = make("gauss")
    card = made.board.views["hidden"]
    made.state.shown.show(pages.session("gauss"))
    made.board.show_reply(reply("hidden", Bars(("a",), np.ones(1))))
    _freeze(made, "hidden")
    made.state.shown.set_config(pages.Gauss.Config(scale=2.0))
    assert not card.is_empty
    _freeze(made, "hidden", on=False)
    assert card.is_empty


def test_a_recorded_frame_has_the_parameters_of_its_own_step(make, tmp_path) -> None:
    made = make("gauss")
    with closing(pages.kept_session("gauss", tmp_path / "run", jitter=0.1, steps=20, batch=32)) as session:
        for _ in range(3):
            session.step()
        session.change(scale=3.0)
        session.step()
        made.state.shown.show(session)
    made.board.show_reply(reply("cloud", cloud(), step=4))
    made.board.show_reply(reply("density", cloud(), step=4))
    assert made.board.origins.identity("cloud")["config"]["scale"] == 3.0
    made.state.moment.go_to(2)
    made.board.show_recorded(2, {"cloud": cloud(1.0)})
    recorded, live = made.board.origins.identity("cloud"), made.board.origins.identity("density")
    assert (recorded["step"], recorded["config"]["scale"], "changes" in recorded) == (2, 1.0, False)
    assert (live["step"], live["config"]["scale"]) == (4, 3.0)
    assert live["changes"] == [{"step": 3, "set": {"scale": 3.0}}]


def test_the_choice_of_the_split_is_offered_where_the_splits_differ(theme, make_widget) -> None:
    state = State("vae", VAE)
    board = make_widget(Board(theme, state.shown, state.inputs, state.moment, state.scenes), 1000, 700)
    splits = [action for action in board.views["latent_map"].menu.actions() if action.text().startswith("Use ")]
    state.shown.show(pages.session("vae", data="digits"))
    assert [action.text() for action in splits if action.isVisible()] == ["Use training data", "Use validation data"]
    state.shown.show(open_bundle("vae"))
    assert not any(action.isVisible() for action in splits)
