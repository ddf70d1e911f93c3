"""The window by keyboard: single keys, shortcuts, tab order of keys between widgets, the command palette, settings."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from explorer.ui.settings import SettingsDialog
from explorer.ui.window.palette import CommandPalette

CTRL = Qt.KeyboardModifier.ControlModifier


def _small(driver) -> None:
    driver.page.draft.set_values({"hidden": 16, "layers": 1, "batch": 32, "steps": 100_000})
    driver.window.centralWidget().setFocus()


def test_space_trains_and_pauses_and_the_full_stop_steps(driver) -> None:
    _small(driver)
    driver.key(Qt.Key.Key_Space)
    driver.until_state("training")
    driver.until_step(1)
    driver.key(Qt.Key.Key_Space)
    driver.until_state("paused")
    session = driver.page.thread_.host.shown
    driver.until(lambda: driver.page.shown.step == session.step_count)
    step = driver.page.shown.step
    driver.key(Qt.Key.Key_Period)
    driver.until_step(step + 1)
    driver.key(Qt.Key.Key_Comma)
    driver.until(lambda: driver.find("slow_title").text() == "Model, draw")
    assert driver.find("slow_strip").isVisible()
    driver.key(Qt.Key.Key_R, CTRL)
    driver.until_state("ready")


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
@pytest.mark.parametrize("name", ["dataset", "param.beta", "reset", "explain_button", "param.beta.slider"])
def test_space_belongs_to_the_widget_with_the_focus(driver, name: str) -> None:
    _small(driver)
    widget = driver.find(name)
    widget.setFocus()
    assert widget.hasFocus()
    driver.key(Qt.Key.Key_Space)
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.close()
    if name == "explain_button":
        assert not driver.find("explain").isVisible()
    began = driver.page.runner.is_opening_run or driver.page.shown.state == "training"
    assert began == (name == "param.beta.slider")


def test_letters_typed_into_a_field_are_no_commands(driver) -> None:
    _small(driver)
    driver.find("param.beta").setFocus()
    explain = driver.find("explain").isVisible()
    for key in (Qt.Key.Key_E, Qt.Key.Key_F, Qt.Key.Key_Period):
        driver.key(key)
    assert driver.find("explain").isVisible() == explain
    assert driver.page.board.scene.maximised is None
    assert driver.page.shown.folder is None


def test_e_explains_and_f_maximises_what_has_the_focus(driver) -> None:
    driver.eval_mode()
    driver.window.centralWidget().setFocus()
    driver.key(Qt.Key.Key_E)
    assert not driver.find("explain").isVisible()
    driver.key(Qt.Key.Key_E)
    assert driver.find("explain").isVisible()
    driver.key(Qt.Key.Key_F)
    assert driver.page.board.scene.maximised is driver.card("latent_map")
    driver.key(Qt.Key.Key_F)
    assert driver.page.board.scene.maximised is None
    driver.card("decode").display.setFocus()
    driver.key(Qt.Key.Key_F)
    assert driver.page.board.scene.maximised is driver.card("decode")
    driver.key(Qt.Key.Key_Escape)
    assert driver.page.board.scene.maximised is None


def test_control_and_a_number_go_to_tabs(driver) -> None:
    driver.key(Qt.Key.Key_1, CTRL)
    assert driver.window.page is None
    assert driver.window.findChild(type(driver.find("tab.vae")), "tab.overview").isChecked()
    driver.key(Qt.Key.Key_2, CTRL)
    assert driver.page.name == "vae"


def test_arrows_on_the_timeline_scrub(driver) -> None:
    driver.train_small(steps=60)
    driver.until_state("done")
    driver.until_step(60)
    track = driver.find("timeline.track")
    track.setFocus()
    driver.key(Qt.Key.Key_Home)
    driver.until(lambda: driver.card("latent_map").subtitle == "step 0")
    driver.key(Qt.Key.Key_Right)
    driver.until(lambda: driver.card("latent_map").subtitle == f"step {track.steps[1]}")
    driver.window.centralWidget().setFocus()
    driver.key(Qt.Key.Key_L)
    driver.until(lambda: driver.card("latent_map").subtitle.startswith("posterior"))


def _palette(driver) -> CommandPalette:
    driver.window.activateWindow()
    driver.until(driver.window.isActiveWindow)
    driver.window.centralWidget().setFocus()
    driver.key(Qt.Key.Key_K, CTRL)
    palette = driver.window.findChild(CommandPalette)
    assert palette.isVisible()
    return palette


def test_the_palette_finds_by_typing_and_does_what_is_chosen(driver) -> None:
    driver.eval_mode()
    palette = _palette(driver)
    QTest.keyClicks(palette.field, "high con")
    assert palette.list.count() == 1
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    driver.until(lambda: driver.window.findChild(CommandPalette) is None)
    assert driver.window.theme.mode == "contrast"
    palette = _palette(driver)
    QTest.keyClicks(palette.field, "set: kl weight")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    driver.until(lambda: driver.window.focusWidget() is driver.find("param.beta"))


def test_the_palette_reaches_every_act_and_escape_leaves_it(driver) -> None:
    driver.eval_mode()
    palette = _palette(driver)
    titles = [palette.list.item(row).text() for row in range(palette.list.count())]
    for wanted in ("Train or pause", "One step", "Reset", "Live", "Explain", "Undo", "MNIST", "Overview", "Settings",
                   "Dark theme", "Export Latent map", "Learning rate", "Binary digits", "Quit"):  # fmt: skip
        assert any(wanted in title for title in titles), wanted
    QTest.keyClicks(palette.field, "no such thing")
    assert palette.list.count() == 0
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    driver.until(lambda: driver.window.findChild(CommandPalette) is None)
    palette = _palette(driver)
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 1
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    driver.until(lambda: driver.window.findChild(CommandPalette) is None)


def test_settings_are_taken_at_once_and_kept(driver) -> None:
    driver.key(Qt.Key.Key_Comma, CTRL)
    dialog = driver.window.findChild(SettingsDialog)
    combo = dialog.mode
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_End)
    assert driver.window.theme.mode == "contrast"
    QTest.mouseClick(dialog.motion, Qt.MouseButton.LeftButton)
    assert driver.page.timeline.reduced_motion
    driver.click("settings_close")
    driver.until(lambda: driver.window.findChild(SettingsDialog) is None)


def test_keys_reach_the_page_in_sight_alone(open_window, fixture_pages) -> None:
    driver = open_window(page="gauss")
    hidden = driver.page
    driver.window.show_page("tiny-gan")
    for page, values in ((hidden, {"scale": 3.0}), (driver.page, {"hidden": 8})):
        page.draft.set_values(values)
    driver.window.centralWidget().setFocus()
    driver.key(Qt.Key.Key_S)
    driver.key(Qt.Key.Key_Z, CTRL)
    assert (driver.page.stepping.slow.isChecked(), hidden.stepping.slow.isChecked()) == (True, False)
    assert driver.page.draft.state.values["hidden"] == 16
    assert hidden.draft.state.values["scale"] == 3.0


@pytest.mark.parametrize("name", ["dataset", "preset", "param.beta", "seed"])
def test_keys_of_a_field_with_the_focus_are_its_own(driver, name: str) -> None:
    _small(driver)
    driver.find(name).setFocus()
    driver.key(Qt.Key.Key_S)
    driver.key(Qt.Key.Key_1)
    assert not driver.page.stepping.slow.isChecked()


def test_the_palette_says_that_nothing_was_found(driver) -> None:
    palette = _palette(driver)
    QTest.keyClicks(palette.field, "no such command")
    assert not palette.list.isVisible()
    assert palette.nothing.isVisible()
    assert "“no such command”" in palette.nothing.text()
    palette.field.clear()
    assert palette.list.isVisible()
    assert not palette.nothing.isVisible()
    QTest.keyClicks(palette.field, "zzz")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)  # there is nothing to do
    assert not palette.isVisible()
