"""Rows of an objective: a term with its colour and live value, and the sum."""

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

_BAR, _GAP, _LEFT = 3, 8, 11  # px: colour bar, between formula and value, from the edge to the formula
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
    """A row that shows the value of a term, and says when the pointer is on it.

    Attributes:
        term: The term.
        value: Label of its value.

    Signals:
        hovered: Key of the metric whose curve belongs to the row, or "" when the pointer leaves.

    Args:
        theme: Colours.
        term: The term.
        metric: What the page declares of the term's metric, or None.
    """

    hovered = Signal(str)

    def __init__(self, theme: Theme, term: Term, metric: Metric | None, weight: int, parent: QWidget | None = None):
        super().__init__(parent)
        self.tokens = theme.tokens
        self.term = term
        self._metric = metric
        self._marked = False
        self.setObjectName(f"explain.term.{term.metric}")
        self._name = term.metric if metric is None else metric.label
        self._unit = "" if metric is None else metric.unit
        self.setToolTip(f"{'' if metric is None else metric.help} Of the newest step, not smoothed.".lstrip())
        self.value = _value_label(weight, self)
        self._say()
        theme.changed.connect(self.apply_theme)

    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in other colours."""
        self.tokens = tokens
        self.update()

    def show_value(self, last: Mapping[str, float], config: Any) -> None:
        """Shows what the term contributes to the objective now."""
        known = self.term.metric in last
        text = number(self.term.value(last[self.term.metric], config)) if known else MISSING
        if text != self.value.text():
            self.value.setText(text)
            self._say()

    def emphasise(self, marked: bool) -> None:
        """Lifts the row from its ground, or not."""
        if marked != self._marked:
            self._marked = marked
            self.update()

    @property
    def is_emphasised(self) -> bool:
        """Whether it is lifted from its ground."""
        return self._marked

    def _room(self) -> int:
        return round(QFontMetricsF(self.value.font()).horizontalAdvance(_WIDEST)) + 2

    def _say(self) -> None:
        known = self.value.text() != MISSING
        self.setAccessibleName(f"{self._name}: {self.value.text()} {self._unit}".rstrip() if known else self._name)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Tells which curve to thicken."""
        if self._metric is not None:
            self.emphasise(True)
            self.hovered.emit(self._metric.key)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Tells that no curve is meant any more."""
        if self._metric is not None:
            self.emphasise(False)
            self.hovered.emit("")
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the ground where the row is meant."""
        if self._marked:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(self.tokens.bg3))
            painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
            painter.end()


class TermRow(ObjectiveRow):
    """Colour bar, typeset term in the colour of its curve, live value; the value moves below where there is no room.

    Attributes:
        formula: The typeset term.
    """

    def __init__(self, theme: Theme, term: Term, metric: Metric | None, parent: QWidget | None = None):
        super().__init__(theme, term, metric, 400, parent)
        self._role = term.role or ("total" if metric is None else metric.role)
        self.formula = FormulaView(theme, term.tex, self._role, self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _beside(self, width: int) -> bool:
        return self.formula.fits(width - _LEFT - _GAP - self._room())

    def _formula_box(self, width: int) -> tuple[int, int]:
        """Width and height of the formula in a row of a width."""
        wide = width - _LEFT - (_GAP + self._room() if self._beside(width) else 0)
        return wide, self.formula.heightForWidth(wide)

    def hasHeightForWidth(self) -> bool:
        """Long formulas are broken."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height at a width, px."""
        _, high = self._formula_box(width)
        return high + 2 * _PAD + (0 if self._beside(width) else 18)

    def sizeHint(self) -> QSize:
        """In one line."""
        return QSize(268, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        """It shrinks and breaks."""
        return QSize(120, 30)

    def place(self) -> None:
        """Puts formula and value where they belong."""
        width, room = self.width(), self._room()
        wide, high = self._formula_box(width)
        if self._beside(width):
            self.formula.setGeometry(_LEFT, _PAD, wide, self.height() - 2 * _PAD)
            self._place_value(width - room, 0, room, self.height())
        else:
            self.formula.setGeometry(_LEFT, _PAD, wide, high)
            self._place_value(_LEFT, _PAD + high, wide, 18)

    def _place_value(self, x: int, y: int, width: int, height: int) -> None:
        self.value.setFixedSize(width, height)  # of a fixed size, so that another number lays nothing out anew
        self.value.move(x, y)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts formula and value where they belong."""
        super().resizeEvent(event)
        self.place()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the bar in the colour of the curve."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self.tokens.role(self._role)))
        painter.drawRect(QRectF(0, 1, _BAR, self.height() - 2))
        painter.end()


class SumRow(ObjectiveRow):
    """The sum: its name, or its symbol where it is no curve of the page, its unit and its value.

    Args:
        theme: Colours.
        term: The sum.
        metric: What the page declares of it, or None.
        unit: Unit of the terms.
    """

    def __init__(self, theme: Theme, term: Term, metric: Metric | None, unit: str, parent: QWidget | None = None):
        super().__init__(theme, term, metric, 600, parent)
        self.setObjectName("explain.total")
        if metric is None:
            self._name, self._unit = "Sum", unit
            self._say()
        self.formula = FormulaView(theme, term.tex, "", self) if metric is None else None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, _PAD, 0, _PAD)
        row.setSpacing(_GAP)
        row.addWidget(self.formula or text_label(self._name, "title", parent=self))
        row.addWidget(text_label(self._unit, "caption", parent=self), 1)
        row.addWidget(self.value)
        self.value.setFixedSize(self._room(), self.value.sizeHint().height())

    def show_value(self, last: Mapping[str, float], config: Any) -> None:
        """Shows the sum, in more room where it needs more than before."""
        super().show_value(last, config)
        needed = self.value.sizeHint().width()
        if needed > self.value.width():
            self.value.setFixedWidth(needed)
