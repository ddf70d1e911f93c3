"""The panels beside the cards, which lie over the cards where the page is narrow; their borders can be moved."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QSettings, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from explorer.ui.controls import join, make_action
from explorer.ui.page.panels.run_bar import RunBar

__all__ = ["Docks"]

SIDE, EXPLAIN = 256, 280  # px, default widths of the left panel and of Explain
_LEAST, _MOST = 248, 480  # px
_EXPLAIN_OVER = 1200  # px of the page's width under which Explain lies over the cards
_SIDE_OVER = 1000  # px under which the left panel does too


class Docks(QObject):
    """Lays out a page, and opens and closes the left panel and Explain.

    Args:
        page: The page's widget, without a layout.
        side: The left panel.
        explain: Explain.
        run_bar: At the top, with the buttons of both panels.
        scenes: Below it.
        middle: Widgets between the scenes and the timeline, from top to bottom; the last gets the room.
        timeline: At the bottom.
    """

    def __init__(
        self,
        page: QWidget,
        side: QWidget,
        explain: QWidget,
        run_bar: RunBar,
        scenes: QWidget,
        middle: Sequence[QWidget],
        timeline: QWidget,
    ):
        super().__init__(page)
        self._page, self._side, self._explain, self._timeline = page, side, explain, timeline
        self._run_bar, self._button, self._side_button = run_bar, run_bar.explain_button, run_bar.side_button
        self._scenes = scenes
        self._widths = {side: SIDE, explain: EXPLAIN}
        self._moved = False  # a border of this page's panels was moved
        self._row, self._middle = _splitter("side"), _splitter("explain")
        right, column = QWidget(), QWidget()
        for panel in (side, explain):
            panel.setMinimumWidth(_LEAST)
            panel.setMaximumWidth(_MOST)
        # From the outside in: Qt styles everything below a widget anew each time that widget gets a parent.
        _stack(page, self._row)
        self._row.addWidget(side)
        self._row.addWidget(right)
        _stack(right, run_bar, scenes, self._middle, timeline).setStretchFactor(self._middle, 1)
        self._middle.addWidget(column)
        _stack(column, *middle).setStretchFactor(middle[-1], 1)
        self._middle.addWidget(explain)
        self._middle.setStretchFactor(0, 1)
        self._row.setStretchFactor(1, 1)
        self._middle.splitterMoved.connect(self._on_moved)
        self._row.splitterMoved.connect(self._on_moved)
        self._beside = self._button.isChecked()  # whether Explain was open when there was room beside the cards
        self._side_beside = self._side_button.isChecked()  # the same of the left panel
        self._actions = [
            make_action(self, "explain", "Explain", group="View", key="E", checkable=True),
            make_action(self, "settings_panel", "Settings of the page", group="View", key="P", checkable=True),
        ]
        for button, action in zip((self._button, self._side_button), self._actions, strict=True):
            join(button, action)
        self._button.toggled.connect(self.place_explain)
        self._side_button.toggled.connect(self.place_side)

    def actions(self) -> list[QAction]:
        """Explain and the left panel."""
        return self._actions

    @property
    def is_explain_wanted(self) -> bool:
        """Whether Explain is open where there is room beside the cards."""
        return self._button.isChecked() if self._is_explain_beside() else self._beside

    @property
    def is_side_wanted(self) -> bool:
        """Whether the left panel is open where there is room beside the cards."""
        return self._side_button.isChecked() if self._is_side_beside() else self._side_beside

    def save_state(self, settings: QSettings) -> None:
        """Stores the widths of the panels, which all pages share, where they were changed on this one."""
        if not self._moved:
            return
        settings.setValue("panels/side", self._widths[self._side])
        settings.setValue("panels/explain", self._widths[self._explain])

    def restore_state(self, settings: QSettings) -> None:
        """Takes the stored widths of the panels."""
        for panel, name, usual in ((self._side, "side", SIDE), (self._explain, "explain", EXPLAIN)):
            stored = str(settings.value(f"panels/{name}", usual))
            width = int(stored) if stored.isascii() and stored.isdecimal() else usual
            self._widths[panel] = min(_MOST, max(_LEAST, width))

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

    def _is_side_beside(self) -> bool:
        return self._row.indexOf(self._side) >= 0

    @Slot()
    def place_explain(self) -> None:
        """Shows Explain where its button is checked."""
        wide, beside = self._page.width() >= _EXPLAIN_OVER, self._is_explain_beside()
        if wide and not beside:
            self._middle.addWidget(self._explain)
            self._button.setChecked(self._button.isChecked() or self._beside)
        elif not wide and beside:
            self._beside = self._button.isChecked()  # it comes back where there is room again
            self._explain.setParent(self._page)
            self._button.setChecked(False)
        self._explain.setVisible(self._button.isChecked())
        if wide:
            self._share(self._middle, self._explain)
        else:
            self._lay_over(self._explain, self._page.width() - self._widths[self._explain])

    @Slot()
    def place_side(self) -> None:
        """Shows the left panel where its button is checked."""
        wide, beside = self._page.width() >= _SIDE_OVER, self._is_side_beside()
        if wide and not beside:
            self._row.insertWidget(0, self._side)
            self._side_button.setChecked(self._side_button.isChecked() or self._side_beside)
        elif not wide and beside:
            self._side_beside = self._side_button.isChecked()  # it comes back where there is room again
            self._side.setParent(self._page)
            self._side_button.setChecked(False)
        self._side.setVisible(self._side_button.isChecked())
        if wide:
            self._share(self._row, self._side)
        else:
            self._lay_over(self._side, 0)

    def _share(self, splitter: QSplitter, panel: QWidget) -> None:
        width = self._widths[panel]
        rest = max(1, splitter.width() - width - splitter.handleWidth())
        splitter.setSizes([width, rest] if splitter.widget(0) is panel else [rest, width])

    def _lay_over(self, panel: QWidget, x: int) -> None:
        top = self._run_bar.height() + self._scenes.height()
        panel.setGeometry(x, top, self._widths[panel], self._page.height() - top - self._timeline.height())
        panel.raise_()

    @Slot()
    def _on_moved(self) -> None:
        self._moved = True
        for panel in (self._side, self._explain):
            if panel.isVisible():
                self._widths[panel] = panel.width()


def _stack(parent: QWidget, *widgets: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(parent)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for widget in widgets:
        column.addWidget(widget)
    return column


def _splitter(name: str) -> QSplitter:
    splitter = QSplitter(Qt.Orientation.Horizontal)
    splitter.setObjectName(f"splitter.{name}")
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    return splitter
