"""The benchmark runs and tells what its README says; how fast anything is, is none of a test's business."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


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
