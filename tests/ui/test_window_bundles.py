"""Models that come with the application can be shown at any time, not at the first start alone."""

from __future__ import annotations

from explorer.engine.bundle import BUNDLES
from explorer.ui.controls import Combo

TITLE = "MNIST, 10-D latent"


def _choose(driver, title: str) -> None:
    combo = driver.find("bundle")
    assert isinstance(combo, Combo)
    row = combo.findText(title)
    combo.setCurrentIndex(row)
    combo.activated.emit(row)


def test_a_bundled_model_is_shown_when_it_is_chosen_and_the_run_in_sight_is_kept(driver) -> None:
    driver.eval_mode()
    driver.train_small(steps=30)
    driver.until_state("done")
    folder = driver.page.shown.folder
    offered = []
    driver.page.undo_offered.connect(offered.append)
    _choose(driver, TITLE)
    driver.until_state("static")
    assert driver.page.shown.config.latent == 10
    assert driver.page.shown.folder is None
    assert len(offered) == 1
    driver.until(lambda: driver.card("latent_map").display.frame.subtitle == "posterior means, 2,000 test images")
    assert driver.find("bundle").value == TITLE
    driver.page.runner.undo_reset()
    driver.until_state("done")
    assert driver.page.shown.folder == folder
    assert driver.find("bundle").value == ""


def test_commands_offer_every_bundled_model_of_the_page_in_sight(driver) -> None:
    driver.eval_mode()
    actions = driver.actions()
    assert [name for name in actions if name.startswith("bundle.")] == [f"bundle.{title}" for title in BUNDLES["vae"]]
    actions[f"bundle.{TITLE}"].trigger()
    driver.until(lambda: driver.page.shown.config.latent == 10)
