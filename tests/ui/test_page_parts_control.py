"""The control of a page, each part with a fake host: no window, no thread."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pages
import pytest
from page_parts import FakeHost, State, reply

from explorer.engine import BadInput, Diverged, OutOfMemory
from explorer.engine.host import events
from explorer.engine.host.host import Snapshot
from explorer.engine.session.slow_motion import SlowMotion
from explorer.engine.views.static_page import StaticPage
from explorer.ui.page.control.feed import Feed
from explorer.ui.page.control.live_edits import LiveEdits
from explorer.ui.page.control.recovery import Recovery
from explorer.ui.page.control.runner import Runner
from explorer.ui.page.control.scrubber import Scrubber
from explorer.ui.page.control.stepping import Stepping
from explorer.ui.page.control.suggestions import Suggestions
from explorer.ui.page.control.throttle import Throttle
from explorer.ui.page.state.shown import PageState
from models import find_page
from models.frames import Bars
from models.protocol import Page, Try
from models.vae.amortised import VAE

pytestmark = pytest.mark.usefixtures("parts")


class Control(State):
    """The state of a fixture page, a host and a runner."""

    def __init__(self, name: str, page: type[Page] | None = None):
        super().__init__(name, page)
        self.host = FakeHost()
        self.runner = Runner(self.host, self.draft, self.shown, self)

    def opened(self, source) -> None:
        """The host has opened something."""
        self.runner.handle(events.Opened(source))

    def run(self, folder: Path, **values):
        """The host has opened a run."""
        session = pages.kept_session(self.shown.name, folder, **values)
        self.runner.train_new()
        self.opened(session)
        self.host.told.clear()
        return session


# Runner


def test_the_first_train_opens_a_run_and_a_second_click_does_nothing() -> None:
    control = Control("gauss")
    control.opened(pages.session("gauss"))
    assert control.shown.state is PageState.READY
    control.runner.train()
    control.runner.train()
    assert control.host.told == [("open", {"train": True})]
    assert control.runner.is_opening_run


def test_train_pauses_goes_on_and_trains_on(tmp_path: Path) -> None:
    control = Control("gauss")
    session = control.run(tmp_path / "run", steps=20)
    assert control.shown.folder == tmp_path / "run"
    assert control.shown.state is PageState.PAUSED
    control.runner.train()
    control.runner.handle(events.Training())
    control.runner.train()
    control.runner.handle(events.Done())
    control.runner.train()
    session.close()
    assert control.host.told == [("train",), ("pause",), ("change", {"steps": 40}), ("train",)]
    assert control.shown.setup.training.steps == control.draft.state.values["steps"] == 40


def test_a_step_begins_a_run_and_then_is_one_of_it(tmp_path: Path) -> None:
    control = Control("tiny-gan")
    control.runner.step_player("generator")
    ((_, how),) = control.host.told
    how["first"]()
    assert control.host.told[1:] == [("step", "generator")]
    session = pages.kept_session("tiny-gan", tmp_path / "run")
    control.opened(session)
    control.runner.step()
    session.close()
    assert control.host.told[2:] == [("step", "")]


def test_what_was_opened_before_a_run_does_not_end_the_opening_of_the_run() -> None:
    control = Control("gauss")
    control.runner.look()
    control.runner.train()
    control.opened(pages.session("gauss"))
    assert control.runner.is_opening_run


def test_a_reset_offers_to_take_it_back(tmp_path: Path) -> None:
    control, offered = Control("gauss"), []
    control.runner.left.connect(offered.append)
    control.run(tmp_path / "run").close()
    control.runner.reset()
    assert [name for name, *_ in control.host.told] == ["open"]
    control.opened(pages.session("gauss"))
    assert "kept" in offered[0]
    control.runner.undo_reset()
    session = control.host.make()
    assert session.run.folder == tmp_path / "run"
    session.close()


def test_a_run_that_cannot_be_opened_leaves_the_state_and_tells(tmp_path: Path) -> None:
    control, failed = Control("gauss"), []
    control.runner.failed.connect(lambda error, details, opening: failed.append((str(error), opening)))
    control.run(tmp_path / "run").close()
    control.runner.open_run(tmp_path / "gone")
    control.runner.handle(events.Failed("It failed.", ValueError("no such run"), "trace"))
    assert failed == [("no such run", True)]
    assert control.shown.state is PageState.PAUSED
    assert not control.runner.is_opening_run


def test_a_run_that_is_opened_fills_the_form(tmp_path: Path) -> None:
    control = Control("gauss")
    session = pages.kept_session("gauss", tmp_path / "run", scale=3.0)
    control.runner.open_run(tmp_path / "run")
    control.opened(session)
    session.close()
    assert control.draft.state.values["scale"] == 3.0


def test_a_run_that_is_opened_replaces_what_was_said_before(tmp_path: Path) -> None:
    control, said = Control("gauss"), []
    control.runner.said.connect(said.append)
    control.opened(StaticPage(pages.session("gauss").model, note="Bundled model"))
    session = pages.kept_session("gauss", tmp_path / "run", steps=3)
    for step, further in ((2, "Train goes on from there"), (3, "Train on goes beyond its end")):
        while session.step_count < step:
            session.step()
        control.runner.open_run(tmp_path / "run")
        control.opened(session)
        assert said[-1] == f"Opened at step {step}; {further}"
        control.shown.folder = None
    session.close()


def test_a_reset_of_a_bundled_model_replaces_what_was_said_of_it() -> None:
    control, said = Control("gauss"), []
    control.runner.said.connect(said.append)
    control.opened(StaticPage(pages.session("gauss").model, note="Bundled model"))
    control.runner.reset()
    assert said == ["Bundled model", "Reset"]


def test_a_lab_is_opened_and_has_no_actions_of_a_run() -> None:
    control = Control("coin")
    control.runner.open_first()
    control.opened(control.host.make())
    assert control.shown.state is PageState.STATIC
    assert control.runner.actions() == []
    assert [action.shortcut().toString() for action in Control("gauss").runner.actions()] == ["Space", ".", "Ctrl+R"]


# Live edits


def test_live_values_reach_the_session_and_others_wait(tmp_path: Path) -> None:
    control = Control("gauss")
    edits = LiveEdits(control.host, control.draft, control.shown, control.runner, control)
    control.run(tmp_path / "run", jitter=0.1).close()
    control.draft.changed.connect(edits.follow_draft)
    control.draft.set_values({"scale": 4.0, "jitter": 0.7})
    assert control.host.told == [("change", {"scale": 4.0})]
    assert control.shown.config.scale == 4.0
    edits.move_values({"scale": 5.0, "jitter": 0.2})
    assert control.host.told[1:] == [("change", {"scale": 5.0})]


def test_a_preset_that_needs_a_reset_waits_for_it_as_a_whole(tmp_path: Path) -> None:
    """Otherwise the run would go on with half of the preset, and could refuse values that the user never typed."""
    control = Control("vae", VAE)
    edits = LiveEdits(control.host, control.draft, control.shown, control.runner, control)
    control.run(tmp_path / "run", data="digits", **VAE.presets[0].config, **VAE.presets[0].training).close()
    edits.follow_draft()
    control.draft.changed.connect(edits.follow_draft)
    control.draft.choose_preset("Binary digits, 2-D latent")
    control.draft.choose_preset("Digits, learned variance")  # other steps and another learning rate, which are live
    assert control.host.told == []
    control.draft.set_values({"lr": 0.02})  # an edit of one's own
    assert control.host.told == [("change", {"lr": 0.02})]
    control.draft.choose_preset(VAE.presets[0].title)
    assert [name for name, _ in control.host.told] == ["change", "change"]
    assert control.host.told[1][1] == {"lr": VAE.presets[0].training["lr"]}


def test_an_untrained_model_is_looked_at_anew_after_an_edit_but_not_while_a_run_opens() -> None:
    control = Control("gauss")
    edits = LiveEdits(control.host, control.draft, control.shown, control.runner, control)
    control.opened(pages.session("gauss"))
    edits.follow_draft()
    assert control.host.told == [("open", {})]
    control.runner.train()
    edits.follow_draft()
    assert control.host.told[1:] == [("open", {"train": True})]


def test_an_edit_while_the_first_model_is_opened_is_shown_too() -> None:
    control = Control("gauss")
    edits = LiveEdits(control.host, control.draft, control.shown, control.runner, control)
    control.draft.changed.connect(edits.follow_draft)
    control.draft.set_values({"jitter": 0.3})  # as the settings of the last start are restored
    assert control.host.told == []
    control.runner.open_first()
    control.draft.set_values({"jitter": 0.7})
    assert control.host.told == [("open", {}), ("open", {})]


def test_a_lab_is_shown_with_the_values_that_are_moved() -> None:
    control, seen = Control("coin"), []
    edits = LiveEdits(control.host, control.draft, control.shown, control.runner, control)
    control.shown.config_changed.connect(lambda: seen.append(control.shown.config.p))
    edits.move_values({"p": 0.75})
    assert seen == [0.75]
    assert control.host.told[0][1].p == 0.75


def test_a_lab_that_was_edited_while_it_was_opened_keeps_the_edit() -> None:
    control = Control("coin")
    source = StaticPage(pages.CoinLab(control.draft.config()))
    control.draft.set_values({"p": 0.75})
    control.opened(source)
    assert control.shown.config.p == 0.75


# Feed


@pytest.fixture
def feed() -> tuple[Control, Feed, list[object]]:
    control, seen = Control("gauss"), []
    made = Feed(control.host, control.shown, control)
    made.snapshot.connect(lambda snapshot: seen.append(snapshot.step))
    made.reply.connect(lambda answer: seen.append((answer.request.view, answer.step)))
    return control, made, seen


def test_a_snapshot_is_handed_on_with_its_replies_and_noted(feed) -> None:
    control, made, seen = feed
    bars = Bars(("a",), np.ones(1))
    made.take(Snapshot(step=3, replies=(reply("cloud", bars, step=3), reply("broken", bars, step=2))))
    assert seen == [3, ("cloud", 3), ("broken", 2)]
    assert (control.shown.step, control.shown.step_of("broken"), control.shown.step_of("density")) == (3, 2, 3)
    assert not made.is_behind


def test_an_older_reply_and_one_for_a_view_that_does_not_apply_are_dropped(feed) -> None:
    control, made, seen = feed
    bars = Bars(("a",), np.ones(1))
    made.take_reply(reply("cloud", bars, stamp=2, step=5))
    made.take_reply(reply("cloud", bars, stamp=1, step=9))
    made.take_reply(reply("cloud", bars, stamp=2, step=4))
    control.shown.set_config(pages.Gauss.Config(scale=2.0))
    made.take_reply(reply("hidden", bars))
    assert seen == [("cloud", 5)]


def test_while_a_model_trains_numbers_stay_for_a_while_and_the_last_ones_come(feed, qtbot) -> None:
    control, made, seen = feed
    control.shown.set_state(PageState.TRAINING)
    for step in (11, 12, 13):
        made.take(Snapshot(step=step, state="training"))
    assert seen == [11]
    assert control.shown.step == 13
    qtbot.waitUntil(lambda: seen == [11, 13])


def test_the_feed_pulls_from_the_mailbox_until_it_is_stopped(feed, qtbot) -> None:
    control, made, seen = feed
    control.host.snapshots = [Snapshot(step=1)]
    made.start()
    qtbot.waitUntil(lambda: seen == [1])
    made.stop()
    made.repeat()
    assert seen == [1, 1]


def test_going_live_hands_on_the_newest_reply_of_each_view_also_of_those_in_no_snapshot(feed) -> None:
    _, made, seen = feed
    bars = Bars(("a",), np.ones(1))
    made.take(Snapshot(step=3, replies=(reply("cloud", bars, stamp=1, step=3),)))
    made.take_reply(reply("density", bars, stamp=2, step=3))
    made.take_reply(reply("cloud", bars, stamp=4, step=3))
    seen.clear()
    made.repeat()
    assert seen[0] == 3
    assert seen[-2:] == [("cloud", 3), ("density", 3)] or seen[-2:] == [("density", 3), ("cloud", 3)]
    assert made.newest["cloud"].request.stamp == 4


def test_nothing_of_what_was_shown_before_is_handed_on(feed) -> None:
    control, made, _ = feed
    bars = Bars(("a",), np.ones(1))
    made.take(Snapshot(step=3, replies=tuple(reply(name, bars) for name in ("cloud", "broken", "density", "score"))))
    assert made.is_behind
    control.shown.show(pages.session("gauss"))
    assert not made.is_behind
    assert made.newest == {}
    assert control.shown.step == 0


def test_a_throttle_runs_a_batch_at_once_and_the_rest_later(qtbot) -> None:
    throttle, done = Throttle(), []
    throttle.begin([lambda number=number: done.append(number) for number in range(5)])
    assert done == [0, 1, 2]
    assert throttle
    qtbot.waitUntil(lambda: done == [0, 1, 2, 3, 4])
    assert not throttle


# Stepping, scrubber


def test_stepping_follows_the_players_of_the_model() -> None:
    control, offered = Control("growing"), []
    stepping = Stepping(control.host, control.shown, control.moment, control.runner, control)
    stepping.players_changed.connect(lambda actions: offered.append([action.objectName() for action in actions]))
    session = pages.session("growing")
    control.opened(session)
    assert [action.objectName() for action in stepping.actions()] == ["phase", "slow"]
    session.model.enter_stage(1)
    control.shown.set_players(session.model.players())
    assert [action.shortcut().toString() for action in stepping.actions()] == [",", "S", "Shift+1", "Shift+2"]
    assert offered == [[], ["player.1", "player.2"]]
    control.moment.go_to(3)
    stepping.actions()[-1].trigger()
    assert control.moment.is_live
    ((_, how),) = control.host.told
    how["first"]()
    assert control.host.told[1:] == [("step", "bend")]


def test_slow_motion_names_the_curve_of_the_player_at_work(tmp_path: Path) -> None:
    control, seen = Control("tiny-gan"), []
    stepping = Stepping(control.host, control.shown, control.moment, control.runner, control)
    stepping.emphasised.connect(seen.append)
    session = control.run(tmp_path / "run")
    stepping.slow.setChecked(True)
    stepping.set_pace(0.25)
    stepping.step_phase()
    assert [told[0] for told in control.host.told] == ["slow_down", "slow_down", "substep"]
    assert control.host.told[1] == ("slow_down", 0.25)
    stepping.handle(events.PhasePlayed(SlowMotion().play(session, False)))
    assert seen == ["discriminator_loss"]
    stepping.slow.setChecked(False)
    assert seen == ["discriminator_loss", ""]
    assert control.host.told[3:] == [("slow_down", None)]
    session.close()


def test_the_scrubber_asks_for_the_moment_and_drops_one_that_comes_too_late() -> None:
    control, seen = Control("gauss"), []
    scrubber = Scrubber(control.host, control.moment, control.shown, control)
    scrubber.recorded.connect(lambda step, frames: seen.append((step, frames)))
    control.moment.go_to(40)
    assert control.host.told == [("read_recorded", 40)]
    scrubber.handle(events.Recorded(40, {}))
    scrubber.actions()[0].trigger()
    scrubber.handle(events.Recorded(40, {}))
    assert seen == [(40, {})]
    control.moment.go_to(40)
    control.shown.show(pages.session("gauss"))
    assert control.moment.is_live


# Recovery, suggestions


@pytest.fixture
def recovery() -> tuple[Control, Recovery, list[object]]:
    control, notices = Control("gauss"), []
    made = Recovery(control.draft, control.shown, control.runner, control)
    made.told.connect(notices.append)
    control.runner.failed.connect(made.tell)
    return control, made, notices


def test_after_a_diverged_run_a_smaller_rate_is_offered(recovery, tmp_path: Path) -> None:
    control, made, notices = recovery
    control.run(tmp_path / "run", lr=1.0).close()
    blamed: list[str] = []
    made.blamed.connect(lambda name, sentence: blamed.append(name))
    control.runner.handle(events.Failed("It failed.", Diverged(7, "gauss", {"lr": 1.0}), ""))
    assert control.shown.state is PageState.DIVERGED
    assert blamed == ["lr"]
    preset = control.draft.baseline()["lr"]
    assert f"lr {preset:g}" in notices[0].fix
    made.fix()
    assert control.host.told == [("open", {"train": True, "same_run": True})]
    assert control.draft.state.values["lr"] == preset


@pytest.mark.parametrize("raised", ["lr_d", "lr_g"])
def test_of_several_rates_only_the_one_that_was_raised_is_blamed(raised: str, tmp_path: Path) -> None:
    control = Control("tiny-gan")
    made = Recovery(control.draft, control.shown, control.runner, control)
    rates = {name: float(control.draft.baseline()[name]) for name in ("lr_d", "lr_g")} | {raised: 0.9}
    control.run(tmp_path / "run", **rates).close()
    blamed, notices = [], []
    made.blamed.connect(lambda name, sentence: blamed.append(name))
    made.told.connect(notices.append)
    made.tell(Diverged(7, "discriminator", rates), "", False)
    assert blamed == [raised]
    assert f"{raised}, 0.9, was too large" in notices[0].text


def test_a_refusal_leaves_the_status_line_when_the_next_is_accepted() -> None:
    control, said = Control("gauss"), []
    control.runner.said.connect(said.append)
    control.opened(pages.session("gauss"))
    assert said == []
    for _ in range(2):
        control.runner.look()
        control.runner.handle(events.Failed("refused", BadInput("p.csv holds no points"), ""))
        said.append("p.csv holds no points")
        control.runner.look()
        control.opened(pages.session("gauss"))
        assert said[-1] == "Opened"
    control.runner.look()
    control.opened(pages.session("gauss"))
    assert said.count("Opened") == 2


def test_after_too_little_memory_a_batch_that_fits_is_trained(recovery, tmp_path: Path) -> None:
    control, made, notices = recovery
    control.run(tmp_path / "run").close()
    control.runner.handle(events.Failed("It failed.", OutOfMemory(64, "cpu", 16), ""))
    assert control.shown.state is PageState.OUT_OF_MEMORY
    assert notices[0].fix == "Train with a batch of 16"
    made.fix()
    assert control.draft.state.values["batch"] == 16
    assert control.host.told == [("open", {"train": True})]


def test_any_other_error_is_told_with_its_details(recovery) -> None:
    control, made, notices = recovery
    control.runner.look()
    control.runner.handle(events.Failed("It failed.", ValueError("no file"), "trace"))
    assert (notices[0].kind, notices[0].text, notices[0].details) == ("error", "No file", "trace")
    assert control.shown.state is PageState.FAILED
    made.welcome()
    assert notices[1].kind == "welcome"
    made.fix()
    assert control.host.told[-1] == ("open", {"train": True})


def test_a_suggestion_is_set_and_trained_or_is_another_page(tmp_path: Path) -> None:
    control, chosen = Control("gauss"), []
    suggestions = Suggestions(control.draft, control.shown, control.moment, control.runner, control)
    suggestions.page_chosen.connect(chosen.append)
    raise_scale, other = pages.Gauss.try_next
    suggestions.carry_out(other)
    assert chosen == ["tiny-gan"]
    control.run(tmp_path / "run").close()
    control.moment.go_to(1)
    suggestions.carry_out(raise_scale)
    assert control.draft.state.values["scale"] == 2.0
    assert control.moment.is_live
    assert control.host.told == [("train",)]
    suggestions.carry_out(Try("More noise", {"jitter": 0.5}))
    assert control.host.told[1:] == [("open", {"train": True})]


def test_a_suggestion_of_a_lab_trains_nothing() -> None:
    control = Control("coin")
    control.opened(StaticPage(pages.CoinLab(pages.CoinLab.Config())))
    Suggestions(control.draft, control.shown, control.moment, control.runner, control).carry_out(
        pages.CoinLab.try_next[0]
    )
    assert control.draft.state.values["p"] == 0.9
    assert control.host.told == []


@pytest.mark.parametrize(
    ("page", "hint"),
    [("vae", "drag the cross-hair"), ("pixel-cnn", "draw part of an image"), ("gauss", "comes with the application.")],
)
def test_the_welcome_says_what_can_be_done_with_the_picture(monkeypatch, page: str, hint: str) -> None:
    if page not in pages.FIXTURES.pages:
        monkeypatch.setitem(pages.FIXTURES.pages, page, find_page(page))
    control, notices = Control(page), []
    made = Recovery(control.draft, control.shown, control.runner, control)
    made.told.connect(notices.append)
    made.welcome()
    assert hint in notices[0].text
