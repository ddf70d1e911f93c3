"""The panels beside the cards: each stands beside them where there is room, and lies over them where there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QHBoxLayout

if TYPE_CHECKING:
    from explorer.ui.page.page import PageWidget

__all__ = ["EXPLAIN", "Panels"]

EXPLAIN = 304  # px that Explain is wide
_EXPLAIN_OVER = 1200  # px of the page's width under which Explain lies over the cards
_SIDE_OVER = 1000  # px under which the left panel does too


class Panels(QObject):
    """Places the left panel and Explain.

    Args:
        page: The page.
        row: Where the left panel stands first.
        middle: Where Explain stands last.
    """

    def __init__(self, page: PageWidget, row: QHBoxLayout, middle: QHBoxLayout):
        super().__init__(page)
        self._page, self._row, self._middle = page, row, middle
        self._explained = False

    @property
    def is_explain_wanted(self) -> bool:
        """Whether Explain is in sight where there is room beside the cards."""
        beside = self._middle.indexOf(self._page.explain) >= 0
        return self._page.run_bar.explain_button.isChecked() if beside else self._explained

    def place(self) -> None:
        """Gives both their place."""
        self.place_side()
        self.place_explain()

    @Slot()
    def place_explain(self) -> None:
        """Shows Explain where its button says so."""
        page = self._page
        wide, button = page.width() >= _EXPLAIN_OVER, page.run_bar.explain_button
        over = self._middle.indexOf(page.explain) < 0
        if wide and over:
            self._middle.addWidget(page.explain)
            button.setChecked(button.isChecked() or self._explained)
        elif not wide and not over:
            self._explained = button.isChecked()  # it comes back where there is room again
            self._middle.removeWidget(page.explain)
            page.explain.setParent(page)
            button.setChecked(False)
        page.explain.setVisible(button.isChecked())
        if not wide:
            top = page.run_bar.height()
            low = page.height() - top - page.timeline.height()
            page.explain.setGeometry(page.width() - EXPLAIN, top, EXPLAIN, low)
            page.explain.raise_()

    @Slot()
    def place_side(self) -> None:
        """Shows the left panel, where there is no room for it only as its button says."""
        page = self._page
        wide, button = page.width() >= _SIDE_OVER, page.run_bar.side_button
        inside = self._row.indexOf(page.side) >= 0
        if wide and not inside:
            self._row.insertWidget(0, page.side)
        elif not wide and inside:
            self._row.removeWidget(page.side)
            button.setChecked(False)
        button.setVisible(not wide)
        page.side.setVisible(wide or button.isChecked())
        if not wide:
            top = page.run_bar.height()
            page.side.setGeometry(0, top, page.side.width(), page.height() - top - page.timeline.height())
            page.side.raise_()
