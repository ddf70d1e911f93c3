"""The window with a file of the user: opened by its button, said what was read, trained on, and opened without it."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from own_files import write_photos
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from explorer.data import source
from explorer.data.spelling import spelled
from explorer.ui.own_data import OwnDataDialog

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
    driver = open_window(page="gauss-rows")
    driver.until_state("ready")
    look_at(driver, "open_file")
    assert "150 rows: 120 to train" in driver.find("own_summary").text()
    assert "decimal commas" in driver.find("own_summary").text()
    driver.click("own_use")
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


def look_at(driver, button: str) -> None:
    """Opens the dialog by a button, and waits until the data are shown or refused."""
    driver.click(button)
    driver.until(lambda: driver.window.findChild(OwnDataDialog) is not None)
    dialog = driver.window.findChild(OwnDataDialog)
    driver.until(lambda: dialog.reading is not None)


def drop(window, *paths) -> None:
    """Drops files on the window, as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    at, copy = QPointF(200, 200), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(at.toPoint(), copy, data, left, none)
    QApplication.sendEvent(window, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(window, QDropEvent(at, copy, data, left, none))


def test_a_file_that_cannot_be_read_is_refused_in_words_and_leaves_the_page_as_it_is(
    fixture_pages, open_window, german
) -> None:
    driver = open_window(page="gauss-rows")
    driver.until_state("ready")
    before = driver.page.draft.data_text()
    german.write_text("a;b\n1,5;x\n")
    look_at(driver, "open_file")
    assert "has 'x' in column b, which is no number" in driver.find("own_message").text()
    assert not driver.find("own_use").isVisible()
    driver.click("own_cancel")
    assert driver.page.draft.data_text() == before


def test_photos_are_dropped_looked_at_and_trained_on_and_the_run_opens_elsewhere(open_window, tmp_path) -> None:
    folder = write_photos(tmp_path / "photos", 300)
    (folder / "lakes" / "broken.png").write_bytes(b"no picture")
    driver = open_window()
    driver.until(lambda: driver.page.shown.data is not None)
    drop(driver.window, folder, folder)
    assert "Drop one file or one folder" in driver.find("message").text()
    drop(driver.window, folder)
    dialog = driver.window.findChild(OwnDataDialog)
    driver.until(lambda: dialog.reading is not None)
    assert dialog.reading.preview.images.shape[1:] == (1, 28, 28)
    for words in ("300 images: 240 to train", "hills 150, lakes 150", "lakes/broken.png: it is no PNG"):
        assert words in driver.find("own_summary").text()
    driver.fill("own.side", "16")
    driver.until(lambda: dialog.reading is not None and dialog.reading.preview.images.shape[1:] == (1, 16, 16))
    driver.click("own_use")
    assert driver.page.draft.data_text() == f"images:file={folder},side=16"
    driver.click("reset")  # of the bundled model that the page shows at first
    driver.until(lambda: driver.page.shown.data.data.content is not None)
    driver.until_state("ready")
    driver.page.draft.set_values({"steps": 3, "batch": 16})
    driver.click("train")
    driver.until_state("done")
    run, digest = driver.folder, driver.page.shown.data.data.digest
    shutil.rmtree(folder)
    driver.click("reset")
    driver.until_state("ready")
    assert driver.page.shown.data.data.digest == digest
    moved = shutil.move(run, tmp_path / "elsewhere")
    driver.page.runner.resume(moved)
    driver.until(lambda: driver.page.shown.folder == moved)
    assert driver.page.shown.data.data.digest == digest


def test_a_page_that_does_not_take_the_data_says_which_pages_do(open_window, tmp_path) -> None:
    driver = open_window(page="wavenet")
    driver.window.show_own_data(str(write_photos(tmp_path / "photos", 64)))
    dialog = driver.window.findChild(OwnDataDialog)
    driver.until(lambda: dialog.reading is not None)
    message = driver.find("own_message").text()
    assert message.startswith("WaveNet needs waveform data; open one of these pages for it: ")
    assert "Amortised VAE" in message
    assert not driver.find("own_use").isVisible()
