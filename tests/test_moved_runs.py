"""Runs that go on on another kind of device, by files as a session on a GPU would leave them."""

from __future__ import annotations

import dataclasses
import json
import shutil

import pytest
import torch
from pages import kept_session, session, tensors_of

from explorer.engine import BadInput, Run, resume_session
from explorer.engine.runs.checkpoint import Checkpoint

pytestmark = pytest.mark.usefixtures("fixture_pages")


@pytest.fixture
def of_a_gpu(tmp_path) -> Run:
    """A run whose last checkpoint is one of a GPU: its generator has a state of 16 bytes."""
    made = kept_session("tiny-gan", tmp_path / "run", batch=16, steps=20, optimiser="adamw", ema=0.9)
    for _ in range(5):
        made.step()
    made.stop()
    made.close()
    run = Run(tmp_path / "run")
    found = run.last()
    tensors = {**found.tensors, "generator": torch.arange(16, dtype=torch.uint8)}
    run.save(Checkpoint(found.step, {**found.state, "device": "cuda"}, tensors))
    stored = json.loads((run.folder / "config.json").read_text())
    (run.folder / "config.json").write_text(json.dumps({**stored, "device": "cuda"}))
    return Run(run.folder)


@pytest.mark.skipif(torch.cuda.is_available(), reason="here it goes on where it was trained")
@pytest.mark.parametrize("device", [None, "auto"])
def test_a_run_of_another_device_is_refused_until_one_is_named(of_a_gpu, device):
    with pytest.raises(BadInput, match=r"was trained on cuda, and there is no device cuda.*--device cpu.*differ"):
        resume_session(of_a_gpu.folder, device=device)
    assert of_a_gpu.changes() == []


def test_a_named_device_takes_over_weights_moments_and_counters(of_a_gpu):
    before = of_a_gpu.last()
    moved = resume_session(of_a_gpu.folder, device="cpu")
    tensors = tensors_of(moved)
    kept = {path: value for path, value in before.tensors.items() if path != "generator"}
    assert any(path.endswith("/step") for path in kept)
    assert all(torch.equal(tensors[path], value) for path, value in kept.items())
    assert (moved.trainer.step, moved.trainer.position) == (5, before.state["position"])
    assert moved.notice == "moved from cuda to cpu at step 5; numbers will differ from those of a run that stayed"
    assert of_a_gpu.changes() == []  # nothing was trained yet
    while not moved.finished:
        moved.step()
    moved.close()
    assert of_a_gpu.changes() == [{"step": 5, "device": "cpu"}]
    assert of_a_gpu.last().state["device"] == "cpu"


def test_a_run_that_moved_is_resumed_where_it_is_to_the_same_numbers(of_a_gpu, tmp_path):
    def trained(folder, device: str | None, to: int) -> dict[str, torch.Tensor]:
        made = resume_session(folder, device=device)
        while made.step_count < to:
            made.step()
        made.stop()
        made.close()
        return tensors_of(made)

    other = shutil.copytree(of_a_gpu.folder, tmp_path / "other")
    whole = trained(of_a_gpu.folder, "cpu", 12)
    trained(other, "cpu", 8)
    again = trained(other, None, 12)
    assert all(torch.equal(whole[path], again[path]) for path in whole)


def test_noise_after_a_move_is_neither_that_of_the_start_nor_of_another_step():
    made = session("gauss", jitter=1.0)
    states = [made.state().rng]
    for step in (3, 4):
        made.load(dataclasses.replace(made.state(), step=step, device="cuda", rng=torch.zeros(16).byte()), move=True)
        states.append(made.state().rng)
    assert not any(torch.equal(states[one], states[other]) for one, other in ((0, 1), (0, 2), (1, 2)))


@pytest.mark.parametrize("optimiser", ["adam", "adamw", "rmsprop", "sgd"])
def test_an_optimiser_goes_on_from_the_steps_of_one_on_a_gpu_and_back(optimiser):
    """On a GPU the count of steps lies beside the moments; the next update is that of an optimiser that stayed."""
    stayed, moved = (session("gauss", optimiser=optimiser, start="drawn") for _ in range(2))
    for _ in range(3):
        stayed.step()
    moved.load(stayed.state())
    player = moved.learner.players[0]
    memory = player.state()
    player._deferred = True  # as on a GPU: all tensors go to the device of the parameters
    player.load_state(memory)
    player._deferred = False
    player.load_state(player.state())
    for made in (stayed, moved):
        made.step()
    one, other = tensors_of(stayed), tensors_of(moved)
    assert all(torch.equal(one[path], other[path]) for path in one)


def test_the_command_line_says_that_a_run_moved(of_a_gpu, command):
    if not torch.cuda.is_available():
        assert command("resume", of_a_gpu.folder).code == 2
    done = command("resume", of_a_gpu.folder, "--device", "cpu")
    assert done.code == 0
    assert "moved from cuda to cpu at step 5; numbers will differ" in done.err
