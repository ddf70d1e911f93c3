"""Comparing runs from the window: by the command, beside the run on its page, and from the overview."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from explorer.engine.files import runs_folder
from explorer.ui.compare import CompareWindow

KEPT = Path(__file__).parents[1] / "runs" / "0.1.0"


def keep(page: str, name: str, **config) -> None:
    """Puts a small run of a page into the folder of runs, with other values in its config."""
    folder = runs_folder() / name
    shutil.copytree(KEPT / page, folder)
    stored = json.loads((folder / "config.json").read_text())
    stored["config"] |= config
    (folder / "config.json").write_text(json.dumps(stored))


def opened(driver) -> list[CompareWindow]:
    return [window for window in driver.window.findChildren(CompareWindow) if window.isVisible()]


def pictures(window: CompareWindow) -> list[str]:
    """Titles of the pictures that are shown."""
    return [card.view.title for card in window.pictures.cards if not card.is_empty]


def test_the_command_says_what_to_do_while_there_are_too_few_runs(driver) -> None:
    driver.trigger("compare")
    said = driver.find("message")
    driver.until(lambda: said.text().startswith("Amortised VAE has no runs yet: train two"))
    keep("vae", "one")
    keep("gan", "another-page")
    driver.trigger("compare")
    driver.until(lambda: said.text().startswith("Amortised VAE has one run: train another"))
    assert not driver.find("compare_button").isVisible()
    driver.click("nav.elbo")
    assert "compare" not in driver.actions()  # a lab has no runs


def test_the_run_of_the_page_is_compared_while_it_trains(driver) -> None:
    keep("vae", "older")
    driver.train_small(steps=100_000)
    driver.until(lambda: (driver.folder / "metrics.jsonl").exists())
    driver.click("compare_button")
    driver.until(lambda: bool(opened(driver)))
    (window,) = opened(driver)
    assert window.choosers.folders == (driver.folder, runs_folder() / "older")
    driver.until(lambda: len(pictures(window)) == 2)
    step = re.match(r"A, step ([\d\u2009]+): ", pictures(window)[0])
    assert step is not None
    assert int(step[1].replace("\u2009", "")) >= 1  # saved for this
    assert pictures(window)[1].startswith("B, step 20: ")
    assert "of 100\u2009000" in window.choosers.first.currentText()
    driver.until_step(driver.page.shown.step + 10)  # training goes on


def test_a_card_of_the_overview_compares_its_run_and_windows_close_with_the_main_one(driver) -> None:
    for name, scale in (("one", {}), ("two", {"beta": 4.0}), ("three", {"beta": 2.0})):
        keep("vae", name, **scale)
    driver.click("tab.overview")
    overview = driver.window.overview
    driver.until(lambda: len(overview.runs) == 3 and not overview.reader.isRunning())
    for name in ("one", "two"):
        card = next(card for card in overview.runs if card.run.folder.name == name)
        QTest.mouseClick(card.compare_button, Qt.MouseButton.LeftButton)
    driver.until(lambda: len(opened(driver)) == 2)
    windows = {window.choosers.folders[0].name: window for window in opened(driver)}
    assert sorted(windows) == ["one", "two"]
    newest = windows["one"].choosers.first._values[0]
    assert windows["one"].choosers.folders[1] == newest
    driver.until(lambda: all(len(pictures(window)) == 2 for window in windows.values()))
    rows = {row.name: (row.first, row.second) for row in windows["two"].settings.rows}
    assert rows["KL weight β"][0] == "4"
    running = [window._thread for window in windows.values()]
    windows.clear()
    del card
    driver.window.close()
    assert not [top for top in QApplication.topLevelWidgets() if top.isVisible()]
    assert not [thread for thread in running if thread.isRunning()]


@pytest.mark.parametrize(("width", "word"), [(1440, "Compare"), (1180, "")])
def test_the_button_of_a_card_leaves_room_for_its_texts(driver, width, word) -> None:
    keep("vae", "one")
    keep("gan", "two")
    driver.window.resize(width, 900)
    driver.click("tab.overview")
    driver.until(lambda: len(driver.window.overview.runs) == 2 and not driver.window.overview.reader.isRunning())
    card = next(card for card in driver.window.overview.runs if card.run.page == "vae")
    driver.until(lambda: card.compare_button.text() == word)
    for label in (card.title, card.progress):
        driver.until(lambda label=label: label.shown_text() == label.text())
    assert card.compare_button.accessibleName().startswith("Compare Amortised VAE")
    QTest.mouseClick(card.compare_button, Qt.MouseButton.LeftButton)
    driver.until(lambda: driver.find("message").text().startswith("Amortised VAE has one run"))


def test_a_window_that_was_closed_takes_no_other_theme(driver, qapp) -> None:
    for name, scale in (("one", {}), ("two", {"beta": 4.0})):
        keep("vae", name, **scale)
    driver.trigger("compare")
    driver.until(lambda: bool(opened(driver)))
    (window,) = opened(driver)
    driver.until(lambda: len(pictures(window)) == 2)
    window.close()
    driver.until(lambda: not driver.window.findChildren(CompareWindow))
    driver.window.toggle_theme()
    qapp.processEvents()
    assert driver.window.theme.tokens is driver.page.board.curves.display.tokens
