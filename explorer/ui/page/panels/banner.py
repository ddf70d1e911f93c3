"""The banner above the views: an error with its remedies, or a welcome."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.ui.controls import Button, IconButton, restyle, text_label
from explorer.ui.page.state.notice import Notice
from explorer.ui.theme import Theme, Tokens

__all__ = ["Banner"]

MARGIN = 12  # px that the style sheet leaves around the frame


class Banner(QFrame):
    """Shows one notice at a time.

    Signals:
        fix: The accent button was pressed.
        other: The other button was pressed.
        kind_changed: Kind of the notice that is shown now, "" for none.

    Args:
        theme: Colours.
    """

    fix = Signal()
    other = Signal()
    kind_changed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("banner")
        self._theme = theme
        self._notice: Notice | None = None
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
        self._close.clicked.connect(self.dismiss)
        theme.changed.connect(self.apply_theme)
        self.hide()

    @property
    def kind(self) -> str:
        """Kind of the notice that is shown: "error" or "welcome"; "" where none is."""
        return "" if self.isHidden() or self._notice is None else self._notice.kind

    @property
    def message(self) -> str:
        """Title and text."""
        return f"{self._title.text()} {self._text.text()}"

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        """Shows a notice in place of the last one."""
        self._notice = notice
        if notice.kind == "welcome":
            self._row.insertWidget(2, self._buttons)
        else:
            self._words.addWidget(self._buttons)
        restyle(self, banner=notice.kind)
        self._title.setText(notice.title)
        self._text.setText(notice.text)
        for button, word in ((self.fix_button, notice.fix), (self.other_button, notice.other)):
            button.setText(word)
            button.setAccessibleName(word)
            button.setVisible(bool(word))
        self.copy_button.setVisible(bool(notice.details))
        self.setAccessibleName(f"{notice.title}. {notice.text}")
        self.apply_theme(self._theme.tokens)
        self.show()
        self.kind_changed.emit(notice.kind)

    @Slot()
    def dismiss(self) -> None:
        """Closes the notice."""
        self.hide()
        self.kind_changed.emit("")

    @Slot(object)
    def apply_theme(self, _tokens: Tokens) -> None:
        """Tints the sign."""
        error = self._notice is not None and self._notice.kind == "error"
        self._sign.setPixmap(
            self._theme.icon("warn" if error else "info", "err" if error else "accent_text", 20).pixmap(20, 20)
        )

    @Slot()
    def _on_copy(self) -> None:
        assert self._notice is not None
        QGuiApplication.clipboard().setText(f"{self.message}\n\n{self._notice.details}")
