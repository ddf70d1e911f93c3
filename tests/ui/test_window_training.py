"""Training through the window: train, pause, step, reset, go on; live and structural changes; closing."""

from __future__ import annotations

import dataclasses
import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from explorer.engine import load_run, resume_session


def test_train_pause_step_reset_undo_and_train_on_in_one_run(driver) -> None:
    driver.train_small(steps=100_000)
    run = driver.folder
    step = driver.pause()
    assert step >= 1
    driver.click("step")
    driver.until_step(step + 1)
    assert driver.page.shown.step == step + 1
    assert driver.find("train").text() == "Train"
    driver.click("reset")
    driver.until_state("ready")
    driver.until(lambda: driver.page.shown.step == 0 and driver.card("curves").is_empty)
    assert driver.find("status_act").text() == "Undo reset"
    driver.click("status_act")
    driver.until_state("paused")
    assert driver.folder == run
    driver.until(lambda: driver.page.shown.step == step + 1)
    driver.click("train")
    driver.until_state("training")
    driver.until_step(step + 10)
    assert driver.folder == run


def test_a_finished_run_says_so_and_trains_on(driver) -> None:
    driver.train_small(steps=30)
    driver.until_state("done")
    driver.until_step(30)
    assert driver.page.shown.step == 30
    assert driver.find("train").text() == "Train on"
    assert str(driver.folder) in driver.find("message").text()
    assert load_run(driver.folder).step == 30
    more = driver.page.draft.baseline()["steps"]
    driver.click("train")
    driver.until_state("training")
    assert driver.page.draft.state.values["steps"] == 30 + more
    driver.until_step(60)


def test_two_clicks_on_train_make_one_run(driver, apart) -> None:
    driver.page.draft.set_values({"hidden": 16, "layers": 1, "batch": 32, "steps": 100_000})
    driver.click("train")
    driver.click("train")
    driver.until_state("training")
    driver.until_step(5)
    assert len(list((apart / "runs").iterdir())) == 1


def test_step_begins_a_run_of_one_step(driver) -> None:
    driver.page.draft.set_values({"hidden": 16, "layers": 1, "batch": 32})
    driver.click("step")
    driver.until_state("paused")
    driver.until_step(1)
    assert driver.page.shown.step == 1
    assert driver.folder.name.split("-")[2] == "vae"


def test_a_live_parameter_reaches_the_session_at_once_and_a_structural_one_waits(driver) -> None:
    driver.train_small(steps=100_000)
    driver.fill("param.beta", "4")
    driver.until(lambda: any(change["set"] == {"beta": 4.0} for change in driver.changes()))
    rows = driver.page.side.form.rows
    assert "reset" not in rows["beta"].hint
    driver.fill("param.latent", "3")
    assert rows["latent"].hint == "applies after reset"
    assert driver.page.shown.state == "training"
    driver.click("reset")
    driver.until_state("ready")
    assert rows["latent"].hint == ""
    driver.until(lambda: driver.window.findChild(type(driver.find("latent.0")), "latent.2") is not None)


def test_dragging_a_live_slider_changes_the_run_while_it_moves(driver) -> None:
    driver.train_small(steps=100_000)
    slider = driver.find("param.beta.slider")
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
    driver.until(lambda: len(driver.changes()) == 1)
    assert driver.changes()[0]["set"]["beta"] == pytest.approx(5.0, abs=0.2)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
    assert driver.page.draft.state.values["beta"] == driver.changes()[0]["set"]["beta"]


def test_parameter_edits_are_undone_and_redone(driver) -> None:
    before = driver.page.draft.state.values["latent"]
    driver.fill("param.latent", "7")
    driver.window.centralWidget().setFocus()
    assert driver.find("preset").currentText() == "Custom"
    driver.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert driver.page.draft.state.values["latent"] == before
    assert driver.find("param.latent").text() == str(before)
    assert driver.find("preset").currentText() == driver.page.page_class.presets[0].title
    driver.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert driver.find("param.latent").text() == "7"


def test_seed_and_dice_set_the_seed(driver) -> None:
    driver.fill("seed", "41")
    assert driver.page.draft.state.seed == 41
    driver.fill("seed", "-1")
    assert driver.page.draft.state.seed == 41
    driver.click("dice")
    assert driver.find("seed").text() == str(driver.page.draft.state.seed)


def test_closing_while_it_trains_saves_within_five_seconds(open_window) -> None:
    driver = open_window()
    driver.train_small(steps=100_000)
    driver.until_step(20)
    folder, window, thread = driver.folder, driver.window, driver.page.thread_
    began = time.monotonic()
    assert window.close()
    assert time.monotonic() - began < 5
    assert not thread.isRunning()
    del window, thread
    saved = load_run(folder)
    assert saved.step >= 20
    session = resume_session(folder)
    session.step()
    assert session.step_count == saved.step + 1
    session.close()


def test_the_last_numbers_are_shown_also_where_none_follow(driver) -> None:
    driver.train_small(steps=100_000)
    feed, steps = driver.page.feed, driver.find("steps")
    feed.stop()  # nothing comes of itself from here on, as between two phases in slow motion
    now = dataclasses.replace(driver.page.shown.snapshot, state="training", replies=(), curves=None)
    driver.until(lambda: feed.take(dataclasses.replace(now, step=11)) or steps.text().startswith("11 "))
    feed.take(dataclasses.replace(now, step=12))
    assert steps.text().startswith("11 ")
    driver.until(lambda: steps.text().startswith("12 "))
