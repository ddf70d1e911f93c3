"""The window with a table: its dataset form, a pair of columns in which a row is picked, and the row."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from explorer.ui.frames import CurvesView
from models.frames import Points
from models.protocol import DataPoint


def test_a_click_in_a_pair_of_columns_picks_the_row(fixture_pages, open_window) -> None:
    driver = open_window(page="gauss-rows")
    driver.until_state("ready")
    assert [driver.find("dataset").value, driver.page.draft.state.data] == ["gaussian6"] * 2
    driver.page.draft.choose_data("copula6")
    driver.until(lambda: driver.find("data.correlation").isVisible())
    driver.page.draft.set_data_value("n", 1000)
    driver.page.draft.set_values({"steps": 3, "batch": 16})
    driver.click("train")
    driver.until_state("done")
    driver.until(lambda: not driver.card("columns_pair").is_empty and not driver.card("row").is_empty)
    driver.until(lambda: driver.frame_of("columns_pair").x_label == "normal")
    driver.inputs.set_param("columns_pair", "across", 5)
    driver.until(lambda: driver.frame_of("columns_pair").x_label == "beta")
    display = driver.card("columns_pair").display
    display.grab()
    data, samples = (layer for layer in driver.frame_of("columns_pair").layers if isinstance(layer, Points))
    pixels = display.view.to_pixels(data.xy)
    inner = ((pixels > 60) & (pixels < [display.width() - 60, display.height() - 60])).all(axis=1)
    others = np.concatenate([pixels, display.view.to_pixels(samples.xy)])
    nearest = np.sort(np.hypot(*(pixels[:, None] - others[None]).transpose(2, 0, 1)), axis=1)[:, 1]
    place = int(np.where(inner, nearest, -1).argmax())
    QTest.mouseClick(display, Qt.MouseButton.LeftButton, pos=QPointF(*pixels[place].tolist()).toPoint())
    index = int(data.index[place])
    (point,) = driver.editor(DataPoint).data.values()
    assert (point.split, point.index) == ("valid", index)
    assert driver.window.status.message.text() == f"A is validation row {index}, in Chosen row"
    driver.until(lambda: f"validation row {index}" in driver.card("row").subtitle)
    assert driver.frame_of("row").labels[4] == f"beta = {data.xy[place, 0]:.3g}"
    assert "log p_data(x) = " in driver.card("row").note


def test_the_columns_of_a_table_have_their_panes(fixture_pages, open_window) -> None:
    driver = open_window(page="gauss-rows")
    driver.until_state("ready")
    driver.show_card("marginals")
    driver.until(lambda: not driver.card("marginals").is_empty and not driver.card("correlations").is_empty)
    display = driver.card("marginals").display
    assert isinstance(display, CurvesView)
    display.grab()
    assert display.pane_names == ["x₁", "x₂", "x₃", "x₄", "x₅", "x₆"]
    tops = [pane.geometry().top() for pane in display.panes]
    assert tops[0] == tops[1] < tops[-1]
    assert [item.label for item in display.legend()] == ["validation data", "samples", "exact density"]
