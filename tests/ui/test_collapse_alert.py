"""Posterior collapse in the window: said once above the cards, and only for as long as it is so."""

from __future__ import annotations

import dataclasses


def test_a_vae_with_a_heavy_kl_says_that_its_posterior_collapsed(driver) -> None:
    driver.train_small(steps=400, beta=10.0, latent=2, lr=3e-3)
    driver.until_state("done")
    driver.until_step(400)
    driver.until(lambda: driver.find("alert").isVisible())
    text = driver.find("alert_text").text()
    assert text.startswith("Posterior collapse")
    assert text.count("Posterior collapse") == 1


def test_an_alert_is_renewed_while_its_card_is_out_of_sight(driver) -> None:
    driver.train_small(steps=100_000)
    driver.pause()
    card = driver.card("latent_map")
    card.show_frame(dataclasses.replace(driver.frame_of("latent_map"), alert="Posterior collapse: in all dimensions"))
    assert driver.find("alert").isVisible()
    driver.page.scenes.choose("Samples")
    assert not card.isVisible()
    driver.click("train")
    driver.until(lambda: not driver.find("alert").isVisible())  # the map of a later step warns of nothing
    driver.pause()
