"""The latent point: sliders, value boxes, cross-hair and decoded picture are one state, at rest and while it trains."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from explorer.engine import load_run
from explorer.engine.bundle import open_bundle
from models.protocol import LatentPoint

SHIFT = Qt.KeyboardModifier.ShiftModifier


def _shown(driver) -> np.ndarray:
    """The point, after seeing that everything that shows it agrees."""
    z = driver.inputs.z
    sliders = [driver.find(f"latent.{dim}").number for dim in range(len(z))]
    boxes = [float(driver.find(f"latent_value.{dim}").text().replace("−", "-")) for dim in range(len(z))]
    cross = driver.card("latent_map").display.handles.xy
    dims = list(driver.frame_of("latent_map").dims)
    assert sliders == pytest.approx(z.tolist(), abs=0.006)
    assert boxes == pytest.approx(z.tolist(), abs=0.006)
    assert cross[0].tolist() == pytest.approx(z[dims].tolist())
    return z.copy()


def _decoded_by(model, z: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return model.decode_mean(torch.tensor(z[None], dtype=torch.float32)).numpy()


def _agrees(driver, model) -> bool:
    return np.allclose(driver.decoded(), _decoded_by(model, driver.inputs.z), atol=1e-6)


def _at(driver, x: float, y: float) -> QPoint:
    view = driver.card("latent_map").display.view
    return QPointF(*view.to_pixels(np.array([[x, y]]))[0].tolist()).toPoint()


def test_slider_box_map_and_picture_agree_on_the_bundled_model(driver) -> None:
    driver.eval_mode()
    model = open_bundle("vae").page
    driver.until(lambda: _agrees(driver, model))
    slider, board = driver.find("latent.0"), driver.card("latent_map").display
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 30, 8))
    assert _shown(driver)[0] > 2
    driver.until(lambda: _agrees(driver, model))
    driver.fill("latent_value.1", "-1.25")
    assert _shown(driver)[1] == -1.25
    driver.until(lambda: _agrees(driver, model))
    driver.drag(board, _at(driver, 1, 1), _at(driver, 0.5, 0.5), _at(driver, -1, 0.75))
    assert _shown(driver) == pytest.approx([-1, 0.75], abs=0.03)
    driver.until(lambda: _agrees(driver, model))
    before = _shown(driver)
    board.setFocus()
    driver.key(Qt.Key.Key_Right)
    driver.key(Qt.Key.Key_Up, SHIFT)
    assert _shown(driver) == pytest.approx(before + np.array([0.05, 0.5]))
    driver.until(lambda: _agrees(driver, model))


def test_sample_lock_origin_and_walk(driver) -> None:
    driver.eval_mode()
    driver.fill("latent_value.0", "0.5")
    driver.click("latent_lock.0")
    driver.click("latent_sample")
    z = _shown(driver)
    assert z[0] == 0.5
    assert z[1] != 0
    driver.click("latent_lock.0")
    driver.click("latent_sample")
    assert _shown(driver)[0] != 0.5
    driver.click("latent_origin")
    assert _shown(driver).tolist() == [0, 0]
    driver.click("latent_lock.1")
    driver.click("latent_walk")
    driver.until(lambda: abs(driver.inputs.z[0]) > 0.1)
    assert _shown(driver)[1] == 0
    driver.click("latent_walk")
    assert not driver.editor(LatentPoint).panel.is_walking
    assert driver.find("latent_walk").accessibleName() == "Walk"


def test_a_point_beyond_the_sliders_widens_them(driver) -> None:
    driver.eval_mode()
    board = driver.card("latent_map").display
    driver.click("latent_origin")
    board.setFocus()
    for _ in range(11):
        driver.key(Qt.Key.Key_Right, SHIFT)
    assert _shown(driver).tolist() == pytest.approx([5.5, 0])
    driver.fill("latent_value.1", "-7")
    assert _shown(driver)[1] == -7


def test_after_a_drag_the_picture_goes_on_following_the_training(driver) -> None:
    driver.train_small(steps=100_000)
    slider = driver.find("latent.0")
    driver.drag(slider, slider.rect().center(), *(QPoint(x, 8) for x in range(90, 140, 10)))
    z = _shown(driver)
    asked = driver.inputs.request(driver.card("decode").view).stamp
    driver.until(lambda: driver.page.feed.newest["decode"].request.stamp == asked)
    first = driver.decoded()
    step = driver.page.shown.step
    driver.until_step(step + 200)
    driver.until(lambda: not np.array_equal(driver.decoded(), first))
    driver.pause()
    assert driver.inputs.z.tolist() == z.tolist()
    driver.window.close()
    model = load_run(driver.folder).model
    assert _agrees(driver, model)


def test_two_quick_moves_end_at_the_second_where_the_picture_is_in_a_window_of_its_own(driver) -> None:
    driver.train_small(steps=100_000)
    driver.choose_in_menu(driver.card("decode").menu, "Open in its own window")
    driver.page.board.scene.toggle(driver.card("latent_map"))
    inputs, host = driver.inputs, driver.page.thread_.host
    for place in (0.25, 0.5):
        inputs.set_point(np.array([place, -place]))
    watched = lambda: {request.view: request for request in host._worker.watched.requests}  # noqa: E731
    driver.until(lambda: watched()["decode"].inputs["z"].z.tolist() == [[0.5, -0.5]])


@pytest.mark.parametrize("training", [False, True])
def test_while_a_model_trains_a_drag_asks_for_the_first_picture_and_the_others_follow(driver, training) -> None:
    driver.page.scenes.add("nearest")
    driver.page.scenes.swap("curves", "nearest")  # beside the sliders, in sight
    driver.eval_mode()
    if training:
        driver.train_small(steps=100_000)
    asked = []
    driver.inputs.asked.connect(lambda request: asked.append(request.view))
    driver.click("latent_sample")
    driver.until(lambda: asked == (["decode"] if training else ["decode", "nearest"]))
    z = _shown(driver)
    stamp = driver.inputs.request(driver.card("nearest").view).stamp
    driver.until(lambda: driver.page.feed.newest["nearest"].request.stamp == stamp)
    assert driver.page.feed.newest["nearest"].request.inputs["z"].z.tolist() == [pytest.approx(z.tolist(), rel=1e-6)]


def test_more_dimensions_give_more_sliders_those_with_most_kl_first(driver) -> None:
    driver.train_small(steps=100_000, latent=4)
    driver.show_card("kl_per_dimension")
    driver.until(lambda: not driver.card("kl_per_dimension").is_empty)
    driver.until_step(driver.page.shown.step + 100)
    driver.pause()
    kl = driver.frame_of("kl_per_dimension").values
    driver.show_card("decode")
    sliders = [driver.find(f"latent.{dim}") for dim in range(4)]
    driver.until(lambda: sorted(range(4), key=lambda d: sliders[d].mapTo(driver.window, QPoint()).y())
                 == np.argsort(-driver.frame_of("kl_per_dimension").values, kind="stable").tolist())  # fmt: skip
    assert len(kl) == 4
    _shown(driver)


def test_resample_draws_other_images(driver) -> None:
    driver.eval_mode()
    driver.show_card("samples")
    driver.until(lambda: not driver.card("samples").is_empty)
    before = np.array(driver.frame_of("samples").images)
    driver.click("resample.samples")
    driver.until(lambda: not np.array_equal(driver.frame_of("samples").images, before))
