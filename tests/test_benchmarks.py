"""The benchmark runs and tells what its README says; how fast anything is, is none of a test's business."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import models
from explorer.data import SOURCES
from explorer.engine import BadInput
from explorer.engine.setup import model_page
from models.protocol import GenerativeModel, settings_of

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import gpu, published  # noqa: E402 (a folder of the repository that is not installed)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    environment = {k: v for k, v in os.environ.items() if k != "DGM_EXPLORER_MIRROR"}
    environment["DGM_EXPLORER_HOME"] = str(tmp_path_factory.mktemp("home"))
    command = [sys.executable, "-W", "error", str(ROOT / "benchmarks" / "training.py")]
    command += ["--seconds", "0.5", "--repeats", "1", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_digits_and_a_planar_model_are_measured_without_a_download(result):
    assert [(each["page"], each["data"].split(":")[0]) for each in result["session"]] == [
        ("vae", "digits"),
        ("planar-game", "ring8"),
    ]
    assert "pythae-python" in result["pythae"]["skipped"]


def test_a_ratio_is_that_of_its_two_speeds_and_is_held_against_the_target_of_its_step(result):
    for each in result["session"]:
        rounding = 0.002 + 0.1 / each["bare_steps_per_s"]  # speeds are given to a tenth of a step
        assert each["ratio"] == pytest.approx(each["session_steps_per_s"] / each["bare_steps_per_s"], abs=rounding)
        assert each["bare_ms_per_step"] == pytest.approx(1000 / each["bare_steps_per_s"], rel=0.01)
        assert each["target"] == (0.85 if each["bare_ms_per_step"] >= 5 else 0.75)


def test_every_view_is_shown_at_no_more_than_the_windows_pace_while_the_session_keeps_everything(result):
    for each in result["session"]:
        assert each["errors"] == []
        assert each["views"]
        for view in each["views"].values():
            assert view["updates_per_s"] > 0
        assert 0 < each["snapshots_per_s"] <= 15 + 1 / 0.5  # one more fits into a slice of half a second
        assert each["calls"]["saving"] >= 1
        assert each["calls"]["recording"] > 0
        assert each["calls"]["metrics"] > 0


@pytest.mark.skipif(torch.cuda.is_available(), reason="with a GPU it trains")
def test_published_values_stand_alone_without_a_gpu(capsys, tmp_path):
    assert published.main(["--out", str(tmp_path / "runs"), "--json"]) == 0
    out, err = capsys.readouterr()
    assert "there is no GPU" in err
    rows = json.loads(out.splitlines()[-1])["rows"]
    assert {name: row["published"] for name, row in rows.items()} == {
        "vae: MNIST, 50 latents": -86.76,
        "pixel-cnn: MNIST, binarized, wide": 81.30,
        "row-lstm: MNIST, binarized, wide": 80.54,
        "diagonal-bilstm: MNIST, binarized": 80.75,
        "maf: Digits on mnist": 1.89,
        "real-nvp-images: MNIST, large": 4.36,
        "avb: Digits, adaptive contrast on mnist-dynamic": -89.6,
    }
    assert not any("ours" in row for row in rows.values())
    assert len({row.folder for row in published.ROWS}) == len(published.ROWS)  # else one would go on with another's run
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("row", published.ROWS, ids=lambda row: row.page)
def test_each_published_row_is_a_preset_with_its_data_and_its_measure(row):
    setup = row.setup("cpu")
    assert setup.training.seconds == 600
    assert setup.data.startswith("mnist")
    known = settings_of(model_page(row.page).evaluate)
    assert set(row.measure) <= set(known)


def test_a_row_is_trained_goes_on_and_is_measured(tmp_path):
    row = published.Row("real-nvp", "Two moons", "nll_nats", "nats", 0.0, "", data="moons:n=1000")
    first = published._measured(row, tmp_path / "run", "cpu", 0.05, 200)
    then = published._measured(row, tmp_path / "run", "cpu", 0.15, 200)
    assert then["steps"] > first["steps"] > 0
    assert first["seconds"] <= then["seconds"]
    assert (then["n"], then["error"] > 0) == (200, True)


def _kind(data: str) -> str:
    return type(SOURCES[data.split(":")[0]].kind).__name__


def test_the_benchmark_of_a_gpu_has_each_model_once_for_each_kind_of_data():
    presets = {
        (name, preset.title): _kind(preset.data)
        for family in models.FAMILIES
        for name, page in family.pages.items()
        if issubclass(page, GenerativeModel)
        for preset in page.presets
    }
    measured = {(row.page, presets[row.page, row.preset]) for row in gpu.ROWS}
    assert measured == {(page, kind) for (page, _), kind in presets.items()}


def test_a_row_without_its_data_costs_the_benchmark_of_a_gpu_no_other_row(capsys, monkeypatch):
    opened = gpu.open_data

    def open_data(name):
        if name.startswith("moons"):
            return opened("moons:n=1000")
        raise BadInput(f"{name} is not here")

    monkeypatch.setattr(gpu, "open_data", open_data)
    monkeypatch.setattr(gpu, "_EARLY", 0.0)
    monkeypatch.setattr(gpu, "ROWS", [gpu.Row("vae", "MNIST, 2-D latent", 7), gpu.Row("real-nvp", "Two moons", 7)])
    assert gpu.main(["--seconds", "0.05", "--device", "cpu", "--json"]) == 0
    lacking, measured = json.loads(capsys.readouterr().out.splitlines()[-1])["rows"].values()
    assert lacking == {"skipped": "mnist-dynamic is not here"}
    assert measured["eager"] > 0
    assert measured["watched"] > 0
    assert measured["errors"] == []
    assert "graph" not in measured
