"""Runs that cannot be trained on here are looked at: every card, the timeline, and why Train is off."""

from __future__ import annotations

import os
import shutil

import pytest
from pages import kept_session
from torchrun import started, wait_until

from explorer.engine import Session
from explorer.engine.runs.checkpoint import Checkpoint, write_checkpoint
from explorer.engine.runs.run import Run
from explorer.engine.session.session import Session as Trained


def a_run(folder, steps: int = 6) -> Session:
    made = kept_session("vae", folder, data="digits", hidden=16, layers=1, batch=32, steps=200)
    for _ in range(steps):
        made.step()
    made.save()
    return made


def on_cuda(made: Trained, monkeypatch) -> str:
    made.close()
    path, step = made.run.newest_checkpoint()
    found = made.run.last()
    write_checkpoint(path, Checkpoint(step, {**found.state, "device": "cuda"}, found.tensors))
    config = made.run.folder / "config.json"
    config.write_text(config.read_text().replace('"device": "cpu"', '"device": "cuda:0"'))
    return "it was trained on cuda, and this machine has cpu; choose a device to go on with it here"


def by_another_process(made: Trained, monkeypatch) -> str:
    return "another process is training it"


def read_only(made: Trained, monkeypatch) -> str:
    made.close()
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK and access(path, mode))
    return "its folder is read-only"


def open_it(driver, name: str) -> None:
    """Opens a run from the overview."""
    driver.click("tab.overview")
    driver.until(lambda: bool(driver.window.overview.runs))
    driver.click(f"open.{name}")
    driver.until_state("watched")


def files(folder) -> dict[str, tuple[int, float]]:
    return {str(path): (path.stat().st_size, path.stat().st_mtime) for path in folder.rglob("*")}


@pytest.mark.parametrize("obstacle", [on_cuda, by_another_process, read_only])
def test_every_run_is_shown_and_says_why_train_is_off(obstacle, open_window, apart, monkeypatch) -> None:
    made = a_run(apart / "runs" / "watched")
    reason = obstacle(made, monkeypatch)
    before = files(made.run.folder)
    driver = open_window(1024, 700)
    open_it(driver, "watched")
    driver.until(lambda: driver.page.shown.step == 6 and not driver.page.feed.is_behind)
    button = driver.find("train")
    assert not button.isEnabled()
    assert button.toolTip() == f"Train is off: {reason}"
    assert driver.find("waiting").text() == f"Train is off: {reason}"
    assert not driver.find("step").isVisible()
    driver.eval_mode()
    driver.show_card("curves")
    driver.until(lambda: not driver.card("curves").is_empty)
    driver.until(lambda: driver.page.shown.snapshot.recorded == tuple(made.journal.recorder.steps()))
    driver.page.timeline.go_to(3)
    driver.until(lambda: driver.page.moment.step == 3 and "step 3" in driver.page.context.about.text())
    assert files(made.run.folder) == before
    driver.click("reset")  # a run of its own begins from here
    driver.until_state("ready")
    assert driver.find("train").isEnabled()
    made.close()


def test_a_run_that_another_process_trains_is_followed(open_window, apart) -> None:
    made = a_run(apart / "runs" / "grows")
    driver = open_window()
    open_it(driver, "grows")
    driver.show_card("curves")
    made.change(lr=0.0007)
    for _ in range(40):
        made.step()
    made.save()
    driver.until(lambda: driver.page.shown.step == 46 and not driver.page.feed.is_behind)
    shown = driver.page.shown
    assert shown.setup.training.lr == 0.0007
    assert shown.snapshot.recorded == tuple(made.journal.recorder.steps())
    assert driver.frame_of("curves").series[0].x.max() == 46
    made.close()
    driver.until(lambda: driver.find("waiting").text().startswith("Train is off: the other process has ended"))
    other = Run(made.run.folder)
    other.acquire()  # looking takes no lock
    other.close()
    shutil.rmtree(made.run.folder)  # is said once; what is shown stays
    driver.until(lambda: driver.page.banner.kind == "error")
    assert shown.state == "watched"


def test_a_run_that_two_processes_train_is_followed(open_window, apart) -> None:
    folder = apart / "runs" / "job"
    options = ("--set", "hidden=16", "layers=1", "batch=32", "--steps", "100000", "--device", "cpu", "--out", folder)
    job = started("killed.py", "0.2", "train", "vae", "--data", "digits", *options)
    try:
        wait_until(lambda: len(list((folder / "checkpoints").glob("step-*"))) > 1, job)
        driver = open_window()
        open_it(driver, "job")
        first = driver.page.shown.step
        driver.until(lambda: driver.page.shown.step > first > 0 and not driver.page.feed.is_behind)
        assert driver.find("waiting").text() == "Train is off: another process is training it"
        assert driver.page.shown.setup.training.micro_batches == 2
    finally:
        job.terminate()
        job.wait(60)


def test_a_run_of_another_device_goes_on_once_a_device_is_named(open_window, apart, monkeypatch) -> None:
    made = a_run(apart / "runs" / "watched")
    on_cuda(made, monkeypatch)
    driver = open_window(1024, 700)
    open_it(driver, "watched")
    driver.pick("device", "cpu")
    driver.until(lambda: driver.page.shown.state != "watched" and driver.find("train").isEnabled())
    assert driver.page.shown.folder == made.run.folder
    driver.click("step")
    driver.until(lambda: driver.page.shown.step == 7)
    assert made.run.changes()[-1] == {"step": 6, "device": "cpu"}
