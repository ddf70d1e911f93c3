"""Several processes that train one model together: each computes its slice of the batch, all hold the same weights."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch
from pages import session
from safetensors.torch import load_file
from torchrun import started, wait_until
from trained_in_parts import CASES, trained

from explorer.engine import BadInput, Run, Session, Setup, load_run, new_session, open_data
from explorer.engine.devices import Placement
from explorer.engine.session.noise import Noise

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
    values = {"micro_batches": 2, **VALUES, **values}
    setup = Setup.of(page, data="ring8:n=1000", values=values, device="cpu")
    return Session(setup, open_data(setup.data), placement=placement, record=True)


def test_the_mean_of_the_slices_gradients_is_the_gradient_of_the_batch():
    parts = [Recorded(CPU, rank, 2) for rank in range(2)]
    for placement in parts:
        made("gauss", placement, micro_batches=4).step()
    whole = session("gauss", **VALUES)
    for _ in range(3):
        whole.substep()
    gradients = [parameter.grad for parameter in whole.model.parameters()]
    for number, gradient in enumerate(gradients):
        torch.testing.assert_close((parts[0].sent[number] + parts[1].sent[number]) / 2, gradient)
        assert not torch.equal(parts[0].sent[number], parts[1].sent[number])


def test_noise_is_that_of_the_part_whichever_process_computes_it():
    kinds = {(world, rank): Noise(3, Placement(CPU, rank, world), 4) for world in (1, 2, 4) for rank in range(world)}
    drawn = {}
    for (_, rank), noise in kinds.items():
        noise.begin(7, 2)
        for update in range(2):
            for part in range(noise.parts):
                value = torch.rand(3, generator=noise.of(update, part))
                drawn.setdefault((update, rank * noise.parts + part), []).append(value)
    assert all(torch.equal(values[0], value) for values in drawn.values() for value in values[1:])
    assert len({tuple(values[0].tolist()) for values in drawn.values()}) == 8
    noise.begin(8, 1)
    assert not torch.equal(torch.rand(3, generator=noise.of(0, 0)), drawn[0, 3][0])


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
        ({"micro_batches": 1}, "the number of processes must divide 1"),
        ({"seconds": 5.0}, "several processes train for a number of steps"),
    ],
)
def test_what_several_processes_cannot_do_is_refused(values, message):
    with pytest.raises(BadInput, match=message):
        made("gauss", Placement(CPU, 0, 2), **values)


@pytest.mark.parametrize(
    ("page", "values", "message"),
    [
        ("gauss", {"batch": 15}, "a batch of 15 cannot be divided among 2 processes with 1 micro_batches each"),
        ("gauss", {"batch": 6, "micro_batches": 2}, "among 2 processes with 2 micro_batches each"),
        ("normalised", {}, "normalises by its batch, and each of 2 processes would normalise by its own part"),
    ],
)
def test_a_batch_that_several_processes_cannot_share_is_refused(page, values, message):
    setup = Setup.of(page, data="ring8:n=1000", values={**VALUES, **values}, device="cpu")
    with pytest.raises(BadInput, match=message):
        new_session(setup, keep=False, placement=Placement(CPU, 0, 2))


@pytest.mark.skipif(not torch.distributed.is_available(), reason="torch was built without torch.distributed")
def test_two_processes_train_as_one_with_two_micro_batches(tmp_path: Path):
    """In both, a sum of two parts has one order only; more parts may be added in another."""
    process = started("trained_in_parts.py", tmp_path)
    alone = {(page, dtype): trained(page, dtype, None, 2) for page in CASES for dtype in (torch.float64, torch.float32)}
    assert process.wait(120) == 0
    for (page, dtype), whole in alone.items():
        first, second = (load_file(tmp_path / f"{page}-{dtype}-{rank}.safetensors") for rank in range(2))
        tolerance = 1e-10 if dtype == torch.float64 else 1e-5
        assert any(tensor.dtype == dtype for tensor in whole.values())
        for name, tensor in whole.items():
            torch.testing.assert_close(first[name], tensor, rtol=tolerance, atol=tolerance, msg=f"{page}: {name}")
            assert torch.equal(first[name], second[name])


@pytest.fixture
def job(tmp_path) -> Iterator[subprocess.Popen[bytes]]:
    """Two processes that train, and save every few milliseconds."""
    arguments = ["train", "tiny-gan", "--data", "ring8:n=1000", "--set", "batch=16", "--steps", "100000"]
    process = started("killed.py", "0.02", *arguments, "--device", "cpu", "--out", tmp_path / "run")
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.skipif(sys.platform != "linux", reason="the processes are found in /proc")
def test_a_rank_that_is_killed_ends_the_others_and_the_run_is_resumed(job, tmp_path, command):
    folder = tmp_path / "run"
    wait_until(lambda: len(list((folder / "checkpoints").glob("step-*"))) > 1, job)
    loaded = load_run(folder)  # while it is being written
    assert loaded.run.setup.training.micro_batches == 2
    second = next(
        pid for pid in children(job.pid) if b"RANK=1" in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    )
    others = children(job.pid)
    os.kill(second, signal.SIGKILL)
    assert job.wait(30) == 1
    assert not any(Path(f"/proc/{pid}").exists() for pid in others)
    step = Run(folder).last().step
    done = command("resume", folder, "--steps", step + 20)
    assert (done.code, load_run(folder).step) == (0, step + 20)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
