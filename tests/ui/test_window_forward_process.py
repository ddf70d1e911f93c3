"""The page of the forward process: its time, its handle, and images in place of points."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from explorer.ui.page.editors.time_bar import TimeBar

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def driver(driver):
    driver.click("tab.diffusion")
    driver.click("nav.forward-process")
    driver.until(lambda: not driver.card("schedules").is_empty)
    return driver


def at(display: QWidget, x: float, y: float) -> QPoint:
    (point,) = display.view.to_pixels(np.array([[x, y]])).tolist()  # type: ignore[attr-defined]
    return QPoint(round(point[0]), round(point[1]))


def bars(driver) -> list[TimeBar]:
    return [bar for bar in driver.page.findChildren(TimeBar) if bar.isVisible()]


def test_a_click_on_the_schedules_sets_the_time_of_all_pictures(driver) -> None:
    assert driver.frame_of("schedules").marker == 0.15
    (bar,) = bars(driver)
    assert bar.box.text() == "0.15"
    display = driver.card("schedules").display
    pane = display.panes[0]
    place = pane.geometry().topLeft() + pane.projection.point(0.6, 0.5)
    QTest.mouseClick(display, LEFT, pos=place.toPoint())
    driver.until(lambda: abs(driver.frame_of("schedules").marker - 0.6) < 0.02)
    chosen = f"t = {driver.frame_of('schedules').marker:.3g},"
    driver.until(lambda: driver.frame_of("points_noised").subtitle.startswith(chosen))
    assert bar.slider.number == pytest.approx(0.6, abs=0.02)


def test_the_posterior_follows_the_handle_on_the_map(driver) -> None:
    driver.show_card("marginal")
    driver.until(lambda: not driver.card("posterior_at").is_empty)
    assert len(bars(driver)) == 1, "two pictures of one scene share a slider"
    display = driver.card("marginal").display
    driver.drag(display, at(display, 0.9, 0.5), at(display, 0, 0), at(display, -1.5, 1))
    driver.until(lambda: np.allclose(driver.frame_of("posterior_at").layers[1].xy[0], [-1.5, 1], atol=0.1))


def test_digits_have_pictures_of_their_own(driver) -> None:
    driver.page.draft.choose_preset("Digits, 60 images")
    for name, lead in enumerate(("images_noised", "images_posterior", "images_memorised", "images_smoothed"), 1):
        driver.trigger(f"scene.{name}")
        driver.until(lambda lead=lead: driver.page.board.scene.in_sight()[0].view.name == lead)
        driver.until(lambda lead=lead: not driver.card(lead).is_empty)
        beside = driver.page.board.scene.in_sight()[1:]
        assert [card.view.name for card in beside] == [("schedules", "weights", "by_time", "between")[name - 1]]
