"""The panels of a page with a state alone: run bar, messages, left panel, and where the panels lie."""

from __future__ import annotations

import pages
import pytest
from page_parts import State
from PySide6.QtWidgets import QFrame, QWidget

from explorer.engine.host.host import Snapshot
from explorer.ui.page.panels.docks import Docks
from explorer.ui.page.panels.messages import Messages
from explorer.ui.page.panels.run_bar import RunBar
from explorer.ui.page.panels.side_panel import SidePanel
from explorer.ui.page.state.notice import Notice
from explorer.ui.page.state.shown import PageState

pytestmark = pytest.mark.usefixtures("parts")


def test_the_run_bar_has_a_button_for_each_player_there_is_now(theme, make_widget) -> None:
    state = State("growing")
    bar = make_widget(RunBar(theme, state.draft, state.shown), 1000, 52)
    session = pages.session("growing")
    state.shown.show(session)
    assert bar.player_buttons == []
    session.model.enter_stage(1)
    state.shown.set_players(session.model.players())
    assert [button.text() for button in bar.player_buttons] == ["Step G", "Step B"]
    stepped: list[str] = []
    bar.player_step.connect(stepped.append)
    bar.player_buttons[1].click()
    assert stepped == ["bend"]
    state.shown.set_players(session.model.players()[:1])
    assert bar.player_buttons == []


def test_the_run_bar_shows_state_progress_and_the_choice_of_weights(theme, make_widget) -> None:
    state = State("gauss")
    bar = make_widget(RunBar(theme, state.draft, state.shown), 1000, 52)
    state.shown.show(pages.session("gauss", steps=40))
    state.shown.set_state(PageState.TRAINING)
    assert bar.train_button.text() == "Pause"
    bar.show_snapshot(Snapshot(step=10, progress=0.25, rate=5.0, state="training", averaged=True))
    assert bar.steps.text() == "10 / 40 steps"
    assert "5" in bar.pace.text()
    assert bar.raw_button.isVisible()
    (raw,) = bar.actions()
    raw.trigger()
    assert bar.raw_button.isChecked()
    state.shown.set_state(PageState.DIVERGED)
    assert bar.train_button.property("kind") == "plain"


def test_one_button_has_the_accent_colour(theme, make_widget) -> None:
    state = State("gauss")
    bar = make_widget(RunBar(theme, state.draft, state.shown), 1000, 52)
    messages = make_widget(Messages(theme, state.shown), 600, 200)
    messages.banner.kind_changed.connect(bar.yield_accent)
    messages.banner.show_notice(Notice("welcome", "Hello", "Text", "Train"))
    assert bar.train_button.property("kind") == "plain"
    state.shown.set_state(PageState.STATIC)
    assert messages.banner.kind == "welcome"
    state.shown.set_state(PageState.READY)
    assert messages.banner.kind == ""
    assert bar.train_button.property("kind") == "primary"


def test_an_error_goes_when_something_else_is_shown(theme, make_widget) -> None:
    state = State("gauss")
    banner = make_widget(Messages(theme, state.shown), 600, 200).banner
    banner.show_notice(Notice("error", "Title", "Text", details="trace"))
    assert (banner.kind, banner.message) == ("error", "Title Text")
    state.shown.show(pages.session("gauss"))
    assert banner.kind == ""


def test_fields_that_wait_for_a_reset_say_so(theme, make_widget, tmp_path) -> None:
    state = State("gauss")
    side = make_widget(SidePanel(theme, pages.FIXTURES, state.draft, state.shown, state.moment), 300, 700)
    session = pages.kept_session("gauss", tmp_path / "run", jitter=0.5)
    state.shown.show(session)
    session.close()
    assert side.form.rows["jitter"].hint == "applies after reset"
    assert side.form.rows["scale"].hint == ""
    state.shown.show(pages.session("gauss", jitter=0.5))
    assert side.form.rows["jitter"].hint == ""


def test_what_the_palette_lists_of_the_draft(theme, make_widget) -> None:
    state = State("gauss")
    side = make_widget(SidePanel(theme, pages.FIXTURES, state.draft, state.shown, state.moment), 300, 700)
    actions = {action.objectName(): action for action in side.actions()}
    assert {"undo", "redo", "preset.Ring", "draw", "dataset.ring8", "set.scale", "set.lr"} <= actions.keys()
    actions["dataset.grid25"].trigger()
    assert state.draft.state.data == "grid25"
    actions["undo"].trigger()
    assert state.draft.state.data == "ring8"
    asked: list[bool] = []
    side.draw_asked.connect(lambda: asked.append(True))
    actions["draw"].trigger()
    assert asked == [True]


@pytest.mark.parametrize(("width", "explain", "side"), [(1300, True, True), (1100, False, True), (900, False, False)])
def test_panels_stand_beside_the_cards_where_there_is_room(theme, make_widget, width, explain, side) -> None:
    state, page = State("gauss"), QFrame()
    bar = RunBar(theme, state.draft, state.shown)
    left, right, scenes, middle, below = (QWidget() for _ in range(5))
    docks = Docks(page, left, right, bar, scenes, (middle,), below)
    make_widget(page, width, 600)
    docks.place()
    assert (right.isVisible(), left.isVisible()) == (explain, side)
    docks.actions()[0].trigger()
    assert right.isVisible() != explain
    assert bar.explain_button.isChecked() == right.isVisible()
    assert docks.is_explain_wanted == (not explain if width >= 1200 else True)
