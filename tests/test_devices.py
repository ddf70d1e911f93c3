"""Devices by name, and what is set before one is used."""

from __future__ import annotations

import os

import pytest
import torch

from explorer.engine import devices
from explorer.engine.errors import BadInput


@pytest.fixture
def machine(monkeypatch):
    """A machine with two GPUs, whose libraries are as they are by default."""
    monkeypatch.setattr(devices, "available", lambda: ["cuda:0", "cuda:1", "cpu"])
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", False)
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")  # so that it is put back
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    return monkeypatch


CASES = [("auto", "cuda:0"), ("cuda", "cuda:0"), ("cuda:1", "cuda:1"), ("cpu", "cpu")]


@pytest.mark.parametrize(("name", "device"), CASES)
def test_a_name_gives_its_device(machine, name: str, device: str) -> None:
    assert devices.resolve(name) == torch.device(device)


def test_a_device_that_is_missing_is_refused_with_those_there_are(machine) -> None:
    with pytest.raises(BadInput, match=r"no device cuda:2; there are auto, cuda:0, cuda:1, cpu"):
        devices.resolve("cuda:2")


@pytest.mark.parametrize("name", ["auto", "cuda", "cuda:1"])
def test_sums_on_a_gpu_are_repeated_in_the_same_order(machine, name: str) -> None:
    devices.resolve(name)
    assert torch.backends.cudnn.deterministic
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"


def test_a_workspace_that_the_user_chose_is_kept(machine) -> None:
    machine.setenv("CUBLAS_WORKSPACE_CONFIG", ":16:8")
    devices.resolve("cuda")
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":16:8"


def test_a_cpu_changes_nothing(machine) -> None:
    devices.resolve("cpu")
    assert not torch.backends.cudnn.deterministic
    assert "CUBLAS_WORKSPACE_CONFIG" not in os.environ
