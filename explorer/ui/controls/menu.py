"""Menus with rounded corners."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from explorer.ui.theme import ui_font

__all__ = ["menu"]


def menu(parent: QWidget, title: str = "") -> QMenu:
    """An empty menu in the style of the application."""
    popup = QMenu(title, parent)
    popup.setFont(ui_font(13))
    popup.setWindowFlags(popup.windowFlags() | Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint)
    popup.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
    return popup
