"""A collapsible section of a form."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from explorer.ui.controls.labels import ElidedLabel
from explorer.ui.theme import Theme, Tokens, ui_font

__all__ = ["Section"]


class Section(QFrame):
    """A heading that folds and unfolds its content, with a summary while it is folded.

    Attributes:
        content: Layout of the content.

    Args:
        theme: Colours.
        title: The heading.
        summary: Text at the right while the section is folded.
    """

    def __init__(self, theme: Theme, title: str, summary: str = "", parent: QWidget | None = None):
        super().__init__(parent)
        self._theme = theme
        self._head = QToolButton(self)
        self._head.setText(title)
        self._head.setCheckable(True)
        self._head.setProperty("section", True)
        self._head.setFont(ui_font(13))
        self._head.setIconSize(QSize(16, 16))
        self._head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._head.setAccessibleName(title)
        self._head.setFixedHeight(24)
        self._summary = ElidedLabel(summary, "caption", self)
        self._body = QFrame(self)
        self._body.hide()
        self.content = QVBoxLayout(self._body)
        self.content.setContentsMargins(0, 8, 0, 0)
        self.content.setSpacing(12)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._head)
        row.addStretch(1)
        row.addWidget(self._summary)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self._body)
        self._head.toggled.connect(self._on_toggled)
        theme.changed.connect(self.apply_theme)
        self.apply_theme(theme.tokens)

    @property
    def is_open(self) -> bool:
        """Whether the content is visible."""
        return self._head.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Folds or unfolds."""
        self._head.setChecked(is_open)

    @Slot(bool)
    def _on_toggled(self, is_open: bool) -> None:
        self._body.setVisible(is_open)
        self._summary.setVisible(not is_open)
        self.apply_theme(self._theme.tokens)

    @Slot(object)
    def apply_theme(self, _tokens: Tokens) -> None:
        """Tints the arrow."""
        self._head.setIcon(self._theme.icon("chevron-down" if self.is_open else "chevron-right", "text3"))
