"""Runs written by earlier versions load, evaluate, resume and draw as they did.

`runs/<version>` holds one small run of each model, stopped at step 20 of 40 on a CPU, and `expected.json`: what the
version that wrote them printed for `evaluate --checkpoint last`, and the metrics of step 40 after `resume`. The bundles
in `assets/weights` were written by version 0.1.0 too; `test_bundle.py` opens them.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from explorer.engine import Run, load_run

RUNS = Path(__file__).parent / "runs" / "0.1.0"
EXPECTED = json.loads((RUNS / "expected.json").read_text(encoding="utf-8"))
FIGURES = {"vae": "latent_map", "vae-per-datapoint": "latent_map", "gan": "samples", "gan-images": "samples"}

pytestmark = pytest.mark.parametrize("page", list(EXPECTED))


@pytest.fixture
def run(page, tmp_path) -> Path:
    """A copy of the run, for a run that is opened for writing is changed."""
    return Path(shutil.copytree(RUNS / page, tmp_path / page))


def close(values: dict[str, float]) -> dict[str, object]:
    """Rounding differs between processors; counts and shares of few data may move by one of them."""
    return {key: pytest.approx(value, rel=1e-3, abs=1e-4) for key, value in values.items()}


def test_weights_load_and_evaluate_to_the_same_numbers(page, run, command):
    assert load_run(run).step == 20
    done = command("evaluate", run, "--checkpoint", "last", "--json")
    assert done.code == 0, done.err
    metrics = json.loads(done.out.splitlines()[-1])["metrics"]
    expected = EXPECTED[page]["evaluate"]
    assert {key: metrics[key] for key in expected} == close(expected)


def test_a_resumed_run_goes_on_along_the_same_numbers(page, run, command):
    done = command("resume", run, "--json")
    assert done.code == 0, done.err
    (last,) = [line for line in Run(run).metrics() if line["step"] == 40 and "held_out" not in line]
    expected = EXPECTED[page]["resumed"]
    assert {key: last[key] for key in expected} == close(expected)


def test_recorded_frames_and_views_are_drawn(page, run, command, tmp_path):
    for name, step in (("recorded", ("--step", 10)), ("last", ())):
        out = tmp_path / f"{name}.png"
        done = command("figure", run, FIGURES[page], *step, "--out", out)
        assert done.code == 0, done.err
        assert out.read_bytes().startswith(b"\x89PNG")
