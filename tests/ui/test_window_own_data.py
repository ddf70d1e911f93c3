"""The window with a file of the user: opened by its button, said what was read, trained on, and opened without it."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog

from explorer.data import source
from explorer.data.spelling import spelled

X = np.random.default_rng(4).standard_normal((150, 3))


@pytest.fixture
def german(tmp_path, monkeypatch):
    """A table with decimal commas and an odd name, which the file dialog returns by a path relative to the folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / 'Maße, "neu" = 1.csv'
    lines = [";Länge;Höhe;Breite", *(f"{n};" + ";".join(map(repr, row)) for n, row in enumerate(X.tolist()))]
    path.write_bytes("\n".join(lines).replace(".", ",").encode("cp1252"))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (path.name, ""))
    return path


def test_a_table_is_opened_and_trained_on_and_its_run_opens_without_the_file(
    fixture_pages, open_window, german
) -> None:
    driver = open_window()
    driver.window.show_page("gauss-rows")
    driver.until_state("ready")
    assert not driver.find("open_table").isVisible()
    driver.pick("dataset", "table")
    driver.until(lambda: driver.find("open_table").isVisible())
    driver.click("open_table")
    assert driver.page.draft.data_text() == spelled("table", {"file": german})
    driver.until(lambda: driver.page.shown.data.data.content is not None)
    driver.until(lambda: driver.page.shown.state == "ready")
    assert driver.find("message").text() == (
        "Your own table: 150 rows of 3 columns (Länge, Höhe, Breite); read as Windows-1252; decimal commas; "
        "left out column 1, which has no name and numbers the rows"
    )
    driver.page.draft.set_values({"steps": 3, "batch": 16})
    driver.click("train")
    driver.until_state("done")
    assert not driver.find("dataset_hint").isVisible()
    run, digest = driver.folder, driver.page.shown.data.data.digest
    assert source(driver.page.shown.setup.data).file == str(german)
    driver.click("reset")
    driver.until_state("ready")
    german.unlink()
    moved = shutil.copytree(run, run.parent / "moved")
    driver.page.runner.resume(moved)
    driver.until(lambda: driver.page.shown.folder == moved)
    driver.until_state("done")
    assert driver.page.shown.data.data.digest == digest
    driver.until(lambda: driver.frame_of("columns_pair").x_label == "Länge")


def test_a_file_that_cannot_be_read_leaves_the_page_as_it_is(fixture_pages, open_window, german) -> None:
    driver = open_window()
    driver.window.show_page("gauss-rows")
    driver.until_state("ready")
    driver.pick("dataset", "table")
    driver.until(lambda: driver.page.shown.data.data.name == "table")
    german.write_text("a;b\n1,5;x\n")
    driver.click("open_table")
    driver.until(lambda: "has 'x' in column b, which is no number" in driver.find("message").text())
    assert driver.page.shown.data.data.name == "table"
