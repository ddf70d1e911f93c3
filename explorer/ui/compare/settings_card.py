"""The settings of two runs that differ, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from explorer.engine.compare import LETTERS, Difference, Differences
from explorer.ui.controls import text_label
from explorer.ui.numbers import count

__all__ = ["SettingsCard"]

_TITLE = "Settings that differ"
_SHARES = (6, 4, 4)  # of the columns in the width


class SettingsCard(QFrame):
    """One row for each setting that differs: its name, and its value in both runs.

    Attributes:
        rows: The rows shown.
        sentence: How many settings are equal, or what is shown in place of the table.
    """

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setProperty("card", True)
        self.setObjectName("compare.settings")
        self.setAccessibleName(_TITLE)
        self.rows: Sequence[Difference] = ()
        self.sentence = text_label("")
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 4, 4)
        column.setSpacing(8)
        column.addWidget(text_label(_TITLE, "title"))
        column.addWidget(self._area, 1)
        self.show_sentence("")

    def show_differences(self, found: Differences, is_same: bool) -> None:
        """Shows a comparison.

        Args:
            found: The comparison.
            is_same: It is the same run twice.
        """
        equal = f"{count(found.equal)} settings are equal"
        self._show(found.rows, "A and B are the same run" if is_same else equal if found.rows else f"All {equal}")

    def show_sentence(self, text: str, kind: str = "caption") -> None:
        """Shows a sentence in place of the table: what is being done, or an error."""
        self._show((), text, kind)

    def _show(self, rows: Sequence[Difference], sentence: str, kind: str = "caption") -> None:
        self.rows = rows
        self.sentence = text_label(sentence, kind, wrap=True)
        self.sentence.setObjectName("compare.sentence")
        self._area.setWidget(_table(rows, self.sentence))


def _table(rows: Sequence[Difference], sentence: QLabel) -> QWidget:
    """The rows under the letters of the runs, and a sentence below them."""
    body = QWidget()
    grid = QGridLayout(body)
    grid.setContentsMargins(0, 0, 8, 8)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(8)
    for column, letter in enumerate(LETTERS if rows else (), start=1):
        head = text_label(letter, "title")
        head.setProperty("run", letter)
        grid.addWidget(head, 0, column)
    for place, row in enumerate(rows, start=1):
        for column, (text, kind) in enumerate(((row.name, "label"), (row.first, "body"), (row.second, "body"))):
            grid.addWidget(text_label(text, kind, wrap=True), place, column, Qt.AlignmentFlag.AlignTop)
    for column, share in enumerate(_SHARES):
        grid.setColumnStretch(column, share)
    grid.addWidget(sentence, len(rows) + 1, 0, 1, len(_SHARES))
    grid.setRowStretch(len(rows) + 2, 1)
    return body
