"""RequestQueue of other threads: which is served, when, of which weights; and that looking changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pages import CoinLab, frame_of, session, tensors_of

from explorer.engine import BadInput, Reply, Request, RequestQueue, Session, SessionViews, Viewer
from explorer.engine.views.from_text import request_from_text
from models.protocol import DataPoint, Noise

pytestmark = pytest.mark.usefixtures("fixture_pages")


class Listener:
    """A session with everything it replied."""

    def __init__(self, page: str, **values):
        self.session = session(page, **values)
        self.replies: list[Reply] = []
        self.views = SessionViews(self.session, reply=self.replies.append)

    def ask(self, view: str, **fields) -> None:
        self.views.requests.ask(Request(view, **fields))

    def step(self) -> None:
        """A round as the host trains it."""
        self.views.serve()
        self.session.step()


def viewer_of(made: Session) -> Viewer:
    return SessionViews(made).viewer


def test_of_each_view_the_newest_request_wins_in_order_of_asking():
    requests = RequestQueue()
    assert not requests
    for view, stamp in (("a", 1), ("b", 2), ("a", 3)):
        requests.ask(Request(view, stamp=stamp))
    assert requests
    assert [(r.view, r.stamp) for r in requests.take()] == [("b", 2), ("a", 3)]
    assert requests.take() == []


def test_a_reply_brings_back_stamp_and_step():
    listener = Listener("gauss")
    listener.step()
    listener.ask("cloud", stamp=41)
    listener.ask("cloud", stamp=42, params={"count": 5}, inputs={"noise": Noise(3)})
    listener.views.serve()
    (reply,) = listener.replies
    assert (reply.request.stamp, reply.step, reply.final, reply.error) == (42, 1, True, "")
    assert reply.frame.layers[1].xy.shape == (5, 2)
    expected = listener.session.model.sample(5, rng=torch.Generator().manual_seed(3))
    np.testing.assert_array_equal(reply.frame.layers[1].xy, expected.detach().numpy())


def test_requests_are_served_between_micro_batches():
    listener = Listener("gauss", batch=32, micro_batches=4)
    for _ in range(3):  # draw, forward and backward of the first part
        listener.session.substep()
    listener.ask("density", stamp=1)
    listener.session.substep()  # forward of the second part
    assert [(reply.request.stamp, reply.step) for reply in listener.replies] == [(1, 0)]
    assert listener.session.step_count == 0


def test_an_error_in_a_view_is_its_reply_and_training_goes_on():
    listener = Listener("gauss")
    listener.ask("broken", params={"wrong": True}, stamp=1)
    listener.ask("nothing", stamp=2)
    listener.ask("cloud", params={"count": 0}, stamp=3)
    listener.ask("density", stamp=4)
    listener.step()
    errors = {reply.request.stamp: reply.error for reply in listener.replies}
    assert errors[1] == "this view fails"
    assert "there is no view nothing; there are cloud" in errors[2]
    assert errors[3] == "count takes a whole number from 1 to 1,000, not 0"
    assert errors[4] == ""
    assert all((reply.frame is None) == bool(reply.error) for reply in listener.replies)
    assert listener.session.step_count == 1
    assert listener.session.model.training
    assert torch.is_grad_enabled()


def test_a_stream_gives_a_frame_a_gap_of_the_weights_it_began_with():
    listener = Listener("tiny-gan", batch=16)
    listener.step()
    with torch.no_grad():
        of_step_1 = listener.session.model.sample(30, rng=torch.Generator().manual_seed(0)).numpy()
    listener.ask("path", stamp=7)
    for _ in range(6):
        listener.step()
    assert [reply.frame and reply.frame.note for reply in listener.replies] == ["0", "1", "2", "3", None]
    assert [reply.final for reply in listener.replies] == [False] * 4 + [True]
    assert {(reply.request.stamp, reply.step) for reply in listener.replies} == {(7, 1)}
    np.testing.assert_array_equal(listener.replies[3].frame.layers[0].xy, of_step_1)
    assert not listener.views.viewer.streaming


def test_a_stream_without_a_new_frame_gets_no_reply_and_goes_on_in_larger_parts_until_its_first_frame():
    made, requests, replies = session("tiny-gan", batch=16), RequestQueue(), []
    viewer = Viewer(made.model, made.data)
    path = viewer.views["path"]

    def halting(*arguments, **settings):
        for frame in path.function(*arguments, **settings):
            yield None
            yield frame

    viewer.views = {**viewer.views, "path": path.but(function=halting)}
    requests.ask(Request("path"))
    counts = []
    for _ in range(9):
        viewer.serve(requests, lambda raw: made.model, 0, replies.append)
        counts.append(len(replies))
    assert counts == [1, 1, 2, 2, 3, 3, 4, 5, 5]
    assert [reply.final for reply in replies] == [False] * 4 + [True]
    assert [reply.frame and reply.frame.note for reply in replies] == ["0", "1", "2", "3", None]
    assert [frame.note for frame in viewer.frames(Request("path"))] == ["0", "1", "2", "3"]


def test_an_interruption_comes_after_the_first_frame_of_each_stream_and_lets_all_go_on():
    made, requests, replies = session("tiny-gan", batch=16), RequestQueue(), []
    viewer = Viewer(made.model, made.data)
    viewer.views = {**viewer.views, "again": viewer.views["path"]}  # two streams
    for name in ("path", "again"):
        requests.ask(Request(name))

    def serve(hurry: bool) -> list[str]:
        replies.clear()
        viewer.serve(requests, lambda raw: made.model, 0, replies.append, interrupted=lambda: hurry)
        return [reply.request.view for reply in replies]

    assert serve(True) == ["path", "again"]
    assert serve(True) == ["path"]
    assert serve(False) == ["path", "again"]


def test_a_newer_request_closes_a_stream():
    listener = Listener("tiny-gan", batch=16)
    listener.ask("path", stamp=1)
    listener.step()
    listener.step()
    listener.ask("path", stamp=2, params={"frames": 2})
    for _ in range(4):
        listener.step()
    assert [(r.request.stamp, r.frame and r.frame.note, r.step) for r in listener.replies] == [
        (1, "0", 0),
        (1, "1", 0),
        (2, "0", 2),
        (2, "1", 2),
        (2, None, 2),
    ]


@pytest.mark.parametrize("page", ["gauss", "tiny-gan"])
def test_looking_and_recording_never_change_training(page):
    quiet, watched = session(page, batch=16, micro_batches=2), Listener(page, batch=16, micro_batches=2, record=True)
    offered = watched.views.viewer.views.items()
    views = [name for name, view in offered if view.applies(type(quiet.model), quiet.setup.config)]
    for step in range(12):
        quiet.step()
        for name in views:
            watched.ask(name, stamp=step)
        watched.step()
    assert {reply.request.view for reply in watched.replies} == set(views)
    assert len(watched.session.journal.recorder.steps()) > 5
    one, other = tensors_of(quiet), tensors_of(watched.session)
    assert [key for key in one if not torch.equal(one[key], other[key])] == []
    assert quiet.journal.history.last() == watched.session.journal.history.last()


@pytest.mark.parametrize("training", [True, False])
def test_modes_are_as_they_were_after_a_view(training, monkeypatch):
    made = session("gauss")
    made.model.train(training)
    seen = {}
    original = type(made.model).log_prob

    def log_prob(self, x):
        seen[len(x)] = (self.training, torch.is_grad_enabled())
        return original(self, x)

    monkeypatch.setattr(type(made.model), "log_prob", log_prob)
    viewer = Viewer(made.model, made.data)
    with torch.set_grad_enabled(training):
        viewer.last_frame(Request("density"))  # 81 points
        viewer.last_frame(Request("score"))  # 256 data
        with pytest.raises(RuntimeError, match="this view fails"):
            viewer.last_frame(Request("broken", params={"wrong": True}))
        assert torch.is_grad_enabled() is training
    assert made.model.training is training
    assert seen == {81: (False, False), 256: (False, True)}


def test_a_stream_leaves_no_mode_behind_between_its_frames():
    made = session("tiny-gan")
    made.model.train()
    frames = Viewer(made.model, made.data).frames(Request("path"))
    next(frames)
    assert made.model.training
    assert torch.is_grad_enabled()


def test_averaged_weights_are_looked_at_unless_raw_ones_are_asked_for():
    listener = Listener("gauss", ema=0.99, lr=0.5)
    for _ in range(3):
        listener.step()
    listener.ask("density", stamp=1)
    listener.views.serve()
    listener.ask("density", stamp=2, raw=True)
    listener.views.serve()
    shown = {reply.request.stamp: reply.frame.layers[0].values for reply in listener.replies}
    for stamp, model in ((1, listener.session.learner.averaged), (2, listener.session.model)):
        expected = Viewer(model, listener.session.data).last_frame(Request("density"))
        np.testing.assert_array_equal(shown[stamp], expected.layers[0].values)
    assert not np.array_equal(shown[1], shown[2])


def test_a_lab_is_looked_at_like_a_model():
    viewer = Viewer(CoinLab(CoinLab.Config(p=0.25)))
    np.testing.assert_array_equal(viewer.last_frame(Request("outcomes")).values, [0.25, 0.75])


# RequestQueue as text


def test_inputs_and_parameters_are_read_from_text():
    made = session("gauss")
    request = request_from_text(viewer_of(made).view("cloud"), made.model, made.data, {"noise": "3", "count": "7"})
    assert (request.inputs, request.params) == ({"noise": Noise(3)}, {"count": "7"})
    assert viewer_of(made).last_frame(request).layers[1].xy.shape == (7, 2)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"noise": "x"}, "noise takes a whole number from 0 to .*, not x"),
        ({"noise": "1,2"}, "noise takes a whole number from 0 to .*, not 1,2"),
        ({"batch": "1"}, "batch cannot be given as text"),
    ],
)
def test_inputs_that_cannot_be_read_are_refused(values, message):
    made = session("gauss")
    with pytest.raises(BadInput, match=message):
        request_from_text(viewer_of(made).view("cloud"), made.model, made.data, values)


def test_a_split_is_chosen_among_those_of_the_view():
    made = session("gauss")
    frame = frame_of(made, "cloud", split="train")
    np.testing.assert_array_equal(frame.layers[0].xy, made.data.batch("train", 0, 50).x.numpy())
    with pytest.raises(BadInput, match="split takes valid or train, not test"):
        frame_of(made, "cloud", split="test")


def test_a_data_point_is_picked_by_its_place():
    made = session("gauss")
    view = viewer_of(made).view("cloud")
    point = viewer_of(made).default(view, DataPoint, {})
    assert torch.equal(point.x, made.data.batch("valid", 0, 1).x)
    assert (point.index, point.split) == (0, "valid")


def test_a_recorded_view_that_fails_is_left_out_and_training_goes_on(monkeypatch, caplog):
    running = session("gauss", record=True)
    monkeypatch.setattr(type(running.model), "sample", lambda *a, **k: 1 / 0)
    running.journal.validator.due = lambda step: False
    with caplog.at_level("WARNING"):
        for _ in range(3):
            running.step()
    assert running.step_count == 3
    assert [record.getMessage() for record in caplog.records] == ["view cloud is no longer recorded: division by zero"]
    assert running.journal.recorder.at(3)[1] == {}


@pytest.mark.parametrize("text", ["1e300", "3.7", "-1", "x"])
def test_noise_as_text_is_a_whole_number(text):
    running = session("gauss")
    view = viewer_of(running).views["cloud"]
    with pytest.raises(BadInput, match="noise takes"):
        request_from_text(view, running.model, running.data, {"noise": text})


def test_looking_at_training_data_that_are_resampled_draws_each_datum_once():
    from explorer.data import Dataset, Split
    from explorer.engine.data.tensors import TensorData
    from models.protocol import Image

    chances = np.random.default_rng(0).integers(0, 256, (600, 1, 8, 8), dtype=np.uint8)
    split = Split(chances)
    data = TensorData(
        Dataset("noise", "Noise", Image(1, 8, 8, "binary"), split, split, split, scale=1 / 255, resample=True),
        3, torch.device("cpu"),
    )  # fmt: skip
    whole = data.batch("train").x
    assert set(whole.unique().tolist()) == {0.0, 1.0}
    torch.testing.assert_close(data.batch("train", 250, 100).x, whole[250:350])
    assert not torch.equal(whole[:100], whole[250:350])
    torch.testing.assert_close(whole.mean(), torch.tensor(chances.mean() / 255, dtype=torch.float32), atol=0.01, rtol=0)
