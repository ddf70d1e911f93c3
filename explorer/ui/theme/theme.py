"""The theme: the colours in use, applied to the whole application at once."""

from __future__ import annotations

import dataclasses
import enum
import importlib.resources
import os

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPalette
from PySide6.QtWidgets import QApplication

from explorer.ui.theme.fonts import ui_font
from explorer.ui.theme.icons import icon
from explorer.ui.theme.tokens import CONTRAST, DARK, LIGHT, Tokens, color

__all__ = ["Mode", "Theme", "set_ui_scale"]


class Mode(enum.StrEnum):
    """Source of the colours: the system's setting or a fixed theme."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


def set_ui_scale(scale: float) -> None:
    """Scales the whole interface. Call it before the `QApplication` is made; 1 changes nothing.

    Raises:
        RuntimeError: The application already exists, and the scale has no effect on it.
    """
    if QApplication.instance() is not None:
        raise RuntimeError("the scale must be set before the application starts; restart it")
    if scale != 1.0:
        os.environ["QT_SCALE_FACTOR"] = f"{scale:g}"


class Theme(QObject):
    """Colours, fonts and icons of the application; they can be switched at run time.

    Style sheets do not affect what widgets paint themselves; such widgets connect to `changed`.

    Attributes:
        tokens: The colours in use.
        mode: Whether they are chosen by the system or fixed.
        reduced_motion: Films leap twice a second instead of running; set by the window from its settings.

    Signals:
        changed: The new `Tokens`, after palette and style sheet were set.

    Args:
        app: The running application.
        mode: Whether the colours are chosen by the system or fixed.
    """

    changed = Signal(object)

    def __init__(self, app: QApplication, mode: Mode | str = Mode.SYSTEM, parent: QObject | None = None):
        super().__init__(parent)
        self._app = app
        self._sheet = (importlib.resources.files("assets") / "theme.qss").read_text(encoding="utf-8")
        self.mode = Mode(mode)
        self.reduced_motion = False
        self.tokens = self._chosen()
        app.setStyle("Fusion")
        app.setFont(ui_font(13))
        self._apply()
        app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    @Slot(str)
    def set_mode(self, mode: Mode | str) -> None:
        """Switches the whole application, including plots."""
        self.mode = Mode(mode)
        self._refresh()

    def icon(self, name: str, token: str = "text2", size: int = 16) -> QIcon:
        """An icon in a token's colour; it does not follow later changes of the theme."""
        return icon(name, getattr(self.tokens, token), self.tokens.disabled, size)

    @Slot(Qt.ColorScheme)
    def _on_scheme_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self.mode is Mode.SYSTEM:
            self._refresh()

    def _refresh(self) -> None:
        chosen = self._chosen()
        if chosen is self.tokens:
            return
        self.tokens = chosen
        self._apply()
        self.changed.emit(chosen)

    def _chosen(self) -> Tokens:
        if self.mode is Mode.SYSTEM:
            return LIGHT if self._app.styleHints().colorScheme() == Qt.ColorScheme.Light else DARK
        return {Mode.LIGHT: LIGHT, Mode.DARK: DARK, Mode.CONTRAST: CONTRAST}[self.mode]

    def _apply(self) -> None:
        self._app.setPalette(_palette(self.tokens))
        self._app.setStyleSheet(self._sheet % dataclasses.asdict(self.tokens))


def _palette(tokens: Tokens) -> QPalette:
    role = QPalette.ColorRole
    colors = {
        role.Window: tokens.bg0,
        role.WindowText: tokens.text1,
        role.Base: tokens.inset,
        role.AlternateBase: tokens.bg3,
        role.Text: tokens.text1,
        role.Button: tokens.bg3,
        role.ButtonText: tokens.text1,
        role.BrightText: tokens.err,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Accent: tokens.accent,
        role.Link: tokens.accent_text,
        role.LinkVisited: tokens.accent_text,
        role.ToolTipBase: tokens.bg4,
        role.ToolTipText: tokens.text1,
        role.PlaceholderText: tokens.text3,
        role.Light: tokens.bg4,
        role.Midlight: tokens.bg3,
        role.Mid: tokens.line2,
        role.Dark: tokens.line,
        role.Shadow: tokens.bg0,
    }
    palette = QPalette()
    for name, value in colors.items():
        palette.setColor(name, color(value))
    for name in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText, role.PlaceholderText, role.Link):
        palette.setColor(QPalette.ColorGroup.Disabled, name, color(tokens.disabled))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, color(tokens.bg4))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Accent, color(tokens.bg4))
    return palette
