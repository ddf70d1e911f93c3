"""A game in the window: each player stepped alone, slow motion, an alert, and points drawn by hand."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from explorer.data.drawn import Drawn
from explorer.engine import load_run
from explorer.ui.canvas import CanvasDialog

LONG = {"batch": 16, "steps": 100_000}


@pytest.fixture
def game(fixture_pages, open_window):
    """The window with the page of a game of two players, which has shown its untrained model."""
    driver = open_window(page="tiny-gan")
    driver.page.draft.set_values(LONG)
    driver.until(lambda: driver.page.shown.state == "ready" and not driver.card("samples").is_empty)
    return driver


def losses(driver) -> dict[str, list[int]]:
    """Steps at which the run notes a loss of each player."""
    session = driver.page.thread_.host.shown
    keys = ("discriminator_loss", "generator_loss")
    history = session.journal.history
    return {key: history.curve(key).step.tolist() for key in keys if key in history.keys()}  # noqa: SIM118


# Players


def test_each_player_is_stepped_alone_by_button_key_and_palette(game) -> None:
    assert game.find("step.discriminator").text() == "Step D"
    game.click("step.generator")  # which begins a run
    game.until(lambda: game.page.shown.state == "paused" and game.page.shown.step == 1)
    assert losses(game) == {"generator_loss": [1]}
    game.window.centralWidget().setFocus()
    game.key(Qt.Key.Key_1, Qt.KeyboardModifier.ShiftModifier)
    game.until(lambda: game.page.shown.step == 2)
    game.trigger("player.2")
    game.until(lambda: game.page.shown.step == 3)
    game.click("step")
    game.until(lambda: game.page.shown.step == 4)
    assert losses(game) == {"discriminator_loss": [2, 4], "generator_loss": [1, 3, 4]}
    assert game.changes() == [
        {"step": 1, "player": "generator"},
        {"step": 2, "player": "discriminator"},
        {"step": 3, "player": "generator"},
    ]


def test_a_page_with_one_player_offers_no_such_buttons(fixture_pages, open_window) -> None:
    driver = open_window(page="gauss")
    driver.until(lambda: driver.page.shown.state == "ready")
    assert driver.page.run_bar.player_buttons == []
    assert not [name for name in driver.actions() if name.startswith("player.")]


def test_at_a_narrow_window_the_bar_keeps_its_buttons_and_leaves_words_out(game) -> None:
    game.window.resize(1024, 700)
    game.until(lambda: game.find("step.generator").text() == "G")
    bar = game.page.run_bar
    buttons = [bar.train_button, bar.step_button, *bar.player_buttons, bar.slow_button, bar.reset_button]
    spans = [(b.mapTo(bar, QPoint(0, 0)).x(), b.mapTo(bar, QPoint(b.width(), 0)).x()) for b in buttons]
    assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(spans))
    assert all(button.width() >= button.minimumSizeHint().width() for button in buttons)
    game.window.resize(1440, 900)
    game.until(lambda: game.find("step.generator").text() == "Step G")


# Slow motion


def test_slow_motion_explains_each_phase_and_full_speed_follows(game) -> None:
    game.click("slow_motion")
    strip = game.find("slow_strip")
    assert strip.isVisible()
    game.find("slow_speed")._choose(8.0)
    game.click("train")
    where, said = game.find("slow_where"), []

    def forward_of(player: str) -> bool:
        said.append((where.text(), game.find("slow_title").text(), game.find("slow_explanation").text()))
        return game.find("slow_title").text() == f"{player}, forward"

    game.until(lambda: forward_of("Discriminator"))
    assert game.page.shown.state == "training"
    assert where.text() == "step 1, phase 2 of 12"
    assert game.find("slow_explanation").text() == "The discriminator judges data and samples."
    values = game.find("slow_values").text()
    assert "Loss of the discriminator" in values
    assert "log D on data" in values
    assert "forward" in strip.accessibleDescription()
    assert game.card("curves").display._emphasised == "discriminator_loss"
    game.until(lambda: forward_of("Generator"))
    assert game.card("curves").display._emphasised == "generator_loss"
    game.click("slow_motion")
    assert not strip.isVisible()
    game.until_step(30)
    assert game.card("curves").display._emphasised is None


def test_pause_holds_the_phase_next_plays_one_and_step_ends_the_round(game) -> None:
    game.click("slow_motion")
    game.click("next_phase")
    where = game.find("slow_where")
    game.until(lambda: where.text() == "step 1, phase 1 of 12")
    assert game.page.shown.state == "paused"
    game.window.centralWidget().setFocus()
    game.key(Qt.Key.Key_Comma)
    game.until(lambda: where.text() == "step 1, phase 2 of 12")
    game.click("train")
    game.until(lambda: game.page.shown.state == "training")
    game.click("train")
    game.until(lambda: game.page.shown.state == "paused" and "between two phases" in game.find("message").text())
    game.click("step")
    game.until(lambda: game.page.shown.step == 1 and where.text() == "")
    assert game.page.shown.state == "paused"
    assert losses(game) == {"discriminator_loss": [1], "generator_loss": [1]}


def test_closing_while_a_phase_is_held_finishes_the_round_and_saves(game) -> None:
    game.click("slow_motion")
    game.click("next_phase")
    game.until(lambda: game.find("slow_where").text() == "step 1, phase 1 of 12")
    folder = game.folder
    assert game.window.close()
    assert load_run(folder).step == 1


# Live settings


def test_optimiser_momenta_and_both_rates_change_while_the_game_goes_on(game) -> None:
    game.click("train")
    game.until_step(5)
    game.page.side.training.section.set_open(True)
    choice = game.find("training.optimiser")
    QTest.mouseClick(choice, Qt.MouseButton.LeftButton, pos=choice.segment("rmsprop").center().toPoint())
    game.fill("training.lr_d", "0.005")
    game.until(lambda: len(game.changes()) == 2)
    assert [change["set"] for change in game.changes()] == [{"optimiser": "rmsprop"}, {"lr_d": 0.005}]
    rows = game.page.side.training.rows
    assert not rows["beta1"].isVisibleTo(game.page.side.training.section.content.parentWidget())
    assert rows["optimiser"].hint == ""
    step = game.page.shown.step
    game.until_step(step + 5)
    assert game.page.shown.state == "training"


# The alert


def test_an_alert_follows_the_picture_and_closed_by_hand_it_comes_back_only_for_a_new_cause(game) -> None:
    card, alert = game.card("samples"), game.find("alert")
    frame = game.frame_of("samples")
    assert not alert.isVisible()
    card.show_frame(dataclasses.replace(frame, note="careful", warning=True))
    assert not alert.isVisible()  # a warning in a note is no alert
    card.show_frame(dataclasses.replace(frame, alert="Collapsed: 2 of 8 modes"))
    assert alert.isVisible()
    assert game.find("alert_text").text() == "Collapsed: 2 of 8 modes"
    card.show_frame(frame)
    assert not alert.isVisible()
    card.show_frame(dataclasses.replace(frame, alert="Collapsed: 2 of 8 modes"))
    game.click("alert_close")
    card.show_frame(dataclasses.replace(frame, alert="Collapsed: 1 of 8 modes"))
    assert not alert.isVisible()
    card.show_frame(frame)
    card.show_frame(dataclasses.replace(frame, alert="Collapsed: 1 of 8 modes"))
    assert alert.isVisible()


# Drawn points


def open_canvas(game) -> CanvasDialog:
    """The canvas, opened from the dataset chooser; no fixture, which would keep it alive."""
    game.click("draw_points")
    return [dialog for dialog in game.window.findChildren(CanvasDialog) if dialog.isVisible()][-1]


def at(board, x: float, y: float) -> QPoint:
    return board.view.point(x, y).toPoint()


def test_strokes_of_the_mouse_become_the_page_s_data(game, apart) -> None:
    canvas = open_canvas(game)
    board = canvas.board
    canvas.grab()  # painted once, so that the plane has its place
    assert not canvas.save_button.isEnabled()
    game.drag(board, at(board, -2, 1), at(board, 0, 1), at(board, 2, 1))
    game.drag(board, at(board, -2, -1), at(board, 2, -1))
    drawn = canvas.painting.xy
    assert len(drawn) > 200
    upper, lower = drawn[drawn[:, 1] > 0], drawn[drawn[:, 1] < 0]
    for part, y in ((upper, 1.0), (lower, -1.0)):
        assert part[:, 1].mean() == pytest.approx(y, abs=0.05)
        assert part[:, 1].std() == pytest.approx(0.1, rel=0.25)  # the jitter
        assert (part[:, 0].min(), part[:, 0].max()) == pytest.approx((-2, 2), abs=0.4)
    assert canvas.findChild(type(canvas.count), "canvas_count").text() == f"{len(drawn)} points".replace(",", "")
    canvas.name.setText("two lines")
    QTest.mouseClick(canvas.save_button, Qt.MouseButton.LeftButton)
    np.testing.assert_array_equal(Drawn(file=str(apart / "drawn" / "two lines.csv")).points(), drawn)
    assert game.page.draft.data_text() == "drawn:file=two lines"
    game.until(lambda: game.page.shown.setup.data == "drawn:file=two lines")
    assert game.find("message").text() == "Data: the drawing two lines"
    game.click("train")
    game.until_step(3)
    session = game.page.thread_.host.shown
    assert len(session.data.data.train) == len(drawn) - 2 * (len(drawn) // 10)
    game.pick("dataset", "ring8")
    assert game.find("message").text() == f"Data: {game.page.draft.datasets()['ring8']}"


def test_eraser_undo_clear_and_a_start_from_other_data(game) -> None:
    canvas = open_canvas(game)
    board = canvas.board
    canvas.grab()
    game.drag(board, at(board, -2, 0), at(board, 2, 0))
    first = canvas.painting.xy
    QTest.mouseClick(board, Qt.MouseButton.RightButton, pos=at(board, 0, 0))
    erased = canvas.painting.xy
    assert 0 < len(erased) < len(first)
    assert np.hypot(*erased.T).min() > 0.3 - 0.02
    QTest.mouseClick(canvas.undo_button, Qt.MouseButton.LeftButton)
    assert canvas.painting.xy is first
    canvas.start.setFocus()
    rows = canvas.start._values
    for _ in range(rows.index("grid25")):
        QTest.keyClick(canvas.start, Qt.Key.Key_Down)
    assert len(canvas.painting.xy) == 600
    assert np.abs(canvas.painting.xy).max() < board.view.extent[1]  # all of it is in sight
    QTest.mouseClick(canvas.clear_button, Qt.MouseButton.LeftButton)
    assert len(canvas.painting.xy) == 0
    assert not canvas.clear_button.isEnabled()
    QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(canvas.painting.xy) == 600


def test_the_keyboard_paints_and_erases(game) -> None:
    canvas = open_canvas(game)
    board = canvas.board
    board.setFocus()
    for _ in range(2):
        QTest.keyClick(board, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(board, Qt.Key.Key_Up)
    for _ in range(20):
        QTest.keyClick(board, Qt.Key.Key_Space)
    assert len(canvas.painting.xy) == 80
    np.testing.assert_allclose(canvas.painting.xy.mean(axis=0), [1.0, 0.1], atol=0.06)
    QTest.keyClick(board, Qt.Key.Key_Delete)
    assert len(canvas.painting.xy) < 10


def test_a_name_that_cannot_be_used_is_refused_and_nothing_is_lost(game, apart) -> None:
    canvas = open_canvas(game)
    board = canvas.board
    canvas.grab()
    game.drag(board, at(board, -2, 1), at(board, 2, -1))
    canvas.name.setText("a/b")
    QTest.mouseClick(canvas.save_button, Qt.MouseButton.LeftButton)
    assert canvas.isVisible()
    assert "is not a valid name of a drawing" in canvas.hint.text()
    assert not (apart / "drawn").exists()
    left = canvas.painting.xy
    QTest.mouseClick(canvas.cancel_button, Qt.MouseButton.LeftButton)
    assert game.page.draft.state.data == "ring8"
    again = open_canvas(game)
    np.testing.assert_array_equal(again.painting.xy, left)
    QTest.mouseClick(again.cancel_button, Qt.MouseButton.LeftButton)


def test_pages_of_images_offer_no_canvas(driver) -> None:
    assert "draw" not in driver.actions()
    assert driver.page.side.findChild(object, "draw_points") is None


def test_a_drawing_drawn_anew_is_looked_at_anew(game) -> None:
    canvas = open_canvas(game)
    board = canvas.board
    canvas.grab()
    game.drag(board, at(board, -2, 1), at(board, 2, 1.5))
    canvas.name.setText("mine")
    QTest.mouseClick(canvas.save_button, Qt.MouseButton.LeftButton)
    host = game.page.thread_.host
    game.until(lambda: host.shown.data.data.name == "drawn:file=mine" and game.page.shown.state == "ready")
    before = host.shown
    again = open_canvas(game)
    again.grab()
    assert len(again.painting.xy) == len(canvas_points(before))
    assert not again.undo_button.isEnabled()
    game.drag(again.board, at(again.board, -2, -1), at(again.board, 2, -1))
    QTest.mouseClick(again.save_button, Qt.MouseButton.LeftButton)
    game.until(lambda: host.shown is not before)
    assert len(canvas_points(host.shown)) > len(canvas_points(before))


def canvas_points(session) -> np.ndarray:
    data = session.data.data
    return np.concatenate([data.train.x, data.valid.x, data.test.x])


@pytest.mark.parametrize("size", [(1440, 900), (1024, 700)])
def test_no_card_moves_when_an_alert_comes_or_goes(game, size) -> None:
    game.window.resize(*size)
    game.qtbot.wait(1)
    card, alert = game.card("samples"), game.find("alert")
    frame = game.frame_of("samples")

    def places() -> list[tuple[str, int, int, int, int]]:
        game.qtbot.wait(1)
        cards = game.page.board.scene.in_sight()
        corners = [each.mapTo(game.window, QPoint(0, 0)) for each in cards]
        return [(e.view.name, at.x(), at.y(), e.width(), e.height()) for e, at in zip(cards, corners, strict=True)]

    before = places()
    for text in ("Collapsed: 2 of 8 modes", "A sentence, with clauses; " * 12, ""):
        card.show_frame(dataclasses.replace(frame, alert=text))
        assert alert.isVisible() == bool(text)
        assert places() == before
        if text:
            assert not alert.visibleRegion().isEmpty()
            assert all(not game.find(name).visibleRegion().isEmpty() for name in ("alert_text", "alert_close"))
