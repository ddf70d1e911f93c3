"""The banner above the views: what went wrong, what is kept, and the act that mends it; or a first welcome."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.ui.controls import Button, IconButton, restyle, text_label
from explorer.ui.theme import Theme, Tokens

__all__ = ["Banner"]

MARGIN = 12  # px that the style sheet leaves around the frame


class Banner(QFrame):
    """One message at a time.

    Signals:
        fix: The accent button was pressed.
        other: The other way was chosen.
        dismissed: The message was closed.

    Args:
        theme: Colours.
    """

    fix = Signal()
    other = Signal()
    dismissed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("banner")
        self._theme = theme
        self._kind, self._details = "info", ""
        self._sign = QLabel()
        self._title = text_label("", "title", wrap=True)
        self._text = text_label("", "prose", wrap=True)
        self.fix_button = Button(theme, "", "", "primary")
        self.fix_button.setObjectName("banner_fix")
        self.other_button = Button(theme, "")
        self.other_button.setObjectName("banner_other")
        self.copy_button = Button(theme, "Copy details", "copy", "ghost")
        self.copy_button.setObjectName("banner_copy")
        self._close = IconButton(theme, "close", "Close this message")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._title)
        words.addWidget(self._text)
        self._buttons = QFrame()
        buttons = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(8)
        for button in (self.fix_button, self.other_button, self.copy_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self._words = words
        row = QHBoxLayout(self)
        row.setContentsMargins(16 + MARGIN, 12 + MARGIN, 12 + MARGIN, 12)
        row.setSpacing(12)
        self._row = row
        column = QVBoxLayout()
        column.addWidget(self._sign)
        column.addStretch(1)
        row.addLayout(column)
        row.addLayout(words, 1)
        column = QVBoxLayout()
        column.addWidget(self._close)
        column.addStretch(1)
        row.addLayout(column)
        self.fix_button.clicked.connect(self.fix)
        self.other_button.clicked.connect(self.other)
        self.copy_button.clicked.connect(self._on_copy)
        self._close.clicked.connect(self._on_close)
        theme.changed.connect(self.apply_theme)
        self.hide()

    def show_error(self, title: str, text: str, fix: str = "", other: str = "", details: str = "") -> None:
        """Says what went wrong; a word for each way out that there is."""
        self._show("error", title, text, fix, other, details)

    def show_welcome(self, title: str, text: str, fix: str, other: str) -> None:
        """Says what this is and where to begin."""
        self._show("welcome", title, text, fix, other, "")

    @property
    def kind(self) -> str:
        """What is shown: "error", "welcome", or "" for nothing."""
        return "" if self.isHidden() else self._kind

    @property
    def message(self) -> str:
        """Title and text."""
        return f"{self._title.text()} {self._text.text()}"

    def _show(self, kind: str, title: str, text: str, fix: str, other: str, details: str) -> None:
        self._kind, self._details = kind, details
        if kind == "welcome":
            self._row.insertWidget(2, self._buttons)
        else:
            self._words.addWidget(self._buttons)
        restyle(self, banner=kind)
        self._title.setText(title)
        self._text.setText(text)
        for button, word in ((self.fix_button, fix), (self.other_button, other)):
            button.setText(word)
            button.setAccessibleName(word)
            button.setVisible(bool(word))
        self.copy_button.setVisible(bool(details))
        self.setAccessibleName(f"{title}. {text}")
        self.apply_theme(self._theme.tokens)
        self.show()

    @Slot(object)
    def apply_theme(self, _tokens: Tokens) -> None:
        """Tints the sign."""
        error = self._kind == "error"
        self._sign.setPixmap(
            self._theme.icon("warn" if error else "info", "err" if error else "accent_text", 20).pixmap(20, 20)
        )

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(f"{self.message}\n\n{self._details}")

    @Slot()
    def _on_close(self) -> None:
        self.hide()
        self.dismissed.emit()
