"""The host of a page, without Qt: commands, newest wins, snapshots that leave time to train, failures, closing."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import pytest
from pages import CoinLab, kept_session, session

from explorer.engine import ExplorerError, Request, load_run, resume_session
from explorer.engine.host.events import (
    Closed,
    Done,
    Event,
    Failed,
    Opened,
    Paused,
    PhasePlayed,
    Progress,
    Recorded,
    Training,
)
from explorer.engine.host.host import PageHost
from explorer.engine.views.requests import Reply
from explorer.engine.views.static_page import StaticPage
from explorer.engine.views.viewer import Viewer

pytestmark = pytest.mark.usefixtures("fixture_pages")

E = TypeVar("E")

LONG = {"steps": 10_000_000, "batch": 32}


class Hosted:
    """A host in a thread, with its events and replies."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.replies: list[Reply] = []
        self.host = PageHost(self.replies.append, self.events.append, interval=0.001)
        self.thread = threading.Thread(target=self.host.run)
        self.thread.start()

    def until(self, condition: Callable[[], object], patience: float = 20.0) -> None:
        """Waits, looking every few milliseconds."""
        tick, ends = threading.Event(), time.monotonic() + patience
        while not condition():
            assert time.monotonic() < ends, f"waited too long; events: {self.events}"
            tick.wait(0.002)

    def until_event(self, kind: type[E]) -> E:
        """Waits for an event of a kind, and takes it out."""
        self.until(lambda: any(isinstance(event, kind) for event in self.events))
        number, event = next((n, event) for n, event in enumerate(self.events) if isinstance(event, kind))
        del self.events[number]
        return event

    @property
    def viewer(self) -> Viewer:
        """The viewer of what is shown."""
        return self.host._worker.shown.viewer

    def snapshot(self):
        """The next snapshot."""
        taken = []
        self.until(lambda: taken.append(self.host.take()) or taken[-1] is not None)
        return taken[-1]


@pytest.fixture
def hosted() -> Iterator[Hosted]:
    made = Hosted()
    yield made
    made.host.close()
    made.thread.join(10)
    assert not made.thread.is_alive()


def test_commands_train_pause_step_and_substep(hosted) -> None:
    hosted.host.open(partial(session, "tiny-gan", **LONG), train=True)
    shown = hosted.until_event(Opened).shown
    hosted.until_event(Training)
    hosted.until(lambda: shown.step_count >= 3)
    hosted.host.pause()
    hosted.until_event(Paused)
    step = shown.step_count
    hosted.host.step()
    hosted.until_event(Paused)
    assert shown.step_count == step + 1
    hosted.host.substep()
    report = hosted.until_event(PhasePlayed).report
    assert (report.phase.player, report.phase.name, report.step) == ("discriminator", "draw", step + 2)
    assert not report.going_on
    assert shown.step_count == step + 1
    hosted.host.train()
    hosted.until(lambda: shown.step_count >= step + 5)


def test_a_run_ends_and_training_it_again_is_refused(hosted) -> None:
    hosted.host.open(partial(session, "gauss", steps=5, batch=32), train=True)
    hosted.until_event(Done)
    assert hosted.snapshot().step == 5
    hosted.host.train()
    assert "finished" in hosted.until_event(Failed).message


def test_live_changes_reach_the_session(hosted) -> None:
    hosted.host.open(partial(session, "gauss", **LONG), train=True)
    shown = hosted.until_event(Opened).shown
    hosted.host.change(scale=3.0)
    hosted.until(lambda: shown.setup.config.scale == 3.0)


def test_of_each_view_the_newest_request_is_answered(hosted) -> None:
    gate = threading.Event()

    def slowly():
        gate.wait(10)
        return session("gauss", **LONG)

    hosted.host.open(slowly)
    for stamp in range(50):
        hosted.host.ask(Request("cloud", params={"count": 20 + stamp}, stamp=stamp))
    hosted.host.ask(Request("density", stamp=99))
    gate.set()
    hosted.until(lambda: len(hosted.replies) == 2)
    assert [(reply.request.view, reply.request.stamp) for reply in hosted.replies] == [("cloud", 49), ("density", 99)]
    assert len(hosted.replies[0].frame.layers[1].xy) == 69


def test_of_several_moments_the_newest_is_read(hosted) -> None:
    hosted.host.open(partial(session, "gauss", record=True, steps=5, batch=32), train=True)
    hosted.until_event(Done)
    gate = threading.Event()
    hosted.host._do(lambda: gate.wait(10))
    for step in (0, 5, 0, 5):
        hosted.host.read_recorded(step)
    gate.set()
    assert hosted.until_event(Recorded).step == 5
    hosted.snapshot()
    assert not any(isinstance(event, Recorded) for event in hosted.events)


def test_a_snapshot_shows_what_is_watched(hosted) -> None:
    hosted.host.open(partial(session, "gauss", **LONG), train=True)
    hosted.until(lambda: hosted.snapshot().step >= 3)
    hosted.host.watch([Request("cloud", params={"count": 7}, stamp=4)])
    hosted.until(lambda: hosted.snapshot().replies)
    taken = hosted.snapshot()
    (reply,) = taken.replies
    assert reply.request.stamp == 4
    assert reply.step == taken.step
    assert len(reply.frame.layers[1].xy) == 7
    assert taken.curves is not None
    assert taken.last["log_likelihood"] == pytest.approx(taken.curves.series[0].y[-1])


def test_after_a_snapshot_of_c_seconds_at_least_six_c_are_for_training(hosted, monkeypatch) -> None:
    hosted.host.open(partial(session, "gauss", **LONG), train=True)
    hosted.until_event(Opened)
    began: list[float] = []
    cost = 0.02
    viewer = hosted.viewer
    usual = viewer.answer

    def slow(*arguments):
        began.append(time.monotonic())
        threading.Event().wait(cost)
        return usual(*arguments)

    monkeypatch.setattr(viewer, "answer", slow)
    hosted.host.watch([Request("cloud")])
    hosted.until(lambda: hosted.host.take() is None and len(began) >= 6)
    gaps = [after - before for before, after in itertools.pairwise(began[1:])]
    assert min(gaps) >= 7 * cost


def test_a_snapshot_that_nobody_takes_is_the_last(hosted) -> None:
    hosted.host.open(partial(session, "gauss", **LONG), train=True)
    shown = hosted.until_event(Opened).shown
    step = hosted.snapshot().step
    hosted.until(lambda: shown.step_count > step + 200)
    late = hosted.host.take()
    assert late is None or late.step <= shown.step_count - 50


def test_weights_that_stand_still_are_looked_at_once(hosted, monkeypatch) -> None:
    hosted.host.open(partial(session, "gauss", **LONG))
    hosted.until_event(Opened)
    asked: list[str] = []
    viewer = hosted.viewer
    usual = viewer.answer
    monkeypatch.setattr(viewer, "answer", lambda r, *rest: asked.append(r.view) or usual(r, *rest))
    hosted.host.watch([Request("cloud", stamp=1), Request("density", stamp=1)])
    hosted.until(lambda: len(hosted.snapshot().replies) == 2)
    hosted.host.watch([Request("cloud", stamp=2), Request("density", stamp=1)])
    hosted.until(lambda: any(r.request.stamp == 2 for r in hosted.snapshot().replies))
    assert asked == ["cloud", "density", "cloud"]


def test_a_watched_stream_comes_whole_and_again_with_new_weights(hosted) -> None:
    hosted.host.open(partial(session, "tiny-gan", **LONG))
    hosted.until_event(Opened)
    hosted.host.watch([Request("path", params={"frames": 5}, stamp=1)])
    hosted.snapshot()
    hosted.until(lambda: any(reply.final for reply in hosted.replies))
    assert [reply.frame.note for reply in hosted.replies if reply.frame] == ["0", "1", "2", "3", "4"]
    hosted.replies.clear()
    hosted.host.step()
    hosted.snapshot()
    hosted.until(lambda: any(reply.final for reply in hosted.replies))
    assert {reply.step for reply in hosted.replies} == {1}


def test_a_stream_out_of_sight_ends_early_and_begins_anew_in_sight(hosted) -> None:
    hosted.host.open(partial(session, "tiny-gan", **LONG))
    hosted.until_event(Opened)
    path = Request("path", params={"frames": 100_000}, stamp=1)
    hosted.host.watch([path])
    hosted.snapshot()
    hosted.until(lambda: len(hosted.replies) > 2)
    hosted.host.watch([Request("cloud", stamp=1)])
    hosted.snapshot()
    hosted.until(lambda: not hosted.viewer.streaming)
    assert not any(reply.final for reply in hosted.replies if reply.request.view == "path")
    hosted.replies.clear()
    hosted.host.watch([path])
    hosted.snapshot()
    hosted.until(lambda: len(hosted.replies) > 1)
    assert [reply.frame.note for reply in hosted.replies[:2]] == ["0", "1"]


def test_what_fails_is_told_and_the_host_lives_on(hosted) -> None:
    def cannot():
        raise ExplorerError("there is no such data; take other data")

    def broken():
        return 1 / 0

    hosted.host.open(partial(session, "gauss", **LONG), train=True)
    shown = hosted.until_event(Opened).shown
    hosted.host.open(cannot)
    failed = hosted.until_event(Failed)
    assert (failed.message, failed.details) == ("there is no such data; take other data", "")
    hosted.host.open(broken)
    failed = hosted.until_event(Failed)
    assert failed.message.startswith("ZeroDivisionError")
    assert "broken" in failed.details
    step = shown.step_count
    hosted.host.train()
    hosted.until(lambda: shown.step_count > step)
    hosted.host.open(partial(session, "exploding", after=2, **LONG), train=True)
    assert hosted.until_event(Failed).error.step == 3
    hosted.host.open(lambda: StaticPage(CoinLab(CoinLab.Config())))
    hosted.host.watch([Request("entropy")])
    hosted.until(lambda: hosted.snapshot().replies)
    hosted.host.train()
    assert "no training session" in hosted.until_event(Failed).message


def test_another_thing_is_shown_with_none_of_the_old_left_in_the_mailbox(hosted) -> None:
    hosted.host.open(partial(session, "gauss", **LONG), train=True)
    hosted.until(lambda: hosted.snapshot().step > 3)
    hosted.host.open(partial(session, "gauss", **LONG))
    hosted.until_event(Opened)
    hosted.until_event(Opened)
    assert hosted.snapshot().step == 0


def test_a_run_is_gone_on_with_although_it_is_shown(hosted, tmp_path) -> None:
    hosted.host.open(partial(kept_session, "gauss", tmp_path / "run", **LONG), train=True)
    first = hosted.until_event(Opened).shown
    hosted.until(lambda: first.step_count > 3)
    hosted.host.open(partial(resume_session, tmp_path / "run"))
    assert "trained by another process" in hosted.until_event(Failed).message
    hosted.host.open(partial(resume_session, tmp_path / "run"), same_run=True, first=hosted.host.step)
    second = hosted.until_event(Opened).shown
    hosted.until(lambda: second.step_count == first.step_count + 1)


def test_closing_while_it_trains_saves(tmp_path) -> None:
    hosted = Hosted()
    hosted.host.open(partial(kept_session, "gauss", tmp_path / "run", **LONG), train=True)
    shown = hosted.until_event(Opened).shown
    hosted.until(lambda: shown.step_count > 20)
    hosted.host.close()
    hosted.thread.join(5)
    assert not hosted.thread.is_alive()
    assert isinstance(hosted.events[-1], Closed)
    assert load_run(tmp_path / "run").step == shown.step_count


def test_a_download_is_told_of_seldom_and_broken_off_by_closing(hosted) -> None:
    for done in range(0, 1001):
        hosted.host.progress("mnist.npz", done * 1000, 1_000_000)
    words = [event.message for event in hosted.events if isinstance(event, Progress)]
    assert 1 <= len(words) <= 4
    assert words[-1] == "Downloading mnist.npz: 1.0 of 1.0 MB"
    hosted.host.close()
    with pytest.raises(ExplorerError, match="closed"):
        hosted.host.progress("mnist.npz", 1, 2)


def test_a_snapshot_of_a_lab_as_it_was_does_not_follow_its_new_values(hosted):
    hosted.host.open(lambda: StaticPage(CoinLab(CoinLab.Config(p=0.1))))
    hosted.until_event(Opened)
    hosted.host.watch([Request("entropy")])
    hosted.snapshot()  # asks for the next one, which is left in the mailbox
    hosted.host.watch([Request("entropy", stamp=1)])
    hosted.until(lambda: hosted.host._worker.mailbox._snapshot is not None)
    hosted.host.set_lab(lambda: StaticPage(CoinLab(CoinLab.Config(p=0.7))))
    hosted.until(lambda: hosted.replies)
    assert hosted.replies[-1].frame.marker == 0.7
    (reply,) = hosted.snapshot().replies
    assert reply is hosted.replies[-1]  # nothing is computed twice
