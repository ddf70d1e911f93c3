"""A run killed at a random moment and resumed equals one that was never killed.

`DGM_EXPLORER_KILLS=50` kills it fifty times.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pages import FIXTURES, kept_session

import models
from explorer.engine import Run

KILLS = int(os.environ.get("DGM_EXPLORER_KILLS", "2"))
STEPS = 300
PROGRAM = Path(__file__).with_name("killed.py")

pytestmark = [
    pytest.mark.usefixtures("fixture_pages"),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL"),
]


def arguments(folder: Path) -> list[str]:
    return [
        "train", "tiny-gan", "--data", "ring8:n=1000", "--set", "batch=16", "ema=0.9",
        "--steps", str(STEPS), "--seed", "3", "--device", "cpu", "--out", str(folder),
    ]  # fmt: skip


def start(*command: str, autosave: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(autosave), *command],
        env={**os.environ, "PYTHONPATH": str(PROGRAM.parents[1])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for(path: Path, process: subprocess.Popen[bytes], seconds: float = 60.0) -> None:
    """Returns when a file is there."""
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert process.poll() is None, "the program ended by itself"
        assert time.monotonic() < deadline, f"{path} did not come"
        time.sleep(0.005)


def numbers(folder: Path) -> list[dict]:
    return [{key: value for key, value in line.items() if key != "time"} for line in Run(folder).metrics()]


@pytest.fixture(scope="module")
def unkilled(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("unkilled") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "FAMILIES", (*models.FAMILIES, FIXTURES))
        session = kept_session("tiny-gan", folder, seed=3, batch=16, ema=0.9, steps=STEPS)
        while not session.finished:
            session.step()
        session.close()
    return folder


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_killed_run_is_resumed_to_the_same_numbers(kill, unkilled, tmp_path, command):
    folder = tmp_path / "run"
    process = start(*arguments(folder), autosave=0.02)
    # The first is killed while it sets out; how far the others come differs each time, and is meant to.
    wait_for(folder / ("checkpoints" if kill else "config.json"), process)
    try:
        process.wait(random.uniform(0.0, 1.0))
    except subprocess.TimeoutExpired:
        process.kill()
    assert process.wait(60) in (0, -signal.SIGKILL)
    done = command("resume", folder, "--device", "cpu")
    assert (done.code, done.err.splitlines()[0]) == (0, f"run: {folder}")
    assert numbers(folder) == numbers(unkilled)
    last, expected = Run(folder).last(), Run(unkilled).last()
    assert last.step == STEPS
    assert all(tensor.equal(last.tensors[name]) for name, tensor in expected.tensors.items())
    assert [p.name for p in sorted((folder / "frames").iterdir())] == [
        p.name for p in sorted((unkilled / "frames").iterdir())
    ]
