"""Labels: text of a kind, changing numbers, and text that is elided."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from explorer.ui.theme import mono_font, ui_font

__all__ = ["ClauseLabel", "ElidedLabel", "Readout", "dress", "restyle", "text_label"]

_KINDS: dict[str, tuple[int, int]] = {
    "page-title": (24, 600),
    "hero": (18, 600),
    "title": (13, 600),
    "body": (13, 400),
    "label": (13, 400),
    "prose": (13, 400),
    "caption": (12, 400),
    "hint": (12, 400),
    "error": (12, 400),
    "warning": (12, 400),
    "section": (11, 600),
}


def restyle(widget: QWidget, **properties: object) -> None:
    """Sets properties that the style sheet selects by, and applies it again."""
    if all(widget.property(name) == value for name, value in properties.items()):
        return
    for name, value in properties.items():
        widget.setProperty(name, value)
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):  # else Qt applies it before it shows the widget
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def dress(label: QLabel, kind: str) -> None:
    """Gives a label the font and colour of a kind; see `text_label`."""
    pixels, weight = _KINDS[kind]
    label.setFont(ui_font(pixels, weight, tabular=True))
    label.setProperty("kind", kind)
    label.setTextFormat(Qt.TextFormat.PlainText)


def text_label(text: str, kind: str = "body", *, wrap: bool = False, parent: QWidget | None = None) -> QLabel:
    """A label in the font and colour of a kind: "title", "caption", "error" and so on."""
    label = QLabel(text, parent)
    dress(label, kind)
    label.setWordWrap(wrap)
    return label


class Readout(QLabel):
    """A number that changes often.

    It keeps the width of its widest text so far, so that a new number causes no layout; an empty text resets it.
    """

    def __init__(self, name: str = "", parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("kind", "label")
        self.setFont(mono_font(12))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._reserved = 0
        self.setText("")

    def setText(self, text: str) -> None:
        """Sets the text."""
        self.reserve(text)
        super().setText(text)

    def reserve(self, text: str) -> None:
        """Makes the label at least as wide as a text; "" resets the width."""
        needed = self.width_of(text) if text else 0
        if needed > self._reserved or not text:
            self._reserved = needed
            self.setFixedSize(needed, self.fontMetrics().height() + 2)

    def width_of(self, text: str) -> int:
        """Width of a text, px."""
        return math.ceil(QFontMetricsF(self.font()).horizontalAdvance(text)) + 2


class ElidedLabel(QLabel):
    """A label that may be narrower than its text, which is then elided and shown in the tooltip."""

    def __init__(self, text: str = "", kind: str = "caption", parent: QWidget | None = None):
        super().__init__(text, parent)
        dress(self, kind)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def shown_text(self) -> str:
        """The part of the text that fits."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())

    def minimumSizeHint(self) -> QSize:
        """Zero width."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the elided text."""
        shown = self.shown_text()
        if shown != self.text():
            self.setToolTip(self.text())
        elif self.toolTip() == self.text():
            self.setToolTip("")
        painter = QPainter(self)
        self.style().drawItemText(
            painter, self.rect(), int(self.alignment()), self.palette(), self.isEnabled(), shown, self.foregroundRole()
        )
        painter.end()


class ClauseLabel(ElidedLabel):
    """An elided label that leaves out whole clauses at the end where that is enough.

    Args:
        ends: Characters that end a clause where a space follows, outside of brackets.
    """

    def __init__(self, text: str = "", kind: str = "caption", parent: QWidget | None = None, *, ends: str = ";,"):
        super().__init__(text, kind, parent)
        self._ends = ends

    def beginnings(self) -> list[str]:
        """The text, and it without one clause after the other, down to the first clause."""
        text, depth, found = self.text(), 0, [self.text()]
        for place, letter in enumerate(text):
            depth += (letter in "([{") - (letter in ")]}")
            if letter in self._ends and not depth and text[place + 1 : place + 2] == " ":
                found.append(text[:place] if letter in ";," else text[: place + 1])
        return [found[0], *reversed(found[1:])]

    def first_width(self) -> int:
        """Width of the first clause, px."""
        return self.fontMetrics().horizontalAdvance(self.beginnings()[-1])

    def shown_text(self) -> str:
        """The clauses that fit, or part of the first one."""
        metrics, beginnings = self.fontMetrics(), self.beginnings()
        fitting = (part for part in beginnings if metrics.horizontalAdvance(part) <= self.width())
        return next(fitting, metrics.elidedText(beginnings[-1], Qt.TextElideMode.ElideRight, self.width()))
