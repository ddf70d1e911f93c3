"""What the timeline rewinds and what it does not, and other small things."""

from __future__ import annotations

import numpy as np
import pytest

import models
from explorer.ui.frames import BarsView
from explorer.ui.page.panels.page_chooser import PageChooser
from explorer.ui.theme import DARK
from models.frames import Bars


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


def test_beside_a_recorded_step_the_panel_says_that_its_settings_are_those_of_the_next_run(driver) -> None:
    driver.train_small(steps=60)
    driver.until_state("done")
    driver.until_step(60)
    head = driver.find("of_next")
    assert not head.isVisible()
    driver.page.moment.go_to(0)
    assert head.isVisible()
    assert not head.visibleRegion().isEmpty()
    assert head.text() == "Settings of the next run, not those of step 0"
    driver.page.moment.go_live()
    assert not head.isVisible()


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
