"""Several processes that train one model together: each computes its slice of the batch, all hold the same weights."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch
from pages import FIXTURES, session, weights_of
from safetensors.torch import load_file, save_file

import models
from explorer.engine import BadInput, Session, Setup, open_data
from explorer.engine.devices import Placement

pytestmark = pytest.mark.usefixtures("fixture_pages")

CPU = torch.device("cpu")
VALUES = {"batch": 16, "steps": 6, "jitter": 0.0, "start": "drawn"}


@dataclass(frozen=True)
class Recorded(Placement):
    """Stands for one of two processes, and notes what it would send."""

    sent: list[torch.Tensor] = field(default_factory=list)

    def reduce(self, tensors) -> None:
        self.sent.extend(tensor.clone() for tensor in tensors)


def made(page: str, placement: Placement, **values) -> Session:
    setup = Setup.of(page, data="ring8:n=1000", values={**VALUES, **values}, device="cpu")
    return Session(setup, open_data(setup.data), placement=placement, record=True)


def test_the_mean_of_the_slices_gradients_is_the_gradient_of_the_batch():
    parts = [Recorded(CPU, rank, 2) for rank in range(2)]
    for placement in parts:
        made("gauss", placement, micro_batches=2).step()
    whole = session("gauss", **VALUES)
    for _ in range(3):
        whole.substep()
    gradients = [parameter.grad for parameter in whole.model.parameters()]
    for number, gradient in enumerate(gradients):
        torch.testing.assert_close((parts[0].sent[number] + parts[1].sent[number]) / 2, gradient)
        assert not torch.equal(parts[0].sent[number], parts[1].sent[number])


def test_no_two_processes_draw_the_same_noise():
    alike = [Recorded(CPU, rank, 2) for rank in range(2)]
    sessions = [made("gauss", placement, jitter=1.0) for placement in alike]
    for one in sessions:
        one.data.drawn = lambda index, rng, of=one.data: of.batch("train", 0, len(index))
        one.step()
    assert not torch.equal(alike[0].sent[0], alike[1].sent[0])


def test_only_the_first_process_measures_and_records():
    first, second = (made("gauss", Recorded(CPU, rank, 2)) for rank in range(2))
    for one in (first, second):
        one.step()
    assert "held_out.log_likelihood" in first.journal.history.last()
    assert first.journal.recorder.steps() == [0, 1]
    assert "loss" in second.journal.history.last()
    assert "held_out.log_likelihood" not in second.journal.history.last()
    assert second.journal.recorder.steps() == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"batch": 15}, "a batch of 15 cannot be divided among 2 processes"),
        ({"micro_batches": 16}, "cannot be divided among 2 processes with 16 micro_batches"),
        ({"seconds": 5.0}, "several processes train for a number of steps"),
    ],
)
def test_what_several_processes_cannot_do_is_refused(values, message):
    with pytest.raises(BadInput, match=message):
        made("gauss", Placement(CPU, 0, 2), **values)


def _work(rank: int, folder: str) -> None:
    models.FAMILIES = (*models.FAMILIES, FIXTURES)
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=2)
    trained = made("gauss", Placement(CPU, rank, 2))
    while not trained.finished:
        trained.step()
    save_file(weights_of(trained.model), f"{folder}/{rank}.safetensors")
    torch.distributed.destroy_process_group()


@pytest.mark.skipif(not torch.distributed.is_available(), reason="torch was built without torch.distributed")
def test_two_processes_train_as_one(tmp_path: Path):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_work, args=(rank, str(tmp_path))) for rank in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
    alone = session("gauss", **VALUES)
    while not alone.finished:
        alone.step()
    first, second = (load_file(tmp_path / f"{rank}.safetensors") for rank in range(2))
    for name, weight in weights_of(alone.model).items():
        assert torch.equal(first[name], second[name])
        torch.testing.assert_close(first[name], weight, rtol=1e-4, atol=1e-6)
