"""The card that answers which family goes with some data: a few questions, and the families in order."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from explorer.ui.controls import Combo, Segmented, text_label
from explorer.ui.overview.advice import advise, data_kinds
from explorer.ui.overview.advice_row import AdviceRow
from explorer.ui.overview.reasons import Need
from explorer.ui.theme import Theme
from models import Family

__all__ = ["ChoiceCard"]

_NOTHING = "nothing else"
_TIMES = {"cpu": "short, on a CPU", "cuda": "long, on a GPU"}


class ChoiceCard(QFrame):
    """Questions in one row, and below them what each family gives; an answer takes effect at once.

    Signals:
        opened: Page to open, the title of its preset or "", and a dataset of the kind.

    Args:
        theme: Colours.
        families: The families, at least one with a model.
    """

    opened = Signal(str, str, str)

    def __init__(self, theme: Theme, families: Sequence[Family], parent: QWidget | None = None):
        super().__init__(parent)
        self._families = families
        self.setObjectName("choose")
        self.setProperty("card", "true")
        self.setAccessibleName("Which family for my data?")
        self.data = Combo(theme, data_kinds(families))
        self.need = Combo(theme, {need: need.value for need in Need})
        self.other = Combo(theme, {})
        self.time = Segmented(theme, _TIMES, "cpu")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 10)
        column.setSpacing(0)
        column.addLayout(self._questions())
        column.addSpacing(8)
        self.rows = [AdviceRow(theme, place) for place in range(len(families))]
        for row in self.rows:
            row.opened.connect(self._on_opened)
            column.addWidget(row)
        self.rest = text_label("", "caption", wrap=True)
        self.rest.setContentsMargins(0, 6, 0, 6)
        column.addWidget(self.rest)
        self._offer_other()
        self._answer()

    def _questions(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        asked: dict[str, tuple[str, Combo | Segmented]] = {
            "data": ("My data are", self.data),
            "need": ("I need", self.need),
            "other": ("and", self.other),
            "time": ("Time to train", self.time),
        }
        for place, (name, (question, control)) in enumerate(asked.items()):
            control.setObjectName(f"choose.{name}")
            control.setAccessibleName(question)
            control.chosen.connect(self._on_chosen)
            grid.addWidget(text_label(question, "caption"), 0, place)
            grid.addWidget(control, 1, place)
            grid.setColumnStretch(place, 1)
        return grid

    def _offer_other(self) -> None:
        """Offers as the second need what is not the first."""
        others = {need: need.value for need in Need if need is not self.need.value}
        self.other.set_choices({None: _NOTHING, **others}, self.other.value)

    def _answer(self) -> None:
        needs = [need for need in (self.need.value, self.other.value) if need is not None]
        advices = advise(self._families, self.data.value, needs, self.time.value)
        shown = [advice for advice in advices if advice.page is not None]
        for place, row in enumerate(self.rows):
            row.show_advice(shown[place] if place < len(shown) else None)
        self._align(len(shown))
        rest = [advice.family.title for advice in advices if advice.page is None]
        kind = data_kinds(self._families)[self.data.value]
        self.rest.setText(f"{', '.join(rest)}: no page takes {kind}." if rest else "")
        self.rest.setVisible(bool(rest))

    def _align(self, rows: int) -> None:
        """Makes all buttons as wide as the widest, and so all titles, so that the reasons are equally wide."""
        for widgets in ([row.button for row in self.rows[:rows]], [row.family for row in self.rows[:rows]]):
            for widget in widgets:
                widget.ensurePolished()
            widest = max((widget.sizeHint().width() for widget in widgets), default=0)
            for widget in widgets:
                widget.setFixedWidth(widest)
        for row in self.rows[:rows]:
            row.updateGeometry()
            row.settle()

    @Slot(object, object)
    def _on_chosen(self, _before: object, _after: object) -> None:
        self._offer_other()
        self._answer()

    @Slot(str, str)
    def _on_opened(self, page: str, preset: str) -> None:
        self.opened.emit(page, preset, self.data.value)
