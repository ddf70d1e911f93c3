"""A model completes what a person draws: the board in the window, with the mouse, the tools and the keyboard."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from toys import FAMILY

import models
from explorer.engine.views.from_text import request_from_text
from explorer.ui.canvas.image_board import ImageBoard
from models.protocol import Canvas

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
BOARD, TOOLS = "editor.canvas", "editor.canvas.tools"
LEAST = 470  # px of the side of a board that leads at 1440 × 900


@pytest.fixture
def drawn_on(open_window, monkeypatch, request):
    """A page with a card that has nothing but the board; binary digits."""
    monkeypatch.setattr(models, "FAMILIES", (*models.FAMILIES, FAMILY))
    driver = open_window(*getattr(request, "param", (1440, 900)), page="toy-belief-network")
    driver.show_card("drawing")
    driver.until(lambda: not driver.card("completion").is_empty and not driver.card("drawing").is_empty)
    return driver


@pytest.fixture
def beside(open_window, fixture_pages, request):
    """A page whose board stands beside the picture; grey digits."""
    driver = open_window(*getattr(request, "param", (1440, 900)), page="average")
    driver.until(lambda: not driver.card("completion").is_empty)
    return driver


def board_of(driver) -> ImageBoard:
    board = driver.find(BOARD)
    assert isinstance(board, ImageBoard)
    return board


def spot(board: ImageBoard, row: int, column: int) -> QPoint:
    return board.grid.point(row + 0.5, column + 0.5).toPoint()


def tool(driver, name: str) -> None:
    """Clicks a tool."""
    tools = driver.find(f"{TOOLS}.tool")
    QTest.mouseClick(tools, LEFT, pos=tools.segment(name).center().toPoint())


def picture(driver) -> tuple[np.ndarray, np.ndarray]:
    """Image and mask on the board."""
    shown = board_of(driver).painting.picture
    return shown.x[0], shown.mask


def images(driver) -> np.ndarray:
    return np.array(driver.frame_of("completion").images)


def keeps_the_given(driver) -> bool:
    """Whether the completions have what is given on the board."""
    x, mask = picture(driver)
    return bool((images(driver)[:, 0][:, mask] == x[mask]).all())


def test_a_board_that_leads_is_as_large_as_a_picture_that_leads(drawn_on) -> None:
    box = board_of(drawn_on).grid.box
    assert min(box.width(), box.height()) >= LEAST
    assert drawn_on.card("completion").isVisible()
    assert not drawn_on.card("drawing").display.isVisible()
    assert not drawn_on.find(f"{TOOLS}.ink").isVisible()  # the digits are binary


@pytest.mark.parametrize("drawn_on", [(1024, 700)], indirect=True)
def test_a_board_that_leads_is_usable_in_a_small_window(drawn_on) -> None:
    box = board_of(drawn_on).grid.box
    assert min(box.width(), box.height()) >= 200
    for name in ("tool", "brush", "undo", "redo", "clear", "region", "start", "index"):
        assert not drawn_on.find(f"{TOOLS}.{name}").visibleRegion().isEmpty(), name


def test_the_model_completes_what_is_drawn_while_it_is_drawn(drawn_on) -> None:
    board = board_of(drawn_on)
    drawn_on.click(f"{TOOLS}.clear")
    x, mask = picture(drawn_on)
    assert not x.any()
    assert mask[:4].all()
    assert not mask[4:].any()
    drawn_on.until(lambda: not images(drawn_on)[..., :4, :].any())
    QTest.mousePress(board, LEFT, pos=spot(board, 1, 1))
    drawn_on.until(lambda: (images(drawn_on)[:, 0, 1, 1] == 1).all())  # the button is still held
    QTest.mouseRelease(board, LEFT, pos=spot(board, 1, 1))
    drawn_on.drag(board, spot(board, 2, 1), spot(board, 2, 6))
    drawn_on.until(lambda: keeps_the_given(drawn_on))
    assert images(drawn_on)[:, 0, 2, 1:7].all()


def test_a_stroke_in_the_unknown_part_is_given_and_the_right_button_erases_it(drawn_on) -> None:
    board = board_of(drawn_on)
    QTest.mouseClick(board, LEFT, pos=spot(board, 6, 2))
    drawn_on.until(lambda: (images(drawn_on)[:, 0, 6, 2] == 1).all() and keeps_the_given(drawn_on))
    assert drawn_on.find(f"{TOOLS}.region").currentText() == "Painted"
    QTest.mouseClick(board, RIGHT, pos=spot(board, 6, 2))
    drawn_on.until(lambda: (images(drawn_on)[:, 0, 6, 2] == 0).all())
    tool(drawn_on, "hide")
    QTest.mouseClick(board, LEFT, pos=spot(board, 6, 2))
    assert drawn_on.find(f"{TOOLS}.region").currentText() == "Lower"


def test_undo_goes_back_over_all_tools_and_redo_forth(drawn_on) -> None:
    board, states = board_of(drawn_on), []

    def note() -> None:
        x, mask = picture(drawn_on)
        states.append((x.tolist(), mask.tolist()))

    note()
    for name, at in (("pen", (0, 0)), ("show", (7, 7)), ("hide", (1, 5)), ("eraser", (0, 0))):
        tool(drawn_on, name)
        QTest.mouseClick(board, LEFT, pos=spot(board, *at))
        note()
    for control in ("next", "clear"):
        drawn_on.click(f"{TOOLS}.{control}")
        note()
    drawn_on.pick(f"{TOOLS}.region", "upper")
    note()
    assert all(a != b for a, b in pairwise(states))
    for expected in states[-2::-1]:
        drawn_on.click(f"{TOOLS}.undo")
        x, mask = picture(drawn_on)
        assert (x.tolist(), mask.tolist()) == expected
    assert not drawn_on.find(f"{TOOLS}.undo").isEnabled()
    assert drawn_on.find(f"{TOOLS}.index").text() == "0"
    for expected in states[1:]:
        drawn_on.click(f"{TOOLS}.redo")
        x, mask = picture(drawn_on)
        assert (x.tolist(), mask.tolist()) == expected
    drawn_on.until(lambda: keeps_the_given(drawn_on))


def test_clear_keeps_the_region_that_was_chosen(drawn_on) -> None:
    drawn_on.pick(f"{TOOLS}.region", "right")
    board = board_of(drawn_on)
    drawn_on.drag(board, spot(board, 3, 0), spot(board, 3, 7))
    drawn_on.click(f"{TOOLS}.clear")
    x, mask = picture(drawn_on)
    assert not x.any()
    assert drawn_on.find(f"{TOOLS}.region").currentText() == "Right"
    assert mask[:, :4].all()
    assert not mask[:, 4:].any()
    drawn_on.until(lambda: not images(drawn_on)[..., :4].any())


def test_a_picture_of_the_data_is_a_start_to_draw_on(drawn_on) -> None:
    strip = drawn_on.find(f"{TOOLS}.start")
    QTest.mouseClick(strip, LEFT, pos=strip.box(3).center().toPoint())
    data = drawn_on.page.shown.data.point("valid", 3).x[0, 0].numpy()
    np.testing.assert_array_equal(picture(drawn_on)[0], data)
    assert drawn_on.find(f"{TOOLS}.index").text() == "3"
    drawn_on.until(lambda: keeps_the_given(drawn_on))
    board = board_of(drawn_on)
    QTest.mouseClick(board, LEFT, pos=spot(board, 0, 0))
    expected = data.copy()
    expected[0, 0] = 1
    np.testing.assert_array_equal(picture(drawn_on)[0], expected)


def test_a_drawing_is_part_of_what_a_figure_says_of_itself_and_can_be_read_again(drawn_on) -> None:
    drawn_on.click(f"{TOOLS}.clear")
    board = board_of(drawn_on)
    QTest.mouseClick(board, LEFT, pos=spot(board, 1, 7))
    card = drawn_on.card("completion")
    text = "drawn-0001000000000000:lower"
    drawn_on.until(lambda: drawn_on.page.identity(card)["set"] == {"canvas": text})
    shown = drawn_on.page.shown
    request = request_from_text(card.view, shown.model_or_lab, shown.data, {"canvas": text})
    read = request.inputs["canvas"]
    assert isinstance(read, Canvas)
    x, mask = picture(drawn_on)
    np.testing.assert_array_equal(read.x[0, 0].numpy(), x)
    np.testing.assert_array_equal(read.mask[0, 0].numpy(), mask)


def test_the_keyboard_draws_and_space_does_not_train(drawn_on) -> None:
    board = board_of(drawn_on)
    drawn_on.click(f"{TOOLS}.clear")
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Space):
        QTest.keyClick(board, key)
    assert np.argwhere(picture(drawn_on)[0]).tolist() == [[2, 4]]
    QTest.keyClick(board, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not picture(drawn_on)[0].any()
    QTest.keyClick(board, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert picture(drawn_on)[0].sum() == 1
    QTest.keyClick(board, Qt.Key.Key_BracketRight)
    assert drawn_on.find(f"{TOOLS}.brush").number == 2
    assert drawn_on.page.shown.state == "ready"


# Beside a picture


def test_a_board_and_the_picture_beside_it_share_the_card(beside) -> None:
    board, display = board_of(beside), beside.card("completion").display
    box = board.grid.box
    assert box.width() >= 290
    assert display.width() >= 200
    assert board.mapToGlobal(board.rect().topRight()).x() < display.mapToGlobal(display.rect().topLeft()).x()
    beside.card("completion").maximise_asked.emit()
    beside.until(lambda: board_of(beside).grid.box.height() >= 420)
    assert display.width() >= 320


@pytest.mark.parametrize("beside", [(1024, 700)], indirect=True)
def test_a_board_beside_a_picture_is_usable_in_a_small_window(beside) -> None:
    assert board_of(beside).grid.box.width() >= 200
    assert beside.card("completion").display.width() >= 150


def test_grey_ink_is_drawn_and_completed(beside) -> None:
    board, ink = board_of(beside), beside.find(f"{TOOLS}.ink")
    QTest.keyClick(ink, Qt.Key.Key_Home)
    for _ in range(25):
        QTest.keyClick(ink, Qt.Key.Key_Right)
    beside.drag(board, spot(board, 1, 0), spot(board, 1, 7))
    beside.until(lambda: np.allclose(images(beside)[0, 0, 1], 0.25))
    assert beside.page.identity(beside.card("completion"))["set"] == {}  # a grey drawing has no text
    beside.click(f"{TOOLS}.undo")
    beside.until(lambda: keeps_the_given(beside))


def test_a_mask_is_painted_and_the_completion_follows(beside) -> None:
    board, grey = board_of(beside), 0.5
    x = beside.page.shown.data.batch("valid", 0, 1).x.numpy()
    np.testing.assert_allclose(images(beside)[..., 4:, :], grey)
    np.testing.assert_array_equal(images(beside)[..., :4, :], x[..., :4, :])
    tool(beside, "hide")
    beside.drag(board, spot(board, 1, 0), spot(board, 1, 3), spot(board, 1, 7))
    beside.until(lambda: np.allclose(images(beside)[..., 1, :], grey))
    assert beside.find(f"{TOOLS}.region").currentText() == "Painted"
    beside.click(f"{TOOLS}.undo")
    beside.until(lambda: np.array_equal(images(beside)[..., 1, :], x[..., 1, :]))
    assert beside.find(f"{TOOLS}.region").currentText() == "Lower"
