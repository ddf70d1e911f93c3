"""The tools of a canvas, alone: what each control asks for, and how they share the width."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from pointing import LEFT
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from explorer.data import open_dataset
from explorer.engine.data.tensors import TensorData
from explorer.ui.canvas.image_painting import ImagePainting, Picture
from explorer.ui.page.editors.canvas_tools import PAINTED, CanvasTools
from explorer.ui.page.editors.start_strip import StartStrip


@pytest.fixture(scope="module")
def digits() -> TensorData:
    return TensorData(open_dataset("digits"), 0, torch.device("cpu"))


@pytest.fixture
def tools(theme, make_widget, digits) -> CanvasTools:
    tools = make_widget(CanvasTools(theme, "editor.canvas.tools"), 560, 80)
    tools.set_grey(False)
    tools.show_data(digits, "valid", 0)
    tools.start.show_start(digits, "valid", 0)
    tools.show_painting(ImagePainting(Picture.blank((1, 8, 8))), "lower")
    return tools


def test_a_tool_a_region_and_a_width_are_chosen_by_keys(tools, qtbot) -> None:
    with qtbot.waitSignal(tools.tool_chosen) as told:
        QTest.keyClick(tools.tool, Qt.Key.Key_Right)
    assert told.args == ["eraser"]
    tools.show_painting(ImagePainting(Picture.blank((1, 8, 8))), PAINTED)
    assert tools.region.currentText() == "Painted"
    with qtbot.waitSignal(tools.region_chosen) as told:
        QTest.keyClick(tools.region, Qt.Key.Key_Up)
    assert told.args == ["none"]
    with qtbot.waitSignal(tools.width_chosen) as told:
        QTest.keyClick(tools.brush, Qt.Key.Key_End)
    assert told.args == [8]


def test_undo_and_redo_can_be_asked_for_where_there_are_strokes(tools, qtbot) -> None:
    assert not tools.undo.isEnabled()
    assert not tools.redo.isEnabled()
    painting = ImagePainting(Picture.blank((1, 8, 8)))
    for row in (1.5, 3.5):
        painting.begin()
        painting.paint(row, 3.5, "pen")
    painting.undo()
    tools.show_painting(painting, "lower")
    for button, signal in ((tools.undo, tools.undo_asked), (tools.redo, tools.redo_asked)):
        with qtbot.waitSignal(signal):
            QTest.mouseClick(button, LEFT)
    with qtbot.waitSignal(tools.clear_asked):
        QTest.mouseClick(tools.clear, LEFT)


def test_ink_is_offered_for_images_that_are_not_binary(tools, qtbot) -> None:
    assert not tools.ink.isVisible()
    tools.set_grey(True)
    assert tools.ink.isVisible()
    with qtbot.waitSignal(tools.ink_chosen) as told:
        QTest.keyClick(tools.ink, Qt.Key.Key_Left)
    assert told.args == [pytest.approx(0.99)]


def test_buttons_and_box_choose_the_image_to_start_from(tools, digits, qtbot) -> None:
    assert not tools.previous.isEnabled()
    with qtbot.waitSignal(tools.start_chosen) as told:
        QTest.mouseClick(tools.next, LEFT)
    assert told.args == [1]
    tools.show_data(digits, "valid", digits.size("valid") - 1)
    assert not tools.next.isEnabled()
    with qtbot.waitSignal(tools.start_chosen) as told:
        QTest.mouseClick(tools.previous, LEFT)
    assert told.args == [digits.size("valid") - 2]
    with qtbot.waitSignal(tools.start_chosen) as told:
        tools.index.selectAll()
        QTest.keyClicks(tools.index, "1")
        QTest.keyClick(tools.index, Qt.Key.Key_Return)
    assert told.args == [1]


def test_controls_share_a_line_where_they_fit_and_are_all_in_sight_where_they_do_not(tools) -> None:
    controls = (tools.tool, tools.brush, tools.undo, tools.redo, tools.clear, tools.region, tools.start, tools.next)
    heights = {}
    for width in (620, 430, tools.minimumSizeHint().width()):
        tools.setFixedWidth(width)
        tools.adjustSize()
        QTest.qWait(0)
        for control in controls:
            left = control.mapTo(tools, QPoint(0, 0)).x()
            assert 0 <= left <= left + control.width() <= width, control.objectName()
        heights[width] = len({control.mapTo(tools, control.rect().center()).y() for control in controls})
    assert list(heights.values()) == sorted(heights.values())
    assert heights[620] == 2  # tools in one line, pictures in another
    assert tools.minimumSizeHint().width() <= 256  # in a card of 280 px


def test_every_control_has_a_name_and_a_hint(tools) -> None:
    for name in ("tool", "brush", "ink", "undo", "redo", "clear", "region", "previous", "start", "next", "index"):
        control = getattr(tools, name)
        assert control.accessibleName(), name
        assert control.toolTip() or control.parentWidget().toolTip(), name
        assert control.objectName() == f"editor.canvas.tools.{name}"
    assert "becomes given" in tools.tool.toolTip()


# The strip of pictures


@pytest.fixture
def strip(theme, make_widget, digits) -> StartStrip:
    strip = make_widget(StartStrip(theme), 204, 40)  # five pictures
    strip.show_start(digits, "valid", 2)
    return strip


def test_a_click_chooses_a_picture_and_arrows_its_neighbours(strip, digits, qtbot) -> None:
    with qtbot.waitSignal(strip.chosen) as told:
        QTest.mouseClick(strip, LEFT, pos=strip.box(4).center().toPoint())
    assert told.args == [4]
    with qtbot.waitSignal(strip.chosen) as told:
        QTest.keyClick(strip, Qt.Key.Key_Left)
    assert told.args == [1]
    strip.show_start(digits, "valid", None)
    with qtbot.waitSignal(strip.chosen) as told:
        QTest.keyClick(strip, Qt.Key.Key_Right)
    assert told.args == [0]
    assert strip.accessibleDescription() == "An empty picture"


def test_the_strip_turns_to_the_chosen_picture_and_shows_it(strip, digits, qtbot) -> None:
    strip.show_start(digits, "valid", 7)
    assert strip.box(5).left() == 2  # the second five
    x = digits.point("valid", 7).x[0, 0].numpy()
    picture, box = strip.grab().toImage(), strip.box(7)
    inner = [(row, column) for row in range(1, 7) for column in range(1, 7)]
    shown = [
        picture.pixelColor(
            round(box.left() + (column + 0.5) * box.width() / 8), round(box.top() + (row + 0.5) * box.height() / 8)
        ).lightnessF()
        for row, column in inner
    ]
    expected = [float(x[at]) for at in inner]
    assert np.corrcoef(shown, expected)[0, 1] > 0.99
    with qtbot.waitSignal(strip.chosen) as told:
        QTest.mouseClick(strip, LEFT, pos=strip.box(5).center().toPoint())
    assert told.args == [5]


def test_the_last_picture_is_the_end(strip, digits) -> None:
    chosen = []
    strip.chosen.connect(chosen.append)
    strip.show_start(digits, "valid", digits.size("valid") - 1)
    QTest.keyClick(strip, Qt.Key.Key_Right)
    strip.show_start(digits, "valid", 0)
    QTest.keyClick(strip, Qt.Key.Key_Left)
    assert chosen == []


def test_a_drawing_keeps_the_picture_it_was_drawn_on(tools, digits) -> None:
    painting = ImagePainting(replace(Picture.blank((1, 8, 8)), start=3))
    painting.begin()
    painting.paint(1.5, 1.5, "eraser")
    painting.paint(2.5, 1.5, "pen")
    assert painting.picture.start == 3
