"""Devices by name, and what is set before one is used."""

from __future__ import annotations

import os

import pytest
import torch

from explorer.engine import Run, Setup, auto_device, devices, open_data
from explorer.engine.auto_device import chosen_device
from explorer.engine.data.spec import spec_of
from explorer.engine.errors import BadInput


@pytest.fixture
def machine(monkeypatch):
    """A machine with two GPUs, whose libraries are as they are by default."""
    for module in (devices, auto_device):
        monkeypatch.setattr(module, "available", lambda: ["cuda:0", "cuda:1", "cpu"])
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


@pytest.mark.parametrize(
    ("page", "data", "values", "device"),
    [
        ("gauss", "ring8:n=1000", {"batch": 128, "graphs": False}, "cpu"),
        ("vae", "digits", {"graphs": False, "batch": 32}, "cpu"),
        ("vae", "digits", {"graphs": False, "batch": 4096}, "cuda:0"),
        ("vae-per-datapoint", "digits", {}, "cpu"),  # a row for each datum: never captured
        ("gan-images", "digits", {"graphs": False}, "cuda:0"),  # a convolution uses its weights at every pixel
        ("pixel-rnn", "digits-binary", {"graphs": False}, "cuda:0"),
        ("wavenet", "tones", {"graphs": False}, "cuda:0"),
    ],
)
def test_auto_is_the_faster_device_by_stored_figures(machine, fixture_pages, page, data, values, device) -> None:
    setup, reason = chosen_device(Setup.of(page, data=data, values=values), spec_of(open_data(data)))
    assert setup.device == device
    assert reason.startswith(f"device {device}: ")
    assert "from which cuda:0 is faster" in reason


def test_auto_is_the_gpu_where_whole_rounds_are_captured(machine, fixture_pages) -> None:
    setup, reason = chosen_device(Setup.of("gauss", data="ring8:n=1000"), spec_of(open_data("ring8:n=1000")))
    assert setup.device == "cuda:0"
    assert reason.startswith("device cuda:0: it replays a round as one CUDA graph")


def test_where_there_is_no_choice_nothing_is_said(machine, fixture_pages) -> None:
    spec = spec_of(open_data("ring8:n=1000"))
    named = Setup.of("gauss", data="ring8:n=1000", device="cuda:1")
    assert chosen_device(named, spec) == (named, "")
    machine.setattr(auto_device, "available", lambda: ["cpu"])
    setup, reason = chosen_device(Setup.of("gauss", data="ring8:n=1000"), spec)
    assert (setup.device, reason) == ("cpu", "")


def test_the_chosen_device_is_kept_and_said(machine, command, tmp_path) -> None:
    options = ("--data", "ring8:n=1000", "--set", "batch=8", "graphs=false", "--steps", 2, "--out", tmp_path / "run")
    done = command("train", "gauss", *options)
    assert done.code == 0
    assert "device cpu: 4 parameters × 8 data a batch are below the 1e+07 from which cuda:0 is faster" in done.err
    assert Run(tmp_path / "run").setup.device == "cpu"


def test_a_workspace_that_the_user_chose_is_kept(machine) -> None:
    machine.setenv("CUBLAS_WORKSPACE_CONFIG", ":16:8")
    devices.resolve("cuda")
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":16:8"


def test_a_cpu_changes_nothing(machine) -> None:
    devices.resolve("cpu")
    assert not torch.backends.cudnn.deterministic
    assert "CUBLAS_WORKSPACE_CONFIG" not in os.environ
