"""The controls of the input editors, each alone: mask board, canvas tools, pixel, time and points."""

from __future__ import annotations

import numpy as np
import pytest
from pointing import LEFT, point_at
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from explorer.ui.canvas.mask_board import MaskBoard
from explorer.ui.canvas.mask_painting import MaskPainting
from explorer.ui.page.editors.canvas_tools import PAINTED, CanvasTools
from explorer.ui.page.editors.pixel_bar import PixelBar
from explorer.ui.page.editors.points_bar import PointsBar
from explorer.ui.page.editors.time_bar import TimeBar
from models.protocol import Pixel

RIGHT = Qt.MouseButton.RightButton


# The painting


def test_a_stroke_covers_every_pixel_on_its_way():
    painting = MaskPainting(np.ones((8, 8)))
    painting.size = 1
    painting.begin()
    assert painting.paint(0.5, 0.5, False)
    assert painting.paint(7.5, 7.5, False)
    np.testing.assert_array_equal(painting.mask, ~np.eye(8, dtype=bool))
    assert not painting.paint(7.5, 7.5, False)  # hidden already


def test_a_brush_covers_the_pixels_whose_centers_lie_in_its_circle():
    painting = MaskPainting(np.ones((9, 9)))
    painting.size = 3
    under = painting.under(4.5, 4.5)
    rows, columns = np.nonzero(under)
    assert (np.hypot(rows - 4, columns - 4) <= 1.5).all()
    assert under.sum() == 9  # 3 × 3: the corners are √2 away
    painting.size = 1
    assert painting.under(4.99, 4.01).sum() == 1  # near a corner of the pixel, which is hit nevertheless


def test_each_stroke_and_each_region_is_undone_by_itself():
    painting = MaskPainting(np.ones((8, 8)))
    first = painting.mask
    painting.begin()
    painting.paint(1, 1, False)
    second = painting.mask
    painting.replace(np.zeros((8, 8)))
    painting.undo()
    np.testing.assert_array_equal(painting.mask, second)
    painting.undo()
    np.testing.assert_array_equal(painting.mask, first)
    assert not painting.can_undo


def test_the_brush_is_at_least_a_pixel_and_at_most_the_image():
    painting = MaskPainting(np.ones((8, 8)))
    painting.resize(-100)
    assert painting.size == 1
    painting.resize(100)
    assert painting.size == 8


# The board


@pytest.fixture
def board(theme, make_widget) -> MaskBoard:
    board = make_widget(MaskBoard(theme))
    board.resize(162, 162)
    painting = MaskPainting(np.ones((8, 8)))
    painting.size = 1
    board.show_image(np.full((1, 8, 8), 0.5), painting)
    board.show()
    return board


def at(board: MaskBoard, row: int, column: int) -> QPoint:
    return board.position_of(row + 0.5, column + 0.5).toPoint()


def hidden(board: MaskBoard) -> list[tuple[int, int]]:
    return list(map(tuple, np.argwhere(~board.painting.mask).tolist()))


def test_the_left_button_hides_and_the_right_one_shows(board, qtbot):
    with qtbot.waitSignal(board.changed):
        QTest.mouseClick(board, LEFT, pos=at(board, 2, 5))
    assert hidden(board) == [(2, 5)]
    QTest.mouseClick(board, LEFT, pos=at(board, 3, 5))
    QTest.mouseClick(board, RIGHT, pos=at(board, 2, 5))
    assert hidden(board) == [(3, 5)]
    board.showing = True
    QTest.mouseClick(board, LEFT, pos=at(board, 3, 5))
    QTest.mouseClick(board, RIGHT, pos=at(board, 0, 0))
    assert hidden(board) == [(0, 0)]


def test_a_drag_is_one_stroke(board):
    QTest.mousePress(board, LEFT, pos=at(board, 4, 1))
    for column in (3, 6):
        point_at(board, at(board, 4, column), LEFT)
    QTest.mouseRelease(board, LEFT, pos=at(board, 4, 6))
    assert hidden(board) == [(4, column) for column in range(1, 7)]
    board.undo()
    assert hidden(board) == []


def test_keys_move_the_brush_and_paint(board):
    board.setFocus()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Space):
        QTest.keyClick(board, key)
    assert hidden(board) == [(3, 2), (3, 3)]
    QTest.keyClick(board, Qt.Key.Key_Delete)
    assert hidden(board) == [(3, 3)]
    QTest.keyClick(board, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hidden(board) == [(3, 2), (3, 3)]
    for _ in range(20):
        QTest.keyClick(board, Qt.Key.Key_Up)
    QTest.keyClick(board, Qt.Key.Key_BracketRight)
    QTest.keyClick(board, Qt.Key.Key_Space)
    assert board.painting.size == 2
    assert (0, 2) in hidden(board)


def test_control_z_is_the_board_s_own(board):
    """The window has the same shortcut for edits of the setup."""
    for key, taken in ((Qt.Key.Key_Z, True), (Qt.Key.Key_K, False)):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.ControlModifier)
        event.ignore()
        QApplication.sendEvent(board, event)
        assert event.isAccepted() is taken


def test_hidden_pixels_look_different_in_every_size(board):
    for side in (96, 162, 400):
        board.resize(side, side)
        before = board.grab().toImage()
        board.painting.begin()
        board.painting.paint(1.5, 1.5, False)
        board.update()
        after = board.grab().toImage()
        assert before != after
        assert before.pixelColor(at(board, 6, 6)) == after.pixelColor(at(board, 6, 6))
        board.undo()


# Rows of controls


def test_canvas_tools_choose_images_regions_and_tools(theme, make_widget, qtbot):
    tools = make_widget(CanvasTools(theme, "editor.canvas.tools"))
    tools.show_canvas(0, 3, "lower", False)
    tools.show()
    assert not tools.previous.isEnabled()
    assert not tools.undo.isEnabled()
    with qtbot.waitSignal(tools.index_chosen) as told:
        QTest.mouseClick(tools.next, LEFT)
    assert told.args == [1]
    tools.show_canvas(2, 3, PAINTED, True)
    assert not tools.next.isEnabled()
    assert tools.region.currentText() == "Painted"
    with qtbot.waitSignal(tools.region_chosen) as told:
        tools.region.setFocus()
        QTest.keyClick(tools.region, Qt.Key.Key_Up)
    assert told.args == ["none"]
    with qtbot.waitSignal(tools.tool_chosen) as told:
        tools.tool.setFocus()
        QTest.keyClick(tools.tool, Qt.Key.Key_Right)
    assert told.args == ["show"]
    with qtbot.waitSignal(tools.undo_asked):
        QTest.mouseClick(tools.undo, LEFT)
    with qtbot.waitSignal(tools.index_chosen) as told:
        tools.index.setFocus()
        tools.index.selectAll()
        QTest.keyClicks(tools.index, "1")
        QTest.keyClick(tools.index, Qt.Key.Key_Return)
    assert told.args == [1]


def test_a_pixel_is_typed_within_the_image(theme, make_widget, qtbot):
    bar = make_widget(PixelBar(theme, "editor.pixel"))
    bar.set_shape(3, 4, 6)
    bar.show_pixel(Pixel(1, 2))
    bar.show()
    with qtbot.waitSignal(bar.moved) as told:
        QTest.keyClick(bar.column, Qt.Key.Key_Up)
    assert told.args == [Pixel(1, 3)]
    for _ in range(9):
        QTest.keyClick(bar.row, Qt.Key.Key_Up)
    with qtbot.waitSignal(bar.moved) as told:
        QTest.keyClick(bar.channel, Qt.Key.Key_Right)
    assert told.args == [Pixel(3, 3, 1)]
    bar.set_shape(1, 2, 2)
    assert bar.pixel == Pixel(1, 1, 1)
    assert not bar.channel.isVisible()


def test_a_time_is_set_by_slider_and_box_and_played(theme, make_widget, qtbot):
    bar = make_widget(TimeBar(theme, "editor.time_step"))
    bar.resize(300, 32)
    bar.show()
    with qtbot.waitSignal(bar.moved) as told:
        QTest.keyClick(bar.slider, Qt.Key.Key_End)
    assert told.args == [1.0]
    bar.show_time(0.25)
    assert (bar.slider.number, bar.box.number) == (0.25, 0.25)
    with qtbot.waitSignal(bar.moved) as told:
        QTest.keyClick(bar.box, Qt.Key.Key_Up)
    assert told.args == [0.26]
    with qtbot.waitSignal(bar.play_toggled) as told:
        QTest.mouseClick(bar.play, LEFT)
    assert told.args == [True]
    assert bar.play.accessibleName() == "Stop"
    bar.show_playing(False)
    assert bar.play.accessibleName() == "Play from t = 0 to 1"


def test_the_last_point_cannot_be_removed(theme, make_widget, qtbot):
    bar = make_widget(PointsBar(theme, "editor.points"))
    bar.show_count(2)
    bar.show()
    with qtbot.waitSignal(bar.remove_asked):
        QTest.mouseClick(bar.remove, LEFT)
    with qtbot.waitSignal(bar.add_asked):
        QTest.mouseClick(bar.add, LEFT)
    bar.show_count(1)
    assert not bar.remove.isEnabled()
    assert bar.label.text().startswith("1 point:")
