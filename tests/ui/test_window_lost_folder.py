"""The folder of a run is deleted while the window trains it: it says so, and saves the model where a person says."""

from __future__ import annotations

import os

import pytest
from PySide6.QtWidgets import QFileDialog

from explorer.engine import load_run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows keeps a folder in which a file is open")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch) -> None:
    monkeypatch.setattr("explorer.engine.runs.run._FLUSH", 0.0)


def lose(driver) -> str:
    driver.train_small(steps=100_000)
    folder = driver.folder
    folder.rename(folder.parent.parent / "waste-basket")  # as a file manager deletes
    driver.until_state("paused")
    assert not folder.exists()
    assert driver.page.banner.kind == "error"
    assert "no longer the folder of this run" in driver.page.banner.message
    assert driver.find("banner_fix").text() == "Save elsewhere…"
    return folder.name


def test_the_model_is_saved_elsewhere_and_trains_on_there(driver, tmp_path, monkeypatch) -> None:
    name = lose(driver)
    chosen = iter(["", str(tmp_path)])  # the dialog is cancelled, then opened again
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: next(chosen))
    driver.click("banner_fix")
    assert driver.page.banner.kind == "error"
    driver.click("banner_fix")
    driver.until(lambda: driver.page.shown.folder == tmp_path / name)
    assert driver.page.banner.kind == ""
    assert name in driver.page.context.about.text()
    step = driver.page.shown.step
    driver.click("train")
    driver.until_step(step + 5)
    assert driver.pause() == load_run(tmp_path / name).step


def test_closing_the_window_saves_the_model_among_the_runs(driver, apart, no_log_warnings) -> None:
    name = lose(driver)
    step = driver.page.thread_.host.shown.step_count
    driver.window.close()
    (told,) = no_log_warnings
    place = apart / "runs" / f"{name}-rescued"
    assert told.endswith(f"is saved in {place}")
    assert load_run(place).step == step
    no_log_warnings.clear()
