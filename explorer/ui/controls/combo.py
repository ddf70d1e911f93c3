"""A drop-down list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from explorer.ui.theme import Theme, Tokens, icon_pixmap

__all__ = ["Combo"]


class Combo(QComboBox):
    """A drop-down list 28 px high; a text that is too long is elided and shown in the tooltip.

    Signals:
        chosen: Value before and after, on a choice by the user.

    Args:
        theme: Colours.
        choices: Text by value, in order.
        value: Initial value.
    """

    chosen = Signal(object, object)

    def __init__(self, theme: Theme, choices: Mapping[Any, str], value: Any = None, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = theme.tokens
        self._values: list[Any] = []
        self._before: Any = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(28)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.set_choices(choices, value)
        self.activated.connect(self._on_activated)
        theme.changed.connect(self.apply_theme)

    @property
    def value(self) -> Any:
        """The chosen value, or None."""
        index = self.currentIndex()
        return self._values[index] if 0 <= index < len(self._values) else None

    def set_choices(self, choices: Mapping[Any, str], value: Any = None) -> None:
        """Replaces the choices; an unknown value selects the first."""
        blocked = self.blockSignals(True)
        self.clear()
        self._values = list(choices)
        self.addItems(list(choices.values()))
        for row, text in enumerate(choices.values()):
            self.setItemData(row, text, Qt.ItemDataRole.ToolTipRole)
        self.blockSignals(blocked)
        self.set_value(value)

    def set_value(self, value: Any) -> None:
        """Sets the value without a signal."""
        blocked = self.blockSignals(True)
        self.setCurrentIndex(self._values.index(value) if value in self._values else 0 if self._values else -1)
        self.blockSignals(blocked)
        self._before = self.value

    @Slot(int)
    def _on_activated(self, _row: int) -> None:
        before, after = self._before, self.value
        self._before = after
        if before != after:
            self.chosen.emit(before, after)

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self.update()

    def shown_text(self) -> str:
        """The part of the text that fits."""
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, self._text_box().width())

    def _text_box(self) -> QRect:
        return self.rect().adjusted(9, 0, -26, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Chooses the neighbour if the widget has the focus; else the panel scrolls."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the styled frame, then text and arrow."""
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        shown = self.shown_text()
        self.setToolTip(self.currentText() if shown != self.currentText() else "")
        painter.setPen(self.palette().text().color() if self.isEnabled() else self._tokens.disabled)
        painter.drawText(self._text_box(), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        ink = self._tokens.text3 if self.isEnabled() else self._tokens.disabled
        painter.drawPixmap(
            self.width() - 22, (self.height() - 14) // 2, icon_pixmap("chevron-down", ink, 14, self.devicePixelRatioF())
        )
        painter.end()
