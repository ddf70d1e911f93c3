"""The latent panel alone: as few rows as are needed, whatever the dimension."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from explorer.ui.controls import Slider, ValueBox
from explorer.ui.page.editors.latent_panel import LIMIT, ROWS, LatentPanel, wander


@pytest.fixture
def panel(theme, make_widget) -> LatentPanel:
    return make_widget(LatentPanel(theme), 220, 600)


def dims_of(panel: LatentPanel) -> list[int]:
    """The dimensions that have a row, from the top."""
    rows = [panel._list.itemAt(place).widget() for place in range(panel._list.count() - 1)]
    return [row.dim for row in rows]


def test_few_dimensions_have_all_their_rows(panel):
    assert not panel.more.isVisible()
    panel.set_dimension(3)
    assert dims_of(panel) == [0, 1, 2]
    assert not panel.more.isVisible()
    assert [slider.objectName() for slider in panel.findChildren(Slider)] == ["latent.0", "latent.1", "latent.2"]


def test_784_dimensions_make_few_widgets(panel, qapp):
    before = len(panel.findChildren(QWidget))
    panel.set_dimension(784)
    assert len(dims_of(panel)) == ROWS
    assert len(panel.findChildren(QWidget)) - before <= 5 * ROWS
    assert panel.more.isVisible()
    QTest.mouseClick(panel.more, Qt.MouseButton.LeftButton)
    assert dims_of(panel) == list(range(2 * ROWS))
    panel.set_dimension(2)
    qapp.sendPostedEvents(None, 0)
    assert dims_of(panel) == [0, 1]


def test_more_ends_with_the_last_dimension(panel):
    panel.set_dimension(ROWS + 3)
    assert panel.more.toolTip() == f"Sliders of 3 more of {ROWS + 3} dimensions"
    QTest.mouseClick(panel.more, Qt.MouseButton.LeftButton)
    assert len(dims_of(panel)) == ROWS + 3
    assert not panel.more.isVisible()


def test_rows_follow_the_kl_and_the_map(panel):
    panel.set_dimension(784)
    importance = np.zeros(784)
    importance[[700, 5, 300]] = 3, 2, 1
    panel.set_order(importance)
    assert dims_of(panel)[:3] == [700, 5, 300]
    assert len(dims_of(panel)) == ROWS
    panel.show_dims((701, 5))
    assert dims_of(panel)[-1] == 701
    assert len(dims_of(panel)) == ROWS + 1
    panel.show_dims((0, 5))
    assert 701 not in dims_of(panel)


def test_a_new_row_shows_the_point_and_moves_it(panel, qtbot):
    panel.set_dimension(784)
    z = np.linspace(-2, 2, 784)
    panel.set_point(z)
    panel.show_dims((783, 400))
    box = panel.findChild(ValueBox, "latent_value.783")
    assert box.number == 2
    with qtbot.waitSignal(panel.moved) as moved:
        box._commit(-1.5)
    assert moved.args[0][783] == -1.5
    assert moved.args[0][:783] == pytest.approx(z[:783])


def test_a_locked_dimension_keeps_row_and_value(panel):
    panel.set_dimension(784)
    panel._rows[3].lock.click()
    panel.set_order(np.arange(784.0))
    assert dims_of(panel)[0] == 783
    assert dims_of(panel)[-1] == 3
    assert panel._rows[3].lock.isChecked()
    QTest.mouseClick(panel.sample, Qt.MouseButton.LeftButton)
    assert panel.z[3] == 0
    assert (panel.z != 0).sum() == 783
    panel._rows[3].lock.click()
    QTest.mouseClick(panel.sample, Qt.MouseButton.LeftButton)
    assert panel.z[3] != 0


def test_a_point_beyond_the_sliders_widens_the_rows_that_are_there(panel):
    panel.set_dimension(2)
    rows = dict(panel._rows)
    panel.set_point(np.array([LIMIT + 1.5, -7.0]))
    assert panel._rows == rows
    assert [panel._rows[dim].slider.number for dim in (0, 1)] == [LIMIT + 1.5, -7]
    slider = panel._rows[1].slider
    assert slider.value() == pytest.approx(slider.maximum() / 16, abs=1)  # of the way from −8 to 8
    assert panel._rows[1].box.number == -7


@pytest.mark.parametrize(("angle", "kept"), [(0.03, 0.995), (0.375, 0.995**12.5)])
def test_the_law_of_a_walk_is_the_prior(angle, kept):
    rng = np.random.default_rng(0)
    z, velocity = np.full(2000, 10.0), rng.normal(size=2000)  # from far away
    ticks = round(60 / angle)
    for _ in range(ticks):
        z, velocity = wander(z, velocity, angle, kept, rng)
    squares, means = [], []
    for tick in range(4 * ticks):
        z, velocity = wander(z, velocity, angle, kept, rng)
        if tick % (ticks // 10) == 0:
            squares.append(np.square(z).mean())
            means.append(z.mean())
    assert np.mean(means) == pytest.approx(0.0, abs=0.03)
    assert np.mean(squares) == pytest.approx(1.0, abs=0.03)
    assert max(squares) < 1.2  # at every moment, not on average over time alone


def test_the_walk_of_the_panel_stays_where_the_prior_is(panel):
    panel._random = np.random.default_rng(3)
    panel.set_dimension(100)
    panel.set_point(np.full(100, 6.0))
    panel.walk.setChecked(True)
    for _ in range(2000):
        panel._on_walk()
    assert 7 < np.linalg.norm(panel.z) < 13  # √100 = 10
    panel.set_dimension(3)
    panel._on_walk()
    assert panel.z.shape == (3,)
    panel.stop()


def test_stop_is_where_walk_was_when_a_warning_appears(driver):
    driver.eval_mode()
    walk, card = driver.find("latent_walk"), driver.card("decode")
    before = walk.mapToGlobal(walk.rect().topLeft())
    driver.inputs.set_point(np.array([9.0, 9.0]))
    driver.until(lambda: card.note.startswith("Far from the data"))
    driver.click("latent_walk")
    assert walk.accessibleName() == "Stop"
    assert walk.mapToGlobal(walk.rect().topLeft()) == before
    driver.click("latent_walk")
