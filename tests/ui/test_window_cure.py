"""The cure of a collapse through the window: beside its alert and one change at a time, without a restart."""

from __future__ import annotations

import dataclasses

import pytest

from explorer.ui.explain.suggestion import Suggestion
from models.gan.planar import GAN

SMALL = {"batch": 16, "steps": 100_000, "hidden_g": 8, "hidden_d": 8}


@pytest.fixture
def gan(open_window):
    """The window with a collapsed GAN in training, as far as its alert says."""
    driver = open_window(page="gan")
    driver.page.draft.choose_preset("Collapse")
    driver.page.draft.set_values(SMALL)
    driver.until(lambda: driver.page.shown.state == "ready")
    driver.until(lambda: not driver.card("samples").is_empty)
    driver.click("train")
    driver.until(lambda: driver.page.shown.step > 3)
    driver.pause()  # until its last pictures are there: one more would take the alert away
    card = driver.card("samples")
    card.show_frame(dataclasses.replace(card.display.frame, alert="All samples on one mode, NE; 7 of 8 lost"))
    return driver


def in_force(driver, values) -> bool:
    """Whether the session trains with some values."""
    setup = driver.page.thread_.host.shown.setup
    now = {**vars(setup.config), **vars(setup.training)}
    return all(now[name] == value for name, value in values.items())


def test_cure_it_goes_on_in_the_same_run_from_the_same_step(gan) -> None:
    folder, step = gan.folder, gan.page.shown.step
    assert not in_force(gan, GAN.cure.set)
    assert gan.find("alert_text").text() == "All samples on one mode, NE; 7 of 8 lost"
    gan.click("cure")
    gan.until(lambda: gan.page.shown.state == "training" and gan.page.shown.step > step)
    assert gan.folder == folder
    assert in_force(gan, GAN.cure.set)
    (change,) = gan.changes()
    assert change["step"] >= step
    assert change["set"] == dict(GAN.cure.set)
    assert not gan.find("cure").isVisible()  # it is in force
    gan.click("train")
    gan.until(lambda: gan.page.shown.state == "paused")


def test_one_change_of_the_cure_is_tried_alone(gan) -> None:
    folder, step = gan.folder, gan.page.shown.step
    single = [b for b in gan.page.explain.findChildren(Suggestion) if b.suggestion.group]
    assert len(single) == 4
    (beta,) = (button for button in single if "beta1" in button.suggestion.set)
    beta.click()
    gan.until(lambda: gan.page.shown.state == "training" and gan.page.shown.step > step)
    assert gan.folder == folder
    assert in_force(gan, {"beta1": 0.0, "beta2": 0.9, "r1": 0.0, "updates_g": 3, "lr_d": 2e-4})
    assert gan.page.messages.alert.cure_button.isVisibleTo(gan.page.messages.alert)  # the rest of the cure is left
    gan.click("train")
    gan.until(lambda: gan.page.shown.state == "paused")
