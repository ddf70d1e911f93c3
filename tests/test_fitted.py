"""A model that `prepare` fits to its data has nothing to train: its run is done at step 0."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pages import SMALL, kept_session, session

from explorer.engine import BadInput, load_run, open_data, resume_session
from explorer.engine.host import events
from explorer.engine.host.host import PageHost
from explorer.engine.runs.curves import run_curves

pytestmark = pytest.mark.usefixtures("fixture_pages")


def moments() -> tuple[np.ndarray, np.ndarray]:
    x = open_data(SMALL).train.x.astype(float)
    return x.mean(axis=0), x.std(axis=0)


def log_likelihood(x: np.ndarray) -> float:
    """Mean log density of points under the Gaussian with the moments of the training data, nats."""
    mean, std = moments()
    return float((-0.5 * ((x - mean) / std) ** 2 - np.log(std)).sum(axis=1).mean() - np.log(2 * np.pi))


def test_the_model_is_fitted_when_the_session_is_made():
    made = session("moments")
    mean, std = moments()
    np.testing.assert_allclose(made.model.mean.numpy(), mean, atol=1e-6)
    np.testing.assert_allclose(made.model.log_std.exp().numpy(), std, rtol=1e-5)
    assert (made.fitted, made.learner.players, made.model.players()) == ("moments", [], ())


@pytest.mark.parametrize("length", [{"steps": 50}, {"seconds": 60.0}])
def test_it_is_done_at_step_0_whatever_the_length(length, tmp_path):
    made = kept_session("moments", tmp_path / "run", ema=0.99, **length)
    assert made.finished
    made.begin()
    made.close()
    assert (made.status, made.step_count, made.progress) == ("done", 0, 1.0)
    assert made.learner.averaged is None
    summary = json.loads((tmp_path / "run/summary.json").read_text())
    assert (summary["state"], summary["steps"]) == ("done", 0)


def test_it_keeps_checkpoints_metrics_and_frames_of_step_0(tmp_path):
    made = kept_session("moments", tmp_path / "run", jitter=0.0)
    made.begin()
    made.close()
    mean, _ = moments()
    for checkpoint in ("last", "best"):
        loaded = load_run(tmp_path / "run", checkpoint=checkpoint)
        assert loaded.step == 0
        np.testing.assert_allclose(loaded.model.mean.numpy(), mean, atol=1e-6)
    assert made.journal.recorder.steps() == [0]
    values = made.journal.history.last()
    expected = log_likelihood(open_data(SMALL).train.x[:500])
    assert values["log_likelihood"] == pytest.approx(expected, abs=1e-5)
    assert "held_out.log_likelihood" in values
    assert {series.key for series in run_curves(loaded.run).series} >= {"log_likelihood", "held_out.log_likelihood"}


@pytest.mark.parametrize(
    "command", [lambda made: made.step(), lambda made: made.substep(), lambda made: made.step_player("model")]
)
def test_it_is_not_trained(command):
    made = session("moments")
    with pytest.raises(BadInput, match="fitted by moments; there is nothing to train"):
        command(made)


def test_the_same_page_can_be_trained(tmp_path):
    made = session("moments", fit="gradient", steps=3)
    assert (made.fitted, made.finished, len(made.learner.players)) == ("", False, 1)
    while not made.finished:
        made.step()
    assert (made.status, made.step_count) == ("done", 3)


def test_stopping_and_resuming_change_nothing(tmp_path):
    made = kept_session("moments", tmp_path / "run")
    made.begin()
    made.stop()
    made.close()
    before = (tmp_path / "run/checkpoints/best.safetensors").read_bytes()
    again = resume_session(tmp_path / "run")
    assert (again.finished, again.status) == (True, "done")
    again.begin()
    again.close()
    assert [line["step"] for line in again.run.metrics()] == [0, 0]  # of training and of held-out data
    assert again.journal.history.last() == made.journal.history.last()
    assert (tmp_path / "run/checkpoints/best.safetensors").read_bytes() == before


def test_a_page_without_training_needs_no_optimiser(monkeypatch):
    def refuse(*_arguments):
        raise AssertionError("an optimiser was made")

    monkeypatch.setattr("explorer.engine.session.learner.Optimisation", refuse)
    session("moments").begin()
    with pytest.raises(AssertionError):
        session("moments", fit="gradient")


def test_a_host_says_that_it_is_done(tmp_path):
    told: list[events.Event] = []

    def event(each: events.Event) -> None:
        told.append(each)
        if isinstance(each, (events.Done, events.Training, events.Failed)):
            host.close()

    host = PageHost(lambda reply: None, event)
    host.open(lambda: kept_session("moments", tmp_path / "run"), train=True)
    host.run()
    assert [type(each) for each in told] == [events.Opened, events.Done, events.Closed]


# The command line


def test_the_commands_take_a_fitted_run(command, tmp_path):
    run = tmp_path / "run"
    done = command("train", "moments", "--data", SMALL, "--seconds", 600, "--device", "cpu", "--out", run, "--json")
    assert done.code == 0
    assert "fitted by moments; there is nothing to train" in done.err
    result = json.loads(done.out.splitlines()[-1])
    assert (result["state"], result["steps"]) == ("done", 0)
    done = command("resume", run, "--steps", 10)
    assert done.code == 0
    assert done.out.splitlines() == [str(run)]
    assert "at step" not in done.out + done.err
    done = command("evaluate", run, "--checkpoint", "best", "--json")
    result = json.loads(done.out.splitlines()[-1])
    assert result["step"] == 0
    assert result["metrics"]["nll_nats"] == pytest.approx(-log_likelihood(open_data(SMALL).test.x), abs=1e-4)
    assert command("sample", run, "--n", 8, "--seed", 0, "--out", tmp_path / "x.npz").code == 0
    assert np.load(tmp_path / "x.npz")["x"].shape == (8, 2)
    assert command("figure", run, "cloud", "--out", tmp_path / "x.png").code == 0
    assert command("figure", run, "cloud", "--step", 0, "--out", tmp_path / "y.png").code == 0


def test_live_length_is_taken_and_changes_nothing(tmp_path):
    made = kept_session("moments", tmp_path / "run")
    made.begin()
    made.change(steps=5)
    assert made.finished
    made.close()
