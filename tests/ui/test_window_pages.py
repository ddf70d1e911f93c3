"""Pages and time: scrubbing back and to live, other pages and themes while it trains, what the next start restores."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from explorer.ui.theme import Mode


def _scrub_to_start(driver) -> None:
    track = driver.find("timeline.track")
    QTest.mouseClick(track, Qt.MouseButton.LeftButton, pos=QPoint(2, 40))


def _is_live(driver) -> bool:
    return driver.find("timeline").live


def test_scrubbing_to_step_0_shows_it_while_training_goes_on(driver) -> None:
    driver.train_small(steps=100_000)
    driver.until(lambda: len(driver.find("timeline.track").steps) > 2)
    _scrub_to_start(driver)
    recorded = [name for name in ("latent_map", "samples") if driver.card(name).isVisible()]
    driver.until(lambda: all(driver.card(name).subtitle == "step 0" for name in recorded))
    assert not _is_live(driver)
    xy = driver.frame_of("latent_map").layers[-1].xy
    step = driver.page.shown.step
    driver.until_step(step + 50)
    assert driver.page.shown.state == "training"
    assert driver.frame_of("latent_map").layers[-1].xy is xy
    assert driver.card("curves").display.frame.marker == 0
    driver.click("timeline.live")
    driver.until(lambda: driver.card("latent_map").subtitle.startswith("posterior means"))
    driver.until(lambda: driver.frame_of("latent_map").layers[-1].xy is not xy)
    assert driver.card("curves").display.frame.marker is None


def test_touching_a_slider_returns_to_live(driver) -> None:
    driver.train_small(steps=60)
    driver.until_state("done")
    driver.until_step(60)
    _scrub_to_start(driver)
    driver.until(lambda: driver.card("latent_map").subtitle == "step 0")
    slider = driver.find("latent.0")
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(20, 8))
    assert _is_live(driver)
    driver.until(lambda: driver.card("latent_map").subtitle.startswith("posterior means"))


def test_arrows_scrub_where_nothing_else_wants_them(driver) -> None:
    driver.train_small(steps=60)
    driver.until_state("done")
    driver.until_step(60)
    moments = driver.find("timeline.track").steps
    driver.window.centralWidget().setFocus()
    driver.key(Qt.Key.Key_Left)
    driver.until(lambda: driver.card("latent_map").subtitle.startswith("step"))
    assert driver.find("timeline").step == moments[-2]


def test_overview_and_theme_while_it_trains(driver) -> None:
    driver.train_small(steps=100_000)
    page = driver.page
    step = page.shown.step
    driver.click("tab.overview")
    assert driver.window.page is None
    host = page.thread_.host
    driver.until(lambda: host.shown.step_count > step + 50)
    painted = page.board.cards["latent_map"].display.painted
    for _ in range(3):
        driver.click("theme_button")
    driver.until(lambda: host.shown.step_count > step + 100)
    assert page.board.cards["latent_map"].display.painted == painted
    assert page.shown.state == "training"
    driver.click("tab.vae")
    driver.until(lambda: page.shown.step > step + 100 and page.board.cards["latent_map"].display.painted > painted)
    assert driver.window.theme.tokens.is_dark == (driver.window.theme.mode is Mode.DARK)


def test_two_pages_train_at_once(open_window, fixture_pages) -> None:
    driver = open_window()
    driver.train_small(steps=100_000)
    first = driver.page
    driver.click("tab.fixtures")
    assert driver.page.name == "gauss"
    driver.page.draft.set_values({"steps": 100_000})
    driver.click("train")
    driver.until_state("training")
    driver.until_step(20)
    driver.click("nav.tiny-gan")
    assert driver.page.name == "tiny-gan"
    driver.page.draft.set_values({"steps": 100_000})
    driver.click("train")
    driver.until_state("training")
    driver.until_step(5)
    driver.click("nav.gauss")
    assert driver.find("nav.gauss").isChecked()
    assert driver.page.shown.state == first.shown.state == "training"
    driver.until_step(driver.page.shown.step + 20)
    step = first.shown.step
    driver.click("tab.vae")
    driver.until_step(step + 50)


def test_a_lab_answers_its_parameters(open_window, fixture_pages) -> None:
    driver = open_window(page="coin")
    driver.until(lambda: not driver.card("entropy").is_empty)
    assert not driver.find("train").isVisible()
    assert not driver.find("timeline").isVisible()
    assert driver.frame_of("entropy").marker == 0.5
    driver.fill("param.p", "0.9")
    driver.until(lambda: driver.frame_of("entropy").marker == 0.9)


def test_the_next_start_has_theme_page_size_and_explain_as_they_were(open_window, fixture_pages) -> None:
    driver = open_window()
    driver.click("tab.fixtures")
    driver.click("nav.tiny-gan")
    driver.click("explain_button")
    driver.click("theme_button")
    dark = driver.window.theme.tokens.is_dark
    driver.window.resize(880, 700)
    QApplication.processEvents()
    driver.window.close()
    again = open_window(0, 0)
    assert (again.window.width(), again.window.height()) == (880, 700)  # what the screen of the tests has room for
    assert again.page.name == "tiny-gan"
    assert again.window.theme.tokens.is_dark == dark
    again.window.resize(1440, 900)
    QApplication.processEvents()
    assert not again.find("explain").isVisible()


def test_an_opened_run_fills_the_form(open_window) -> None:
    driver = open_window()
    driver.train_small(steps=40, beta=2.5)
    driver.until_state("done")
    folder = driver.folder
    driver.window.close()
    again = open_window()
    again.window.open_run(folder)
    again.until_state("done")
    assert again.find("param.beta").text() == "2.50"
    assert again.find("training.steps").text() == "40"
    assert again.find("preset").currentText() == "Custom"
    assert again.find("train").text() == "Train on"
    again.window.open_run(folder)
    assert again.page.shown.state == "done"
