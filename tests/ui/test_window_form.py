"""What the window is made of: names, accessible names, nothing cut or overlapping at either size."""

from __future__ import annotations

import collections
import os
import subprocess
import sys

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollBar,
    QStackedWidget,
    QWidget,
)

from explorer.ui.controls import ElidedLabel
from explorer.ui.frames.base import FrameView

INTERACTIVE = (QAbstractButton, QLineEdit, QComboBox, QAbstractSlider, FrameView)
INSIDE = ("qt_", "ScrollLeftButton", "ScrollRightButton")  # parts that Qt makes and names itself


def _interactive(top: QWidget) -> list[QWidget]:
    return [
        w for w in top.findChildren(QWidget)
        if isinstance(w, INTERACTIVE) and not isinstance(w, QScrollBar) and not w.objectName().startswith(INSIDE)
    ]  # fmt: skip


def test_everything_that_can_be_used_has_an_accessible_name(open_window, fixture_pages) -> None:
    driver = open_window()
    driver.click("tab.fixtures")
    driver.click("nav.coin")
    driver.click("tab.overview")
    driver.until(lambda: bool(driver.window.overview.cards))
    nameless = [
        f"{type(w).__name__} {w.objectName()}" for w in _interactive(driver.window)
        if not w.accessibleName() and not (isinstance(w, QAbstractButton) and w.text())
    ]  # fmt: skip
    assert not nameless


def test_the_names_that_scripts_rely_on_exist_once(driver) -> None:
    names = [
        "dataset",
        "preset",
        "seed",
        "device",
        "train",
        "step",
        "reset",
        "timeline",
        "explain",
        "latent.0",
        "latent.1",
    ]
    page = driver.page
    driver.eval_mode()
    assert page.objectName() == "page.vae"
    names += [f"param.{name}" for name in page.side.form.rows]
    names += [f"training.{name}" for name in page.side.training.rows]
    names += [f"card.{name}" for name in page.board.cards]
    counts = collections.Counter(w.objectName() for w in page.findChildren(QWidget))
    assert {name: counts[name] for name in names} == dict.fromkeys(names, 1)
    for name in ("tab.overview", "tab.vae", "nav.vae"):
        found = driver.window.findChildren(QWidget, name)
        assert len(found) == 1
        assert isinstance(found[0], QAbstractButton)


def _cut(top: QWidget) -> list[str]:
    """Labels and buttons in sight that are narrower or lower than their text."""
    cut = []
    for label in top.findChildren(QLabel):
        if not label.isVisible() or not label.text() or isinstance(label, ElidedLabel):
            continue
        room = label.contentsRect()
        need = QFontMetricsF(label.font(), label).boundingRect(  # in whole device pixels, not in whole px a line
            QRectF(0, 0, room.width(), 10_000), int(Qt.TextFlag.TextWordWrap) if label.wordWrap() else 0, label.text()
        )
        if need.width() > room.width() + 1 or need.height() > room.height() + 1:
            cut.append(f"{label.text()!r} needs {need.width()}×{need.height()}, has {room.width()}×{room.height()}")
    for button in top.findChildren(QPushButton):
        if button.isVisible() and button.text():
            icon = 0 if button.icon().isNull() else button.iconSize().width() + 4
            need = button.fontMetrics().horizontalAdvance(button.text()) + icon
            if need > button.width():
                cut.append(f"button {button.text()!r} needs {need}, has {button.width()}")
    return cut


def _siblings_that_overlap(top: QWidget) -> list[str]:
    """Children of one parent that lie over one another though they stand in its layout."""
    found = []
    for parent in (top, *top.findChildren(QWidget)):
        layout = parent.layout()
        if layout is None or isinstance(parent, QStackedWidget) or not parent.isVisible():
            continue
        inside = [
            child for child in parent.children()
            if isinstance(child, QWidget) and child.isVisible() and not child.isWindow() and _stands_in(layout, child)
        ]  # fmt: skip
        for place, one in enumerate(inside):
            for other in inside[place + 1 :]:
                if one.geometry().adjusted(1, 1, -1, -1).intersects(other.geometry().adjusted(1, 1, -1, -1)):
                    found.append(f"{_words(one)} and {_words(other)} in {_words(parent)}")
    return found


def _stands_in(layout, child: QWidget) -> bool:
    if layout.indexOf(child) >= 0:
        return True
    parts = (layout.itemAt(i).layout() for i in range(layout.count()))
    return any(_stands_in(part, child) for part in parts if part is not None)


def _words(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, (QLabel, QAbstractButton)) else ""
    return f"{type(widget).__name__} {widget.objectName()} {text!r} {widget.geometry().getRect()}"


def _beyond(top: QWidget) -> list[str]:
    """Widgets in sight that reach beyond the right edge of their parent."""
    return [
        _words(w) for w in top.findChildren(QWidget)
        if w.isVisible() and not w.isWindow() and w.parentWidget() is not None
        and w.geometry().right() > w.parentWidget().width() + 1 and w.width() > 1
        and not w.objectName().startswith("qt_")
    ]  # fmt: skip


def _faults(driver) -> list[str]:
    for _ in range(3):  # a note that gains a line has its card, the column and the scroll area laid out in turn
        QApplication.processEvents()
    window = driver.window
    return _cut(window) + _siblings_that_overlap(window) + _beyond(window)


@pytest.mark.parametrize("size", [(1440, 900), (1024, 700), (880, 600)])
def test_nothing_is_cut_or_overlaps(open_window, size) -> None:
    driver = open_window(*size)
    driver.eval_mode()
    assert _faults(driver) == []
    driver.train_small(steps=1_000_000)
    for _ in range(2):
        driver.until_step(driver.page.shown.step + 20)
        assert _faults(driver) == []
        driver.window.resize(1440, 900)  # what a wide window had room for must go again
        driver.until(lambda: "it/s" in driver.find("pace").text())
        driver.window.resize(*size)
    driver.click("train")
    driver.until_state("paused")
    driver.click("reset")
    driver.until_state("ready")
    driver.train_small(steps=60)
    driver.until_state("done")
    driver.until_step(60)
    assert _faults(driver) == []
    if size == (880, 600):  # the tabs are further down there
        return
    for tab in ("reconstructions", "manifold", "kl_per_dimension"):
        driver.show_card(tab)
        driver.until(lambda tab=tab: not driver.card(tab).is_empty)
        assert _faults(driver) == []
    for section in driver.page.side.findChildren(QAbstractButton):
        if section.text() in ("More", "Optimiser and schedule"):
            section.click()
    assert _faults(driver) == []
    driver.click("tab.overview")
    driver.until(lambda: bool(driver.window.overview.runs))
    assert _faults(driver) == []


@pytest.mark.skipif("DGM_EXPLORER_TEST_SCALE" in os.environ, reason="this is the process of another scale")
def test_nothing_is_cut_or_overlaps_at_a_scale_of_one_and_a_half() -> None:
    tests = ("test_nothing_is_cut_or_overlaps", "test_the_scale_is_the_one_that_was_asked_for")
    chosen = [*(f"{__file__}::{name}" for name in tests), "-q", "-p", "no:cacheprovider"]
    scaled = {**os.environ, "DGM_EXPLORER_TEST_SCALE": "1.5"}
    done = subprocess.run([sys.executable, "-m", "pytest", *chosen], env=scaled, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_the_scale_is_the_one_that_was_asked_for(driver) -> None:
    assert driver.window.devicePixelRatioF() == float(os.environ.get("DGM_EXPLORER_TEST_SCALE", "1"))


@pytest.mark.parametrize("size", [(1440, 900), (1024, 700)])
def test_nothing_is_cut_where_training_failed(open_window, size) -> None:
    driver = open_window(*size)
    driver.train_small(steps=100_000, lr=1e6)
    driver.until_state("diverged")
    assert _faults(driver) == []


def test_under_1200_px_explain_lies_over_the_cards(open_window) -> None:
    driver = open_window(1440, 900)
    driver.eval_mode()
    explain = driver.find("explain")
    assert explain.isVisible()
    driver.window.resize(1024, 700)
    QApplication.processEvents()
    assert not explain.isVisible()
    for _ in range(3):  # until the cards have their places
        QApplication.processEvents()
    before = driver.card("latent_map").width()
    driver.click("explain_button")
    QApplication.processEvents()
    assert explain.isVisible()
    assert driver.card("latent_map").width() == before
    assert explain.mapTo(driver.window, QPoint(explain.width(), 0)).x() == 1024
    driver.window.resize(1440, 900)
    QApplication.processEvents()
    assert explain.isVisible()
    decode = driver.card("decode")
    right = decode.mapTo(driver.window, decode.rect().topRight()).x()
    assert right < explain.mapTo(driver.window, QPoint()).x()


def test_under_1000_px_the_settings_of_the_page_do_too(open_window) -> None:
    driver = open_window(1440, 900)
    driver.eval_mode()
    driver.window.resize(900, 700)
    QApplication.processEvents()
    assert not driver.find("dataset").isVisible()
    before = driver.card("latent_map").geometry()
    driver.click("side_button")
    QApplication.processEvents()
    assert driver.find("dataset").isVisible()
    assert driver.card("latent_map").geometry() == before
    driver.window.resize(1440, 900)
    QApplication.processEvents()
    assert driver.find("dataset").isVisible()
    assert driver.card("latent_map").mapTo(driver.page, QPoint()).x() > driver.page.side.width()


def test_the_settings_of_the_page_can_be_hidden_and_stay_so_until_they_are_shown(open_window) -> None:
    driver = open_window(1024, 700)
    driver.eval_mode()
    before = driver.card("latent_map").width()
    driver.key(Qt.Key.Key_P)
    QApplication.processEvents()
    assert not driver.find("dataset").isVisible()
    assert driver.card("latent_map").width() > before + 100
    for width in (900, 1024):  # through a width at which it would lie over the cards
        driver.window.resize(width, 700)
        QApplication.processEvents()
        assert not driver.find("dataset").isVisible()
    driver.window.close()
    again = open_window(1024, 700)
    again.eval_mode()
    assert not again.find("dataset").isVisible()
    again.click("side_button")
    QApplication.processEvents()
    assert again.find("dataset").isVisible()
    assert again.page.side.width() >= 248


def test_full_screen_and_back(open_window) -> None:
    driver = open_window(1024, 700)
    driver.key(Qt.Key.Key_F11)
    assert driver.window.isFullScreen()
    driver.trigger("full_screen")
    assert not driver.window.isFullScreen()


def test_the_form_of_another_dataset_replaces_the_one_before_at_once(driver) -> None:
    side = driver.page.side
    before, opened = side.dataset.form, set(QApplication.topLevelWidgets())
    driver.page.draft.choose_data("grid25")
    assert side.dataset.form is not before
    assert not before.isVisible()
    assert {widget for widget in set(QApplication.topLevelWidgets()) - opened if widget.isVisible()} == set()
    rows = [row for row in side.dataset.form.rows.values() if row.isVisibleTo(side)]
    assert rows
