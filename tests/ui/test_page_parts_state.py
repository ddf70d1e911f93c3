"""The state of a page, without widgets, window and thread."""

from __future__ import annotations

import numpy as np
import pages
import pytest
import torch
from page_parts import State
from toys import BeliefNetwork

from explorer.engine.views.static_page import StaticPage
from explorer.ui.page.state.inputs import Inputs
from explorer.ui.page.state.moment import Moment
from explorer.ui.page.state.shown import PageState, PlayerInfo, Shown
from models import FAMILIES, find_page
from models.protocol import Canvas, DataPoint, GenerativeModel, LatentPoint, Noise, views_of
from models.vae.amortised import VAE
from models.views.drawing import drawing

pytestmark = pytest.mark.usefixtures("parts")


def test_shown_takes_what_a_session_is_made_of_and_says_so_once() -> None:
    shown, seen = State("tiny-gan").shown, []
    shown.changed.connect(lambda: seen.append("changed"))
    shown.players_changed.connect(lambda: seen.append("players"))
    session = pages.session("tiny-gan", hidden=8)
    shown.show(session)
    assert seen == ["changed", "players"]
    assert (shown.setup, shown.config, shown.folder) == (session.setup, session.setup.config, None)
    assert shown.model_or_lab is session.model
    assert shown.values()["hidden"] == 8
    assert shown.players == (
        PlayerInfo("discriminator", "D", 2, "discriminator_loss", "total"),
        PlayerInfo("generator", "G", 1, "generator_loss", "model"),
    )
    shown.set_players(session.model.players()[:1])
    assert seen == ["changed", "players", "players"]
    assert len(shown.players) == 1


def test_shown_keeps_the_players_of_a_model_whose_second_player_joins_later() -> None:
    shown, session = State("growing").shown, pages.session("growing")
    shown.show(session)
    assert [player.name for player in shown.players] == ["gauss"]
    session.model.enter_stage(1)
    shown.set_players(session.model.players())
    assert [player.name for player in shown.players] == ["gauss", "bend"]


def test_a_lab_has_neither_setup_nor_players() -> None:
    shown = State("coin").shown
    shown.show(StaticPage(pages.CoinLab(pages.CoinLab.Config(p=0.25))))
    assert (shown.setup, shown.players, shown.values()) == (None, (), None)
    assert shown.config.p == 0.25
    assert shown.origin(0).identity() == {"page": "coin", "config": {"p": 0.25, "q": 0.5}, "step": 0}


def test_states_that_end_a_run_with_an_error() -> None:
    assert {state for state in PageState if state.is_over} == {PageState.DIVERGED, PageState.OUT_OF_MEMORY}


def test_a_view_applies_by_the_config_in_force() -> None:
    shown = State("gauss").shown
    assert shown.applies(shown.views["hidden"])
    shown.set_config(pages.Gauss.Config(scale=2.0))
    assert not shown.applies(shown.views["hidden"])


def test_a_moment_signals_only_changes() -> None:
    moment, seen = Moment(), []
    moment.changed.connect(lambda: seen.append(moment.step))
    moment.go_live()
    moment.go_to(30)
    moment.go_to(40)
    moment.go_live()
    moment.go_live()
    assert seen == [30, 40, None]


def test_noise_is_set_for_one_view_and_a_parameter_too() -> None:
    state = State("tiny-gan")
    inputs, shown = state.inputs, state.shown
    before = {name: inputs.request(view).stamp for name, view in shown.views.items()}
    inputs.set(Noise(7), view="path")
    inputs.set_param("path", "frames", 3)
    views = shown.views
    assert inputs.request(views["path"]).inputs == {"noise": Noise(7)}
    assert inputs.request(views["path"]).params == {"frames": 3}
    assert inputs.request(views["path"]).stamp == before["path"] + 2
    assert inputs.request(views["samples"]).inputs == {}
    assert inputs.request(views["samples"]).stamp == before["samples"]


def test_a_request_is_the_same_until_something_of_it_changes() -> None:
    state = State("tiny-gan")
    inputs, shown = state.inputs, state.shown
    view = shown.views["samples"]
    first = inputs.request(view)
    assert inputs.request(view) is first
    inputs.set_raw(True)
    assert inputs.request(view) is not first
    assert inputs.request(view).raw


def test_the_most_specific_value_counts() -> None:
    inputs = State("tiny-gan").inputs
    for value, where in ((Noise(1), {}), (Noise(2), {"arguments": ("noise",)}), (Noise(3), {"view": "path"})):
        inputs.set(value, **where)
    assert inputs.value(Noise, "path", "noise") == Noise(3)
    assert inputs.value(Noise, "samples", "noise") == Noise(2)
    assert inputs.value(Noise, "samples", "other") == Noise(1)
    inputs.unset(Noise)
    assert inputs.value(Noise, "path", "noise") is None


def test_setting_touches_before_it_changes_and_unsetting_does_not_touch() -> None:
    inputs, seen = State("tiny-gan").inputs, []
    inputs.touched.connect(lambda: seen.append(("touched", inputs.value(Noise))))
    inputs.changed.connect(lambda kind: seen.append((kind, inputs.value(kind))))
    inputs.set(Noise(1))
    inputs.unset(Noise)
    assert seen == [("touched", None), (Noise, Noise(1)), (Noise, None)]


def test_whatever_is_set_goes_live() -> None:
    state = State("tiny-gan")
    for act in (lambda: state.inputs.set(Noise(1)), lambda: state.inputs.set_raw(True), state.inputs.touch):
        state.moment.go_to(10)
        act()
        assert state.moment.is_live


def _vae() -> Shown:
    return State("vae", VAE).shown


def test_the_latent_point_is_kept_in_double_precision_and_asked_for_in_single() -> None:
    shown = _vae()
    inputs = Inputs(shown)
    inputs.set_point(np.array([0.1, -1.0]))
    assert inputs.z.tolist() == [0.1, -1.0]
    (name,) = (n for n, kind in shown.views["decode"].inputs.items() if kind is LatentPoint)
    point = inputs.request(shown.views["decode"]).inputs[name]
    assert point.z.dtype is torch.float32
    assert point.z.tolist() == [pytest.approx([0.1, -1.0])]


@pytest.mark.parametrize(
    ("state", "views"), [(PageState.PAUSED, ["decode", "nearest"]), (PageState.TRAINING, ["decode"])]
)
def test_while_a_model_trains_a_drag_asks_for_the_first_view_in_sight_alone(state: PageState, views) -> None:
    shown = _vae()
    inputs, asked = Inputs(shown), []
    inputs.asked.connect(lambda request: asked.append(request.view))
    inputs.in_sight = frozenset({"decode", "nearest"})
    shown.set_state(state)
    inputs.set_point(np.zeros(2))
    assert asked == views


def test_while_a_model_trains_a_stroke_asks_for_the_picture_that_completes_it() -> None:
    """Not for the view that sets the canvas, whose board shows it already."""

    class DrawnFirst(BeliefNetwork):
        views = (drawing, views_of(BeliefNetwork)["completion"])

    shown = State("toy", DrawnFirst).shown
    assert list(shown.views) == ["drawing", "completion"]
    inputs, asked = Inputs(shown), []
    inputs.asked.connect(lambda request: asked.append(request.view))
    inputs.in_sight = frozenset({"drawing", "completion"})
    shown.set_state(PageState.TRAINING)
    inputs.set(Canvas(torch.zeros(1, 1, 8, 8), torch.ones(1, 1, 8, 8)), dragged=True)
    assert asked == ["completion"]


def test_requests_that_follow_at_once_are_put_together(qtbot) -> None:
    inputs, asked = Inputs(_vae()), []
    inputs.asked.connect(lambda request: asked.append(request.stamp))
    inputs.in_sight = frozenset({"decode"})
    for place in range(5):
        inputs.set_point(np.full(2, float(place)))
    assert asked == [1]
    qtbot.waitUntil(lambda: len(asked) > 1)
    assert asked == [1, 5]


def test_two_data_are_for_the_arguments_of_their_names() -> None:
    shown = _vae()
    inputs = Inputs(shown)
    first, second = (DataPoint(torch.zeros(1, 1, 2, 2), None, index) for index in (3, 9))
    inputs.set(first, arguments=("point",))
    inputs.set(second, arguments=("end",))
    request = inputs.request(shown.views["interpolation"])
    assert {name: datum.index for name, datum in request.inputs.items()} == {"point": 3, "end": 9}


PRESETS = [
    (name, preset.title)
    for family in FAMILIES
    for name, page in family.pages.items()
    if issubclass(page, GenerativeModel)
    for preset in page.presets
]


@pytest.mark.parametrize(("name", "title"), PRESETS)
def test_a_dataset_that_is_chosen_again_is_that_of_the_preset(name: str, title: str) -> None:
    draft = State(name, find_page(name)).draft
    draft.choose_preset(title)
    before = draft.state
    for other in draft.datasets():
        if other not in (before.data, "drawn"):
            draft.choose_data(other)
            assert (draft.state.data, draft.preset_title()) == (other, "")
            draft.choose_data(before.data)
            assert draft.state == before
            assert draft.preset_title() == title
