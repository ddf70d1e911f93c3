"""Rows of an objective: terms with colour and live value, and their sum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from explorer.ui.controls import text_label
from explorer.ui.explain.formula_view import FormulaView
from explorer.ui.numbers import MISSING, number
from explorer.ui.theme import Theme, Tokens, color, mono_font
from models.protocol import Metric, Term

__all__ = ["ObjectiveRow", "SumRow", "TermRow"]

_BAR, _GAP, _LEFT = 3, 8, 11  # px: colour bar, gap between formula and value, left edge of the formula
_PAD = 4  # px above and below
_WIDEST = "\u22121.23e\u22124"


def _value_label(weight: int, parent: QWidget) -> QLabel:
    label = QLabel(MISSING, parent)
    label.setFont(mono_font(13, weight))
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return label


class ObjectiveRow(QFrame):
    """A row that shows the value of a term and reports when the pointer enters it.

    Attributes:
        term: The term.
        value: Label of the value.

    Signals:
        hovered: Key of the row's metric when the pointer enters, "" when it leaves.

    Args:
        theme: Colours.
        term: The term.
        metric: Declaration of the term's metric, or None.
        unit: Unit of the value, where there is no metric.
    """

    hovered = Signal(str)

    def __init__(
        self,
        theme: Theme,
        term: Term,
        metric: Metric | None,
        unit: str,
        weight: int,
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self.tokens = theme.tokens
        self.term = term
        self._metric = metric
        self._marked = False
        self.setObjectName(f"explain.term.{term.metric}")
        self._name = term.metric.replace("_", " ") if metric is None else metric.label
        self._unit = unit if metric is None else metric.unit
        self.setToolTip(f"{'' if metric is None else metric.help} Value at the newest step, not smoothed.".lstrip())
        self.value = _value_label(weight, self)
        self._update_name()
        theme.changed.connect(self.apply_theme)

    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self.tokens = tokens
        self.update()

    def show_value(self, last: Mapping[str, float], config: Any) -> None:
        """Shows the contribution of the term to the objective."""
        measured = self.term.metric in last
        text = number(self.term.value(last[self.term.metric], config)) if measured else MISSING
        if text != self.value.text():
            self.value.setText(text)
            self._update_name()

    def emphasise(self, marked: bool) -> None:
        """Highlights the row, or removes the highlight."""
        if marked != self._marked:
            self._marked = marked
            self.update()

    def _room(self) -> int:
        return round(QFontMetricsF(self.value.font()).horizontalAdvance(_WIDEST)) + 2

    def _update_name(self) -> None:
        measured = self.value.text() != MISSING
        self.setAccessibleName(f"{self._name}: {self.value.text()} {self._unit}".rstrip() if measured else self._name)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Highlights the row and emits its metric."""
        if self._metric is not None:
            self.emphasise(True)
            self.hovered.emit(self._metric.key)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Removes the highlight and emits ""."""
        if self._metric is not None:
            self.emphasise(False)
            self.hovered.emit("")
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the background of a highlighted row."""
        if self._marked:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(self.tokens.bg3))
            painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
            painter.end()


class TermRow(ObjectiveRow):
    """Colour bar, typeset term in the colour of its curve, and live value, which moves below a wide formula.

    Attributes:
        formula: The typeset term.
    """

    def __init__(self, theme: Theme, term: Term, metric: Metric | None, unit: str = "", parent: QWidget | None = None):
        super().__init__(theme, term, metric, unit, 400, parent)
        self._role = term.role or ("total" if metric is None else metric.role)
        self.formula = FormulaView(theme, term.tex, self._role, self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _beside(self, width: int) -> bool:
        return self.formula.fits(width - _LEFT - _GAP - self._room())

    def _formula_box(self, width: int) -> tuple[int, int]:
        """Width and height of the formula in a row of given width."""
        wide = width - _LEFT - (_GAP + self._room() if self._beside(width) else 0)
        return wide, self.formula.heightForWidth(wide)

    def hasHeightForWidth(self) -> bool:
        """True: long formulas break into lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height at a width, px."""
        _, high = self._formula_box(width)
        return high + 2 * _PAD + (0 if self._beside(width) else 18)

    def sizeHint(self) -> QSize:
        """Preferred size at the present width."""
        return QSize(268, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        """Small: the formula shrinks and breaks."""
        return QSize(120, 30)

    def place(self) -> None:
        """Lays out formula and value."""
        width, room = self.width(), self._room()
        wide, high = self._formula_box(width)
        if self._beside(width):
            self.formula.setGeometry(_LEFT, _PAD, wide, self.height() - 2 * _PAD)
            self._place_value(width - room, 0, room, self.height())
        else:
            self.formula.setGeometry(_LEFT, _PAD, wide, high)
            self._place_value(_LEFT, _PAD + high, wide, 18)

    def _place_value(self, x: int, y: int, width: int, height: int) -> None:
        self.value.setFixedSize(width, height)  # a fixed size, so that a new number causes no layout
        self.value.move(x, y)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lays out formula and value."""
        super().resizeEvent(event)
        self.place()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the colour bar."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self.tokens.role(self._role)))
        painter.drawRect(QRectF(0, 1, _BAR, self.height() - 2))
        painter.end()


class SumRow(ObjectiveRow):
    """The sum: its name, or its symbol where the page has no metric of it or only of its negative; unit and value.

    Args:
        theme: Colours.
        term: The sum.
        metric: Declaration of its metric, or None.
        unit: Unit of the terms.
        over: What the values are of: "last batch".
    """

    def __init__(
        self, theme: Theme, term: Term, metric: Metric | None, unit: str, over: str = "", parent: QWidget | None = None
    ):
        super().__init__(theme, term, metric, unit, 600, parent)
        self.setObjectName("explain.total")
        named = metric is not None and term.sign > 0
        if not named:
            self._name = "Sum"
            self._update_name()
        self.formula = None if named else FormulaView(theme, term.tex, "", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, _PAD, 0, _PAD)
        row.setSpacing(_GAP)
        row.addWidget(self.formula or text_label(self._name, "title", parent=self))
        row.addWidget(text_label(", ".join(filter(None, (self._unit, over))), "caption", parent=self), 1)
        row.addWidget(self.value)
        self.value.setFixedSize(self._room(), self.value.sizeHint().height())

    def show_value(self, last: Mapping[str, float], config: Any) -> None:
        """Shows the sum and widens its label where needed."""
        super().show_value(last, config)
        needed = self.value.sizeHint().width()
        if needed > self.value.width():
            self.value.setFixedWidth(needed)
