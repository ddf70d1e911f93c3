"""Handles in a picture and the parameters they set are one state, and a drag is one edit."""

from __future__ import annotations

import numpy as np
import pytest
from pointing import LEFT, point_at
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest


@pytest.fixture
def driver(open_window, fixture_pages):
    """The window on a lab with handles, at rest."""
    driver = open_window(page="coin")
    driver.until(lambda: not driver.card("slope").is_empty)
    return driver


def _board(driver):
    return driver.card("slope").display


def _at(board, x: float, y: float) -> QPoint:
    return QPointF(*board.view.to_pixels(np.array([[x, y]]))[0].tolist()).toPoint()


def _shown(driver) -> tuple[float, float]:
    """p and q, after seeing that form, handles and picture agree on them."""
    config = driver.page.shown.config
    handles = driver.card("slope").display.handles.xy.tolist()
    assert handles == [pytest.approx([config.p, -1.0]), pytest.approx([config.p, config.q])]
    assert driver.page.side.form.rows["p"].value == pytest.approx(config.p)
    assert driver.page.side.form.rows["q"].value == pytest.approx(config.q)
    driver.until(lambda: driver.frame_of("slope").layers[0].xy.tolist() == [pytest.approx([config.p, config.q])])
    return config.p, config.q


def test_a_drag_sets_both_parameters_and_is_one_edit(driver) -> None:
    board = _board(driver)
    assert _shown(driver) == (0.5, 0.5)
    QTest.mousePress(board, Qt.MouseButton.LeftButton, pos=_at(board, 0.5, 0.5))
    for x, y in ((0.4, 0.7), (0.6, 1.0)):
        point_at(board, _at(board, x, y), LEFT)
        assert _shown(driver) == (pytest.approx(x, abs=0.02), pytest.approx(y, abs=0.02))
    assert driver.page.draft.state.values["p"] == 0.5, "what is being dragged is no edit yet"
    QTest.mouseRelease(board, Qt.MouseButton.LeftButton, pos=_at(board, 0.6, 1.0))
    assert _shown(driver) == (pytest.approx(0.6, abs=0.02), pytest.approx(1.0, abs=0.02))
    assert driver.page.draft.undo.count() == 1
    driver.page.draft.undo.undo()
    assert _shown(driver) == (0.5, 0.5)


def test_a_handle_stops_at_the_limits_of_its_parameters(driver) -> None:
    board = _board(driver)
    driver.drag(board, _at(board, 0.5, 0.5), _at(board, 1.8, -1.9))
    assert _shown(driver) == (1.0, -1.5)


def test_a_handle_with_one_parameter_keeps_its_other_coordinate(driver) -> None:
    board = _board(driver)
    driver.drag(board, _at(board, 0.5, -1.0), _at(board, 0.8, 1.5))
    assert _shown(driver) == (pytest.approx(0.8, abs=0.02), 0.5)


def test_the_form_moves_the_handles(driver) -> None:
    driver.fill("param.p", "0.75")
    assert _shown(driver) == (0.75, 0.5)


def test_arrows_move_the_handle_that_was_dragged_last(driver) -> None:
    board = _board(driver)
    driver.drag(board, _at(board, 0.5, 0.5), _at(board, 0.4, 0.0))
    before = _shown(driver)
    QTest.keyClick(board, Qt.Key.Key_Up)
    assert _shown(driver) == (before[0], pytest.approx(before[1] + 0.05, abs=2e-3))
    assert driver.page.draft.undo.count() == 2
