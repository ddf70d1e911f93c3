"""Cards in the window: export of each format and back, copy, freeze, maximise, a window of its own."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PIL import Image
from pointing import wheel
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from explorer.ui.card import EXPORTS, Legend
from explorer.ui.controls import IconButton
from explorer.ui.export.dialog import ExportDialog
from explorer.ui.numbers import count
from explorer.ui.window.detached import DetachedCard


def _tool(driver, card: str, name: str) -> IconButton:
    return next(b for b in driver.card(card).findChildren(IconButton) if b.accessibleName() == name)


@pytest.mark.parametrize("kind", ["png", "svg", "pdf", "csv", "npz"])
def test_a_card_is_exported_and_read_back(driver, tmp_path, kind: str) -> None:
    driver.train_small(steps=40)
    driver.until_state("done")
    driver.until_step(40)
    driver.until(lambda: not driver.card("latent_map").is_empty)
    driver.choose_in_menu(driver.card("latent_map").menu, EXPORTS[kind])
    path = tmp_path / f"map.{kind}"
    field = driver.find("export.path")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, str(path))
    xy = driver.frame_of("latent_map").layers[-1].xy.copy()
    driver.click("export.save")
    driver.until(lambda: driver.find("message").text() == f"Written to {path}")
    run = driver.folder.name
    if kind == "png":
        with Image.open(path) as image:
            assert image.width > 800
            assert run in str(image.text)
    elif kind == "npz":
        with np.load(path) as arrays:
            assert any(a.shape == xy.shape and np.allclose(a, xy) for a in arrays.values())
            assert run in str([array for array in arrays.values() if array.dtype.kind == "U"])
    elif kind == "csv":
        assert run in path.read_text()
        rows = list(csv.reader(line for line in path.read_text().splitlines() if not line.startswith("#")))
        assert len(rows) > len(xy)
    else:
        assert run.encode() in path.read_bytes()
    driver.until(lambda: driver.window.findChild(ExportDialog) is None)


def test_copy_puts_the_picture_on_the_clipboard(driver) -> None:
    driver.eval_mode()
    QApplication.clipboard().clear()
    driver.choose_in_menu(driver.card("decode").menu, "Copy image")
    assert QApplication.clipboard().image().width() > 100
    assert driver.find("message").text() == "Decode is on the clipboard"


def test_a_frozen_card_keeps_its_picture_until_it_is_let_go(driver) -> None:
    driver.train_small(steps=100_000)
    driver.show_card("samples")
    card = driver.card("samples")
    driver.until(lambda: not card.is_empty)
    driver.choose_in_menu(card.menu, "Freeze this view")
    kept = card.display.frame
    driver.until_step(driver.page.shown.step + 50)
    assert card.display.frame is kept
    assert card.subtitle.startswith("frozen")
    QTest.mouseClick(_tool(driver, "samples", "Unfreeze: show new pictures again"), Qt.MouseButton.LeftButton)
    driver.until(lambda: card.display.frame is not kept)
    newer = card.display.frame
    driver.until(lambda: card.display.frame is not newer)


@pytest.mark.parametrize("name", ["latent_map", "curves", "decode"])
def test_maximise_fills_the_page_and_escape_puts_it_back(driver, name: str) -> None:
    driver.train_small(steps=40)
    driver.until_state("done")
    driver.until(lambda: not driver.card(name).is_empty)
    card = driver.card(name)
    before = {n: c.geometry() for n, c in driver.page.board.cards.items() if c.isVisible()}
    QTest.mouseClick(_tool(driver, name, "Maximise (double click)"), Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    visible = [n for n, c in driver.page.board.cards.items() if c.isVisible()]
    assert visible == [name]
    assert card.width() > 0.9 * driver.page.board.scene.width()
    driver.window.centralWidget().setFocus()
    driver.key(Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert {n: c.geometry() for n, c in driver.page.board.cards.items() if c.isVisible()} == before


def test_a_card_in_its_own_window_follows_even_out_of_sight(driver) -> None:
    driver.train_small(steps=100_000)
    driver.until(lambda: not driver.card("latent_map").is_empty)
    driver.choose_in_menu(driver.card("latent_map").menu, "Open in its own window")
    apart = driver.window.findChild(DetachedCard)
    assert apart.isVisible()
    assert apart.display.frame is driver.frame_of("latent_map")
    driver.click("tab.overview")
    host = driver.window.pages["vae"].thread_.host
    watched = lambda: [request.view for request in host._worker.watched.requests]  # noqa: E731
    assert watched() == ["latent_map"]
    driver.click("tab.vae")
    old = apart.display.frame
    driver.until(lambda: apart.display.frame is not old)
    apart.close()
    driver.until(lambda: driver.window.findChild(DetachedCard) is None)


def test_curves_in_their_own_window_keep_their_legend_and_follow_behind_another_card(driver) -> None:
    driver.train_small(steps=100_000)
    driver.until(lambda: not driver.card("curves").is_empty)
    driver.choose_in_menu(driver.card("curves").menu, "Open in its own window")
    apart = driver.window.findChild(DetachedCard)
    legend = apart.findChild(Legend)
    driver.until(lambda: legend.isVisible() and all(item.value for item in legend.items))
    assert [item.label for item in legend.items] == [item.label for item in driver.card("curves").display.legend()]
    driver.page.board.scene.toggle(driver.card("latent_map"))
    assert not driver.card("curves").isVisible()
    old = apart.display.frame
    driver.until(lambda: apart.display.frame is not old)
    legend.hovered.emit("kl")
    assert apart.display._emphasised == "kl"
    apart.close()
    driver.until(lambda: driver.window.findChild(DetachedCard) is None)


def test_closing_the_window_closes_what_belongs_to_it(driver) -> None:
    driver.eval_mode()
    driver.choose_in_menu(driver.card("decode").menu, "Open in its own window")
    driver.choose_in_menu(driver.card("decode").menu, EXPORTS["png"])
    driver.until(lambda: driver.window.findChild(ExportDialog).isVisible())
    driver.window.close()
    assert not [top for top in QApplication.topLevelWidgets() if top.isVisible()]


def _export(driver, card: str, kind: str = "png") -> ExportDialog:
    driver.choose_in_menu(driver.card(card).menu, EXPORTS[kind])
    dialog = driver.window.findChild(ExportDialog)
    assert dialog is not None
    return dialog


def _type_title(driver, text: str) -> None:
    """Types a title into the export dialog, and closes it."""
    field = driver.find("export.title")
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)
    QTest.keyClick(driver.window.findChild(ExportDialog), Qt.Key.Key_Escape)
    driver.until(lambda: driver.window.findChild(ExportDialog) is None)


def test_a_figure_says_what_it_is_of_and_a_title_of_a_card_is_remembered(driver) -> None:
    driver.eval_mode()
    step = count(driver.page.shown.step)
    assert _export(driver, "decode").title == f"Decode · MNIST, binarized per batch · Amortised VAE · step {step}"
    _type_title(driver, "My decoder")
    assert _export(driver, "latent_map").title.startswith("Latent map · MNIST")
    _type_title(driver, "")
    assert _export(driver, "decode").title == "My decoder"
    _type_title(driver, "My decoder")
    assert _export(driver, "latent_map").title == ""
    _type_title(driver, "")


def test_a_zoomed_card_offers_what_is_in_view(driver) -> None:
    driver.eval_mode()
    driver.until(lambda: not driver.card("latent_map").is_empty)
    display = driver.card("latent_map").display
    dialog = _export(driver, "latent_map")
    assert not driver.find("export.range").isVisible()
    dialog.reject()
    driver.until(lambda: driver.window.findChild(ExportDialog) is None)
    wheel(display, display.rect().center(), 3)
    dialog = _export(driver, "latent_map")
    assert driver.find("export.range").isVisible()
    assert driver.find("export.range").value == "view"
    dialog.reject()
