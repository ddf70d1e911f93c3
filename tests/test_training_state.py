"""The state of a session: what it holds, and that it comes back bit for bit, in memory and through a checkpoint."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from pages import session, tensors_of

from explorer.engine import RunError
from explorer.engine.runs.checkpoint import read_checkpoint, write_checkpoint
from explorer.engine.session.state import TrainingState, from_checkpoint, to_checkpoint

pytestmark = pytest.mark.usefixtures("fixture_pages")

VALUES = {"steps": 12, "batch": 16, "ema": 0.9}


def trained(page: str, steps: int, **values):
    made = session(page, **{**VALUES, **values})
    for _ in range(steps):
        made.step()
    return made


def same(one: TrainingState, other: TrainingState) -> bool:
    plain = [field.name for field in dataclasses.fields(one) if field.name not in ("rng", "tensors")]
    return (
        all(getattr(one, name) == getattr(other, name) for name in plain)
        and torch.equal(one.rng, other.rng)
        and one.tensors.keys() == other.tensors.keys()
        and all(torch.equal(tensor, other.tensors[path]) for path, tensor in one.tensors.items())
    )


@pytest.mark.parametrize("page", ["gauss", "tiny-gan", "growing"])
def test_a_state_written_and_read_is_the_same_and_trains_on_bit_for_bit(page, tmp_path):
    whole = trained(page, 5)
    state = whole.state()
    write_checkpoint(tmp_path / "state.safetensors", to_checkpoint(state))
    read = from_checkpoint(read_checkpoint(tmp_path / "state.safetensors"), type(whole.model))
    assert same(state, read)
    other = session(page, **VALUES)
    other.load(read)
    assert same(other.state(), state)
    for made in (whole, other):
        for _ in range(4):
            made.step()
    assert all(torch.equal(tensor, tensors_of(other)[path]) for path, tensor in tensors_of(whole).items())


def test_a_state_is_a_copy_that_further_training_leaves_alone():
    made = trained("gauss", 2)
    state = made.state()
    held = {path: tensor.clone() for path, tensor in state.tensors.items()}
    made.step()
    assert all(torch.equal(tensor, held[path]) for path, tensor in state.tensors.items())
    made.load(state)
    assert made.step_count == 2
    assert same(made.state(), state)


def test_a_checkpoint_has_the_keys_of_version_0_1_0():
    checkpoint = to_checkpoint(trained("gauss", 2).state())
    assert "generator" in checkpoint.tensors
    assert {path.split("/")[0] for path in checkpoint.tensors} == {"model", "averaged", "optimiser", "generator"}
    keys = ["stage", "config", "threads", "training", "optimisers", "device", "seconds", "position", "horizon", "best"]
    assert list(checkpoint.state) == keys


def test_a_state_of_another_device_is_refused():
    made = trained("gauss", 1)
    with pytest.raises(RunError, match=r"was trained on cuda, and its numbers would differ on cpu; .*--device cpu"):
        made.load(dataclasses.replace(made.state(), device="cuda"))


def test_a_live_change_that_has_not_reached_the_optimisers_is_part_of_the_state():
    made = trained("tiny-gan", 2)
    made.change(optimiser="sgd")
    state = made.state()
    assert (state.training.optimiser, state.optimisers.optimiser) == ("sgd", "adam")
    read = from_checkpoint(to_checkpoint(state), type(made.model))
    assert (read.training, read.optimisers) == (state.training, state.optimisers)
