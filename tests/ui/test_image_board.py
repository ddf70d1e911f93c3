"""The board of a canvas and its painting: tools, brush, mouse, keys, undo and redo, on small and large images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pointing import LEFT, drag, pixels, point_at
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from explorer.ui.canvas.image_board import ImageBoard
from explorer.ui.canvas.image_painting import OPPOSITE, TOOLS, ImagePainting, Picture

RIGHT = Qt.MouseButton.RightButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def half(shape: tuple[int, ...], value: float = 0.0) -> Picture:
    """An image of one value whose lower half is unknown."""
    mask = np.ones(shape[1:], dtype=bool)
    mask[shape[1] // 2 :] = False
    return Picture(np.full(shape, value, np.float32), mask)


def fine(picture: Picture, tool: str = "pen") -> ImagePainting:
    """A painting with a brush of one pixel."""
    painting = ImagePainting(picture)
    painting.size, painting.tool = 1, tool
    return painting


def state(painting: ImagePainting) -> tuple[list, list]:
    return painting.picture.x.tolist(), painting.picture.mask.tolist()


# The painting


def test_a_stroke_covers_every_pixel_on_its_way() -> None:
    painting = fine(Picture.blank((1, 8, 8)))
    painting.begin()
    assert painting.paint(0.5, 0.5, "hide")
    assert painting.paint(7.5, 7.5, "hide")
    np.testing.assert_array_equal(painting.picture.mask, ~np.eye(8, dtype=bool))
    assert not painting.paint(7.5, 7.5, "hide")  # hidden already


def test_a_brush_covers_the_pixels_whose_centers_lie_in_its_circle() -> None:
    painting = ImagePainting(Picture.blank((1, 9, 9)))
    painting.size = 3
    under = painting.under(4.5, 4.5)
    rows, columns = np.nonzero(under)
    assert (np.hypot(rows - 4, columns - 4) <= 1.5).all()
    assert under.sum() == 9  # 3 × 3: the corners are √2 away
    painting.size = 1
    assert painting.under(4.99, 4.01).sum() == 1  # near a corner of the pixel, which is hit nevertheless


def test_the_pen_makes_what_it_draws_given() -> None:
    painting = fine(half((1, 8, 8)))
    painting.begin()
    painting.paint(1.5, 2.5, "pen")
    painting.begin()
    painting.paint(6.5, 2.5, "pen")
    picture = painting.picture
    assert np.argwhere(picture.x[0]).tolist() == [[1, 2], [6, 2]]
    assert np.argwhere(picture.mask[4:]).tolist() == [[2, 2]]


def test_the_eraser_blanks_given_pixels_and_leaves_unknown_ones_as_they_are() -> None:
    painting = fine(half((1, 8, 8), 0.75), "eraser")
    painting.begin()
    painting.paint(0.5, 3.5, "eraser")
    painting.paint(7.5, 3.5, "eraser")
    x, mask = painting.picture.x[0], painting.picture.mask
    np.testing.assert_array_equal(x[:, 3], [0, 0, 0, 0, 0.75, 0.75, 0.75, 0.75])
    assert (np.delete(x, 3, axis=1) == 0.75).all()
    assert not mask[4:].any()


def test_hide_and_show_leave_the_image_as_it_is() -> None:
    painting = fine(half((1, 8, 8), 0.75))
    for row, tool in ((0.5, "hide"), (7.5, "show")):
        painting.begin()
        painting.paint(row, 3.5, tool)
    assert (painting.picture.x == 0.75).all()
    assert not painting.picture.mask[0, 3]
    assert painting.picture.mask[7, 3]


@pytest.mark.parametrize(("channels", "ink"), [(1, 1.0), (1, 0.25), (3, 0.5)])
def test_the_ink_of_the_pen_is_the_value_of_every_channel(channels: int, ink: float) -> None:
    painting = fine(half((channels, 8, 8)))
    painting.ink = ink
    painting.begin()
    painting.paint(2.5, 5.5, "pen")
    assert painting.picture.x[:, 2, 5].tolist() == [ink] * channels
    assert painting.picture.x.sum() == ink * channels
    assert painting.picture.x.dtype == np.float32


def test_strokes_of_all_tools_are_undone_and_redone_in_their_order() -> None:
    painting = fine(half((1, 8, 8), 0.5))
    states = [state(painting)]
    for row, tool in ((0.5, "pen"), (0.5, "eraser"), (1.5, "hide"), (6.5, "show"), (7.5, "pen")):
        painting.begin()
        assert painting.paint(row, 3.5, tool)
        states.append(state(painting))
    painting.replace(Picture.blank((1, 8, 8)))
    states.append(state(painting))
    for expected in states[-2::-1]:
        assert painting.can_undo
        painting.undo()
        assert state(painting) == expected
    assert not painting.can_undo
    for expected in states[1:]:
        assert painting.can_redo
        painting.redo()
        assert state(painting) == expected
    assert not painting.can_redo


def test_a_stroke_that_changes_nothing_is_no_step_and_a_new_stroke_ends_redoing() -> None:
    painting = fine(half((1, 8, 8)))
    painting.begin()
    painting.paint(6.5, 3.5, "eraser")  # unknown
    painting.begin()
    painting.paint(20.0, 20.0, "pen")  # beside the image
    assert not painting.can_undo
    painting.begin()
    painting.paint(1.5, 1.5, "pen")
    painting.undo()
    painting.begin()
    painting.paint(1.5, 1.5, "show")  # given already
    assert painting.can_redo
    painting.begin()
    painting.paint(2.5, 2.5, "pen")
    assert not painting.can_redo


def test_a_stroke_of_several_moves_is_one_step() -> None:
    painting = fine(half((1, 8, 8)))
    before = state(painting)
    painting.begin()
    for column in range(8):
        painting.paint(0.5, column + 0.5, "pen")
    painting.undo()
    assert state(painting) == before


def test_the_brush_is_at_least_a_pixel_and_at_most_the_image() -> None:
    painting = ImagePainting(Picture.blank((1, 8, 8)))
    painting.resize(-100)
    assert painting.size == 1
    painting.resize(100)
    assert painting.size == 8


def test_every_tool_has_an_opposite() -> None:
    assert set(OPPOSITE) == set(OPPOSITE.values()) == set(TOOLS)
    assert all(OPPOSITE[OPPOSITE[tool]] == tool for tool in TOOLS)


# The board


@pytest.fixture(params=[8, 28])
def side(request: pytest.FixtureRequest) -> int:
    """Pixels of a side of the image."""
    return request.param


@pytest.fixture
def board(theme, make_widget, side) -> ImageBoard:
    """A board of a grey image whose lower half is unknown, with a brush of one pixel."""
    board = make_widget(ImageBoard(theme), 450, 450)
    board.show_painting(fine(half((1, side, side), 0.5)))
    return board


def at(board: ImageBoard, row: int, column: int) -> QPoint:
    return board.grid.point(row + 0.5, column + 0.5).toPoint()


def inked(board: ImageBoard, value: float = 1.0) -> list[list[int]]:
    return np.argwhere(board.painting.picture.x[0] == value).tolist()


def test_the_left_button_uses_the_tool_and_the_right_one_its_opposite(board, qtbot) -> None:
    with qtbot.waitSignal(board.changed):
        QTest.mouseClick(board, LEFT, pos=at(board, 2, 5))
    assert inked(board) == [[2, 5]]
    QTest.mouseClick(board, RIGHT, pos=at(board, 2, 5))
    assert inked(board) == []
    assert inked(board, 0.0) == [[2, 5]]
    board.painting.tool = "hide"
    QTest.mouseClick(board, LEFT, pos=at(board, 0, 0))
    assert not board.painting.picture.mask[0, 0]
    QTest.mouseClick(board, RIGHT, pos=at(board, 0, 0))
    assert board.painting.picture.mask[0, 0]
    board.painting.tool = "eraser"
    QTest.mouseClick(board, RIGHT, pos=at(board, 7, 7))
    assert inked(board) == [[7, 7]]


def test_a_drag_is_one_stroke_on_every_pixel_it_crosses(board, side) -> None:
    changes = []
    board.changed.connect(lambda: changes.append(inked(board)))
    drag(board, at(board, 1, 0), at(board, 1, side - 1))
    assert inked(board) == [[1, column] for column in range(side)]
    assert len(changes) > 3  # the signal is emitted at each move, not only at the end
    board.undo()
    assert inked(board) == []
    board.redo()
    assert len(inked(board)) == side


def test_a_move_without_a_button_paints_nothing(board) -> None:
    point_at(board, at(board, 1, 1))
    QTest.mousePress(board, LEFT, pos=at(board, 2, 2))
    QTest.mouseRelease(board, LEFT, pos=at(board, 2, 2))
    point_at(board, at(board, 1, 6))
    assert inked(board) == [[2, 2]]


def test_keys_move_the_brush_and_paint(board, side, qtbot) -> None:
    board.setFocus()
    middle = side // 2
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Space):
        QTest.keyClick(board, key)
    assert inked(board) == [[middle - 1, middle - 2], [middle - 1, middle - 1]]
    QTest.keyClick(board, Qt.Key.Key_Delete)
    assert inked(board) == [[middle - 1, middle - 1]]
    QTest.keyClick(board, Qt.Key.Key_Z, CONTROL)
    assert len(inked(board)) == 2
    QTest.keyClick(board, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert len(inked(board)) == 1
    QTest.keyClick(board, Qt.Key.Key_Z, CONTROL)
    QTest.keyClick(board, Qt.Key.Key_Y, CONTROL)
    assert len(inked(board)) == 1
    QTest.keyClick(board, Qt.Key.Key_Up, SHIFT)
    QTest.keyClick(board, Qt.Key.Key_Space)
    assert [max(0, middle - 5), middle - 2] in inked(board)
    with qtbot.waitSignal(board.resized):
        QTest.keyClick(board, Qt.Key.Key_BracketRight)
    assert board.painting.size == 2


def test_undo_and_redo_keys_are_the_board_s_own(board) -> None:
    """The window has the same shortcuts for edits of the setup."""
    keys = ((Qt.Key.Key_Z, CONTROL, True), (Qt.Key.Key_Z, CONTROL | SHIFT, True), (Qt.Key.Key_Y, CONTROL, True))
    for key, modifiers, taken in (*keys, (Qt.Key.Key_K, CONTROL, False)):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers)
        event.ignore()
        QApplication.sendEvent(board, event)
        assert event.isAccepted() is taken


def test_the_right_button_opens_no_menu(board) -> None:
    assert board.contextMenuPolicy() is Qt.ContextMenuPolicy.PreventContextMenu


def look(board: ImageBoard) -> np.ndarray:
    return pixels(board.grab().toImage())


def test_unknown_pixels_look_different_in_every_size(board, side) -> None:
    for length in (96, 162, 450):
        board.resize(length, length)
        board.show_painting(fine(Picture.blank((1, side, side))))
        before = look(board)
        board.painting.begin()
        board.painting.paint(1.5, 1.5, "hide")
        board.show_painting(board.painting)
        changed = np.abs(look(board).astype(int) - before).max(axis=2) > 0
        rows, columns = np.nonzero(changed)
        assert len(rows)
        pixel = board.grid.rect(1, 1, 2, 2).toRect().adjusted(-2, -2, 2, 2)  # its dashed boundary included
        assert pixel.top() <= rows.min() <= rows.max() <= pixel.bottom()
        assert pixel.left() <= columns.min() <= columns.max() <= pixel.right()


def test_the_boundary_of_the_unknown_half_is_dashed_in_the_colour_of_the_model(board, theme, side) -> None:
    board.show_painting(fine(half((1, side, side))))
    picture = board.grab().toImage()
    box, y = board.grid.box, round(board.grid.point(side // 2, 0).y())
    row = [picture.pixelColor(x, y).name().upper() for x in range(int(box.left()) + 2, int(box.right()) - 2)]
    share = row.count(theme.tokens.model.upper()) / len(row)
    assert 0.4 < share < 0.75  # dashes of 4 px, gaps of 3


def test_the_ink_shows_in_both_themes(board, theme, side) -> None:
    board.show_painting(fine(half((1, side, side))))
    for mode in ("dark", "light"):
        theme.set_mode(mode)
        board.painting.replace(half((1, side, side)))
        drag(board, at(board, 1, 1), at(board, 1, 3))
        assert board.grab().toImage().pixelColor(at(board, 1, 2)).name().upper() == theme.tokens.ink1.upper()
        assert board.grab().toImage().pixelColor(at(board, 3, 2)).name().upper() == theme.tokens.ink0.upper()


def test_another_painting_ends_a_stroke(board, side) -> None:
    QTest.mousePress(board, LEFT, pos=at(board, 1, 1))
    other = fine(replace(half((1, side, side)), start=3))
    board.show_painting(other)
    point_at(board, at(board, 1, 5), LEFT)
    assert inked(board) == []
    QTest.mouseRelease(board, LEFT, pos=at(board, 1, 5))
    QTest.mouseClick(board, LEFT, pos=at(board, 1, 5))
    assert inked(board) == [[1, 5]]
