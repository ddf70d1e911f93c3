"""The button of a suggestion."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from explorer.ui.theme import Theme, Tokens, color, icon_pixmap, ui_font
from models.protocol import Try

__all__ = ["Suggestion", "SuggestionGroup"]

_LEFT, _PAD = 21, 4  # px
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class Suggestion(QAbstractButton):
    """An arrow and a sentence that wraps.

    Signals:
        tried: The suggestion, `Try`; emitted on a click.

    Args:
        theme: Colours.
        suggestion: The suggestion.
    """

    tried = Signal(object)

    def __init__(self, theme: Theme, suggestion: Try, parent: QWidget | None = None):
        super().__init__(parent)
        self._tokens = theme.tokens
        self.suggestion = suggestion
        self.setText(suggestion.title)
        self.setAccessibleName(suggestion.title)
        self.setFont(ui_font(13, 500))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.clicked.connect(self._on_clicked)
        theme.changed.connect(self.apply_theme)

    @Slot()
    def _on_clicked(self) -> None:
        self.tried.emit(self.suggestion)

    @Slot(object)
    def apply_theme(self, tokens: Tokens) -> None:
        """Repaints in the colours of a theme."""
        self._tokens = tokens
        self.update()

    def hasHeightForWidth(self) -> bool:
        """True: the sentence wraps."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height at a width, px."""
        room = QRect(0, 0, max(40, width - _LEFT - _PAD), 10_000)
        return QFontMetrics(self.font()).boundingRect(room, _WRAP, self.text()).height() + 2 * _PAD

    def sizeHint(self) -> QSize:
        """Preferred size at the present width."""
        return QSize(268, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        """Small: the sentence wraps."""
        return QSize(120, 24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws arrow and sentence."""
        tokens = self._tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(tokens.bg4 if self.isDown() else tokens.bg3))
            painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        if self.hasFocus():
            painter.setPen(QPen(color(tokens.accent_hi), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.drawPixmap(0, _PAD + 1, icon_pixmap("arrow", tokens.accent_text, 14, self.devicePixelRatioF()))
        painter.setFont(self.font())
        painter.setPen(color(tokens.accent_text))
        painter.drawText(self.rect().adjusted(_LEFT, _PAD, -_PAD, 0), _WRAP, self.text())
        painter.end()


class SuggestionGroup:
    """Suggestions under one heading.

    Args:
        buttons: The suggestions, in the order of the page.
        column: Layout of the panel, at whose end they are added.
    """

    def __init__(self, buttons: Sequence[Suggestion], column: QVBoxLayout):
        self._buttons = tuple(buttons)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        column.addLayout(self._rows)
        self._place(self._buttons)

    def put_first(self, scene: str) -> None:
        """Puts the suggestions that show a scene of this page before the others."""
        self._place(sorted(self._buttons, key=lambda b: b.suggestion.page is not None or b.suggestion.scene != scene))

    def _place(self, buttons: Sequence[Suggestion]) -> None:
        for button in buttons:
            self._rows.removeWidget(button)
            self._rows.addWidget(button)
        for before, after in itertools.pairwise(buttons):
            QWidget.setTabOrder(before, after)
