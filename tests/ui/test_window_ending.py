"""Ctrl-C, SIGTERM and SIGHUP save and close the window as its cross does."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.engine import Run
from explorer.ui.ending import Ending
from explorer.ui.settings import settings

PROGRAM = Path(__file__).with_name("ended.py")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
@pytest.mark.parametrize(
    ("number", "state", "status"),
    [("SIGINT", "training", 130), ("SIGTERM", "dialog", 143), ("SIGHUP", "idle", 129)],
)
def test_a_signal_saves_and_closes_the_window(number, state, status, apart):
    stored = settings()
    stored.setValue("page", "gan")  # whose window opens and trains fast
    stored.sync()
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), state],
        env={**os.environ, "PYTHONPATH": str(PROGRAM.parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # the suite may run under nohup
    )
    try:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], 40)[0], "the window did not open"
        folder = process.stdout.readline().strip()
        process.send_signal(getattr(signal, number))
        _, errors = process.communicate(timeout=40)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == status, errors
    assert "Traceback" not in errors
    if state != "idle":
        summary = json.loads((Path(folder) / "summary.json").read_text())
        run = Run(Path(folder))
        assert summary["state"] == "stopped"
        assert run.last().step == summary["steps"] == run.metrics()[-1]["step"] >= 20


def test_the_end_of_the_desktop_session_saves_and_closes_the_window(open_window):
    driver = open_window()
    driver.train_small(steps=100_000)
    driver.until_step(20)
    folder = driver.folder
    Ending(driver.window).end_session()
    assert not driver.window.isVisible()
    assert json.loads((folder / "summary.json").read_text())["steps"] == Run(folder).last().step >= 20
