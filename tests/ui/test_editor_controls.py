"""The controls of the input editors, each alone: pixel, time and points."""

from __future__ import annotations

from pointing import LEFT
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from explorer.ui.page.editors.pixel_bar import PixelBar
from explorer.ui.page.editors.points_bar import PointsBar
from explorer.ui.page.editors.time_bar import TimeBar
from models.protocol import Pixel


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
