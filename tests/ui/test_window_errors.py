"""What the window does when something goes wrong: it says what, keeps what is good, and its way out works."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from explorer.engine import load_run


def test_a_diverged_run_goes_on_from_its_last_good_step_with_a_smaller_rate(driver) -> None:
    driver.train_small(steps=100_000)
    driver.until(lambda: not driver.card("curves").is_empty)
    folder = driver.folder
    driver.fill("training.lr", "1e6")
    driver.until_state("diverged")
    banner = driver.page.banner
    assert banner.kind == "error"
    assert "not finite" in banner.message
    assert driver.page.side.training.rows["lr"].error
    assert driver.card("latent_map").subtitle.endswith("last good")
    assert "stopped at step" in driver.find("timeline.track").accessibleDescription()
    assert driver.find("banner_fix").text().endswith("0.003")
    accents = [b for b in ("train", "banner_fix") if driver.find(b).property("kind") == "primary"]
    assert accents == ["banner_fix"]
    driver.click("banner_fix")
    driver.until_state("training")
    driver.until_step(30)
    assert driver.folder == folder
    assert banner.kind == ""
    assert driver.page.draft.state.values["lr"] == 0.003
    assert driver.find("training.lr").text() == "3e-3"
    assert driver.page.side.training.rows["lr"].error == ""
    assert not driver.card("latent_map").subtitle.endswith("last good")
    driver.pause()
    driver.window.close()
    assert load_run(folder).step >= 30


def test_reset_is_the_other_way_out(driver) -> None:
    driver.train_small(steps=100_000, lr=1e6)
    driver.until_state("diverged")
    driver.click("banner_other")
    driver.until_state("ready")
    assert driver.page.banner.kind == ""
    assert driver.find("train").property("kind") == "primary"


def test_details_of_a_failure_can_be_copied(driver) -> None:
    driver.page.draft.set_values({"hidden": 16, "layers": 1, "batch": 32, "lr": 1e6})
    driver.click("train")
    driver.until_state("diverged")
    driver.click("banner_copy")
    assert "learning rate 1e+06" in QApplication.clipboard().text()


def test_too_little_memory_names_a_batch_that_fits_and_trains_with_it(open_window, fixture_pages) -> None:
    driver = open_window(page="hungry")
    driver.page.draft.set_values({"batch": 64, "steps": 100_000})
    driver.click("train")
    driver.until_state("out of memory")
    assert "batch of 64" in driver.page.banner.message
    assert driver.find("banner_fix").text() == "Train with a batch of 16"
    driver.click("banner_fix")
    driver.until_state("training")
    driver.until_step(5)
    assert driver.find("training.batch").text() == "16"


@pytest.fixture
def no_mnist(tmp_path, monkeypatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("DGM_EXPLORER_MIRROR", (tmp_path / "empty").as_uri())


def test_a_dataset_that_cannot_be_reached_is_said_and_the_digits_are_offered(driver, no_mnist) -> None:
    driver.eval_mode()
    driver.pick("dataset", "mnist")
    driver.click("train")
    driver.until(lambda: driver.page.banner.kind == "error")
    assert "mnist" in driver.page.banner.message.lower()
    assert driver.page.shown.state == "static"
    assert not driver.card("decode").is_empty
    assert driver.find("banner_other").text() == "Use the embedded digits"
    driver.click("banner_other")
    driver.until_state("ready")
    assert driver.find("dataset").value == "digits"
    assert driver.page.banner.kind == ""


def test_a_paused_run_outlives_a_dataset_that_cannot_be_reached(driver, no_mnist) -> None:
    driver.train_small(steps=100_000)
    driver.until_step(5)
    step, folder = driver.pause(), driver.folder
    driver.pick("dataset", "mnist")
    driver.click("reset")
    driver.until(lambda: driver.page.banner.kind == "error")
    assert driver.page.shown.state == "paused"
    assert driver.folder == folder
    driver.click("train")
    driver.until_step(step + 5)


def test_a_bad_value_is_marked_and_not_taken(driver) -> None:
    driver.fill("param.hidden", "many")
    row = driver.page.side.form.rows["hidden"]
    assert "many" in row.hint
    assert driver.find("param.hidden").property("invalid")
    assert driver.page.draft.state.values["hidden"] == 200
    QTest.keyClick(driver.find("param.hidden"), Qt.Key.Key_Escape)
    assert row.hint == ""
    assert driver.find("param.hidden").text() == "200"


def test_a_view_that_fails_says_so_on_its_card_alone(open_window, fixture_pages) -> None:
    driver = open_window(page="gauss")
    driver.show_card("broken")
    driver.until(lambda: not driver.card("broken").is_empty)
    driver.click("card.broken.wrong")
    driver.until(lambda: bool(driver.card("broken").property("failed")))
    assert driver.card("broken").note == "this view fails"
    assert not driver.card("cloud").property("failed")
    driver.click("card.broken.wrong")
    driver.until(lambda: not driver.card("broken").property("failed"))


def test_a_gradient_that_is_not_finite_ends_in_the_same_banner(open_window, fixture_pages) -> None:
    driver = open_window(page="exploding")
    driver.page.draft.set_values({"what": "gradient", "after": 3, "steps": 100_000})
    driver.click("train")
    driver.until_state("diverged")
    assert "step 4" in driver.page.banner.message
    folder = driver.folder
    driver.window.close()
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    assert json.loads(lines[-1])["step"] == 3
