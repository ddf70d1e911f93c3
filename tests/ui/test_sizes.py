"""The picture comes first: how large the plots of every scene are, and that nothing of a page is cut."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea, QWidget

import models
from explorer.engine.host.host import Snapshot
from explorer.ui.card import Card
from explorer.ui.controls import ElidedLabel
from explorer.ui.frames.curves import CurvesView
from explorer.ui.frames.items.bar_rows import row_layout
from explorer.ui.frames.plane import PlaneView
from explorer.ui.page.state.shown import PageState
from explorer.ui.theme import ui_font
from models.frames import Bars, Images, Text
from models.protocol import Canvas, GenerativeModel

PAGES = [name for family in models.FAMILIES for name in family.pages]
_SHALLOW = (Bars, Images, Text)  # kinds whose pictures are readable in less height


def smaller_than(card: Card, width: int, height: int) -> str:
    """Says that the picture of a card is smaller than it should be, or ""."""
    size = card.picture.parentWidget().size() if card.is_empty else card.picture.size()
    if size.width() >= width and size.height() >= height:
        return ""
    return f"{card.view.name} has {size.width()} × {size.height()} px, not {width} × {height}"


Size = tuple[int, int]


def in_each_scene(driver, *checks: Callable[[Any], list[str]]) -> list[str]:
    """What checks find wrong in the scenes of the page in sight."""
    scenes, found = driver.page.scenes, []
    for name in scenes.names:
        scenes.choose(name)
        driver.qtbot.wait(1)
        found += [f"{name}: {text}" for check in checks for text in check(driver)]
    return found


def too_small(driver, lead: Size, square: Size, board: Size, side: Size | None) -> list[str]:
    """The cards in sight whose plots are smaller than these."""
    view = driver.page.board.scene
    frame = view.lead.display.frame
    is_square = isinstance(view.lead.display, PlaneView) and (frame is None or frame.square)
    wanted = board if view.lead.view.sets is Canvas else square if is_square else lead
    found = [smaller_than(view.lead, *wanted)]
    for card in view.in_sight()[1:] if side is not None else ():
        height = 120 if issubclass(card.view.frame, _SHALLOW) else side[1]
        found.append(smaller_than(card, side[0], height))
    return [text for text in found if text]


@pytest.mark.parametrize("page", PAGES)
def test_plots_are_large(open_window, page):
    driver = open_window(1440, 900, page)
    driver.until(lambda: driver.page.shown.source is not None)
    driver.page.banner.dismiss()  # the welcome of the first start
    driver.qtbot.wait(1)
    assert driver.page.run_bar.explain_button.isChecked()
    wide = {"lead": (540, 440), "square": (470, 470), "board": (470, 470), "side": (240, 160)}
    assert in_each_scene(driver, partial(too_small, **wide)) == []
    driver.window.resize(1024, 700)
    driver.qtbot.wait(1)
    narrow = {"lead": (360, 330), "square": (360, 330), "board": (288, 288), "side": None}  # a board has tools below it
    assert in_each_scene(driver, partial(too_small, **narrow), out_of_sight) == []
    assert cut(driver.page.side.widget()) == []


@pytest.mark.parametrize("page", ["gan-images", "pixel-cnn", "wavenet"])
def test_no_word_of_the_run_bar_or_of_a_foot_is_cut(open_window, page):
    driver = open_window(1024, 700)
    driver.window.show_page(page)
    driver.until(lambda: driver.page.shown.source is not None)
    found, bar, scenes = [], driver.page.run_bar, driver.page.scenes
    for state, averaged in itertools.product(PageState, (False, True)):
        driver.page.shown.set_state(state)
        bar.show_snapshot(Snapshot(step=123_456, averaged=averaged))
        driver.qtbot.wait(1)
        found += [f"{state}: {text}" for text in narrowed(bar)]
    for name in scenes.names:
        scenes.choose(name)
        for card in driver.page.board.scene.in_sight():
            card.open_controls()
            for turn in range(60):  # layouts: of the foot, of its rows, of the rows without sliders; later under load
                driver.qtbot.wait(1)
                if turn >= 2 and not narrowed(card):
                    break
            found += [f"{name}: {text}" for text in narrowed(card)]
    assert found == []


def narrowed(parent: QWidget) -> list[str]:
    """Labels and buttons that have less width than their words need; those that elide them are left out."""
    children = [*parent.findChildren(QAbstractButton), *parent.findChildren(QLabel)]
    words = [c for c in children if c.isVisible() and c.text() and not isinstance(c, ElidedLabel)]
    fixed = [c for c in words if not (isinstance(c, QLabel) and c.wordWrap())]
    return [f"{c.text()} has {c.width()} px" for c in fixed if c.width() < c.sizeHint().width()]


def out_of_sight(driver) -> list[str]:
    """The cards of a scene that are hidden whole, and of which a part has no room if the scene has three at most."""
    cards, found = [driver.card(name) for name in driver.page.scenes.layout.cards], []
    for card in cards:
        seen = card.visibleRegion().boundingRect().size()
        if len(cards) <= 3 and seen != card.size():
            found.append(f"{card.view.name} shows {seen.height()} of {card.height()} px")
        elif seen.isEmpty():
            found.append(f"{card.view.name} is out of sight")
    return found


def cut(body: QWidget | None) -> list[str]:
    """The widgets of a scrolled panel that reach beyond its right edge."""
    assert body is not None
    area = body.parentWidget().parentWidget()
    assert isinstance(area, QScrollArea)
    width = area.viewport().width()
    return [
        f"{type(child).__name__} {child.objectName()}"
        for child in body.findChildren(QWidget)
        if child.isVisible() and child.mapTo(body, child.rect().topRight()).x() >= width
    ]


MODELS = {
    name: page for family in models.FAMILIES for name, page in family.pages.items() if issubclass(page, GenerativeModel)
}


@pytest.mark.parametrize("page", MODELS)
def test_the_loss_has_two_panes_at_most(page):
    panes = {metric.pane for metric in MODELS[page].metrics if metric.plotted}
    assert 1 <= len(panes) <= 2
    assert all(panes)


def test_a_pane_of_curves_is_high_enough_to_read(open_window):
    driver = open_window(1440, 900)
    display = driver.card("curves").display
    assert isinstance(display, CurvesView)
    panes = max(1, len(display.pane_names))
    assert display.minimumSizeHint().height() >= 80 * panes


def test_lines_at_bars_leave_the_names_above_them_free(qapp):
    values = np.array([-24.4, -24.5, 0.07])
    frame = Bars(("log p(x)", "ELBO", "a name that is too long to stand beside its bar"), values)
    layout = row_layout(frame, ["−24.41", "−24.49", "0.07"], 269, 254)
    assert layout.below
    letters = QFontMetricsF(ui_font(layout.text)).height() / 2
    for place, (top, bottom) in enumerate(layout.zero_line(len(values))):
        assert top >= layout.middle(place) + letters - 1
        assert bottom <= layout.middle(place + 1) - letters + 1
