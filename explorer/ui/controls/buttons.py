"""Buttons whose icons follow the theme."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from explorer.ui.controls.labels import restyle
from explorer.ui.theme import Theme, Tokens, ui_font

__all__ = ["Button", "IconButton"]


class Button(QPushButton):
    """A button 28 px high with a text and an optional icon.

    Args:
        theme: Colours.
        text: The text.
        icon: Name of an icon, or "".
        kind: "primary" (one on a screen), "plain" or "ghost".
    """

    def __init__(self, theme: Theme, text: str, icon: str = "", kind: str = "plain", parent: QWidget | None = None):
        super().__init__(text, parent)
        self._theme, self._icon, self._kind = theme, icon, kind
        self.setFont(ui_font(13, 600))
        self.setProperty("kind", kind)
        self.setIconSize(QSize(16, 16))
        self.setAccessibleName(text)
        self.apply_theme(theme.tokens)
        theme.changed.connect(self.apply_theme)

    def set_kind(self, kind: str) -> None:
        """Sets the kind: "primary", "plain" or "ghost"."""
        self._kind = kind
        restyle(self, kind=kind)
        self.apply_theme(self._theme.tokens)

    def set_face(self, text: str, icon: str) -> None:
        """Sets text and icon."""
        self._icon = icon
        self.setText(text)
        self.setAccessibleName(text)
        self.apply_theme(self._theme.tokens)

    @Slot(object)
    def apply_theme(self, _tokens: Tokens) -> None:
        """Tints the icon."""
        if self._icon:
            token = {"primary": "on_accent", "plain": "text1"}.get(self._kind, "text2")
            self.setIcon(self._theme.icon(self._icon, token))


class IconButton(QToolButton):
    """A button of 24 × 24 px with an icon; its name is the tooltip and the accessible name.

    Args:
        theme: Colours.
        icon: Name of the icon.
        name: Its action, as an imperative.
        token: Colour of the icon.
    """

    def __init__(self, theme: Theme, icon: str, name: str, token: str = "text2", parent: QWidget | None = None):
        super().__init__(parent)
        self._theme, self._icon, self._token = theme, icon, token
        self.setFixedSize(24, 24)
        self.setIconSize(QSize(16, 16))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_face(icon, name)
        theme.changed.connect(self.apply_theme)

    def set_face(self, icon: str, name: str, token: str | None = None) -> None:
        """Sets icon, name and, where given, colour."""
        self._icon = icon
        self._token = token or self._token
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.apply_theme(self._theme.tokens)

    @Slot(object)
    def apply_theme(self, _tokens: Tokens) -> None:
        """Tints the icon."""
        self.setIcon(self._theme.icon(self._icon, self._token))
