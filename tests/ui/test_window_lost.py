"""A run that cannot be written to any more: the window says so, keeps the model, and saves it where one says."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from explorer.engine import load_run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows keeps a folder in which a file is open")


def delete(folder: Path) -> None:
    """Deletes a folder into which a thread may be writing."""
    gone = folder.with_name("gone")
    folder.rename(gone)
    shutil.rmtree(gone)


def test_a_run_whose_folder_is_gone_is_saved_where_one_says(driver, tmp_path, monkeypatch) -> None:
    driver.train_small(steps=100_000)
    driver.until_step(5)
    folder = driver.folder
    delete(folder)
    driver.until_state("paused")
    banner = driver.page.banner
    assert banner.kind == "error"
    assert "no longer the folder of this run" in banner.message
    assert driver.find("banner_fix").text() == "Save elsewhere…"
    step = driver.page.thread_.host.shown.step_count
    assert not folder.exists()
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(place))
    driver.click("banner_fix")
    driver.until(lambda: driver.folder == place / folder.name)
    assert banner.kind == ""
    assert load_run(driver.folder).step == step
    driver.click("train")
    driver.until_step(step + 5)
    driver.pause()
    assert load_run(driver.folder).step >= step + 5
    assert not folder.exists()


def test_a_run_that_is_left_unsaved_is_kept_among_the_runs(driver, no_log_warnings) -> None:
    driver.train_small(steps=100_000)
    driver.until_step(5)
    folder = driver.folder
    delete(folder)
    driver.until_state("paused")
    driver.window.close()
    kept = folder.with_name(f"{folder.name}-rescued")
    assert load_run(kept).step >= 5
    (told,) = no_log_warnings
    assert str(kept) in told
    no_log_warnings.clear()
