"""What a view shows and of which weights, and what the next start finds again."""

from __future__ import annotations

import dataclasses
import gc
import json
import threading
import time

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

import models
from explorer.ui.page.state.draft import Draft
from explorer.ui.settings import SettingsDialog, settings
from models.frames import Points


def test_a_view_that_makes_no_sense_has_no_tab_and_is_never_asked_for(driver) -> None:
    driver.eval_mode()
    asked: list[str] = []
    driver.show_card("manifold")
    driver.until(lambda: not driver.card("manifold").is_empty)
    driver.choose_in_menu(driver.card("manifold").menu, "Open in its own window")  # which follows it out of sight
    driver.train_small(steps=100_000, latent=10)
    assert not driver.offers_card("manifold")
    assert not driver.card("manifold").isVisible()
    driver.page.board.watched.connect(lambda requests: asked.extend(request.view for request in requests))
    driver.inputs.asked.connect(lambda request: asked.append(request.view))
    driver.click("latent_sample")
    driver.until_step(driver.page.shown.step + 20)
    assert "decode" in asked
    assert "manifold" not in asked
    assert not driver.card("manifold").property("failed")
    driver.pause()
    driver.page.draft.set_values({"latent": 2})
    driver.click("reset")
    driver.until_state("ready")
    driver.show_card("manifold")
    driver.until(lambda: not driver.card("manifold").is_empty)


def test_a_view_that_makes_sense_only_later_gets_its_card(open_window) -> None:
    driver = open_window()
    driver.fill("param.latent", "10")
    driver.window.close()
    again = open_window()
    again.click("reset")
    again.until_state("ready")
    assert not again.offers_card("manifold")
    again.fill("param.latent", "2")
    again.until(lambda: again.offers_card("manifold"))
    again.show_card("manifold")
    again.until(lambda: not again.card("manifold").is_empty)


def test_averaged_weights_are_named_and_the_raw_ones_a_switch_away(driver) -> None:
    driver.eval_mode()
    assert not driver.find("raw_weights").isVisible()
    driver.train_small(steps=100_000, ema=0.999, lr=0.01)
    driver.until_step(30)
    driver.pause()
    decode = driver.card("decode")
    driver.until(lambda: "averaged weights" in decode.subtitle)
    session = driver.page.thread_.host.shown
    z = torch.tensor(driver.inputs.z[None], dtype=torch.float32)

    def shows(model) -> bool:
        with torch.no_grad():
            return np.allclose(driver.decoded(), model.decode_mean(z).numpy(), atol=1e-6)

    driver.until(lambda: shows(session.learner.averaged))
    assert not shows(session.model)
    driver.click("raw_weights")
    driver.until(lambda: shows(session.model))
    assert "raw weights" in decode.subtitle
    driver.click("raw_weights")
    driver.until(lambda: shows(session.learner.averaged))
    assert "averaged weights" in decode.subtitle


def test_the_next_start_has_the_setup_as_it_was_and_opens_no_run(open_window, fixture_pages) -> None:
    driver = open_window()
    driver.pick("dataset", "digits")
    driver.fill("param.beta", "2.5")
    driver.fill("training.steps", "77")
    driver.fill("seed", "41")
    driver.pick("device", "cpu")
    driver.click("tab.fixtures")
    driver.click("nav.tiny-gan")
    driver.click("tab.vae")
    kept = driver.page.draft.state
    driver.window.close()
    again = open_window()
    page = again.page
    assert page.draft.state == kept
    assert (kept.data, kept.seed, kept.device, kept.values["steps"]) == ("digits", 41, "cpu", 77)
    assert again.find("param.beta").text() == "2.50"
    assert again.find("seed").text() == "41"
    assert again.find("preset").currentText() == "Custom"
    assert not page.draft.undo.canUndo()
    again.eval_mode()
    assert page.shown.folder is None
    again.click("tab.fixtures")
    assert again.page.name == "tiny-gan"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"seed": -1}, "not -1"),
        ({"data": "nowhere"}, "no dataset nowhere"),
        ({"device": "abacus"}, "no device abacus"),
        ({"preset": "nothing"}, "no preset nothing"),
        ({"values": {"beta": -3}}, "not -3"),
        ({"values": {"gone": 1}}, "gone"),
        ({"data_values": 3}, ""),
        (None, ""),
    ],
)
def test_a_setup_that_cannot_be_read_gives_way_to_the_preset_and_is_told(open_window, change, why: str) -> None:
    draft = Draft("vae", models.find_page("vae"))
    begun = draft.state
    draft.set_seed(41)
    stored = settings()
    stored.setValue("vae/draft", "{" if change is None else json.dumps({**json.loads(draft.to_json()), **change}))
    stored.sync()
    driver = open_window()
    assert driver.page.draft.state == begun
    said = driver.find("message").text()
    assert "starts from its preset" in said
    assert why in said


def test_with_reduced_motion_the_walk_leaps(driver) -> None:
    driver.eval_mode()
    driver.key(Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = driver.window.findChild(SettingsDialog)
    QTest.mouseClick(dialog.motion, Qt.MouseButton.LeftButton)
    driver.click("settings_close")
    seen: list[float] = []
    driver.inputs.changed.connect(lambda kind: seen.append(time.monotonic()))
    driver.click("latent_walk")
    driver.until(lambda: len(seen) >= 2)
    driver.click("latent_walk")
    assert seen[1] - seen[0] > 0.3


def test_undo_reset_is_offered_again_where_the_page_is_seen_again(driver) -> None:
    driver.train_small(steps=20)
    driver.until_state("done")
    driver.until_step(20)
    folder = driver.folder
    driver.click("reset")
    driver.until_state("ready")
    driver.click("tab.overview")
    driver.click("tab.vae")
    driver.click("status_act")
    driver.until_state("done")
    assert driver.folder == folder


def test_a_key_triggers_its_own_action_though_a_preset_has_its_title(open_window, monkeypatch) -> None:
    page = models.find_page("vae")
    monkeypatch.setattr(page, "presets", (*page.presets, dataclasses.replace(page.presets[-1], title="Settings")))
    driver = open_window()
    driver.eval_mode()
    before = driver.page.draft.state
    driver.window.centralWidget().setFocus()
    actions = driver.window.commands()
    assert len({action.objectName() for action in actions}) == len(actions)
    assert sum(action.text() == "Settings" for action in actions) == 2
    driver.key(Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert driver.window.findChild(SettingsDialog).isVisible()
    assert driver.page.draft.state == before
    driver.click("settings_close")


def test_garbage_is_collected_in_the_windows_thread_alone_until_it_closes(open_window) -> None:
    before, collect = gc.isenabled(), gc.collect
    first, second = open_window(), open_window()
    assert not gc.isenabled()
    there: list[int] = []
    rubbish: list[object] = []
    rubbish.append(rubbish)
    del rubbish
    thread = threading.Thread(target=lambda: there.append(gc.collect()))
    thread.start()
    thread.join()
    assert there == [0]
    first.window.close()
    assert gc.collect is not collect
    second.window.close()
    assert gc.collect is collect
    assert gc.isenabled() == before


def _asked(driver, view: str):
    return driver.inputs.request(driver.card(view).view).inputs.get("point")


def test_a_click_on_a_point_or_an_image_picks_the_datum_that_other_views_show(driver) -> None:
    driver.train_small(steps=20)
    driver.until_state("done")
    driver.until_step(20)
    board = driver.card("latent_map").display
    cloud = next(layer for layer in driver.frame_of("latent_map").layers if isinstance(layer, Points))
    driver.show_card("posterior")
    driver.until(lambda: "image 0" in driver.card("posterior").subtitle)
    at = board.view.to_pixels(cloud.xy[7:8])[0]
    QTest.mouseClick(board, Qt.MouseButton.LeftButton, pos=QPointF(*at.tolist()).toPoint())
    point = _asked(driver, "posterior")
    where = np.hypot(*(board.view.to_pixels(cloud.xy) - at).T)  # points may lie over one another
    assert where[cloud.index.tolist().index(point.index)] < 2
    data = driver.page.thread_.host.shown.data
    assert torch.equal(point.x, data.batch("train", point.index, 1).x)
    driver.until(lambda: f"training image {point.index}" in driver.card("posterior").subtitle)
    driver.show_card("reconstructions")
    driver.until(lambda: not driver.card("reconstructions").is_empty)
    sheet = driver.card("reconstructions").display
    QTest.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=sheet.box(3).center().toPoint())
    assert _asked(driver, "posterior").index == driver.frame_of("reconstructions").index[3] == 3
    assert "True posterior" in driver.find("message").text()
    driver.click("reset")
    driver.until_state("ready")
    assert _asked(driver, "posterior") is None
