"""Appearance of the window: colours, fonts, icons and the theme that switches them."""

from explorer.ui.theme.fonts import mono_font, ui_font
from explorer.ui.theme.icons import icon_pixmap
from explorer.ui.theme.theme import Mode, Theme, set_ui_scale
from explorer.ui.theme.tokens import CONTRAST, DARK, LIGHT, Tokens, color, mix

__all__ = [
    "CONTRAST",
    "DARK",
    "LIGHT",
    "Mode",
    "Theme",
    "Tokens",
    "color",
    "icon_pixmap",
    "mix",
    "mono_font",
    "set_ui_scale",
    "ui_font",
]
