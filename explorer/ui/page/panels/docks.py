"""The panels beside the cards, which lie over the cards where the page is narrow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from explorer.ui.controls import join, make_action
from explorer.ui.page.panels.run_bar import RunBar

__all__ = ["Docks"]

EXPLAIN = 304  # px that Explain is wide
_EXPLAIN_OVER = 1200  # px of the page's width under which Explain lies over the cards
_SIDE_OVER = 1000  # px under which the left panel does too


class Docks(QObject):
    """Lays out a page, and opens and closes the left panel and Explain.

    Args:
        page: The page's widget, without a layout.
        side: The left panel.
        explain: Explain.
        run_bar: At the top, with the buttons of both panels.
        middle: Widgets between run bar and timeline, from top to bottom; the last gets the room.
        timeline: At the bottom.
    """

    def __init__(
        self,
        page: QWidget,
        side: QWidget,
        explain: QWidget,
        run_bar: RunBar,
        middle: Sequence[QWidget],
        timeline: QWidget,
    ):
        super().__init__(page)
        self._page, self._side, self._explain, self._timeline = page, side, explain, timeline
        self._run_bar, self._button, self._side_button = run_bar, run_bar.explain_button, run_bar.side_button
        self._row, self._middle, right, column = QHBoxLayout(page), QHBoxLayout(), QVBoxLayout(), QVBoxLayout()
        for layout in (self._row, self._middle, right, column):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        for widget in middle:
            column.addWidget(widget, 1 if widget is middle[-1] else 0)
        explain.setFixedWidth(EXPLAIN)
        self._middle.addLayout(column, 1)
        self._middle.addWidget(explain)
        right.addWidget(run_bar)
        right.addLayout(self._middle, 1)
        right.addWidget(timeline)
        self._row.addWidget(side)
        self._row.addLayout(right, 1)
        self._beside = self._button.isChecked()  # whether Explain was open when there was room beside the cards
        self._action = make_action(self, "explain", "Explain", group="View", key="E", checkable=True)
        join(self._button, self._action)
        self._button.toggled.connect(self.place_explain)
        self._side_button.toggled.connect(self.place_side)

    def actions(self) -> list[QAction]:
        """Explain."""
        return [self._action]

    @property
    def is_explain_wanted(self) -> bool:
        """Whether Explain is open where there is room beside the cards."""
        return self._button.isChecked() if self._is_explain_beside() else self._beside

    @Slot()
    def close_explain(self) -> None:
        """Closes Explain."""
        self._button.setChecked(False)

    def place(self) -> None:
        """Places both panels."""
        self.place_side()
        self.place_explain()

    def _is_explain_beside(self) -> bool:
        return self._middle.indexOf(self._explain) >= 0

    @Slot()
    def place_explain(self) -> None:
        """Shows Explain where its button is checked."""
        wide, beside = self._page.width() >= _EXPLAIN_OVER, self._is_explain_beside()
        if wide and not beside:
            self._middle.addWidget(self._explain)
            self._button.setChecked(self._button.isChecked() or self._beside)
        elif not wide and beside:
            self._beside = self._button.isChecked()  # it comes back where there is room again
            self._middle.removeWidget(self._explain)
            self._explain.setParent(self._page)
            self._button.setChecked(False)
        self._explain.setVisible(self._button.isChecked())
        if not wide:
            self._lay_over(self._explain, self._page.width() - EXPLAIN, EXPLAIN)

    @Slot()
    def place_side(self) -> None:
        """Shows the left panel; where the page is narrow, only while its button is checked."""
        wide, inside = self._page.width() >= _SIDE_OVER, self._row.indexOf(self._side) >= 0
        if wide and not inside:
            self._row.insertWidget(0, self._side)
        elif not wide and inside:
            self._row.removeWidget(self._side)
            self._side_button.setChecked(False)
        self._side_button.setVisible(not wide)
        self._side.setVisible(wide or self._side_button.isChecked())
        if not wide:
            self._lay_over(self._side, 0, self._side.width())

    def _lay_over(self, panel: QWidget, x: int, width: int) -> None:
        top = self._run_bar.height()
        panel.setGeometry(x, top, width, self._page.height() - top - self._timeline.height())
        panel.raise_()
