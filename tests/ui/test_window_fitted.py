"""A page whose model is fitted without training: what the window offers, and new fits."""

from __future__ import annotations

import json

import numpy as np
import pytest

from explorer.engine import load_run

TRAINING = ("step", "slow_motion", "progress", "pace", "training.steps", "training.lr")


@pytest.fixture
def tables(open_window):
    """The window with the page of tables, which shows its fit."""
    driver = open_window(page="tabular")
    driver.until_state("ready")
    driver.until(lambda: not driver.card("nats").is_empty)
    driver.until(lambda: driver.find("steps").text() != "")  # pulled by a timer, as the pictures are
    return driver


def fit(driver) -> None:
    """Fits, and waits until the window says that the run is kept."""
    driver.click("train")
    driver.until_state("done")
    driver.until(lambda: driver.find("message").text().startswith("Fitted by counting. The run is kept in"))


def offered(driver) -> set[str]:
    """What is in sight of that with which one trains."""
    return {name for name in TRAINING if driver.find(name).isVisible()}


def test_a_page_shows_its_fit_and_offers_no_training(tables):
    assert tables.find("steps").text() == "Fitted by counting"
    assert tables.find("train").text() == "Fit"
    assert offered(tables) == set()
    assert not tables.page.timeline.isVisible()
    assert not tables.offers_card("curves")
    assert {"step", "phase", "slow", "live"} & tables.actions().keys() == set()
    assert {"train", "reset"} <= tables.actions().keys()


def test_fit_keeps_a_run_that_is_done(tables, apart):
    fit(tables)
    summary = json.loads((tables.folder / "summary.json").read_text())
    assert (summary["state"], summary["steps"]) == ("done", 0)
    assert tables.find("message").text() == f"Fitted by counting. The run is kept in {tables.folder}"
    assert (tables.find("steps").text(), tables.find("train").text()) == ("Fitted by counting", "Fit")
    assert "fitted by counting" in tables.page.context.about.text()
    first = tables.folder
    tables.click("train")
    tables.until(lambda: tables.page.shown.folder not in (None, first) and tables.page.shown.state == "done")
    assert len(list((apart / "runs").iterdir())) == 2


def test_another_context_is_fitted_at_once_and_the_run_is_kept(tables):
    fit(tables)
    run, before = tables.folder, tables.page.shown.source.model.theta.numel()
    tables.fill("param.context", "4")
    tables.until_state("ready")
    tables.until(lambda: tables.page.shown.config.context == 4)
    assert tables.page.shown.source.model.theta.numel() == 975 < before
    assert tables.page.shown.folder is None
    assert load_run(run).config.context == 8
    tables.click("status_act")  # undo reset
    tables.until_state("done")
    assert tables.folder == run
    assert tables.page.draft.config().context == 8
    tables.click("reset")
    tables.until_state("ready")
    assert tables.page.shown.folder is None


def test_gradient_descent_is_trained_as_any_model(tables):
    tables.page.draft.choose_preset("Binary digits, by gradient")
    tables.until(lambda: not tables.page.shown.fitted)
    assert offered(tables) == set(TRAINING)
    assert tables.page.timeline.isVisible()
    assert tables.offers_card("curves")
    assert {"step", "phase", "slow", "live"} <= tables.actions().keys()
    tables.page.draft.set_values({"steps": 100_000, "context": 1})
    tables.until(lambda: tables.page.shown.config.context == 1)
    tables.click("train")
    tables.until_state("training")
    tables.until_step(3)
    assert tables.pause() >= 3
    keys = {series.key for series in tables.page.board.curves.display.frame.series if series.dashed}
    assert keys == {"counted_nll", "held_out.counted_nll"}
    tables.page.draft.choose_preset("Binary digits, 4 neighbours")
    assert tables.find("train").text() == "Train"  # of the run that is shown
    tables.click("reset")
    tables.until_state("ready")
    tables.until(lambda: tables.find("train").text() == "Fit")
    assert offered(tables) == set()


def test_cards_of_the_scenes_are_filled(tables):
    for place, name in enumerate(tables.page.scenes.names, start=1):
        tables.trigger(f"scene.{place}")
        tables.until(lambda: not any(card.is_empty for card in tables.page.board.scene.in_sight()))
        assert tables.page.scenes.current == name
    sums = tables.frame_of("normalisation")
    assert np.isin(sums.images, (0.0, 1.0)).all()
