"""Posterior collapse in the window: said once above the cards."""

from __future__ import annotations


def test_a_vae_with_a_heavy_kl_says_that_its_posterior_collapsed(driver) -> None:
    driver.train_small(steps=400, beta=10.0, latent=2, lr=3e-3)
    driver.until_state("done")
    driver.until_step(400)
    driver.until(lambda: driver.find("alert").isVisible())
    text = driver.find("alert_text").text()
    assert text.startswith("Posterior collapse")
    assert text.count("Posterior collapse") == 1
