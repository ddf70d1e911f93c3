"""Pixel, canvas, time and points: each is set through its editor in the window, and the pictures follow."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from explorer.engine.views.input_kinds import KINDS
from explorer.ui.page.editors import EDITORS
from models.protocol import INPUTS, Canvas, Pixel, TimeStep

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def driver(open_window, fixture_pages):
    driver = open_window(page="average")
    driver.until(lambda: not driver.card("completion").is_empty)
    return driver


def images(driver, card: str) -> np.ndarray:
    return np.array(driver.frame_of(card).images)


def valid(driver, index: int) -> np.ndarray:
    return driver.page.shown.data.batch("valid", index, 1).x.numpy()


def open_tab(driver, name: str) -> None:
    driver.show_card(name)
    driver.until(lambda: not driver.card(name).is_empty)


def label(driver) -> tuple[str, ...]:
    return driver.frame_of("profile").labels


def test_the_three_tables_of_inputs_have_the_same_keys() -> None:
    assert set(EDITORS) == set(INPUTS) == set(KINDS)
    assert all(EDITORS[kind].kind is kind for kind in (Pixel, Canvas, TimeStep))


def test_a_click_in_the_picture_moves_the_pixel_and_its_card_follows(driver) -> None:
    open_tab(driver, "profile")
    assert label(driver) == ("row 4", "column 4")
    picture = driver.card("completion").display
    QTest.mouseClick(picture, LEFT, pos=picture.pixel_box(0, (1, 6)).center().toPoint())
    driver.until(lambda: label(driver) == ("row 1", "column 6"))
    column = driver.page.shown.data.batch("valid", 0, 100).x[:, 0, 1, 6]
    np.testing.assert_allclose(driver.frame_of("profile").values[0], column.mean(), rtol=1e-5)


def test_arrow_keys_and_boxes_move_the_pixel(driver) -> None:
    open_tab(driver, "profile")
    picture = driver.card("completion").display
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Right):
        QTest.keyClick(picture, key)
    driver.until(lambda: label(driver) == ("row 2", "column 5"))
    assert driver.find("editor.pixel.row").text() == "2"
    driver.fill("editor.pixel.column", "7")
    driver.until(lambda: label(driver) == ("row 2", "column 7"))
    before = picture.grab().toImage()
    QTest.keyClick(picture, Qt.Key.Key_Right)  # at the edge already
    QTest.keyClick(picture, Qt.Key.Key_Down)
    driver.until(lambda: label(driver) == ("row 3", "column 7"))
    assert picture.grab().toImage() != before  # outlined elsewhere


def test_region_image_and_brush_are_chosen_by_keys(driver) -> None:
    driver.find("editor.canvas.tools.tool").setFocus()
    for _ in range(2):
        QTest.keyClick(driver.find("editor.canvas.tools.tool"), Qt.Key.Key_Right)  # Eraser, Hide
    driver.pick("editor.canvas.tools.region", "none")
    driver.until(lambda: np.array_equal(images(driver, "completion"), valid(driver, 0)))
    driver.click("editor.canvas.tools.next")
    driver.until(lambda: np.array_equal(images(driver, "completion"), valid(driver, 1)))
    driver.fill("editor.canvas.tools.index", "12")
    driver.until(lambda: np.array_equal(images(driver, "completion"), valid(driver, 12)))
    board = driver.find("editor.canvas")
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Space):  # Space trains where the widget with the focus has no use for it
        QTest.keyClick(board, key)
    driver.until(lambda: images(driver, "completion")[0, 0, 4, 3] == np.float32(0.5))
    assert driver.page.shown.state == "ready"
    QTest.keyClick(board, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    driver.until(lambda: np.array_equal(images(driver, "completion"), valid(driver, 12)))


def test_the_time_is_set_by_the_slider_and_plays_to_its_end(driver) -> None:
    open_tab(driver, "fade")
    np.testing.assert_allclose(images(driver, "fade"), 0.5)
    slider = driver.find("editor.time_step.slider")
    QTest.mouseClick(slider, LEFT, pos=QPoint(slider.width() // 2, 8))
    driver.until(lambda: np.allclose(images(driver, "fade"), 0.75, atol=0.02))
    QTest.keyClick(slider, Qt.Key.Key_Home)
    driver.until(lambda: np.allclose(images(driver, "fade"), 0.5))
    driver.page.set_reduced_motion(True)
    driver.click("editor.time_step.play")
    driver.until(lambda: float(images(driver, "fade").min()) > 0.55)
    driver.click("editor.time_step.play")
    driver.fill("editor.time_step.value", "1")
    driver.until(lambda: np.allclose(images(driver, "fade"), 1.0))


def test_points_are_dragged_added_and_removed(driver) -> None:
    open_tab(driver, "rotation")
    plane = driver.card("rotation").display

    def xy() -> np.ndarray:
        return driver.frame_of("rotation").layers[0].xy

    def at(x: float, y: float) -> QPoint:
        (point,) = plane.view.to_pixels(np.array([[x, y]])).tolist()
        return QPoint(round(point[0]), round(point[1]))

    assert sorted(map(tuple, xy().tolist())) == [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    driver.drag(plane, at(1, 1), at(1.5, 1.5), at(2, 2))
    driver.until(lambda: np.allclose(xy()[2], [2, 2], atol=0.1))
    QTest.mouseDClick(plane, LEFT, pos=at(0, 0))
    driver.until(lambda: len(xy()) == 5)
    np.testing.assert_allclose(xy()[4], [0, 0], atol=0.02)
    QTest.keyClick(plane, Qt.Key.Key_Right)  # moves the point that was added
    driver.until(lambda: xy()[4, 0] > 0.04)
    QTest.keyClick(plane, Qt.Key.Key_Delete)
    driver.until(lambda: len(xy()) == 4)
    QTest.keyClick(plane, Qt.Key.Key_A)
    driver.until(lambda: len(xy()) == 5)
    assert "5 points" in driver.find("editor.points").label.text()
    for _ in range(9):
        QTest.keyClick(plane, Qt.Key.Key_Delete)
    driver.until(lambda: len(xy()) == 1)
    assert not driver.find("editor.points.remove").isEnabled()
    driver.click("editor.points.add")
    driver.until(lambda: len(xy()) == 2)


def test_another_model_begins_with_the_defaults(driver) -> None:
    driver.fill("editor.canvas.tools.index", "3")
    driver.until(lambda: np.array_equal(images(driver, "completion")[..., :4, :], valid(driver, 3)[..., :4, :]))
    driver.page.draft.set_values({"start": 0.25})
    driver.click("reset")
    driver.until(
        lambda: (
            np.allclose(images(driver, "completion")[..., 4:, :], 0.25)  # of the other model
            and np.array_equal(images(driver, "completion")[..., :4, :], valid(driver, 0)[..., :4, :])
        )
    )
    assert driver.find("editor.canvas.tools.index").text() == "0"


def test_a_figure_says_which_inputs_it_was_made_from(driver) -> None:
    card = driver.card("completion")
    assert driver.page.identity(card)["set"] == {}  # the defaults
    driver.pick("editor.canvas.tools.region", "left")
    driver.click("editor.canvas.tools.next")
    driver.until(lambda: driver.page.identity(card)["set"] == {"canvas": "1:left"})
    expected = valid(driver, 1)
    expected[..., :4] = 0.5
    np.testing.assert_array_equal(images(driver, "completion"), expected)


def test_an_editor_has_names_for_screen_readers(driver) -> None:
    for name in ("editor.pixel", "editor.canvas", "editor.time_step", "editor.points"):
        widget = driver.find(name)
        assert widget.accessibleName()
        for child in widget.children():
            if child.objectName().startswith("editor."):
                assert child.accessibleName(), child.objectName()
