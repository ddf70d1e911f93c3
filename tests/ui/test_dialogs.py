"""Escape closes every dialog at once, wherever the focus is."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget

from explorer.ui.canvas import CanvasDialog
from explorer.ui.export.dialog import ExportChoices, ExportDialog
from explorer.ui.settings import SettingsDialog
from models.frames import Bars


def _export(theme, tmp_path) -> ExportDialog:
    frame = Bars(("a", "b"), np.array([1.0, 2.5]))
    return ExportDialog(theme, frame, {"page": "vae"}, "KL", ExportChoices(folder=str(tmp_path)), "KL")


@pytest.mark.parametrize(
    "make", [_export, lambda theme, _: SettingsDialog(theme), lambda theme, _: CanvasDialog(theme, "", None)]
)
def test_one_escape_closes_a_dialog_with_the_focus_anywhere(theme, make_widget, tmp_path, qtbot, make) -> None:
    dialog = make_widget(make(theme, tmp_path))
    places = [
        widget for widget in dialog.findChildren(QWidget)
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.window() is dialog
    ]  # fmt: skip
    assert len(places) > 3
    assert any(isinstance(place, QLineEdit | QComboBox) for place in places)
    for place in places:
        dialog.show()
        dialog.activateWindow()
        QApplication.processEvents()
        place.setFocus()
        if isinstance(place, QLineEdit):
            QTest.keyClicks(place, "7")  # also with something typed
        QTest.keyClick(place, Qt.Key.Key_Escape)
        assert not dialog.isVisible(), f"{type(place).__name__} {place.objectName()} kept it"
