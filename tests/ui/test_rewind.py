"""What the timeline rewinds and what it does not, the numbers of the moment that is shown, and other small things."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

import models
from explorer.ui.frames import BarsView, CurvesView
from explorer.ui.page.panels.page_chooser import PageChooser
from explorer.ui.theme import DARK
from models.frames import Bars, Curves, Series


def test_every_card_says_in_its_head_whether_it_went_back(driver) -> None:
    driver.train_small(steps=40)
    driver.until_state("done")
    driver.until_step(40)
    driver.page.moment.go_to(driver.page.timeline.track.steps[1])
    step = driver.page.moment.step
    driver.until(lambda: driver.card("latent_map").subtitle == f"step {step}")
    for name, card in driver.page.board.views.items():
        if card.isVisible() and not card.is_empty:
            went = card.subtitle == f"step {step}"
            assert went or card.subtitle.startswith("live, not rewound"), name
    curves = driver.page.board.curves.display
    history = {one.key: one for one in curves.frame.series}
    for item in curves.legend():
        series = history[item.key]
        if len(series.y) and "·" not in item.value and not series.smooth:
            nearest = series.y[np.abs(series.x - step).argmin()]
            assert item.value.replace("\u2212", "-")[:3] == f"{nearest:.4g}"[:3], item


def test_the_legend_shows_the_numbers_of_the_moment(theme, make_widget) -> None:
    view = make_widget(CurvesView(theme), 454, 200)
    t = np.arange(101.0)
    for marker, value in ((None, "200.0"), (25.0, "50.0"), (100.0, "200.0")):
        view.show_frame(Curves(series=(Series("a", "A", t, 2 * t),), marker=marker, x_label="step"))
        view.grab()
        assert view.legend()[0].value == value


def test_a_step_under_the_pointer_is_a_whole_number(theme, make_widget, monkeypatch) -> None:
    view = make_widget(CurvesView(theme), 454, 200)
    t = np.arange(951.0)
    view.show_frame(Curves(series=(Series("a", "A", t, 2 * t),), x_label="step"))
    view.grab()
    said: list[str] = []
    monkeypatch.setattr("explorer.ui.frames.curves.halo_text", lambda _p, _at, text, *_: said.append(text))
    for x in (101, 222, 333):
        QTest.mouseMove(view, QPoint(x, 100))
        view.grab()
    assert len(said) >= 3
    assert all(text.isdigit() for text in said), said


@pytest.mark.parametrize("height", [300, 60])
def test_bars_of_negative_values_have_a_zero_line(theme, make_widget, height) -> None:
    view = make_widget(BarsView(theme), 400, height)
    labels = tuple("abcdef")

    def line(values: list[float]) -> bool:
        view.show_frame(Bars(labels, np.array(values)))
        image = view.grab().toImage()
        wanted = DARK.text2
        return any(
            image.pixelColor(x, y).name() == wanted for x in range(100, image.width()) for y in range(image.height())
        )

    assert line([1.0, -2.0, 3.0, 0.5, -1.0, 2.0])
    assert not line([1.0, 2.0, 3.0, 0.5, 1.0, 2.0]) or height == 300  # rows have their names in that colour


def test_a_page_that_is_left_keeps_no_focus_frame_on_another_row(theme, make_widget) -> None:
    family = next(family for family in models.FAMILIES if len(family.pages) > 2)
    first, second, *_ = family.pages
    chooser = make_widget(PageChooser(theme, family, first), 300, 400)
    asked = []
    chooser.page_chosen.connect(asked.append)
    chooser._buttons[second].setFocus()
    chooser._buttons[second].click()
    chooser.mark_page()
    assert asked == [second]
    assert chooser._buttons[first].hasFocus()
    assert chooser._buttons[first].isChecked()
