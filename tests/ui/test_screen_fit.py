"""The window fits the screen on which it opens."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMargins, QRect
from PySide6.QtWidgets import QApplication, QWidget

from explorer.ui.window import fitting
from explorer.ui.window.fitting import ScreenFit, fitted
from explorer.ui.window.main_window import MainWindow

SCREEN = QRect(0, 0, 1440, 900)
FRAME = QMargins(2, 30, 2, 2)


@pytest.mark.parametrize("panel", [QMargins(), QMargins(0, 28, 0, 0), QMargins(60, 0, 0, 40)])
@pytest.mark.parametrize("window", [QRect(0, 0, 1440, 900), QRect(500, 400, 1440, 900), QRect(-50, -9, 300, 200)])
def test_the_frame_lies_on_the_free_part_of_the_screen(window, panel) -> None:
    available = SCREEN.marginsRemoved(panel)
    placed = fitted(window, FRAME, available)
    assert available.contains(placed.marginsAdded(FRAME))
    assert placed.size() == window.size().boundedTo(available.marginsRemoved(FRAME).size())


def test_a_window_with_room_stays_where_it_is() -> None:
    window = QRect(100, 100, 800, 600)
    assert fitted(window, FRAME, SCREEN) == window


def test_a_window_is_fitted_again_when_its_frame_is_known(make_widget, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(fitting, "_FRAME_KNOWN", 0)
    window, screen = QWidget(), QApplication.primaryScreen().availableGeometry()
    window.resize(3000, 3000)
    fit = ScreenFit(window)
    assert screen.contains(window.geometry())
    first = window.height()
    assert first < screen.height()  # room for a title bar
    make_widget(window)
    qtbot.waitUntil(lambda: fit._size is None)
    assert screen.contains(window.frameGeometry())


def test_a_size_set_since_stays(make_widget, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(fitting, "_FRAME_KNOWN", 0)
    window = QWidget()
    window.resize(3000, 3000)
    fit = ScreenFit(window)
    make_widget(window, 1440, 900)
    qtbot.waitUntil(lambda: fit._size is None)
    assert (window.width(), window.height()) == (1440, 900)


def test_the_first_window_fits_the_screen(theme, make_widget, apart) -> None:
    window = MainWindow(theme)
    screen = window.screen().availableGeometry()
    wanted = (max(window.minimumWidth(), min(1440, screen.width())), max(600, min(900, screen.height())))
    assert window.width() <= wanted[0]
    assert window.height() <= wanted[1]
    window.close()
    window.deleteLater()
