"""Sessions: what a round does, what resuming keeps, what stops a run, what looking leaves alone."""

from __future__ import annotations

import dataclasses
import json
import math
import threading

import numpy as np
import pytest
import torch
from pages import frame_of, kept_session, session, tensors_of, weights_of

from explorer.engine import BadInput, Diverged, OutOfMemory, RunError, Session, new_session, resume_session
from explorer.engine.runs.frame_file import read_frames
from explorer.engine.session import clock, saver
from explorer.engine.training import learning_rate
from models.frames import arrays_of

pytestmark = pytest.mark.usefixtures("fixture_pages")


def trained(page: str, steps: int, **values) -> Session:
    made = session(page, **values)
    for _ in range(steps):
        made.step()
    return made


def train_to(made: Session, step: int) -> Session:
    while made.step_count < step:
        made.step()
    return made


def lines(made: Session) -> list[dict]:
    """Metrics on disk, without what a clock says."""
    made.run.close()
    return [{key: value for key, value in line.items() if key != "time"} for line in made.run.metrics()]


def same_tensors(one, other) -> list[str]:
    """Names of the tensors that differ, in the last bit or in being there."""
    missing = one.keys() ^ other.keys()
    return sorted(missing) + [key for key in one.keys() & other.keys() if not torch.equal(one[key], other[key])]


# Alone, together, interrupted


def test_two_sessions_in_two_threads_equal_each_alone():
    pages = ("gauss", "tiny-gan")
    alone = [tensors_of(trained(page, 40)) for page in pages]
    together: dict[str, dict[str, torch.Tensor]] = {}
    both_begin = threading.Barrier(2)

    def work(page: str) -> None:
        both_begin.wait()
        together[page] = tensors_of(trained(page, 40))

    threads = [threading.Thread(target=work, args=(page,)) for page in pages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for page, expected in zip(pages, alone, strict=True):
        assert same_tensors(expected, together[page]) == []


@pytest.mark.parametrize(
    "values", [{}, {"ema": 0.9}, {"micro_batches": 2}, {"optimiser": "rmsprop"}, {"optimiser": "sgd"}]
)
@pytest.mark.parametrize("page", ["gauss", "tiny-gan"])
def test_saved_and_resumed_is_as_never_interrupted(page, values, tmp_path):
    settings = {"batch": 16, "steps": 12, **values}
    whole = train_to(kept_session(page, tmp_path / "whole", **settings), 12)
    half = train_to(kept_session(page, tmp_path / "half", **settings), 7)
    half.stop()
    half.close()
    resumed = resume_session(tmp_path / "half")
    assert resumed.seconds == half.seconds > 0
    train_to(resumed, 12)
    assert same_tensors(tensors_of(whole), tensors_of(resumed)) == []
    assert any(key.startswith("optimiser/") for key in tensors_of(whole)) or values == {"optimiser": "sgd"}
    assert lines(whole) == lines(resumed)
    assert whole.status == resumed.status == "done"
    assert whole.journal.history.last() == resumed.journal.history.last()
    assert whole.journal.recorder.steps() == resumed.journal.recorder.steps()
    for one, other in zip(*(sorted(made.run.frames.iterdir()) for made in (whole, resumed)), strict=True):
        assert one.name == other.name
        (_, first), (_, second) = read_frames(one), read_frames(other)
        assert first.keys() == second.keys() != set()
        for view, frame in first.items():
            np.testing.assert_equal(arrays_of(frame), arrays_of(second[view]))


@pytest.mark.parametrize("stop", [2, 3, 5])
def test_a_run_whose_players_change_is_resumed_bit_for_bit(stop, tmp_path):
    whole = train_to(kept_session("growing", tmp_path / "whole", steps=9, ema=0.5), 9)
    part = train_to(kept_session("growing", tmp_path / "part", steps=9, ema=0.5), stop)
    part.stop()
    part.close()
    torch.rand(5)  # a new stage must not begin with whatever the global generator happens to hold
    resumed = train_to(resume_session(tmp_path / "part"), 9)
    assert [player.player.name for player in resumed.learner.players] == ["gauss", "bend"]
    assert same_tensors(tensors_of(whole), tensors_of(resumed)) == []
    assert lines(whole) == lines(resumed)


def test_entering_a_stage_keeps_the_memory_of_old_optimisers_and_no_global_draw(untouched_generators):
    growing = trained("growing", 2)
    before = growing.learner.players[0].state()["mean/exp_avg"].clone()
    with untouched_generators():
        growing.step()
    assert len(growing.learner.players) == 2
    assert growing.learner.players[1].state() == {}
    after = growing.learner.players[0].state()["mean/exp_avg"]
    assert not torch.equal(after, before)
    assert growing.learner.players[0].state()["mean/step"] == 3


def test_the_step_0_checkpoint_is_there_before_the_first_round(tmp_path):
    kept = kept_session("gauss", tmp_path / "run")
    kept.begin()
    assert kept.step_count == 0
    assert kept.run.last().step == 0
    kept.close()


def test_a_run_without_its_first_checkpoint_begins_when_resumed(tmp_path):
    whole = train_to(kept_session("gauss", tmp_path / "whole", steps=3), 3)
    kept_session("gauss", tmp_path / "run", steps=3).close()  # as after a crash before step 0 was saved
    resumed = train_to(resume_session(tmp_path / "run"), 3)
    assert lines(resumed) == lines(whole)


def test_resuming_a_run_whose_checkpoints_are_gone_is_refused(tmp_path):
    train_to(kept_session("gauss", tmp_path / "run", steps=3), 3).close()
    for path in (tmp_path / "run" / "checkpoints").iterdir():
        path.unlink()
    with pytest.raises(RunError, match="no checkpoint"):
        resume_session(tmp_path / "run")


def test_autosave_comes_by_the_clock(tmp_path, monkeypatch):
    kept = kept_session("gauss", tmp_path / "run")
    train_to(kept, 3)
    assert kept.run.last().step == 0
    monkeypatch.setattr(saver, "AUTOSAVE", 0.0)
    kept.step()
    assert kept.run.last().step == 4
    kept.close()


# Seed and stop


def test_the_same_seed_gives_the_same_beginning_and_another_seed_another():
    made, again = session("gauss", start="drawn"), session("gauss", start="drawn")
    assert same_tensors(weights_of(made.model), weights_of(again.model)) == []
    assert train_to(made, 3).journal.history.last() == train_to(again, 3).journal.history.last()
    other = session("gauss", start="drawn", seed=1)
    assert same_tensors(weights_of(other.model), weights_of(session("gauss", start="drawn").model)) == ["mean"]


def test_stop_leaves_model_and_run_usable(tmp_path):
    kept = train_to(kept_session("tiny-gan", tmp_path / "run", batch=16), 3)
    kept.substep()
    kept.stop()
    assert (kept.status, kept.step_count) == ("stopped", 4)  # the round that was begun is finished
    assert kept.model.sample(3, rng=torch.Generator()).shape == (3, 2)
    assert frame_of(kept, "samples").layers[0].xy.shape == (50, 2)
    assert kept.run.last().step == 4
    kept.step()
    assert kept.step_count == 5
    kept.close()


# Micro-batches


@pytest.mark.parametrize("parts", [2, 4])
def test_micro_batches_give_the_gradient_of_the_whole_batch(parts):
    gradients = []
    for count in (1, parts):
        made = session("gauss", batch=64, micro_batches=count, jitter=0.0, start="drawn")
        made.model.double()
        made.data._x["train"] = made.data._x["train"].double()
        made.data._units = lambda raw: raw
        for _ in range(1 + 2 * count):  # up to the last backward
            made.substep()
        gradients.append([parameter.grad.clone() for parameter in made.model.parameters()])
    for whole, summed in zip(*gradients, strict=True):
        assert whole.dtype == torch.float64
        torch.testing.assert_close(summed, whole, rtol=1e-13, atol=1e-13)


def test_micro_batches_are_refused_for_batch_statistics_and_uneven_parts():
    with pytest.raises(BadInput, match="normalises by its batch"):
        session("normalised", batch=32, micro_batches=2)
    with pytest.raises(BadInput, match="cannot be divided into 3"):
        session("gauss", batch=32, micro_batches=3)
    assert session("normalised", micro_batches=1).step_count == 0


# Settings


@pytest.mark.parametrize("step", [0, 1, 7, 20])
def test_the_cosine_schedule_is_its_formula(step):
    made = train_to(session("gauss", steps=20, lr=0.5), step)
    made.substep()
    expected = 0.5 * (0.02 + 0.98 * math.cos(math.pi * min(step, 20) / 40) ** 2)  # ½(1 + cos u) = cos²(u/2)
    assert made.learner.players[0].lr == pytest.approx(expected, rel=1e-12)
    assert learning_rate(0.5, "constant", 0.7) == 0.5
    assert learning_rate(0.5, "cosine", 3.0) == pytest.approx(0.01)


def test_clip_shortens_the_gradient_to_its_length():
    free, clipped = (
        session("gauss", optimiser="sgd", beta1=0.0, lr=1.0, clip=clip, schedule="constant") for clip in (0.0, 0.01)
    )
    moves = []
    for made in (free, clipped):
        before = torch.cat([p.detach().clone() for p in made.model.parameters()])
        made.step()
        moves.append(torch.cat([p.detach() for p in made.model.parameters()]) - before)
    assert moves[1].norm().item() == pytest.approx(0.01, rel=1e-4)
    torch.testing.assert_close(moves[0] / moves[0].norm(), moves[1] / moves[1].norm(), rtol=1e-3, atol=1e-4)


def test_averaged_weights_follow_with_a_warm_up():
    made = session("gauss", ema=0.3, start="drawn")
    average = made.model.mean.detach().clone().double()
    for step in range(1, 8):
        made.step()
        decay = min(0.3, (1 + step) / (10 + step))
        average = decay * average + (1 - decay) * made.model.mean.detach().double()
        torch.testing.assert_close(made.learner.averaged.mean.detach().double(), average, rtol=1e-5, atol=1e-6)
    assert made.display_model() is made.learner.averaged
    assert made.display_model(raw=True) is made.model
    assert not torch.equal(made.learner.averaged.mean, made.model.mean)


def test_a_live_change_holds_from_the_next_round_and_is_noted(tmp_path):
    kept = kept_session("gauss", tmp_path / "run", steps=20, schedule="constant")
    train_to(kept, 2)
    kept.substep()
    kept.change(scale=3.0, lr=0.5)
    assert kept.model.config.scale == 1.0  # this round goes on as it began
    assert kept.setup.config.scale == 3.0
    kept.step()
    assert kept.learner.players[0].lr == 1e-3
    assert kept.model.config.scale == 3.0
    kept.step()
    assert kept.learner.players[0].lr == 0.5
    kept.change(clip=1.0)
    kept.close()
    assert kept.run.changes() == [{"step": 3, "set": {"scale": 3.0, "lr": 0.5}}, {"step": 4, "set": {"clip": 1.0}}]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"batch": 8}, "batch cannot change during training"),
        ({"jitter": 0.5}, "jitter cannot change"),
        ({"scale": 99}, "scale takes a number from 0.1 to 10, not 99"),
        ({"nothing": 1}, "there is no parameter nothing"),
    ],
)
def test_other_changes_are_refused_and_change_nothing(values, message):
    made = session("gauss")
    before = made.setup
    with pytest.raises(BadInput, match=message):
        made.change(**values)
    assert made.setup == before


def test_a_change_made_after_the_checkpoint_holds_when_resumed(tmp_path):
    kept = kept_session("gauss", tmp_path / "run", steps=20)
    train_to(kept, 2)
    kept.save()
    kept.change(scale=4.0)
    kept.close()  # as after a crash: the checkpoint is older than the change
    resumed = resume_session(tmp_path / "run")
    assert resumed.setup.config.scale == 4.0
    assert resumed.model.config.scale == 4.0
    assert resumed.run.changes() == [{"step": 2, "set": {"scale": 4.0}}]
    resumed.close()


def test_a_change_before_the_first_round_is_kept_at_step_0(tmp_path):
    kept = kept_session("gauss", tmp_path / "run", steps=20)
    kept.change(scale=4.0)
    kept.begin()
    kept.close()
    resumed = resume_session(tmp_path / "run")
    assert resumed.setup.config.scale == 4.0
    assert resumed.run.changes() == [{"step": 0, "set": {"scale": 4.0}}]
    resumed.close()


# Phases


def test_substeps_are_the_phases_of_each_player_with_explanations():
    made = session("tiny-gan", batch=16, micro_batches=2)
    first = [made.substep() for _ in range(18)]
    names = ["draw", "forward", "backward", "forward", "backward", "update"]
    assert [phase.name for phase in first] == names * 3
    assert [phase.player for phase in first] == ["discriminator"] * 12 + ["generator"] * 6
    assert first[1].explanation == "The discriminator judges data and samples."
    assert all(phase.explanation.endswith(".") for phase in first)
    assert {"loss", "value"} <= first[1].metrics.keys()
    assert made.step_count == 1
    assert made.substep().player == "discriminator"


def test_a_step_is_its_substeps():
    slow, fast = session("tiny-gan", batch=16), session("tiny-gan", batch=16)
    while slow.step_count < 2:
        slow.substep()
    slow.substep()
    slow.step()  # finishes the round that was begun
    train_to(fast, 3)
    assert slow.step_count == 3
    assert same_tensors(tensors_of(slow), tensors_of(fast)) == []


def test_a_player_s_update_moves_that_player_alone():
    made = session("tiny-gan", batch=16)
    before = weights_of(made.model)
    while made.substep().name != "update":
        pass
    moved = same_tensors(before, weights_of(made.model))
    assert moved
    assert not any(name.startswith("generator") for name in moved)


def test_a_round_that_breaks_off_is_begun_anew(monkeypatch):
    made = session("gauss")
    with monkeypatch.context() as patch:
        patch.setattr(type(made.model), "loss", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            made.step()
    made.step()
    assert made.step_count == 1


# What stops a run


@pytest.mark.parametrize(("absurd", "other"), [("lr_g", "lr_d"), ("lr_d", "lr_g")])
def test_the_rate_that_is_absurd_is_named_whichever_player_is_noticed_first(absurd, other):
    diverging = session("tiny-gan", batch=16, optimiser="sgd", **{absurd: 1.0, other: 1e-4})
    with torch.no_grad():
        next(diverging.model.parameters()).fill_(torch.nan)
    with pytest.raises(Diverged) as error:
        diverging.step()
    assert error.value.player == "discriminator"
    assert (error.value.field, error.value.lr) == (absurd, 1.0)
    assert f"{absurd}=1" in str(error.value)
    assert f"smaller learning rate ({absurd}=0.1)" in str(error.value)


@pytest.mark.parametrize("what", ["loss", "gradient"])
def test_what_is_not_finite_is_not_learned(what, tmp_path):
    kept = train_to(kept_session("exploding", tmp_path / "run", what=what, after=3, steps=9), 3)
    kept.save()
    before, memory = weights_of(kept.model), tensors_of(kept)
    with pytest.raises(Diverged, match=r"model not finite at step 4 \(learning rate .*smaller learning rate"):
        kept.step()
    assert same_tensors(before, weights_of(kept.model)) == []
    optimiser = {key: value for key, value in tensors_of(kept).items() if key.startswith("optimiser")}
    assert same_tensors(optimiser, {key: memory[key] for key in optimiser}) == []
    assert (kept.status, kept.step_count, kept.finished) == ("diverged", 3, True)
    with pytest.raises(BadInput, match="over"):
        kept.step()
    kept.close()
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert (summary["state"], summary["steps"]) == ("diverged", 3)
    assert kept.run.last().step == 3
    resumed = resume_session(tmp_path / "run")
    assert resumed.status == "stopped"
    resumed.close()


def test_a_metric_that_is_not_finite_is_left_out_and_the_run_goes_on(tmp_path):
    kept = train_to(kept_session("exploding", tmp_path / "run", what="metric", after=2, steps=4), 4)
    kept.close()
    assert kept.status == "done"
    rows = [line for line in kept.run.metrics() if "held_out" not in line]
    assert [("log_two" in row, "loss" in row) for row in rows] == [(True, True)] * 2 + [(False, True)] * 2


@pytest.mark.parametrize(("batch", "parts", "fits"), [(100, 1, 12), (64, 1, 16), (64, 2, 32)])
def test_too_little_memory_names_a_batch_that_fits(batch, parts, fits):
    made = session("hungry", batch=batch, micro_batches=parts)
    before = weights_of(made.model)
    with pytest.raises(
        OutOfMemory, match=rf"too little memory for a batch of {batch}; a batch of {fits} fits: set batch={fits}"
    ):
        made.step()
    assert made.status == "out of memory"
    assert same_tensors(before, weights_of(made.model)) == []
    assert all(parameter.grad is None for parameter in made.model.parameters())
    again = session("hungry", batch=fits, micro_batches=parts)
    again.step()
    assert again.step_count == 1


def test_where_nothing_fits_it_says_so(monkeypatch):
    made = session("hungry", batch=64)

    def full(*_, **__):
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes")

    monkeypatch.setattr(type(made.model), "loss", full)
    with pytest.raises(OutOfMemory, match="not even one datum fits") as caught:
        made.step()
    assert caught.value.fits is None


# Validation and the best checkpoint


def test_the_best_checkpoint_is_that_of_the_best_held_out_value(tmp_path):
    kept = kept_session("gauss", tmp_path / "run", steps=120, lr=0.5, schedule="constant", batch=4)
    train_to(kept, 120)
    kept.close()
    measured = {line["step"]: line["held_out"]["log_likelihood"] for line in kept.run.metrics() if "held_out" in line}
    assert next(iter(measured)) == 0
    assert list(measured)[-1] == 120
    assert len(measured) > 2
    assert kept.run.best().step == max(measured, key=measured.__getitem__)
    assert kept.saver.best_score == max(measured.values())


def test_devices_that_are_not_there_are_refused():
    setup = dataclasses.replace(session("gauss").setup, device="cuda:77")
    with pytest.raises(BadInput, match=r"there is no device cuda:77; there are auto, .*cpu"):
        new_session(setup, keep=False)


def test_a_session_by_the_clock_is_done_when_it_is_finished(monkeypatch):
    ticks = iter(range(100_000))
    monkeypatch.setattr(clock.time, "perf_counter", lambda: float(next(ticks)))  # each look takes a second
    for seconds in range(5, 17):  # wherever within a round the time is up
        made = session("gauss", seconds=float(seconds), batch=8, record=True)
        while not made.finished:
            made.step()
        assert made.status == "done"
        assert made.seconds >= seconds
        assert (
            made.journal.history.curve("held_out.modes").step[-1]
            == made.step_count
            == made.journal.recorder.steps()[-1]
        )
