"""The panel that explains a page: its objective with live values, what to look at, and what to try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from explorer.ui.controls import IconButton, text_label
from explorer.ui.explain.formula_view import FormulaView
from explorer.ui.explain.formulas import typesetter
from explorer.ui.explain.noise import NoiseBars, dimensions, noise_sentence
from explorer.ui.explain.rows import ObjectiveRow, SumRow, TermRow
from explorer.ui.explain.suggestion import Suggestion, SuggestionGroup
from explorer.ui.theme import Theme
from models.protocol import GenerativeModel, Kind, Lab, Metric, Objective, Page, Try

__all__ = ["Explain"]

_MARGIN, _SCROLLBAR = 16, 8  # px
_POLL = 30  # ms between two checks whether the formulas are typeset


class Explain(QFrame):
    """Objective, what to look at, what to try next, and noise dimension.

    A lab says first what its data, model and players are; its equations take the place of the objective.

    Formulas are typeset in a thread and appear when they are ready. Values are labels beside them.

    Signals:
        tried: A suggestion was clicked, `Try`.
        hovered: Key of the metric of the term under the pointer, or "".
        closed: The close button was pressed.

    Args:
        theme: Colours.
    """

    tried = Signal(object)
    hovered = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self._theme = theme
        self._page: type[Page] | None = None
        self._objective: Objective | None = None
        self._over = ""  # what the values are of
        self._rows: list[ObjectiveRow] = []
        self._bars: NoiseBars | None = None
        self._scene = ("", "")  # name of the open scene, and its question
        self._question = text_label("", "title", wrap=True)
        self._groups: list[SuggestionGroup] = []
        self._column = QVBoxLayout()  # of the content; another one for each page
        self.setObjectName("explain")
        self.setAccessibleName("Explain")
        self.setProperty("panel", "side")
        self._close = IconButton(theme, "close", "Close Explain", "text3", self)
        self._close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setContentsMargins(_MARGIN, 8, 8, 0)
        head.addWidget(text_label("Explain", "title", parent=self))
        self._live = text_label("live", "caption", parent=self)
        self._live.hide()
        head.addSpacing(8)
        head.addWidget(self._live)
        head.addStretch(1)
        head.addWidget(self._close)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # focusing a suggestion scrolls to it
        self._scroll.setAccessibleName("Explanation")
        self._scroll.verticalScrollBar().rangeChanged.connect(self._on_range_changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._scroll, 1)
        self._timer = QTimer(self, interval=_POLL)
        self._timer.timeout.connect(self._on_poll)

    @property
    def rows(self) -> tuple[ObjectiveRow, ...]:
        """Rows of the terms, then of the sum; empty for a lab."""
        return tuple(self._rows)

    @property
    def is_set(self) -> bool:
        """Whether every formula is typeset."""
        return all(view.is_set for view in self._formulas())

    def show_page(self, page: type[Page], config: Any, kind: Kind | None = None) -> None:
        """Explains a page; for the page already shown, only what depends on its config is rebuilt.

        Args:
            page: A model or a lab.
            config: Its parameters.
            kind: Type and shape of the data, for the noise dimension; None hides it.
        """
        objective = page.objective_of(config)
        over = _measured_over(page, config)
        if page is not self._page or objective != self._objective or over != self._over:
            self._page, self._objective, self._over = page, objective, over
            self._build(page, objective)
        if self._bars is not None and issubclass(page, GenerativeModel):
            self._noise.setVisible(kind is not None)
            if kind is not None:
                bars = dimensions(page, config, kind)
                if bars != self._bars.bars:
                    self._bars.show_bars(bars)
                    self._bars_note.setText(noise_sentence(bars))

    def show_scene(self, name: str, question: str) -> None:
        """Begins with the question of a scene, and puts the suggestions that speak of it first."""
        self._scene = (name, question)
        self._question.setText(question)
        self._question.setVisible(bool(question))
        for group in self._groups:
            group.put_first(name)

    def show_values(self, last: Mapping[str, float], config: Any) -> None:
        """Shows the contribution of each term given the newest metrics; a dash where the metric is missing."""
        for row in self._rows:
            row.show_value(last, config)

    def set_live(self, live: bool) -> None:
        """Marks the values as live while the cards show a recorded step."""
        self._live.setVisible(live)

    def emphasise(self, key: str | None) -> None:
        """Highlights the row of a metric; None highlights none."""
        for row in self._rows:
            row.emphasise(row.term.metric == key)

    def _build(self, page: type[Page], objective: Objective | None) -> None:
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(_MARGIN, 4, _MARGIN, _MARGIN)
        self._column.setSpacing(0)
        self._rows, self._bars, self._groups = [], None, []
        self._question = text_label("", "title", wrap=True, parent=body)
        self._question.setObjectName("explain.question")
        self._column.addWidget(self._question)
        if not issubclass(page, GenerativeModel):
            self._column.addSpacing(4)
            self._column.addWidget(text_label(page.title, "section", wrap=True, parent=body))
        if page.about:
            self._add_heading("Setting", body)
            self._column.addWidget(text_label(page.about, "prose", wrap=True, parent=body))
        if objective is not None:
            self._add_objective(page, objective, body)
        if page.look_at:
            self._add_heading("What to look at", body)
            for paragraph in page.look_at.split("\n\n"):
                self._column.addWidget(text_label(paragraph, "prose", wrap=True, parent=body))
                self._column.addSpacing(6)
        if page.try_next:
            groups: dict[str, list[Try]] = {}
            for suggestion in page.try_next:
                groups.setdefault(suggestion.group or "Try next", []).append(suggestion)
            for heading, suggestions in groups.items():
                self._add_heading(heading, body)
                self._add_suggestions(suggestions, body)
        if issubclass(page, GenerativeModel):
            self._add_noise(body)
        self._column.addStretch(1)
        self.show_scene(*self._scene)
        self._scroll.setWidget(body)  # deletes the previous widget
        bar = self._scroll.verticalScrollBar()
        bar.setValue(0)
        self._on_range_changed(bar.minimum(), bar.maximum())
        views = self._formulas()
        if not all(view.poll() for view in views):
            typesetter().ask([view.tex for view in views])
            self._timer.start()

    def _add_heading(self, text: str, body: QWidget) -> None:
        if self._column.count():
            self._column.addSpacing(14)
        self._column.addWidget(text_label(text, "section", parent=body))
        self._column.addSpacing(6)

    def _add_objective(self, page: type[Page], objective: Objective, body: QWidget) -> None:
        metrics = page.metrics if issubclass(page, GenerativeModel) else ()
        declared = {metric.key: metric for metric in metrics}
        for place, form in enumerate(objective.forms):
            before = len(self._rows)
            self._add_form(form, declared, body)
            for row in (
                self._rows[before:] if place else ()
            ):  # a term may stand in several forms; object names are unique
                row.setObjectName(f"{row.objectName()}.{place}")

    def _add_form(self, objective: Objective, declared: Mapping[str, Metric], body: QWidget) -> None:
        self._add_heading(objective.title or f"Objective, {'maximised' if objective.maximised else 'minimised'}", body)
        total = objective.total
        if objective.tex:
            left = objective.tex if total is None else f"{objective.tex} ="
            self._column.addWidget(FormulaView(self._theme, left, parent=body))
            self._column.addSpacing(4)
        unit = next((declared[term.metric].unit for term in objective.terms if term.metric in declared), objective.unit)
        for term in objective.terms:
            self._add_row(TermRow(self._theme, term, declared.get(term.metric), objective.unit, body))
            self._column.addSpacing(4)
        if total is not None:
            rule = QFrame(body)
            rule.setProperty("rule", True)
            self._column.addWidget(rule)
            self._add_row(SumRow(self._theme, total, declared.get(total.metric), unit, self._over, body))
        if objective.note:
            self._column.addSpacing(2)
            self._column.addWidget(text_label(objective.note, "caption", wrap=True, parent=body))

    def _add_row(self, row: ObjectiveRow) -> None:
        if self._page is not None and issubclass(self._page, Lab):
            row.setToolTip("Value for the parameters shown, not estimated.")
        row.hovered.connect(self.hovered)
        self._rows.append(row)
        self._column.addWidget(row)

    def _add_suggestions(self, suggestions: Sequence[Try], body: QWidget) -> None:
        buttons = []
        for suggestion in suggestions:
            button = Suggestion(self._theme, suggestion, body)
            button.setObjectName(f"explain.try.{len(body.findChildren(Suggestion)) - 1}")
            button.tried.connect(self.tried)
            buttons.append(button)
        self._groups.append(SuggestionGroup(buttons, self._column))

    def _add_noise(self, body: QWidget) -> None:
        self._noise = QWidget(body)
        self._noise.setObjectName("explain.noise")
        column = QVBoxLayout(self._noise)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(6)
        column.addWidget(text_label("Noise dimension", "section", parent=self._noise))
        self._bars = NoiseBars(self._theme, self._noise)
        column.addWidget(self._bars)
        self._bars_note = text_label("", "caption", wrap=True, parent=self._noise)
        column.addWidget(self._bars_note)
        self._noise.hide()
        self._column.addWidget(self._noise)

    def _formulas(self) -> list[FormulaView]:
        body = self._scroll.widget()
        return [] if body is None else body.findChildren(FormulaView)

    @Slot()
    def _on_poll(self) -> None:
        for view in self._formulas():
            view.poll()
        if self.is_set:
            self._timer.stop()
        for row in self._rows:
            if isinstance(row, TermRow):
                row.updateGeometry()
                row.place()

    @Slot(int, int)
    def _on_range_changed(self, low: int, high: int) -> None:
        """Narrows the right margin by the scroll bar, so that its appearance moves nothing."""
        margins = self._column.contentsMargins()
        margins.setRight(_MARGIN - _SCROLLBAR if high > low else _MARGIN)
        self._column.setContentsMargins(margins)


def _measured_over(page: type[Page], config: Any) -> str:
    """What the values of the objective's terms are of; "" for a lab, whose values are exact."""
    if not issubclass(page, GenerativeModel):
        return ""
    return "training data" if page.fitted(config) else "last batch"
