"""The choice of two runs of a page, side by side where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from explorer.engine.compare import LETTERS
from explorer.engine.recent import Glance
from explorer.ui.controls import Combo, IconButton, text_label
from explorer.ui.overview.run_card import progress_text
from explorer.ui.theme import Theme

__all__ = ["RunChoosers", "run_text"]

_AROUND = 60  # px of a drop-down list and its letter around its text
_TOOLS = 120  # px of the margins and of the buttons


def run_text(run: Glance, now: float) -> str:
    """A run in one line: preset and seed, data, step and time.

    Args:
        run: Summary of the run.
        now: Present time, seconds since 1970.
    """
    return " · ".join((run.name, run.data, progress_text(run, now)))


class RunChoosers(QFrame):
    """Two drop-down lists of runs, a button that swaps them, and one that reads the runs again.

    Attributes:
        first, second: The lists.

    Signals:
        chosen: Other runs are chosen.
        again_asked: The runs are to be read again.

    Args:
        theme: Colours.
    """

    chosen = Signal()
    again_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self.setProperty("panel", "bar")
        self.setProperty("edge", "bottom")
        self.first, self.second = Combo(theme, {}), Combo(theme, {})
        self._letters = [text_label(letter, "title") for letter in LETTERS]
        for letter, label, combo in zip(LETTERS, self._letters, (self.first, self.second), strict=True):
            label.setProperty("run", letter)
            combo.setObjectName(f"compare.run.{letter}")
            combo.setAccessibleName(f"Run {letter}")
            combo.chosen.connect(self.chosen)
        self._swap = IconButton(theme, "swap", "Swap A and B")
        self._swap.setObjectName("compare.swap")
        self._swap.clicked.connect(self._on_swap)
        self._again = IconButton(theme, "reset", "Read the runs again")
        self._again.setObjectName("compare.again")
        self._again.clicked.connect(self.again_asked)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, 12, 12, 12)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(8)
        self._is_beside: bool | None = None
        self._widest = 0  # text of a run, px
        self._arrange()

    @property
    def folders(self) -> tuple[Path, Path]:
        """Folders of the chosen runs."""
        return self.first.value, self.second.value

    def set_runs(self, runs: Sequence[Glance], first: Path, second: Path, now: float) -> None:
        """Sets the runs that are offered, and the chosen ones, without a signal.

        Args:
            runs: The runs, the newest first.
            first: Folder of the first chosen run.
            second: Folder of the second.
            now: Present time, seconds since 1970.
        """
        texts = {run.folder: run_text(run, now) for run in runs}
        self.first.set_choices(texts, first)
        self.second.set_choices(texts, second)
        self._widest = max(self.first.fontMetrics().horizontalAdvance(text) for text in texts.values())
        self._arrange()

    @Slot()
    def _on_swap(self) -> None:
        first, second = self.folders
        self.first.set_value(second)
        self.second.set_value(first)
        self.chosen.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Places the lists beside one another where the text of every run fits, else below one another."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        beside = self.width() >= 2 * (self._widest + _AROUND) + _TOOLS
        if beside == self._is_beside:
            return
        self._is_beside = beside
        one, other = self._letters
        places: dict[QWidget, tuple[int, int, int, int]] = {
            one: (0, 0, 1, 1),
            self.first: (0, 1, 1, 1),
            self._swap: (0, 2, 1, 1) if beside else (0, 2, 2, 1),
            other: (0, 3, 1, 1) if beside else (1, 0, 1, 1),
            self.second: (0, 4, 1, 1) if beside else (1, 1, 1, 1),
            self._again: (0, 5, 1, 1) if beside else (0, 3, 2, 1),
        }
        for widget, place in places.items():
            self._grid.removeWidget(widget)
            self._grid.addWidget(widget, *place)
        for column in range(6):
            self._grid.setColumnStretch(column, 1 if column == 1 or (column == 4 and beside) else 0)
