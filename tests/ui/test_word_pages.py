"""The window with pages whose inputs few pages have: a lab with data, a field that names a run."""

from __future__ import annotations

import numpy as np
import pytest
from pages import kept_session
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from word_pages import WORD_PAGES

import models
from explorer.engine.files import runs_folder
from explorer.ui.controls.text_box import TextBox

_POPUP = pytest.mark.qt_log_ignore("does not support grabbing", r"does not support raise\(\)", extend=True)


@pytest.fixture
def word_pages(monkeypatch, fixture_pages):
    monkeypatch.setattr(models, "FAMILIES", (*models.FAMILIES, WORD_PAGES))


def test_a_lab_that_accepts_data_has_a_dataset_form(word_pages, open_window):
    driver = open_window(page="pairs")
    driver.until(lambda: not driver.card("points").is_empty)
    assert driver.find("dataset").value == "ring8"
    before = driver.frame_of("points").layers[0].xy.copy()
    assert len(before) == 40
    driver.page.draft.set_values({"scale": 2.0})
    driver.until(lambda: np.allclose(driver.frame_of("points").layers[0].xy, 2 * before))
    assert driver.page.shown.spec.classes
    driver.page.draft.choose_data("pinwheel")
    driver.until(lambda: driver.page.shown.spec is not None and len(driver.page.shown.spec.classes) == 5)
    driver.until(lambda: not np.allclose(driver.frame_of("points").layers[0].xy, 2 * before))
    driver.page.draft.undo.undo()
    driver.until(lambda: np.allclose(driver.frame_of("points").layers[0].xy, 2 * before))


@_POPUP
def test_a_field_that_names_a_run_offers_the_newest_runs(word_pages, open_window):
    driver = open_window()
    for name, page in (("one", "gauss"), ("other", "tiny-gan")):
        made = kept_session(page, runs_folder() / name, steps=1, batch=16)
        made.step()
        made.stop()
        made.close()
    driver.window.show_page("student")
    driver.until_state("ready")
    box = driver.find("param.teacher")
    assert isinstance(box, TextBox)
    driver.window.activateWindow()
    driver.until(box.isActiveWindow)
    box.setFocus()
    assert box.suggestions.model().stringList() == ["one"]
    box.suggestions.popup().hide()
    driver.fill("param.teacher", "one")
    driver.until(lambda: driver.page.shown.setup is not None and driver.page.shown.setup.config.teacher == "one")
    assert driver.page.shown.setup.parents["teacher"].run == "one"
    driver.fill("param.teacher", "nothing")
    driver.until(lambda: driver.page.banner.isVisible())
    assert "nothing is no run" in driver.page.banner.message


@_POPUP
def test_choosing_a_suggestion_takes_it(theme, make_widget, qtbot):
    box = TextBox()
    box.set_suggestions(lambda: ["first", "second"])
    make_widget(box)  # which has the focus, being alone
    QTest.keyClicks(box, "sec")
    popup = box.suggestions.popup()
    assert popup.isVisible()
    with qtbot.waitSignal(box.committed) as committed:
        QTest.keyClick(popup, Qt.Key.Key_Down)
        QTest.keyClick(popup, Qt.Key.Key_Return)
    assert committed.args == ["", "second"]
    assert box.value == "second"
