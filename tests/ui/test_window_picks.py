"""Two data are picked, a direction is kept with the run and moved along, splits are chosen from a card's menu."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from explorer.engine.runs.directions import read_directions
from models.frames import Points
from models.protocol import DataPoint, Direction

SHIFT = Qt.KeyboardModifier.ShiftModifier


def _trained(driver) -> None:
    driver.train_small(steps=100_000)
    driver.pause()
    driver.until(lambda: not driver.card("latent_map").is_empty)


def _alone(board) -> list[tuple[int, QPoint]]:
    """Points of the map that no other lies near: position in the split, and where."""
    (layer,) = [layer for layer in board.frame.layers if isinstance(layer, Points)]
    pixels = board.view.to_pixels(layer.xy)
    pixels[~((pixels > 40) & (pixels < [board.width() - 8, board.height() - 40])).all(axis=1)] = np.nan  # in sight
    apart = np.hypot(*(pixels[:, None] - pixels[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    order = np.argsort(-np.nan_to_num(apart.min(axis=1), nan=-1.0))[:6]
    return [(int(layer.index[k]), QPointF(*pixels[k].tolist()).toPoint()) for k in order.tolist()]


def test_a_click_picks_the_first_and_shift_the_second_and_the_cross_hair_stays(driver) -> None:
    _trained(driver)
    driver.show_card("interpolation")
    board, inputs = driver.card("latent_map").display, driver.inputs
    board.grab()
    (first, at_first), (second, at_second), *_ = _alone(board)
    QTest.mouseClick(board, Qt.MouseButton.LeftButton, pos=at_first)
    z = inputs.z.copy()
    QTest.mouseClick(board, Qt.MouseButton.LeftButton, SHIFT, at_second)
    assert {name: (datum.split, datum.index) for name, datum in driver.editor(DataPoint).data.items()} == {
        "point": ("train", first),
        "end": ("train", second),
    }
    assert inputs.z.tolist() == z.tolist()
    assert board._marks == {first: "A", second: "B"}
    said = f"from training image {first} to training image {second}"
    driver.until(lambda: said in driver.card("interpolation").subtitle)
    assert f"B is training image {second}, in " in driver.window.status.message.text()
    (layer,) = [layer for layer in board.frame.layers if isinstance(layer, Points)]
    pixels = board.view.to_pixels(layer.xy)
    free = [QPoint(x, y) for x in range(50, board.width() - 20, 10) for y in range(20, board.height() - 60, 10)]
    nowhere = max(free, key=lambda at: np.hypot(*(pixels - [at.x(), at.y()]).T).min())
    QTest.mouseClick(board, Qt.MouseButton.LeftButton, pos=nowhere)
    assert driver.window.status.message.text() == "Nothing is picked here: click on a point to pick it"
    assert board._marks == {first: "A", second: "B"}


def test_two_data_are_picked_with_the_keyboard(driver) -> None:
    _trained(driver)
    board, inputs = driver.card("latent_map").display, driver.inputs
    board.grab()
    (layer,) = [layer for layer in board.frame.layers if isinstance(layer, Points)]
    board.setFocus()
    for place, modifiers, name in ((3, Qt.KeyboardModifier.NoModifier, "point"), (9, SHIFT, "end")):
        inputs.set_point(layer.xy[place])
        driver.key(Qt.Key.Key_Return, modifiers)
        picked = list(layer.index).index(driver.editor(DataPoint).data[name].index)
        assert layer.xy[picked].tolist() == layer.xy[place].tolist()
    driver.show_card("reconstructions")
    driver.until(lambda: not driver.card("reconstructions").is_empty)
    sheet = driver.card("reconstructions").display
    sheet.grab()
    sheet.setFocus()
    driver.key(Qt.Key.Key_Right)
    driver.key(Qt.Key.Key_Return, SHIFT)
    assert (driver.editor(DataPoint).data["end"].split, driver.editor(DataPoint).data["end"].index) == ("valid", 0)
    assert sheet._marks == {0: "B"}


def test_a_direction_is_kept_with_the_run_and_applied_by_exactly_its_vector(driver) -> None:
    _trained(driver)
    driver.show_card("direction")
    card, inputs = driver.card("direction"), driver.inputs
    driver.until(lambda: len(driver.editor(Direction).vector) == 2)
    driver.until(lambda: not card.is_empty)
    vector = driver.frame_of("direction").direction.copy()
    driver.fill("direction.name", "zero to one")
    (kept,) = read_directions(driver.folder)
    assert (kept.name, kept.vector) == ("zero to one", tuple(vector.tolist()))
    assert kept.step == driver.page.shown.step
    driver.until(lambda: "saved as zero to one" in card.subtitle)
    inputs.set_point(np.array([0.25, -0.5]))
    slider = driver.find("direction.amount")
    slider.setFocus()
    for _ in range(10):
        QTest.keyClick(slider, Qt.Key.Key_Right)
    assert slider.number == pytest.approx(1.0)
    assert inputs.z == pytest.approx(np.array([0.25, -0.5]) + vector, abs=1e-12)
    for _ in range(10):
        QTest.keyClick(slider, Qt.Key.Key_Left)
    assert inputs.z == pytest.approx([0.25, -0.5], abs=1e-12)
    QTest.keyClick(slider, Qt.Key.Key_End)
    inputs.set_point(np.array([1.0, 1.0]))  # from elsewhere: the slider starts anew there
    assert slider.number == 0
    folder = driver.folder
    driver.click("reset")
    driver.until(lambda: driver.page.shown.folder is None)
    assert driver.editor(Direction).kept == {}
    driver.page.runner.open_run(folder)
    driver.until(lambda: driver.page.shown.folder == folder)
    assert list(driver.editor(Direction).kept) == ["zero to one"]
    driver.pick("direction.kept", "zero to one")
    assert inputs.value(Direction).vector.tolist() == [vector.tolist()]
    driver.click("direction.forget")
    assert read_directions(folder) == ()
    assert inputs.value(Direction) is None


def test_a_direction_without_a_run_is_kept_in_memory_and_that_is_said(driver) -> None:
    driver.eval_mode()
    driver.show_card("direction")
    driver.until(lambda: len(driver.editor(Direction).vector) == 2)
    driver.fill("direction.name", "here")
    assert list(driver.editor(Direction).kept) == ["here"]
    assert "there is no run" in driver.window.status.message.text()


def test_the_data_of_a_card_can_be_of_another_split(driver) -> None:
    _trained(driver)
    driver.show_card("reconstructions")
    card = driver.card("reconstructions")
    driver.until(lambda: "validation" in card.subtitle)
    driver.choose_in_menu(card.menu, "Use training data")
    driver.until(lambda: "training" in card.subtitle)


def test_what_is_live_beside_a_recorded_moment_says_so(driver) -> None:
    _trained(driver)
    driver.until(lambda: not driver.card("decode").is_empty)
    driver.page.timeline.scrubbed.emit(driver.page.timeline.track.steps[0])
    driver.until(lambda: driver.card("latent_map").subtitle.startswith("step"))
    assert driver.card("decode").subtitle.startswith("live")
    assert not driver.page.explain._live.isHidden()
    driver.page.moment.go_live()
    assert not driver.card("decode").subtitle.startswith("live")
    assert driver.page.explain._live.isHidden()
