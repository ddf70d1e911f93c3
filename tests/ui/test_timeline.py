from __future__ import annotations

import itertools

import numpy as np
import pytest
from pointing import LEFT, point_at
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel

from explorer.ui.theme import DARK, LIGHT
from explorer.ui.timeline.timeline import Timeline
from explorer.ui.timeline.track_drawing import BAR, backdrop

_STEPS = (0, 100, 200, 400, 800)


@pytest.fixture
def timeline(theme, make_widget) -> Timeline:
    return make_widget(Timeline(theme), 900, 60)


@pytest.fixture
def recorded(timeline) -> Timeline:
    timeline.show_recorded(_STEPS, 1000)
    timeline.show_step(860)
    return timeline


@pytest.fixture
def scrubs(recorded) -> list[int]:
    found: list[int] = []
    recorded.scrubbed.connect(found.append)
    return found


def _button(timeline: Timeline, name: str) -> QAbstractButton:
    return timeline.findChild(QAbstractButton, f"timeline.{name}")


def _words(timeline: Timeline) -> str:
    return timeline.findChild(QLabel, "timeline.step").text()


def _at(timeline: Timeline, step: float) -> QPoint:
    return QPoint(round(timeline.track.x_of(step)), round(BAR))


def _pixel(timeline: Timeline, step: float, y: float, dx: int = 0) -> QColor:
    image: QImage = timeline.track.grab().toImage()
    return image.pixelColor(round(timeline.track.x_of(step)) + dx, round(y))


def test_without_history_nothing_can_be_pressed(timeline) -> None:
    assert timeline.objectName() == "timeline"
    assert timeline.height() == 60
    assert _words(timeline) == "no history yet"
    assert not timeline.track.isEnabled()
    assert not _button(timeline, "play").isEnabled()
    assert not _button(timeline, "live").isEnabled()
    QTest.mouseClick(timeline.track, Qt.MouseButton.LeftButton, pos=QPoint(300, 45))
    timeline.play()
    assert not timeline.playing
    assert timeline.live


def test_it_shows_step_and_progress_while_live(recorded) -> None:
    assert _words(recorded) == "step 860"
    recorded.show_step(8576)  # beyond the length that was said: the track covers it
    assert _words(recorded) == "step 8\u2009576"
    assert recorded.track.x_of(8576) <= recorded.track.width()
    assert recorded.live


def test_places_are_proportional_to_steps(recorded) -> None:
    x = recorded.track.x_of
    assert x(1000) - x(0) == pytest.approx(recorded.track.width() - 14)
    assert x(500) - x(0) == pytest.approx((x(1000) - x(0)) / 2)


def test_a_click_or_a_drag_goes_to_the_nearest_recorded_moment(recorded, scrubs) -> None:
    track = recorded.track
    QTest.mousePress(track, Qt.MouseButton.LeftButton, pos=_at(recorded, 290))
    assert (scrubs, recorded.step, recorded.live) == ([200], 200, False)
    for step in (295, 305, 590, 605):
        point_at(track, _at(recorded, step), LEFT)
    QTest.mouseRelease(track, Qt.MouseButton.LeftButton, pos=_at(recorded, 605))
    assert scrubs == [200, 400, 800]  # once a moment, however far the pointer went
    point_at(track, _at(recorded, 0))
    assert recorded.step == 800
    assert _words(recorded) == "step 800"


@pytest.mark.parametrize("y", [2, 20, 58])
def test_the_whole_height_of_the_track_can_be_clicked(recorded, scrubs, y: int) -> None:
    QTest.mouseClick(recorded.track, Qt.MouseButton.LeftButton, pos=QPoint(_at(recorded, 110).x(), y))
    assert scrubs == [100]


def test_keys_go_from_moment_to_moment(timeline) -> None:
    timeline.show_recorded(range(0, 3000, 100), 3000)
    timeline.show_step(2900)
    found: list[int] = []
    timeline.scrubbed.connect(found.append)
    timeline.track.setFocus()
    shift = Qt.KeyboardModifier.ShiftModifier
    for key, modifier in (
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Left, shift),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Right, shift),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Right, shift),
    ):
        QTest.keyClick(timeline.track, key, modifier)
    assert found == [2800, 1800, 1900, 0, 0, 1000, 2900, 2900]
    assert not timeline.live


def test_live_goes_back_to_the_newest_step(recorded, scrubs, qtbot) -> None:
    recorded.track.setFocus()
    QTest.keyClick(recorded.track, Qt.Key.Key_Home)
    live = _button(recorded, "live")
    with qtbot.waitSignal(recorded.live_requested, timeout=1000):
        QTest.mouseClick(live, Qt.MouseButton.LeftButton)
    assert recorded.live
    assert recorded.step == 860
    assert scrubs == [0]


def test_the_dot_of_live_is_green_only_while_live(recorded, theme) -> None:
    live = _button(recorded, "live")

    def dot() -> QColor:
        return live.icon().pixmap(16, 16).toImage().pixelColor(8, 8)

    for tokens in (DARK, LIGHT):
        theme.set_mode(tokens.name)
        recorded.set_live(True)
        assert dot() == QColor(tokens.ok)
        recorded.set_live(False)
        assert dot() == QColor(tokens.text3)
    assert "recorded step" in live.accessibleDescription()


def test_play_runs_through_all_moments_and_stops_at_the_end(recorded, scrubs, qtbot) -> None:
    play = _button(recorded, "play")
    recorded.track.setFocus()  # the focus on the track must not stop it
    QTest.keyClick(play, Qt.Key.Key_Space)
    assert recorded.playing
    assert play.accessibleName() == "Pause"
    assert not recorded.live
    qtbot.waitUntil(lambda: not recorded.playing, timeout=10_000)
    assert scrubs == list(_STEPS)
    assert play.accessibleName() == "Play the recorded steps"
    QTest.mouseClick(play, Qt.MouseButton.LeftButton)  # from the end: once more
    assert scrubs[len(_STEPS) :] == [0]
    recorded.pause()
    assert not recorded.playing


def test_play_goes_on_from_where_one_is_and_a_hand_stops_it(recorded, scrubs) -> None:
    recorded.track.setFocus()
    QTest.keyClick(recorded.track, Qt.Key.Key_Home)
    QTest.keyClick(recorded.track, Qt.Key.Key_Right)
    recorded.play()
    recorded._on_tick()
    assert scrubs == [0, 100, 200]
    QTest.mouseClick(recorded.track, Qt.MouseButton.LeftButton, pos=_at(recorded, 410))
    assert not recorded.playing
    assert scrubs[-1] == 400
    recorded.play()
    recorded.set_live(True)
    assert not recorded.playing


def test_with_reduced_motion_it_leaps_and_takes_as_long(timeline) -> None:
    steps = range(0, 2500, 100)
    timeline.show_recorded(steps, 2500)
    found: list[int] = []
    timeline.scrubbed.connect(found.append)
    timeline.reduced_motion = True
    timeline.play()
    pause = timeline._player.interval()
    while timeline.playing:
        timeline._on_tick()
    assert found[0] == 0
    assert found[-1] == 2400
    assert len(found) < len(steps) / 4
    assert pause >= 333  # flashes three times a second at most (WCAG 2.3.1)
    assert pause * (len(found) - 1) == pytest.approx(83 * (len(steps) - 1), rel=0.1)


def test_it_is_a_slider_to_a_screen_reader(recorded) -> None:
    QAccessible.setActive(True)
    interface = QAccessible.queryAccessibleInterface(recorded.track)
    assert interface.role() == QAccessible.Role.Slider
    assert interface.text(QAccessible.Text.Name) == "Timeline"
    assert recorded.track.maximum() == len(_STEPS) - 1
    recorded.track.setFocus()
    QTest.keyClick(recorded.track, Qt.Key.Key_Home)
    QTest.keyClick(recorded.track, Qt.Key.Key_Right)
    assert recorded.track.value() == 1
    assert recorded.track.accessibleDescription() == "step 100 of 1\u2009000"


def test_handle_progress_and_what_is_to_come_differ(recorded) -> None:
    recorded.track.setFocus()
    recorded.show_step(400)
    assert _pixel(recorded, 400, BAR) == QColor(DARK.text1)
    assert _pixel(recorded, 200, BAR) == QColor(DARK.accent)
    assert _pixel(recorded, 950, BAR) == QColor(DARK.bg4)
    between = _pixel(recorded, 600, BAR)
    assert between not in (QColor(DARK.accent), QColor(DARK.bg4))


def test_ticks_stand_at_recorded_steps_and_not_on_one_another(timeline) -> None:
    timeline.show_recorded([*range(0, 40), 500], 1000)
    timeline.show_step(1000)
    image = timeline.track.grab().toImage()
    inked = [x for x in range(image.width()) if image.pixelColor(x, round(BAR) + 8) == QColor(DARK.text3)]
    assert any(abs(x - timeline.track.x_of(500)) <= 1 for x in inked)
    assert min(b - a for a, b in itertools.pairwise(inked)) >= 4


def test_a_failure_has_a_green_dot_and_a_red_line(recorded) -> None:
    recorded.show_step(100)
    recorded.mark_failure(800, 900)
    assert _pixel(recorded, 800, BAR) == QColor(DARK.ok)
    assert _pixel(recorded, 900, 20, dx=-1) == QColor(DARK.err)
    assert "stopped at step 900, last good step 800" in recorded.track.accessibleDescription()
    recorded.clear_marks()
    assert _pixel(recorded, 800, BAR) != QColor(DARK.ok)
    assert "stopped" not in recorded.track.accessibleDescription()


def test_a_change_of_parameters_is_a_dashed_line_and_is_told(recorded) -> None:
    track = recorded.track
    x, before = round(track.x_of(40)), track.grab().toImage()
    recorded.show_changes((40,))
    after = track.grab().toImage()
    assert any(after.pixelColor(x, y) != before.pixelColor(x, y) for y in range(6, int(BAR) - 4))
    assert "parameters changed at step 40" in track.accessibleDescription()
    recorded.clear()
    assert "changed" not in track.accessibleDescription()


def test_another_run_starts_from_nothing(recorded) -> None:
    recorded.show_backdrop(np.arange(800.0), np.linspace(5, 1, 800))
    recorded.play()
    recorded.show_recorded([], 500)
    assert not recorded.playing
    assert _words(recorded) == "no history yet"
    assert not recorded.track.isEnabled()
    recorded.show_recorded([0], 500)
    assert recorded.track.newest == 0
    assert _words(recorded) == "step 0"


# Backdrop


def _outline(area) -> np.ndarray:
    return np.array([(area.at(k).x(), area.at(k).y()) for k in range(area.size() - 2)])


def test_the_backdrop_falls_as_the_loss_does_and_is_closed_at_the_foot() -> None:
    x = np.linspace(0, 1, 100_000)
    area = backdrop(x, np.exp(-4 * x), left=10, width=400)
    points = _outline(area)
    assert len(points) <= 202
    assert points[0, 0] == pytest.approx(10, abs=2)
    assert points[-1, 0] == pytest.approx(410, abs=2)
    heights = area.last().y() - points[:, 1]
    assert (np.diff(heights) < 1e-6).all()
    foot = 0.1 * heights[0]  # what is left below the lowest value
    middle = np.interp(210, points[:, 0], heights)
    assert heights[-1] == pytest.approx(foot, abs=1.0)
    # 98 % of the values span the range; at half of the way exp(−2) is reached.
    high, low = np.exp(-4 * 0.02), np.exp(-4)
    assert middle == pytest.approx(foot + 0.9 * heights[0] * (np.exp(-2) - low) / (high - low), abs=1.0)


@pytest.mark.parametrize("y", [[], [1.0], [np.nan, np.inf, 3.0]])
def test_a_backdrop_of_less_than_two_values_is_empty(y: list[float]) -> None:
    values = np.array(y)
    assert backdrop(np.linspace(0, 1, len(y)), values, left=0, width=300).size() == 0


def test_a_loss_that_became_nan_leaves_what_was_before(timeline) -> None:
    x = np.linspace(0, 1, 1000)
    y = np.where(x < 0.5, 2.0 - x, np.nan)
    points = _outline(backdrop(x, y, left=0, width=400))
    assert points[:, 0].max() == pytest.approx(200, abs=5)


def test_the_backdrop_is_drawn_up_to_the_newest_step_only(recorded) -> None:
    recorded.show_backdrop(np.arange(1000.0), np.full(1000, 3.0))
    assert _pixel(recorded, 600, 40) != _pixel(recorded, 960, 40)
    assert _pixel(recorded, 600, 12) == _pixel(recorded, 960, 12)
